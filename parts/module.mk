# The tables of descriptors leave out what is zero.
$(B)/parts/%.o $(B)/tests/unit/parts_%.o: CFLAGS_COMMON += -Wno-missing-field-initializers
