# The tests of soc/ run firmware samples.
$(B)/tests/unit/soc_determinism: | $(FW_SAMPLES:%=$(FW)/%.elf)
$(B)/tests/unit/soc_determinism.o: CPPFLAGS += -DFIRMWARE='"$(FW)"'
