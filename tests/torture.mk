# Random exception programs on nrfemu and on QEMU: tests/torture/README.md. `make torture` runs TORTURE_PROGRAMS from
# TORTURE_SEED on; `make torture-soak` more; `make torture-timings` shows that the logs do not depend on timing.

TORTURE := build/torture
TORTURE_SEED ?= 1
TORTURE_PROGRAMS ?= 300
TORTURE_SOAK_PROGRAMS ?= 5000
TORTURE_JOBS ?= 2
TORTURE_GENERATOR := generate actions faults states
TORTURE_CFLAGS := $(CFLAGS_COMMON) -O2 -D_GNU_SOURCE
TORTURE_TOOLS := $(TORTURE)/generate $(TORTURE)/run $(TORTURE)/runtime.o $(TORTURE)/exits.o

$(TORTURE)/generate: $(TORTURE_GENERATOR:%=tests/torture/%.c) tests/torture/gen.h tests/torture.mk
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(CC) $(TORTURE_CFLAGS) $(filter %.c,$^) -o $@

$(TORTURE)/run: tests/torture/run.c tests/torture.mk
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(CC) $(TORTURE_CFLAGS) $< -o $@

$(TORTURE)/%.o: tests/torture/%.S tests/torture/torture.inc
	$(call say,AS,$@)
	@mkdir -p $(@D)
	arm-none-eabi-as -mcpu=cortex-m4 -I tests/torture $< -o $@

TORTURE_RUN = $(TORTURE)/run --jobs $(TORTURE_JOBS) --keep $(TORTURE)/failed
torture_last = $$(($(TORTURE_SEED) + $(1) - 1))

.PHONY: torture torture-soak torture-timings
torture: $(TORTURE_TOOLS) nrfemu
	$(TORTURE_RUN) $(TORTURE_SEED) $(call torture_last,$(TORTURE_PROGRAMS))

torture-soak: $(TORTURE_TOOLS) nrfemu
	$(TORTURE_RUN) $(TORTURE_SEED) $(call torture_last,$(TORTURE_SOAK_PROGRAMS))

torture-timings: $(TORTURE_TOOLS)
	$(TORTURE_RUN) --qemu-timings $(TORTURE_SEED) $(call torture_last,$(TORTURE_PROGRAMS))

# The core without the chip: quicker to build and to blame.
$(TORTURE)/machine: tests/torture/machine.c $(B)/libnvic.a $(B)/libemu.a
	@mkdir -p $(@D)
	$(CC) $(TORTURE_CFLAGS) -Wno-unused-parameter -I. $^ -o $@ $(LDLIBS)

.PHONY: torture-core
torture-core: $(TORTURE_TOOLS) $(TORTURE)/machine
	$(TORTURE_RUN) --nrfemu $(TORTURE)/machine $(TORTURE_SEED) $(call torture_last,$(TORTURE_PROGRAMS))
