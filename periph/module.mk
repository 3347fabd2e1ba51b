# The tables of descriptors leave out what is zero.
$(B)/periph/%.o $(B)/tests/unit/periph_%.o: CFLAGS_COMMON += -Wno-missing-field-initializers

# The names of the registers that no model claims, from the chip's description.
$(B)/gen/regnames.h: data/nrf52840.regs tools/regnames.awk
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	awk -f tools/regnames.awk $< > $@.tmp && mv $@.tmp $@

$(B)/periph/named.o: CPPFLAGS += -I$(B)/gen
$(B)/periph/named.o: $(B)/gen/regnames.h
