#include "emu/evlog.h"

#include <assert.h>
#include <string.h>

#define FNV_PRIME 0x100000001b3ull

static const char *const kind_name[EV_KINDS] = {
    [EV_ENTRY] = "entry",
    [EV_TAILCHAIN] = "tail-chain",
    [EV_LATE_ARRIVAL] = "late-arrival",
    [EV_RETURN] = "return",
    [EV_FAULT] = "fault",
    [EV_SLEEP] = "sleep",
    [EV_WAKE] = "wake",
    [EV_LOCKUP] = "lockup",
    [EV_RESET] = "reset",
    [EV_IRQ_LINE] = "irq-line",
    [EV_PEND] = "pend",
    [EV_PIN] = "pin",
    [EV_TASK] = "task",
    [EV_EVENT] = "event",
    [EV_CONSOLE] = "console",
    [EV_MASK] = "mask",
    [EV_HALT] = "halt",
};

void evlog_init(struct evlog *l, const vtime *now) { *l = (struct evlog){.now = now}; }

static bool is_told(const struct evlog *l, const struct evlog_reader *r) { return !l->muted || r->follows; }

static void update_wanted(struct evlog *l)
{
    l->wanted = 0;
    for (unsigned i = 0; i < l->n_readers; i++)
        if (is_told(l, &l->reader[i]))
            l->wanted |= l->reader[i].kinds;
}

static void add(struct evlog *l, struct evlog_reader reader)
{
    assert(l->n_readers < EVLOG_MAX_READERS);
    l->reader[l->n_readers++] = reader;
    update_wanted(l);
}

void evlog_attach(struct evlog *l, uint32_t kinds, void (*read)(void *, const struct ev *), void *ctx)
{
    add(l, (struct evlog_reader){.kinds = kinds, .read = read, .ctx = ctx});
}

void evlog_follow(struct evlog *l, uint32_t kinds, void (*read)(void *, const struct ev *), void *ctx)
{
    add(l, (struct evlog_reader){.kinds = kinds, .read = read, .ctx = ctx, .follows = true});
}

void evlog_detach(struct evlog *l, void *ctx)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < l->n_readers; i++) {
        if (l->reader[i].ctx == ctx)
            continue;
        l->reader[kept++] = l->reader[i];
    }
    l->n_readers = kept;
    update_wanted(l);
}

void evlog_mute(struct evlog *l, bool muted)
{
    l->muted = muted;
    update_wanted(l);
}

void evlog_deliver(struct evlog *l, enum ev_kind kind, uint32_t a, uint32_t b)
{
    struct ev e = {.time = *l->now, .kind = kind, .a = a, .b = b};
    for (unsigned i = 0; i < l->n_readers; i++)
        if (l->reader[i].kinds >> kind & 1 && is_told(l, &l->reader[i]))
            l->reader[i].read(l->reader[i].ctx, &e);
}

const char *ev_kind_name(enum ev_kind kind) { return (unsigned)kind < EV_KINDS ? kind_name[kind] : "?"; }

const char *ev_console_name(enum ev_console channel)
{
    static const char *const name[EV_CONSOLES] = {"uart0", "uart1", "rtt", "semihosting", "usb"};
    return (unsigned)channel < EV_CONSOLES ? name[channel] : "?";
}

static uint64_t hash_word(uint64_t hash, uint32_t word) { return (hash ^ word) * FNV_PRIME; }

void trace_hash_read(void *hash, const struct ev *e)
{
    uint64_t h = *(uint64_t *)hash;
    h = hash_word(h, (uint32_t)e->time);
    h = hash_word(h, (uint32_t)(e->time >> 32));
    h = hash_word(h, e->kind);
    h = hash_word(h, e->a);
    h = hash_word(h, e->b);
    *(uint64_t *)hash = h;
}

uint64_t trace_hash_bytes(uint64_t hash, const void *data, uint32_t len)
{
    const uint8_t *p = data;
    for (uint32_t at = 0; at < len; at += 4) {
        uint32_t word = 0;
        memcpy(&word, p + at, len - at < 4 ? len - at : 4);
        hash = hash_word(hash, word);
    }
    return hash_word(hash, len); /* tells trailing zeros from the end */
}
