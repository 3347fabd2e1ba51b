# Recordings from silicon, which are not part of the project: `make vectors VECTORS=DIR`. Format and scores: docs/TIMING.md.
VECTORS_SRC := $(wildcard tests/vectors/*.c)
VECTORS_OBJ := $(VECTORS_SRC:%.c=$(B)/%.o)
VECTORS_PKGS := libarchive msgpack json-c
$(VECTORS_OBJ): CPPFLAGS += $(shell pkg-config --cflags $(VECTORS_PKGS) 2>/dev/null)
$(B)/tests/vectors/vectors: $(VECTORS_OBJ) $(B)/libnvic.a $(B)/libemu.a
	$(call say,LD,$@)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $^ -o $@ $(shell pkg-config --libs $(VECTORS_PKGS)) $(LDLIBS)

.PHONY: vectors run-vectors
vectors:
ifeq ($(VECTORS),)
	@echo 'make vectors VECTORS=DIR: DIR is where the recordings (*.tzst) are; see docs/TIMING.md' >&2; exit 2
else
	tools/install-deps test
	+$(MAKE) run-vectors
endif

run-vectors: $(B)/tests/vectors/vectors
	$< --json build/vectors.json '$(VECTORS)'
