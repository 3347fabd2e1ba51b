/*
 * A chip without a CPU for the tests of peripherals: clock, bus, pins, event log and all of the catalogue. Test
 * programs include it once each.
 */
#ifndef TESTS_UNIT_PERIPH_FIXTURE_H
#define TESTS_UNIT_PERIPH_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "periph/catalogue.h"

enum { CHIP_RECORDS = 512, CHIP_LINES = 32 };

struct chip {
    struct sched sched;
    struct bus bus;
    struct evlog evlog;
    struct log log;
    struct pins pins;
    struct spi_bus spi;
    struct i2c_bus i2c;
    struct core_state core;
    struct doors doors;
    struct peripherals p;
    bool line[IRQ_LINES];
    unsigned rises[IRQ_LINES];
    struct ev record[CHIP_RECORDS];
    unsigned n_records;
    char message[CHIP_LINES][160];
    unsigned n_messages;
    unsigned system_offs;
    unsigned resets;    /* asked for */
    uint32_t resetreas; /* of the last */
};

static inline void chip_line(void *ctx, unsigned irqn, bool level)
{
    struct chip *c = ctx;

    assert_true(irqn < IRQ_LINES);
    assert_int_not_equal(c->line[irqn], level); /* only changes are told */
    evlog_emit(&c->evlog, EV_IRQ_LINE, irqn, level);
    c->line[irqn] = level;
    c->rises[irqn] += level;
}

static inline void chip_record(void *ctx, const struct ev *e)
{
    struct chip *c = ctx;

    if (c->n_records < CHIP_RECORDS)
        c->record[c->n_records++] = *e;
}

static inline void chip_message(void *ctx, enum log_level level, const char *line)
{
    struct chip *c = ctx;

    if (c->n_messages < CHIP_LINES)
        snprintf(c->message[c->n_messages++], sizeof c->message[0], "%s", line);
}

static inline void chip_system_off(void *ctx) { ((struct chip *)ctx)->system_offs++; }

static inline void chip_reset(void *ctx, uint32_t resetreas)
{
    struct chip *c = ctx;

    c->resets++;
    c->resetreas = resetreas;
}

static inline struct chip *chip_new_seeded(uint64_t seed)
{
    struct chip *c = calloc(1, sizeof *c);

    assert_non_null(c);
    sched_init(&c->sched);
    bus_init(&c->bus);
    evlog_init(&c->evlog, &c->sched.now);
    evlog_attach(&c->evlog, 1u << EV_TASK | 1u << EV_EVENT | 1u << EV_PIN | 1u << EV_IRQ_LINE, chip_record, c);
    log_init(&c->log, LOG_INFO, &c->sched.now);
    c->log.write = chip_message;
    c->log.ctx = c;
    pins_init(&c->pins, &c->evlog);
    spi_bus_init(&c->spi, &c->pins, &c->sched);
    i2c_bus_init(&c->i2c, &c->pins);
    c->doors = (struct doors){.sched = &c->sched,
                              .bus = &c->bus,
                              .evlog = &c->evlog,
                              .log = &c->log,
                              .pins = &c->pins,
                              .spi = &c->spi,
                              .i2c = &c->i2c,
                              .irq = {chip_line, c},
                              .sys = {.reset = chip_reset, .system_off = chip_system_off, .ctx = c},
                              .core = &c->core,
                              .seed = seed};
    peripherals_init(&c->p, &c->doors);
    periph_engine_reset(&c->p.engine, 0);
    c->n_records = 0;
    return c;
}

static inline struct chip *chip_new(void) { return chip_new_seeded(0); }

/* Fires everything that is due until `to`, each at its time, and leaves the clock there. */
static inline void chip_run_to(struct chip *c, vtime to)
{
    while (sched_next(&c->sched) <= to) {
        if (sched_next(&c->sched) > c->sched.now)
            c->sched.now = sched_next(&c->sched);
        sched_fire_due(&c->sched);
    }
    c->sched.now = to;
}

/* As a CPU in a long instruction does: everything that came due fires late, at `to`. */
static inline void chip_leap_to(struct chip *c, vtime to)
{
    c->sched.now = to;
    sched_fire_due(&c->sched);
}

static inline uint32_t chip_read(struct chip *c, uint32_t address)
{
    uint32_t value = 0;

    assert_true(bus_read(&c->bus, address, &value, 4));
    return value;
}

static inline void chip_write(struct chip *c, uint32_t address, uint32_t value)
{
    assert_true(bus_write(&c->bus, address, value, 4));
}

/* Time of record `nth` (from 0) of a kind with this `b`; VTIME_NEVER when there are fewer. */
static inline vtime chip_time_of(const struct chip *c, enum ev_kind kind, uint32_t b, unsigned nth)
{
    for (unsigned i = 0; i < c->n_records; i++)
        if (c->record[i].kind == kind && c->record[i].b == b && nth-- == 0)
            return c->record[i].time;
    return VTIME_NEVER;
}

static inline unsigned chip_count(const struct chip *c, enum ev_kind kind, uint32_t b)
{
    unsigned n = 0;

    for (unsigned i = 0; i < c->n_records; i++)
        n += c->record[i].kind == kind && c->record[i].b == b;
    return n;
}

/* Whether some message contains `text`. */
static inline bool chip_said(const struct chip *c, const char *text)
{
    for (unsigned i = 0; i < c->n_messages; i++)
        if (strstr(c->message[i], text))
            return true;
    return false;
}

#endif
