# `make bench`: speed beside QEMU, the cost of sleep and of starting, memory. tools/bench measures.
BENCH_PROGRAMS := $(patsubst %,build/bench/%.elf,idle start stepping busy)
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

# `make bench-debug`: what debuggers do, beside QEMU's gdbstub. tools/bench-debug measures.
BENCH_DEBUG := $(B)/tests/bench/debug
$(BENCH_DEBUG)/bench-socket: $(BENCH_DEBUG)/socket.o $(BENCH_DEBUG)/client.o
	$(call say,LD,$@)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $^ -o $@

$(BENCH_DEBUG)/bench-inprocess: $(BENCH_DEBUG)/inprocess.o $(call layer_libs,lab)
	$(call say,LD,$@)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $^ -o $@ $(LDLIBS)

.PHONY: bench-debug run-bench-debug run-bench-reverse
bench-debug:
	tools/install-deps test
	+$(MAKE) run-bench-debug run-bench-reverse

run-bench-debug: nrfemu build/bench/stepping.elf $(BENCH_DEBUG)/bench-socket $(BENCH_DEBUG)/bench-inprocess
	tools/bench-debug --rounds $(BENCH_ROUNDS) --tools $(BENCH_DEBUG)

run-bench-reverse: nrfemu $(BENCH_PROGRAMS)
	tools/bench-reverse --rounds $(BENCH_ROUNDS)
