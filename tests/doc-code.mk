# docs/ADDING-A-PERIPHERAL.md is a program: its code is taken out of it, compiled as a unit test, and run with the others.
DOC_CODE := $(B)/gen/doc-code
DOC_PAGE := docs/ADDING-A-PERIPHERAL.md
DOC_FILES := $(DOC_CODE)/pulse.h $(DOC_CODE)/pulse.c $(DOC_CODE)/pulse_test.c
DOC_TEST := $(B)/tests/doc/periph_pulse

$(DOC_FILES) &: $(DOC_PAGE) tests/tools/doc-code
	$(call say,GEN,$(DOC_CODE))
	tests/tools/doc-code $(DOC_PAGE) $(DOC_CODE)

$(DOC_TEST): $(DOC_FILES) $(call layer_libs,periph)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -I$(DOC_CODE) $(ALL_CFLAGS) -Wno-missing-field-initializers $(LDFLAGS) $(filter %.c,$^) $(filter %.a,$^) \
		-o $@ -lcmocka $(LDLIBS)

UNIT_BIN += $(DOC_TEST)
check-units test-programs: $(DOC_TEST)

.PHONY: check-doc-code
check-doc-code: $(DOC_TEST)
	tests/run-units $(DOC_TEST)
