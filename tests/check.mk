# `make check` and its parts, and `make soak`. tests/check runs the parts in order and adds up what passed.

.PHONY: check run-check soak run-soak check-layers check-format check-lint check-accuracy check-units check-samples check-cli check-outputs check-info check-gdb
.PHONY: test-programs tidy run-tidy format accuracy

# What was missing when this make read the Makefile is there for the next one.
check:
	tools/install-deps test
	+$(MAKE) run-check

run-check:
	+MAKE='$(MAKE)' tests/check

soak:
	tools/install-deps test
	+$(MAKE) run-soak

run-soak: torture-soak fuzz-soak step-soak gdb-soak

tidy:
	tools/install-deps all
	+$(MAKE) run-tidy

OUR_FOLDERS := $(LAYERS) tests firmware-samples
OUR_C := $(sort $(foreach f,$(OUR_FOLDERS),$(wildcard $(f)/*.[ch] $(f)/*/*.[ch])))
CLANG_FORMAT ?= clang-format
CPPCHECK ?= cppcheck
CLANG_TIDY ?= clang-tidy

check-layers:
	tools/check-layers
	tests/tools/layers.sh

check-format:
	$(CLANG_FORMAT) --dry-run -Werror $(OUR_C)

format:
	$(CLANG_FORMAT) -i $(OUR_C)

# It does not see that a bit test or a mask bounds an index.
check-lint: $(B)/gen/regnames.h
	$(CPPCHECK) --enable=warning,performance,portability --inline-suppr -q --error-exitcode=1 --std=c11 -I. -I$(B)/gen \
		--suppress=missingIncludeSystem --suppress=arrayIndexOutOfBoundsCond $(wildcard $(LAYERS))

run-tidy: check-format check-lint $(B)/gen/regnames.h
	$(CLANG_TIDY) --quiet $(foreach l,$(LAYERS),$($(l)_SRC)) -- -std=gnu11 -D_GNU_SOURCE -I. -I$(B)/gen $(PKG_CFLAGS)

# The page says of each register what the models' tables say of it.
ACCURACY_REGISTERS := $(B)/tools/accuracy_registers
$(B)/tools/accuracy_registers.o: CFLAGS_COMMON += -Wno-missing-field-initializers
$(ACCURACY_REGISTERS): $(ACCURACY_REGISTERS).o $(call layer_libs,periph)
	$(call say,LD,$@)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $^ -o $@ $(LDLIBS)

accuracy: $(ACCURACY_REGISTERS)
	tools/accuracy $< >docs/ACCURACY.md.tmp && mv docs/ACCURACY.md.tmp docs/ACCURACY.md

check-accuracy: $(ACCURACY_REGISTERS)
	tools/accuracy $< | diff -u docs/ACCURACY.md - || { echo 'docs/ACCURACY.md is old: make accuracy' >&2; exit 1; }

test-programs: $(UNIT_BIN)

check-units: $(UNIT_BIN)
	tests/run-units $(UNIT_BIN)

# The debug build proves that the trace hash is none of the compiler's; the benchmarks are long and say nothing new there.
FW_SHORT_SAMPLES := $(filter-out 20-% 21-% 22-% 23-%,$(FW_SAMPLES))
check-samples: nrfemu firmware
	$(MAKE) build/debug/nrfemu MODE=debug
	tests/samples/run ./nrfemu build/debug/nrfemu $(FW_SHORT_SAMPLES) -- $(filter-out $(FW_SHORT_SAMPLES),$(FW_SAMPLES))

check-cli: $(B)/nrfemu firmware
	tests/cli/bad-input $(B)/nrfemu $(FW)/02-uart-hello.elf

check-outputs: $(B)/nrfemu firmware
	tests/cli/outputs $(B)/nrfemu $(FW)

check-info: $(B)/nrfemu firmware $(INFO_IMAGES) $(HEAP_IMAGE)
	tests/cli/info $(B)/nrfemu $(IMAGES) $(FW)

# The real gdb at the real thing.
check-gdb: $(B)/nrfemu firmware
	tests/gdb/run $(B)/nrfemu $(FW)

# A worse link than that of make check, with other seeds.
.PHONY: gdb-soak
gdb-soak: $(B)/nrfemu firmware
	for seed in 1 2 3 4 5 6 7 8; do \
		EXTRA_OPTIONS="--link drop=5%,corrupt=5%,dup=3%,delay=2ms,split,seed=$$seed" \
			tests/gdb/run $(B)/nrfemu $(FW) lossy || exit 1; \
	done
