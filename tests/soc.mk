# The tests of soc/ run firmware samples.
SOC_TESTS := soc_determinism soc_external_flash
$(SOC_TESTS:%=$(B)/tests/unit/%): | $(FW_SAMPLES:%=$(FW)/%.elf)
$(SOC_TESTS:%=$(B)/tests/unit/%.o): CPPFLAGS += -DFIRMWARE='"$(FW)"'
