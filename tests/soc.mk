# The tests of soc/ run firmware samples and made images.
SOC_TESTS := $(filter $(B)/tests/unit/soc_%,$(UNIT_BIN))
$(SOC_TESTS): | $(FW_SAMPLES:%=$(FW)/%.elf)
$(SOC_TESTS:%=%.o): CPPFLAGS += -DFIRMWARE='"$(FW)"' -DIMAGES='"$(IMAGES)"'
$(B)/tests/unit/soc_images: | $(START_IMAGES:%=%.elf) $(START_IMAGES:%=%.hex) $(IMAGES)/start-26000.bin
