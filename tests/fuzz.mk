# Fuzzing of what reads files from outside. `make fuzz-smoke` is short and the same every time; `make fuzz-soak` goes on
# for FUZZ_SECONDS with each target, longer with those that debuggers reach, keeps what it learns in build/fuzz/corpus and
# leaves failing inputs in build/fuzz.

FUZZ := build/fuzz
FUZZ_CC ?= clang
FUZZ_SECONDS ?= 150
FUZZ_SECONDS_packet ?= 600
FUZZ_SECONDS_rsp ?= 600
FUZZ_CFLAGS := -std=gnu11 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
FUZZ_TARGETS := board elf hex uf2 symbols info lines packet replay rsp rtt semihosting swd jlink buspirate

# How many inputs a smoke run tries: about three seconds.
FUZZ_RUNS_board := 60000
FUZZ_RUNS_elf := 300000
FUZZ_RUNS_hex := 300000
FUZZ_RUNS_uf2 := 300000
FUZZ_RUNS_symbols := 30000
FUZZ_RUNS_info := 12000
FUZZ_RUNS_lines := 12000
FUZZ_RUNS_packet := 20000
FUZZ_RUNS_replay := 60000
FUZZ_RUNS_rsp := 12000
FUZZ_RUNS_rtt := 100000
FUZZ_RUNS_semihosting := 20000
FUZZ_RUNS_swd := 20000
FUZZ_RUNS_jlink := 20000
FUZZ_RUNS_buspirate := 20000

FUZZ_MAX_LEN_board := 2048
FUZZ_MAX_LEN_elf := 4096
FUZZ_MAX_LEN_hex := 2048
FUZZ_MAX_LEN_uf2 := 4096
FUZZ_MAX_LEN_symbols := 16384
FUZZ_MAX_LEN_info := 16384
FUZZ_MAX_LEN_lines := 1024
FUZZ_MAX_LEN_packet := 2048
FUZZ_MAX_LEN_replay := 2048
FUZZ_MAX_LEN_rsp := 2048
FUZZ_MAX_LEN_rtt := 600
FUZZ_MAX_LEN_semihosting := 600
FUZZ_MAX_LEN_swd := 1024
FUZZ_MAX_LEN_jlink := 4096
FUZZ_MAX_LEN_buspirate := 1024

FUZZ_IMAGE_SRC := emu/image.c emu/image_elf.c emu/image_hex.c emu/image_uf2.c emu/elf_view.c
FUZZ_SRC_board := soc/board.c soc/board_file.c soc/board_file_parts.c soc/yaml_keys.c $(wildcard parts/*.c) emu/serial_bus.c \
	emu/sched.c emu/pin.c emu/evlog.c emu/log.c
FUZZ_LIBS_board := -lyaml
FUZZ_SRC_elf := $(FUZZ_IMAGE_SRC)
FUZZ_SRC_hex := $(FUZZ_IMAGE_SRC)
FUZZ_SRC_uf2 := $(FUZZ_IMAGE_SRC)
FUZZ_SRC_symbols := $(FUZZ_IMAGE_SRC) $(wildcard emu/symbols*.c)
FUZZ_LIBS_symbols := -ldw -lelf
FUZZ_SRC_info := $(FUZZ_SRC_symbols) $(wildcard emu/firmware*.c) emu/arm_attributes.c emu/armv7em.c emu/elf_wide.c emu/insn_sets.c
FUZZ_LIBS_info := -ldw -lelf -lcapstone
FUZZ_SRC_lines = $(FUZZ_SRC_rsp)
FUZZ_LIBS_lines = $(FUZZ_LIBS_rsp)
FUZZ_SRC_packet := rsp/packet.c rsp/buf.c rsp/link.c emu/duration.c
FUZZ_SRC_replay := host/replay.c emu/quoted.c emu/duration.c emu/evlog.c
FUZZ_SRC_rsp := $(filter-out rsp/server.c,$(wildcard rsp/*.c)) tests/fakes/rsp_fake_target.c $(wildcard step/*.c) emu/log.c emu/evlog.c emu/duration.c \
	emu/stream.c emu/stream_server.c $(wildcard emu/insn*.c) emu/armv7em.c $(FUZZ_SRC_symbols)
FUZZ_LIBS_rsp := -ldw -lelf -lcapstone
FUZZ_SRC_rtt := host/rtt.c emu/bus.c emu/sched.c emu/evlog.c emu/log.c emu/stream.c emu/stream_server.c
FUZZ_SRC_semihosting := host/semihosting.c host/semihosting_files.c host/tape.c emu/evlog.c emu/log.c
FUZZ_SRC_swd := $(filter-out swd/server.c,$(wildcard swd/*.c)) tests/fakes/swd_fake_target.c
FUZZ_SRC_jlink := $(FUZZ_SRC_swd)
FUZZ_SRC_buspirate := $(FUZZ_SRC_swd)

$(FUZZ_TARGETS:%=$(FUZZ)/fuzz_%): $(FUZZ)/fuzz_%: tests/fuzz/fuzz_%.c $$(FUZZ_SRC_$$*) $(wildcard emu/*.h tests/fuzz/*.h)
	$(call say,FUZZ,$@)
	@mkdir -p $(@D)
	$(FUZZ_CC) -I. -D_GNU_SOURCE -DIMAGES='"$(abspath $(IMAGES))"' $(FUZZ_CFLAGS) $(filter %.c,$^) -o $@ $(FUZZ_LIBS_$*)

# Seeds: the programs of images.mk in every format.
$(FUZZ)/seeds.stamp: tests/fuzz/make-seeds $(SYMBOL_IMAGES) $(RTOS_IMAGES) $(INFO_IMAGES) $(wildcard tests/fuzz/lines/* tests/fuzz/packet/* tests/fuzz/rsp/* tests/fuzz/replay/* tests/fuzz/swd/* tests/fuzz/jlink/* tests/fuzz/buspirate/* data/boards/*)
	tests/fuzz/make-seeds $(FUZZ)/seeds $(SYMBOL_IMAGES)
	cp -r tests/fuzz/lines tests/fuzz/packet tests/fuzz/rsp tests/fuzz/replay tests/fuzz/swd tests/fuzz/jlink tests/fuzz/buspirate $(FUZZ)/seeds/
	rm -rf $(FUZZ)/seeds/board && cp -r data/boards $(FUZZ)/seeds/board
	cp $(RTOS_IMAGES) $(FUZZ)/seeds/symbols/
	mkdir -p $(FUZZ)/seeds/info && cp $(INFO_IMAGES) $(FUZZ)/seeds/info/
	@touch $@

FUZZ_OPTIONS = -max_len=$(FUZZ_MAX_LEN_$*) -timeout=10 -rss_limit_mb=2048 -print_final_stats=0 -artifact_prefix=$(FUZZ)/$*- \
	$(patsubst %,-dict=%,$(wildcard tests/fuzz/$*.dict))

.PHONY: fuzz-smoke fuzz-soak $(FUZZ_TARGETS:%=fuzz-smoke-%) $(FUZZ_TARGETS:%=fuzz-soak-%)
fuzz-smoke: $(FUZZ_TARGETS:%=fuzz-smoke-%)
	@echo '$(words $(FUZZ_TARGETS)) passed, 0 failed'
fuzz-soak: $(FUZZ_TARGETS:%=fuzz-soak-%)

$(FUZZ_TARGETS:%=fuzz-smoke-%): fuzz-smoke-%: $(FUZZ)/fuzz_% $(FUZZ)/seeds.stamp
	@echo "fuzz $*: $(FUZZ_RUNS_$*) inputs"
	@rm -rf $(FUZZ)/smoke/$* && mkdir -p $(FUZZ)/smoke/$*
	@$< -seed=1 -runs=$(FUZZ_RUNS_$*) $(FUZZ_OPTIONS) $(FUZZ)/smoke/$* $(FUZZ)/seeds/$* >$(FUZZ)/smoke-$*.log 2>&1 || \
		{ tail -40 $(FUZZ)/smoke-$*.log; exit 1; }

$(FUZZ_TARGETS:%=fuzz-soak-%): fuzz-soak-%: $(FUZZ)/fuzz_% $(FUZZ)/seeds.stamp
	@echo "fuzz $*: $(or $(FUZZ_SECONDS_$*),$(FUZZ_SECONDS)) s"
	@mkdir -p $(FUZZ)/corpus/$*
	@$< -max_total_time=$(or $(FUZZ_SECONDS_$*),$(FUZZ_SECONDS)) $(FUZZ_OPTIONS) $(FUZZ)/corpus/$* $(FUZZ)/seeds/$* >$(FUZZ)/soak-$*.log 2>&1 || \
		{ tail -40 $(FUZZ)/soak-$*.log; exit 1; }
