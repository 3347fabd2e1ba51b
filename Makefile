# nrfemu: an nRF52840 in software. `make help` lists the targets.
#
# Non-recursive: every folder of tools/layers.mk becomes one static library in build/MODE/. What a folder needs beyond that
# is in its module.mk; what the tests need is in tests/*.mk. `make V=1` shows the commands.

MODE ?= release
PREFIX ?= /usr/local
B := build/$(MODE)

CC ?= gcc
PKGS := unicorn capstone libdw libelf json-c yaml-0.1 nettle libpng
# Both are empty on a machine that has no pkg-config yet: `make deps` brings it.
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null)
CPPFLAGS += -I. -D_GNU_SOURCE -MMD -MP $(PKG_CFLAGS)
CFLAGS_COMMON := -std=gnu11 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wno-unused-parameter -g
CFLAGS_release := -O2
CFLAGS_debug := -O0
CFLAGS_asan := -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
CFLAGS_ubsan := -O1 -fsanitize=undefined -fno-sanitize-recover=undefined
ifeq ($(CFLAGS_$(MODE)),)
$(error MODE must be release, debug, asan or ubsan)
endif
ALL_CFLAGS = $(CFLAGS_COMMON) $(CFLAGS_$(MODE)) $(CFLAGS)
LDLIBS = $(PKG_LIBS) -lpthread -lm

include tools/layers.mk

# A quiet build prints one short line for each file made.
ifneq ($(V),1)
.SILENT:
say = $(info $() $() $(1) $(2))
endif
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := all
.SECONDEXPANSION:
.SECONDARY:
.DELETE_ON_ERROR:

.PHONY: all
all: $(B)/nrfemu $(if $(filter release,$(MODE)),nrfemu)

include $(sort $(wildcard */module.mk))

# Libraries, in the order of linking: who may use stands before who is used.
reverse = $(if $(1),$(call reverse,$(wordlist 2,$(words $(1)),$(1))) $(firstword $(1)))
layer_closure = $(sort $(foreach l,$(LAYER_$(1)),$(l) $(call layer_closure,$(l))))
layer_libs = $(patsubst %,$(B)/lib%.a,$(foreach l,$(call reverse,$(LAYERS)),$(filter $(1) $(call layer_closure,$(1)),$(l))))

define LAYER_RULES
$(1)_SRC := $$(wildcard $(1)/*.c)
$(1)_OBJ := $$($(1)_SRC:%.c=$(B)/%.o)
endef
$(foreach l,$(LAYERS),$(eval $(call LAYER_RULES,$(l))))

$(B)/lib%.a: $$($$*_OBJ)
	$(call say,AR,$@)
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcs $@ $^

$(B)/%.o: %.c Makefile | $(if $(PKG_LIBS),,missing-deps)
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -c $< -o $@

$(B)/nrfemu: $(cli_OBJ) $(filter-out $(B)/libcli.a,$(call layer_libs,cli))
	$(call say,LD,$@)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $^ -o $@ $(LDLIBS)

# The one at the root is always the release build.
ifeq ($(MODE),release)
nrfemu: $(B)/nrfemu
	cp -f $< $@
else
.PHONY: nrfemu
nrfemu:
	$(MAKE) MODE=release $@
endif

# Unit tests: tests/unit/MODULE_x.c links MODULE and what it stands on, nothing else.
UNIT_SRC := $(sort $(wildcard tests/unit/*.c))
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(B)/tests/unit/%)
unit_module = $(firstword $(subst _, ,$(1)))
$(B)/tests/unit/%: $(B)/tests/unit/%.o $$(call layer_libs,$$(call unit_module,$$*))
	$(call say,LD,$@)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $(filter %.o,$^) $(filter %.a,$^) -o $@ -lcmocka $(LDLIBS)

# The programs of images.mk are used by others.
include tests/images.mk $(filter-out tests/images.mk,$(sort $(wildcard tests/*.mk)))

.PHONY: missing-deps deps install uninstall clean help
missing-deps:
	@echo 'Libraries to build with are missing. "make deps" installs them.' >&2; exit 1

deps:
	tools/install-deps run

install: nrfemu $(SWD_CLOCK)
	install -d '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(PREFIX)/share/doc/nrfemu/images' '$(DESTDIR)$(PREFIX)/lib/nrfemu' \
		'$(DESTDIR)$(PREFIX)/share/nrfemu/openocd'
	install -m 755 $(SWD_CLOCK) '$(DESTDIR)$(PREFIX)/lib/nrfemu/'
	install -m 644 data/openocd/*.cfg '$(DESTDIR)$(PREFIX)/share/nrfemu/openocd/'
	install -m 755 nrfemu '$(DESTDIR)$(PREFIX)/bin/nrfemu'
	install -m 644 README.md LICENSE CHANGES.md $(wildcard docs/*.md) '$(DESTDIR)$(PREFIX)/share/doc/nrfemu'
	install -m 644 $(wildcard docs/images/*.png) '$(DESTDIR)$(PREFIX)/share/doc/nrfemu/images'

uninstall:
	rm -f '$(DESTDIR)$(PREFIX)/bin/nrfemu'
	rm -rf '$(DESTDIR)$(PREFIX)/share/doc/nrfemu' '$(DESTDIR)$(PREFIX)/share/nrfemu/openocd' '$(DESTDIR)$(PREFIX)/lib/nrfemu'

clean:
	rm -rf build nrfemu

help:
	@cat tools/help.txt

-include $(shell find $(B) -name '*.d' 2>/dev/null)
