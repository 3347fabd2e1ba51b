# Programs that unit tests read; built, never committed. They are the same in every MODE.

IMAGES := build/images
ARM_CC ?= arm-none-eabi-gcc
ARM_OBJCOPY ?= arm-none-eabi-objcopy
ARM_STRIP ?= arm-none-eabi-strip
IMAGE_FLAGS := -mcpu=cortex-m4 -mthumb -O1 -fno-toplevel-reorder -ffunction-sections -ffreestanding -nostdlib -Wl,--gc-sections

$(IMAGES)/symbols%.elf: tests/images/symbols.c tests/images/symbols_asm.S tests/images/symbols.ld tests/images.mk
	$(call say,FW,$@)
	@mkdir -p $(@D)
	$(ARM_CC) $(IMAGE_FLAGS) -Wl,-n $(IMAGE_FLAGS_$*) -T tests/images/symbols.ld $(filter %.c %.S,$^) -o $@

SYMBOL_IMAGES := $(IMAGES)/symbols-dwarf4.elf $(IMAGES)/symbols-dwarf5.elf $(IMAGES)/symbols-packed.elf $(IMAGES)/symbols-bare.elf
IMAGE_FLAGS_-dwarf4 := -gdwarf-4
IMAGE_FLAGS_-dwarf5 := -gdwarf-5
IMAGE_FLAGS_-packed := -gdwarf-5 -gz=zlib
IMAGE_FLAGS_-bare := -g0 -Wl,--strip-debug

$(B)/tests/unit/emu_symbols: | $(SYMBOL_IMAGES)
$(B)/tests/unit/emu_symbols.o: CPPFLAGS += -DIMAGES='"$(abspath $(IMAGES))"' -DSOURCES='"$(abspath tests/images)"'

# Programs at the addresses that SoftDevices and bootloaders leave to others; `headers` has the ELF's own headers in its
# first segment, as lld likes it.
START_IMAGES := $(addprefix $(IMAGES)/start-,mbr 1000 10000 26000 27000 12000000 headers bootloader)
START_FLAGS_mbr := -DMBR -Wl,-n,--defsym=origin=0,--defsym=shift=0
START_FLAGS_headers := -Wl,--defsym=origin=0x30000,--defsym=shift=0x100,-z,max-page-size=0x1000
START_FLAGS_bootloader := -DBOOTLOADER -Wl,-n,--defsym=origin=0xF4000,--defsym=shift=0
START_FLAGS = -Wl,-n,--defsym=origin=0x$*,--defsym=shift=0

$(IMAGES)/start-%.elf: tests/images/start.c tests/images/start.ld tests/images.mk
	$(call say,FW,$@)
	@mkdir -p $(@D)
	$(ARM_CC) $(IMAGE_FLAGS) $(or $(START_FLAGS_$*),$(START_FLAGS)) -T tests/images/start.ld $< -o $@

# For `nrfemu info`: one program for several cores and in several formats.
ARM_OBJCOPY ?= arm-none-eabi-objcopy
INFO_FLAGS := -O1 -ffreestanding -nostdlib -Wl,-n -T tests/images/info.ld
INFO_FLAGS_hard := -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16 -gdwarf-4
INFO_FLAGS_softfp := -mcpu=cortex-m4 -mthumb -mfloat-abi=softfp -mfpu=fpv4-sp-d16 -g0
INFO_FLAGS_soft := -mcpu=cortex-m4 -mthumb -mfloat-abi=soft -g0
INFO_FLAGS_m33 := -mcpu=cortex-m33 -mthumb -mfloat-abi=soft -g0 '-DFOREIGN="tt r0, r1"'
INFO_FLAGS_m33plain := -mcpu=cortex-m33 -mthumb -mfloat-abi=soft -g0
INFO_FLAGS_a9 := -mcpu=cortex-a9 -marm -mfloat-abi=soft -g0
INFO_FLAGS_a9thumb := -mcpu=cortex-a9 -mthumb -mfloat-abi=soft -g0 '-DFOREIGN="mrc p15, 0, r0, c1, c0, 0"'
INFO_ELFS := $(patsubst INFO_FLAGS_%,$(IMAGES)/info-%.elf,$(filter INFO_FLAGS_%,$(.VARIABLES)))
INFO_IMAGES := $(INFO_ELFS) $(IMAGES)/info-hard.hex $(IMAGES)/info-m33.hex $(IMAGES)/info-hard-stripped.elf $(IMAGES)/info-a9.bin

$(INFO_ELFS): $(IMAGES)/info-%.elf: tests/images/info.c tests/images/info.ld tests/images.mk
	$(call say,FW,$@)
	@mkdir -p $(@D)
	$(ARM_CC) $(INFO_FLAGS_$*) $(INFO_FLAGS) $< -lgcc -o $@

$(IMAGES)/%-stripped.elf: $(IMAGES)/%.elf
	$(ARM_STRIP) $< -o $@

$(IMAGES)/%.hex: $(IMAGES)/%.elf
	$(ARM_OBJCOPY) -O ihex $< $@

$(IMAGES)/%.bin: $(IMAGES)/%.elf
	$(ARM_OBJCOPY) -O binary -j .text $< $@

$(B)/tests/unit/emu_firmware_info: | $(INFO_IMAGES)
$(B)/tests/unit/emu_firmware_info.o: CPPFLAGS += -DIMAGES='"$(abspath $(IMAGES))"'

# For the measuring of runs: one that allocates.
HEAP_IMAGE := $(IMAGES)/heap.elf
$(HEAP_IMAGE): tests/images/heap.c tests/images/heap.ld tests/images.mk
	$(call say,FW,$@)
	@mkdir -p $(@D)
	$(ARM_CC) -mcpu=cortex-m4 -mthumb -g -O1 -fno-builtin -nostartfiles --specs=nano.specs -Wl,-n -T tests/images/heap.ld $< -o $@

$(B)/tests/unit/soc_measure: | $(HEAP_IMAGE) $(FW_SAMPLES:%=$(FW)/%.elf)
$(B)/tests/unit/soc_measure.o: CPPFLAGS += -DFIRMWARE='"$(FW)"' -DHEAP_IMAGE='"$(HEAP_IMAGE)"'

# For stepping: programs of a few instructions, and a storm of interrupts.
STEP_IMAGES := $(IMAGES)/steps.elf $(IMAGES)/storm.elf
STEP_FLAGS := -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16 -O2 -g -ffreestanding -nostdlib -Wl,-n,--build-id=none \
	-T tests/images/steps.ld
$(IMAGES)/steps.elf: tests/images/steps.S tests/images/steps.ld tests/images.mk
	$(call say,FW,$@)
	@mkdir -p $(@D)
	$(ARM_CC) $(STEP_FLAGS) $< -o $@

$(IMAGES)/storm.elf: tests/images/storm.c tests/images/steps.ld tests/images.mk
	$(call say,FW,$@)
	@mkdir -p $(@D)
	$(ARM_CC) $(STEP_FLAGS) -Wl,-e,thread $< -lgcc -o $@

LAB_STEP_TESTS := $(filter $(B)/tests/unit/lab_step_%,$(UNIT_BIN))
$(LAB_STEP_TESTS): | $(STEP_IMAGES)
$(LAB_STEP_TESTS:%=%.o): CPPFLAGS += -DIMAGES='"$(IMAGES)"'

# Pictures of the memory of operating systems.
RTOS_IMAGES := $(patsubst %,$(IMAGES)/rtos-%.elf,FREERTOS RIOT ZEPHYR TINYGO)
RTOS_IMAGE_NAMES := s/internal_task_/internal\/task./g; s/runtime_/runtime./g
$(IMAGES)/rtos-%.elf: tests/images/rtos.c tests/images.mk
	$(call say,FW,$@)
	@mkdir -p $(@D)
	$(ARM_CC) -mcpu=cortex-m4 -mthumb -g -O1 -ffreestanding -nostdlib -Wl,-n,--build-id=none,-Tdata=0x20000000,--section-start=.rodata=0x1000,-e,0 -D$* $< -o $@.tmp
	LC_ALL=C sed '$(RTOS_IMAGE_NAMES)' $@.tmp >$@
	@rm -f $@.tmp

$(B)/tests/unit/rsp_rtos $(B)/tests/unit/emu_symbols: | $(RTOS_IMAGES)
$(B)/tests/unit/rsp_rtos.o: CPPFLAGS += -DIMAGES='"$(abspath $(IMAGES))"'
