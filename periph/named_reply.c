#include "periph/named_reply.h"

#include <string.h>

enum {
    STATE = 0x550, /* of RADIO */
    POWER = 0xFFC,

    DISABLED = 0,
    RX_RU = 1,
    RX_IDLE = 2,
    RX = 3,
    RX_DISABLE = 4,
    TX_RU = 9,
    TX_IDLE = 10,
    TX = 11,
    TX_DISABLE = 12,
    KEEP = 0xFF, /* the state that is */

    MAX_EVENTS = 3,
};

#define IN(state)    (1u << (state))
#define RECEIVING    (IN(RX_RU) | IN(RX_IDLE) | IN(RX))
#define TRANSMITTING (IN(TX_RU) | IN(TX_IDLE) | IN(TX))
#define IDLE         (IN(DISABLED) | IN(RX_IDLE) | IN(TX_IDLE) | IN(RX))
#define ANY          0xFFFFu

/* A task makes events `us` microseconds later. Several rows of one task all count. `in`: the states in which the task
 * does it, `during` the one until then, `then` the one afterwards. Inaccuracies 1 and 2. */
static const struct reply {
    const char *type;
    uint16_t task;
    uint16_t us;
    uint16_t in;
    uint8_t during, then;
    uint16_t event[MAX_EVENTS]; /* 0: no more */
} replies[] = {
    /* TXEN, RXEN: READY with TXREADY or RXREADY */
    {"RADIO", 0x000, 40, IDLE, TX_RU, TX_IDLE, {0x100, 0x154}},
    {"RADIO", 0x004, 40, IDLE, RX_RU, RX_IDLE, {0x100, 0x158}},
    /* START: ADDRESS and FRAMESTART, then PAYLOAD, PHYEND and END; a receiver just listens */
    {"RADIO", 0x008, 40, IN(TX_IDLE), TX, KEEP, {0x104, 0x138}},
    {"RADIO", 0x008, 300, IN(TX_IDLE), TX, TX_IDLE, {0x108, 0x16C, 0x10C}},
    {"RADIO", 0x008, 0, IN(RX_IDLE), RX, RX},
    /* STOP */
    {"RADIO", 0x00C, 0, IN(TX), TX_IDLE, TX_IDLE},
    {"RADIO", 0x00C, 0, IN(RX), RX_IDLE, RX_IDLE},
    /* DISABLE: DISABLED */
    {"RADIO", 0x010, 6, TRANSMITTING | IN(TX_DISABLE), TX_DISABLE, DISABLED, {0x110}},
    {"RADIO", 0x010, 1, RECEIVING | IN(RX_DISABLE), RX_DISABLE, DISABLED, {0x110}},
    {"RADIO", 0x010, 0, IN(DISABLED), DISABLED, DISABLED, {0x110}},
    /* RSSISTART, EDSTART, EDSTOP, CCASTART, CCASTOP: RSSIEND, EDEND, EDSTOPPED, CCAIDLE, CCASTOPPED */
    {"RADIO", 0x014, 1, ANY, KEEP, KEEP, {0x11C}},
    {"RADIO", 0x024, 128, ANY, KEEP, KEEP, {0x13C}},
    {"RADIO", 0x028, 0, ANY, KEEP, KEEP, {0x140}},
    {"RADIO", 0x02C, 128, ANY, KEEP, KEEP, {0x144}},
    {"RADIO", 0x030, 0, ANY, KEEP, KEEP, {0x14C}},
    /* ACTIVATE: READY */
    {"NFCT", 0x000, 20, ANY, KEEP, KEEP, {0x100}},
    /* KSGEN, CRYPT: ENDKSGEN, ENDCRYPT */
    {"CCM", 0x000, 50, ANY, KEEP, KEEP, {0x100}},
    {"CCM", 0x004, 50, ANY, KEEP, KEEP, {0x104}},
    /* START: END, NOTRESOLVED; STOP: END */
    {"AAR", 0x000, 6, ANY, KEEP, KEEP, {0x100, 0x108}},
    {"AAR", 0x008, 0, ANY, KEEP, KEEP, {0x100}},
    /* STOP: STOPPED */
    {"QDEC", 0x004, 1, ANY, KEEP, KEEP, {0x110}},
    /* START: READY */
    {"COMP", 0x000, 3, ANY, KEEP, KEEP, {0x100}},
    {"LPCOMP", 0x000, 140, ANY, KEEP, KEEP, {0x100}},
    /* START: STARTED; STOP: STOPPED */
    {"PDM", 0x000, 1, ANY, KEEP, KEEP, {0x100}},
    {"PDM", 0x004, 1, ANY, KEEP, KEEP, {0x104}},
    /* STOP: STOPPED */
    {"I2S", 0x004, 1, ANY, KEEP, KEEP, {0x108}},
};

static struct named_tenant *self(struct periph *p) { return (struct named_tenant *)p; }

/* --- STATE, which only RADIO has: for the others it is the word of a register that no row looks at --- */

static bool is_radio(const struct periph *p) { return !strcmp(p->desc->type, "RADIO"); }

static unsigned state(const struct periph *p) { return is_radio(p) ? periph_get(p, STATE) : DISABLED; }

static void set_state(struct periph *p, unsigned to)
{
    if (is_radio(p) && to != KEEP)
        periph_set(p, STATE, to);
}

/* --- replies --- */

static void give(struct periph *p, const struct reply *r, vtime due)
{
    set_state(p, r->then);
    for (unsigned i = 0; i < MAX_EVENTS && r->event[i]; i++)
        periph_event_at(p, PERIPH_EVENT(r->event[i]), due);
}

static void fire(void *ctx, vtime due)
{
    struct named_pending *n = ctx;

    give(&n->owner->p, &replies[n->row], due);
}

static void cancel(struct named_tenant *t)
{
    for (unsigned i = 0; i < NAMED_REPLIES; i++)
        sched_cancel(periph_doors(&t->p)->sched, &t->pending[i].event);
}

/* A reply that waits already is moved. */
static struct named_pending *place_for(struct named_tenant *t, uint8_t row)
{
    struct named_pending *free = NULL;

    for (unsigned i = 0; i < NAMED_REPLIES; i++) {
        if (t->pending[i].event.armed && t->pending[i].row == row)
            return &t->pending[i];
        if (!t->pending[i].event.armed)
            free = &t->pending[i];
    }
    return free;
}

static void promise(struct named_tenant *t, uint8_t row)
{
    struct named_pending *n = place_for(t, row);

    if (!n)
        return;
    n->row = row;
    sched_at(periph_doors(&t->p)->sched, &n->event, periph_now(&t->p) + replies[row].us * VTIME_PER_US);
}

/* Those that the block has only one of at a time: a new state ends what the old one had promised. */
static bool changes_state(const struct reply *r) { return r->during != KEEP; }

void named_reply_task(struct periph *p, unsigned number)
{
    unsigned before = state(p);
    bool first = true;

    for (uint8_t row = 0; row < sizeof replies / sizeof *replies; row++) {
        const struct reply *r = &replies[row];

        if (PERIPH_TASK(r->task) != number || strcmp(r->type, p->desc->type) != 0 || !(r->in >> before & 1))
            continue;
        if (changes_state(r) && first)
            cancel(self(p));
        first = false;
        set_state(p, r->during);
        if (r->us)
            promise(self(p), row);
        else
            give(p, r, periph_now(p));
    }
}

/* --- construction, reset --- */

void named_reply_init(struct periph *p)
{
    struct named_tenant *t = self(p);

    for (unsigned i = 0; i < NAMED_REPLIES; i++) {
        t->pending[i].owner = t;
        sched_event_init(&t->pending[i].event, p->name, fire, &t->pending[i]);
    }
}

void named_reply_reset(struct periph *p, uint32_t resetreas) { cancel(self(p)); }

/* Inaccuracy 3. */
void named_power(struct periph *p, unsigned i, uint32_t value)
{
    const struct periph_desc *d = p->desc;

    periph_set(p, POWER, value & 1);
    if (value & 1)
        return;
    cancel(self(p));
    for (unsigned k = 0; k < d->n_regs; k++)
        for (unsigned n = 0; n < (d->regs[k].count ? d->regs[k].count : 1) && d->regs[k].offset != POWER; n++)
            periph_set(p, d->regs[k].offset + n * (d->regs[k].stride ? d->regs[k].stride : 4), d->regs[k].reset);
    for (unsigned k = 0; k < d->n_events; k++)
        periph_event_clear(p, PERIPH_EVENT(d->events[k].offset));
    periph_slot_poke(p->slot, PERIPH_INTENCLR, UINT32_MAX);
    periph_slot_poke(p->slot, PERIPH_SHORTS, 0);
}
