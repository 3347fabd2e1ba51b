# Programs that unit tests read; built, never committed. They are the same in every MODE.

IMAGES := build/images
ARM_CC ?= arm-none-eabi-gcc
ARM_STRIP ?= arm-none-eabi-strip
IMAGE_FLAGS := -mcpu=cortex-m4 -mthumb -O1 -fno-toplevel-reorder -ffunction-sections -ffreestanding -nostdlib -Wl,-n,--gc-sections

$(IMAGES)/symbols%.elf: tests/images/symbols.c tests/images/symbols_asm.S tests/images/symbols.ld tests/images.mk
	$(call say,FW,$@)
	@mkdir -p $(@D)
	$(ARM_CC) $(IMAGE_FLAGS) $(IMAGE_FLAGS_$*) -T tests/images/symbols.ld $(filter %.c %.S,$^) -o $@

SYMBOL_IMAGES := $(IMAGES)/symbols-dwarf4.elf $(IMAGES)/symbols-dwarf5.elf $(IMAGES)/symbols-packed.elf $(IMAGES)/symbols-bare.elf
IMAGE_FLAGS_-dwarf4 := -gdwarf-4
IMAGE_FLAGS_-dwarf5 := -gdwarf-5
IMAGE_FLAGS_-packed := -gdwarf-5 -gz=zlib
IMAGE_FLAGS_-bare := -g0 -Wl,--strip-debug

$(B)/tests/unit/emu_symbols: | $(SYMBOL_IMAGES)
$(B)/tests/unit/emu_symbols.o: CPPFLAGS += -DIMAGES='"$(abspath $(IMAGES))"' -DSOURCES='"$(abspath tests/images)"'
