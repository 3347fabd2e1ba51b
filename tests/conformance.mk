# The reader of data/nrf52840.regs is the tests', not a module's.
$(B)/tests/unit/periph_conformance $(B)/tests/unit/periph_named: $(B)/tests/chip_description.o
