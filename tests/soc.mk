# The tests of soc/ run firmware samples.
$(B)/tests/unit/soc_determinism: | $(FW_SAMPLES:%=$(FW)/%.elf)
$(B)/tests/unit/soc_determinism.o: CPPFLAGS += -DFIRMWARE='"$(FW)"'
$(B)/tests/unit/soc_images: | $(START_IMAGES:%=%.elf) $(START_IMAGES:%=%.hex) $(IMAGES)/start-26000.bin
$(B)/tests/unit/soc_images.o: CPPFLAGS += -DIMAGES='"$(IMAGES)"'
$(B)/tests/unit/soc_record: | $(FW)/17-echo.elf
$(B)/tests/unit/soc_record.o: CPPFLAGS += -DFIRMWARE='"$(FW)"'
$(B)/tests/unit/soc_board: | $(FW)/06-peripherals.elf
$(B)/tests/unit/soc_board.o: CPPFLAGS += -DFIRMWARE='"$(FW)"'
