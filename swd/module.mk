# What a host program is started with to have the wire's clock.
SWD_CLOCK := $(B)/swd-clock.so
$(SWD_CLOCK): swd/preload/swd_clock.c emu/stream_clock.h
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(CC) -I. -D_GNU_SOURCE $(CFLAGS_COMMON) -O2 -fPIC -shared $< -o $@ -ldl

ifneq ($(filter release debug,$(MODE)),)
all: $(SWD_CLOCK)
endif

# The tests have a chip that is a few words of memory.
SWD_FAKE := $(B)/tests/fakes/swd_fake_target.o
$(addprefix $(B)/tests/unit/swd_,wire ap probe): $(SWD_FAKE)
