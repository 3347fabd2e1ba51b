# `make check-swd`: the real OpenOCD at the chip's debug port, over both probes, on the wire's time.
.PHONY: check-swd
check-swd: $(B)/nrfemu $(SWD_CLOCK) firmware
	tests/swd/run $(B)/nrfemu $(SWD_CLOCK) $(FW)

# `make bench-swd`: transfers a second over loopback, beside the pace of a real 4 MHz wire.
.PHONY: bench-swd
bench-swd: nrfemu firmware
	tests/swd/bench ./nrfemu $(FW)/01-blink.elf
