# The long version of the storm that unit tests step through.
STEP_SOAK_STEPS ?= 100000
.PHONY: step-soak
step-soak: $(B)/tests/unit/lab_step_storm
	STORM_STEPS=$(STEP_SOAK_STEPS) $<
