# nrfemu: an nRF52840 emulator and a laboratory for single-stepping. `make help` lists the targets.
#
# Non-recursive: every folder of the table in docs/ARCHITECTURE.md becomes one static library in build/MODE/.

MODE ?= release
B := build/$(MODE)

CC ?= gcc
PKGS := unicorn capstone libdw libelf json-c
CPPFLAGS += -I. -D_GNU_SOURCE -MMD -MP $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
CFLAGS_COMMON := -std=gnu11 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wno-unused-parameter -g
CFLAGS_release := -O2
CFLAGS_debug := -O0
CFLAGS_asan := -O1 -fsanitize=address -fno-omit-frame-pointer
CFLAGS_ubsan := -O1 -fsanitize=undefined -fno-sanitize-recover=undefined
ifeq ($(CFLAGS_$(MODE)),)
$(error MODE must be release, debug, asan or ubsan)
endif
ALL_CFLAGS = $(CFLAGS_COMMON) $(CFLAGS_$(MODE)) $(CFLAGS)
LDLIBS = $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lpthread -lm

# Folders in layer order: each may include only what tools/check-layers allows.
LAYERS := emu nvic periph host soc step rsp cli
LIB_LAYERS := $(filter-out cli,$(LAYERS))
LIBS := $(LIB_LAYERS:%=$(B)/lib%.a)

.DEFAULT_GOAL := all
.SECONDEXPANSION:

include $(sort $(wildcard */module.mk))

define LAYER_RULES
$(1)_SRC := $$(wildcard $(1)/*.c)
$(1)_OBJ := $$($(1)_SRC:%.c=$(B)/%.o)
endef
$(foreach l,$(LAYERS),$(eval $(call LAYER_RULES,$(l))))

$(B)/lib%.a: $$($$*_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -c $< -o $@

# Unit tests: tests/unit/MODULE_x.c links libMODULE and libemu only.
UNIT_SRC := $(wildcard tests/unit/*.c)
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(B)/tests/unit/%)
$(B)/tests/unit/%: $(B)/tests/unit/%.o $$(B)/lib$$(word 1,$$(subst _, ,$$*)).a $(B)/libemu.a
	$(CC) $(ALL_CFLAGS) $^ -o $@ -lcmocka $(LDLIBS)

-include $(shell find $(B) -name '*.d' 2>/dev/null)
