# `make bench`: speed beside QEMU, the cost of sleep and of starting, memory. tools/bench measures.
BENCH_PROGRAMS := build/bench/idle.elf build/bench/start.elf build/bench/busy.elf
BENCH_ROUNDS ?= 5

$(BENCH_PROGRAMS): build/bench/%.elf: tests/bench/%/main.c $(FW_COMMON)
	$(call say,FW,$@)
	@mkdir -p $(@D)
	$(FW_BUILD)

.PHONY: bench run-bench
bench:
	tools/install-deps test
	+$(MAKE) run-bench

run-bench: nrfemu firmware $(BENCH_PROGRAMS)
	tools/bench --rounds $(BENCH_ROUNDS)

# `make bench-debug`: what debuggers have to wait for.
.PHONY: bench-debug run-bench-reverse
bench-debug: run-bench-reverse

run-bench-reverse: nrfemu $(BENCH_PROGRAMS)
	tools/bench-reverse --rounds $(BENCH_ROUNDS)
