#include "soc/trace_port.h"

#include "soc/nrf52840.h"

enum { TRACECONFIG = 0x55C, MUX_SERIAL = 1, MUX_PARALLEL = 2 };

static uint32_t trace_config(const struct soc *s) { return periph_get(&s->periph.clock.p, TRACECONFIG); }

/* 32, 16, 8 or 4 MHz. */
static vtime clock_period(void *ctx) { return (vtime)VTIME_PER_US / 32 << (trace_config(ctx) & 3); }

static void put(void *ctx, uint8_t byte, bool serial)
{
    struct soc *s = ctx;
    if ((trace_config(s) >> 16 & 3) != (serial ? MUX_SERIAL : MUX_PARALLEL))
        log_once(s->log, 0x4000055Du,
                 "trace data is lost: CLOCK.TRACECONFIG.TRACEMUX is not %s, which is what TPIU_SPPR says",
                 serial ? "Serial" : "Parallel");
    else if (s->trace_listener.put && !s->evlog.muted)
        s->trace_listener.put(s->trace_listener.ctx, byte);
}

void trace_port_init(struct soc *s)
{
    tpiu_connect(&s->core, &(struct trace_pins){.clock_period = clock_period, .put = put, .ctx = s});
}
