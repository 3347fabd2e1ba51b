# The tests of soc/ run firmware samples.
$(B)/tests/unit/soc_determinism $(B)/tests/unit/soc_usb: | $(FW_SAMPLES:%=$(FW)/%.elf)
$(B)/tests/unit/soc_determinism.o $(B)/tests/unit/soc_usb.o: CPPFLAGS += -DFIRMWARE='"$(FW)"'
