# The tests of soc/ run firmware samples.
SOC_TESTS := $(filter $(B)/tests/unit/soc_%,$(UNIT_BIN))
$(SOC_TESTS): | $(FW_SAMPLES:%=$(FW)/%.elf)
$(SOC_TESTS:%=%.o): CPPFLAGS += -DFIRMWARE='"$(FW)"'
