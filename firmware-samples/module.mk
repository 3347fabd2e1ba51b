# Firmware samples: `make firmware` builds build/firmware/NN-name.elf from NN-name/*.c and common/*.c.
#
# FW_FLAGS_NN-name holds what a sample needs beyond the usual; hard float is FW_HARD.

FW := build/firmware
FW_CORE := build/firmware-core
FW_CC ?= arm-none-eabi-gcc
FW_HARD := -mfloat-abi=hard -mfpu=fpv4-sp-d16
FW_CFLAGS := -std=gnu11 -mcpu=cortex-m4 -mthumb -g -O2 -ffunction-sections -fdata-sections -ffp-contract=off \
	-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Ifirmware-samples/common
FW_LDFLAGS := -nostartfiles --specs=nano.specs -T firmware-samples/common/nrf52840.ld -Wl,--gc-sections \
	-Wl,--fatal-warnings -Wl,--no-warn-rwx-segments

FW_FLAGS_08-threads := $(FW_HARD)
FW_FLAGS_33-tasks := $(FW_HARD)
FW_FLAGS_22-bench-hardfloat := $(FW_HARD)
FW_FLAGS_30-nested-float := $(FW_HARD) -O0

# Sources beyond those.
FW_SRC_10-faults := firmware-samples/common/faults.c
FW_SRC_11-mpu := firmware-samples/common/faults.c
FW_SRC_17-echo := firmware-samples/common/echo.c
FW_SRC_21-bench-softfloat := firmware-samples/common/float_mix.c
FW_SRC_22-bench-hardfloat := firmware-samples/common/float_mix.c
FW_SRC_25-usb-cdc := firmware-samples/common/echo.c

FW_SAMPLES := $(sort $(patsubst firmware-samples/%/main.c,%,$(wildcard firmware-samples/*/main.c)))
# Those that need nothing but the core also run on QEMU's mps2-an386, which is another opinion on what is right.
FW_CORE_SAMPLES := $(filter 05-% 07-% 08-% 09-% 10-% 11-% 12-% 16-% 20-% 21-% 22-% 23-%,$(FW_SAMPLES))

FW_COMMON := $(filter-out %/faults.c %/float_mix.c %/echo.c,$(wildcard firmware-samples/common/*))
FW_BUILD = $(FW_CC) $(FW_CFLAGS) $(FW_FLAGS_$*) $(filter %.c,$^) $(FW_LDFLAGS) -o $@

.PHONY: firmware firmware-core check-firmware-core
firmware: $(FW_SAMPLES:%=$(FW)/%.elf)
firmware-core: $(FW_CORE_SAMPLES:%=$(FW_CORE)/%.elf)

$(FW)/%.elf: $$(wildcard firmware-samples/$$*/*.[ch]) $(FW_COMMON) $$(FW_SRC_$$*) firmware-samples/module.mk
	$(call say,FW,$@)
	@mkdir -p $(@D)
	$(FW_BUILD)

$(FW_CORE)/%.elf: $$(wildcard firmware-samples/$$*/*.[ch]) $(FW_COMMON) $$(FW_SRC_$$*) firmware-samples/module.mk
	$(call say,FW,$@)
	@mkdir -p $(@D)
	$(FW_BUILD) -DSAMPLE_CORE_ONLY

# Compares each with expected.txt and exit as the emulator's own golden test does.
check-firmware-core: firmware-core
	@tools=firmware-samples/run-on-qemu; for s in $(FW_CORE_SAMPLES); do $$tools $$s $(FW_CORE)/$$s.elf || exit 1; done
	@echo '$(words $(FW_CORE_SAMPLES)) passed, 0 failed'
