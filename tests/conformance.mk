# The reader of data/nrf52840.regs is the test's, not a module's.
$(B)/tests/unit/periph_conformance: $(B)/tests/chip_description.o
