#include "periph/engine.h"

#include <assert.h>
#include <string.h>

static unsigned elements(unsigned count) { return count ? count : 1; }

static void set_line(struct periph_slot *s, bool level)
{
    const struct doors *d = s->engine->doors;

    s->line = level;
    if (s->irqn == PERIPH_NO_IRQ)
        return;
    if (d->irq.set_level)
        irq_set_level(&d->irq, (unsigned)s->irqn, level);
}

/* The only place where the level of an interrupt line is made. Its delay: inaccuracy 2. */
static void update_line(struct periph_slot *s)
{
    struct periph_engine *e = s->engine;
    bool level = (s->events & s->inten) != 0 || s->level;

    if (level) {
        sched_cancel(e->doors->sched, &s->line_drop);
        if (!s->line)
            set_line(s, true);
    } else if (s->line && !e->line_drop_delay) {
        set_line(s, false);
    } else if (s->line && !s->line_drop.armed) {
        sched_at(e->doors->sched, &s->line_drop, e->doors->sched->now + e->line_drop_delay);
    }
}

static void line_drop_fire(void *ctx, vtime due)
{
    struct periph_slot *s = ctx;

    (void)due;
    if (s->line)
        set_line(s, false);
}

/* --- construction --- */

void periph_engine_init(struct periph_engine *e, const struct doors *doors)
{
    memset(e, 0, sizeof *e);
    e->doors = doors;
    e->now = VTIME_NEVER;
}

static uint32_t device_read(void *ctx, uint32_t offset, unsigned size) { return periph_slot_read(ctx, offset, size); }
static void device_write(void *ctx, uint32_t offset, uint32_t value, unsigned size)
{
    periph_slot_write(ctx, offset, value, size);
}
static uint32_t device_peek(void *ctx, uint32_t offset) { return periph_slot_peek(ctx, offset); }
static void device_poke(void *ctx, uint32_t offset, uint32_t value) { periph_slot_poke(ctx, offset, value); }

void periph_slot_init(struct periph_slot *s, struct periph_engine *e, const char *name, uint32_t base, int irqn)
{
    memset(s, 0, sizeof *s);
    s->engine = e;
    s->name = name;
    s->base = base;
    s->irqn = irqn;
    sched_event_init(&s->line_drop, name, line_drop_fire, s);
    assert(e->n_slots < PERIPH_MAX_SLOTS);
    e->slot[e->n_slots++] = s;
    if (e->doors->bus)
        bus_add_device(e->doors->bus, &(struct bus_device){.name = name,
                                                           .base = base,
                                                           .size = PERIPH_SLOT_SIZE,
                                                           .read = device_read,
                                                           .write = device_write,
                                                           .peek = device_peek,
                                                           .poke = device_poke,
                                                           .ctx = s});
}

void periph_init(struct periph *p, const struct periph_desc *desc, struct periph_slot *s, const char *name,
                 unsigned number, uint32_t offset)
{
    assert(s->n_tenants < PERIPH_MAX_TENANTS && desc->size >= sizeof *p);
    memset((void *)p, 0, desc->size);
    p->desc = desc;
    p->name = name;
    p->slot = s;
    p->offset = offset;
    p->number = number;
    s->tenant[s->n_tenants++] = p;
    s->exclusive |= desc->enable_value != 0;
    for (unsigned i = 0; i < desc->n_events; i++)
        for (unsigned k = 0; k < elements(desc->events[i].count); k++)
            s->event_mask |= 1u << (PERIPH_EVENT(desc->events[i].offset) + k);
    for (unsigned i = 0; i < desc->n_shorts; i++)
        s->shorts_mask |= 1u << desc->shorts[i].bit;
    if (desc->init)
        desc->init(p);
}

/* `old`: the slot's words before the reset. */
static void reset_registers(struct periph *p, uint32_t resetreas, const uint32_t *old)
{
    for (unsigned i = 0; i < p->desc->n_regs; i++) {
        const struct periph_reg_desc *r = &p->desc->regs[i];

        for (unsigned k = 0; k < elements(r->count); k++) {
            uint32_t offset = r->offset + k * (r->stride ? r->stride : 4);

            periph_set(p, offset, r->survives & resetreas ? old[(p->offset + offset) / 4] : r->reset);
        }
    }
}

static void slot_reset(struct periph_slot *s, uint32_t resetreas)
{
    uint32_t old[PERIPH_SLOT_SIZE / 4];

    memcpy(old, s->word, sizeof old);
    memset(s->word, 0, sizeof s->word);
    s->events = s->inten = s->shorts = 0;
    s->active = NULL;
    s->level = false;
    for (unsigned i = s->n_tenants; i-- > 0;) /* of registers at one offset the first tenant's reset value counts */
        reset_registers(s->tenant[i], resetreas, old);
    for (unsigned i = 0; i < s->n_tenants; i++)
        if (s->tenant[i]->desc->reset)
            s->tenant[i]->desc->reset(s->tenant[i], resetreas);
    sched_cancel(s->engine->doors->sched, &s->line_drop);
    if (s->line)
        set_line(s, false);
}

void periph_engine_reset(struct periph_engine *e, uint32_t resetreas)
{
    e->chain = 0;
    e->now = VTIME_NEVER;
    e->clocks = (struct periph_clocks){0};
    for (unsigned i = 0; i < e->n_slots; i++)
        slot_reset(e->slot[i], resetreas);
}

void periph_engine_core_changed(struct periph_engine *e)
{
    for (unsigned i = 0; i < e->n_slots; i++)
        for (unsigned k = 0; k < e->slot[i]->n_tenants; k++) {
            struct periph *p = e->slot[i]->tenant[k];

            if (p->desc->core_changed)
                p->desc->core_changed(p);
        }
}

void periph_clocks_set(struct periph *p, struct periph_clocks clocks)
{
    struct periph_engine *e = p->slot->engine;

    e->clocks = clocks;
    for (unsigned i = 0; i < e->n_slots; i++)
        for (unsigned k = 0; k < e->slot[i]->n_tenants; k++)
            if (e->slot[i]->tenant[k]->desc->clocks_changed)
                e->slot[i]->tenant[k]->desc->clocks_changed(e->slot[i]->tenant[k]);
}

/* --- tasks and events --- */

static void apply_shorts(struct periph *p, unsigned event)
{
    for (unsigned i = 0; i < p->desc->n_shorts; i++) {
        const struct periph_short_desc *s = &p->desc->shorts[i];

        if (s->event == event && (p->slot->shorts >> s->bit & 1))
            periph_task(p, s->task);
    }
}

/* Inaccuracy 1: SHORTS and PPI act at once. */
static void route(struct periph *p, unsigned number)
{
    struct periph_engine *e = p->slot->engine;
    uint32_t address = p->slot->base + PERIPH_EVENTS + 4 * number;
    char name[PERIPH_NAME_MAX];

    if (e->chain >= PERIPH_MAX_CHAIN) {
        periph_register_name(p->slot, PERIPH_EVENTS + 4 * number, name);
        log_once(e->doors->log, address | 2, "%s: events and tasks form a loop through PPI or SHORTS; broken off",
                 name);
        return;
    }
    e->chain++;
    evlog_emit(e->doors->evlog, EV_EVENT, p->slot->base >> 12, address);
    if (p->slot->shorts)
        apply_shorts(p, number);
    if (e->ppi)
        e->ppi(e->ppi_ctx, address);
    e->chain--;
}

void periph_event_unrouted(struct periph *p, unsigned number)
{
    struct periph_slot *s = p->slot;

    evlog_emit(s->engine->doors->evlog, EV_EVENT, s->base >> 12, s->base + PERIPH_EVENTS + 4 * number);
    s->events |= 1u << number;
    update_line(s);
}

void periph_event(struct periph *p, unsigned number)
{
    assert(number < 32 && p->offset == 0);
    p->slot->events |= 1u << number;
    route(p, number);
    update_line(p->slot);
}

void periph_event_at(struct periph *p, unsigned number, vtime due)
{
    struct periph_engine *e = p->slot->engine;
    vtime outer = e->now;

    e->now = due;
    periph_event(p, number);
    e->now = outer;
}

void periph_event_clear(struct periph *p, unsigned number)
{
    p->slot->events &= ~(1u << number);
    update_line(p->slot);
}

void periph_level(struct periph *p, bool level)
{
    p->slot->level = level;
    update_line(p->slot);
}

static void trigger(const struct periph_place *at)
{
    struct periph_slot *s = at->p->slot;
    const struct doors *d = s->engine->doors;
    uint32_t address = s->base + 4 * at->number;
    char name[PERIPH_NAME_MAX];

    evlog_emit(d->evlog, EV_TASK, s->base >> 12, address);
    if (!periph_enabled(at->p)) {
        periph_guest_error(at->p, 4 * at->number, "triggered while ENABLE does not select it: no effect");
    } else if (at->entry.task->trigger) {
        at->entry.task->trigger(at->p, at->index);
    } else {
        periph_register_name(s, 4 * at->number, name);
        log_once(d->log, address, "%s is not modelled", name);
        if (at->p->desc->other_task)
            at->p->desc->other_task(at->p, at->number);
    }
}

void periph_task(struct periph *p, unsigned number)
{
    struct periph_place at = periph_slot_find(p->slot, 4 * number);

    if (at.kind == PERIPH_KIND_TASK)
        trigger(&at);
}

struct periph_slot *periph_engine_slot_at(struct periph_engine *e, uint32_t address)
{
    for (unsigned i = 0; i < e->n_slots; i++)
        if (address - e->slot[i]->base < PERIPH_SLOT_SIZE)
            return e->slot[i];
    return NULL;
}

bool periph_engine_task_at(struct periph_engine *e, uint32_t address)
{
    struct periph_slot *s = periph_engine_slot_at(e, address);
    struct periph_place at = {0};

    if (s)
        at = periph_slot_find(s, address - s->base);
    if (at.kind != PERIPH_KIND_TASK)
        return false;
    trigger(&at);
    return true;
}

void periph_on_detect(struct periph_engine *e, void (*rose)(void *ctx, unsigned port), void *ctx)
{
    assert(e->n_detect < PERIPH_MAX_DETECT);
    e->detect[e->n_detect].rose = rose;
    e->detect[e->n_detect++].ctx = ctx;
}

void periph_detect(struct periph_engine *e, unsigned port)
{
    for (unsigned i = 0; i < e->n_detect; i++)
        e->detect[i].rose(e->detect[i].ctx, port);
}

struct periph *periph_neighbour(const struct periph *p, const struct periph_desc *desc)
{
    for (unsigned i = 0; i < p->slot->n_tenants; i++)
        if (p->slot->tenant[i]->desc == desc)
            return p->slot->tenant[i];
    return NULL;
}

/* --- accesses --- */

static void log_unmodelled(const struct periph_slot *s, uint32_t offset, const char *what)
{
    char name[PERIPH_NAME_MAX];

    periph_register_name(s, offset, name);
    log_once(s->engine->doors->log, s->base + offset, "%s %s", name, what);
}

void periph_guest_error(struct periph *p, uint32_t offset, const char *what)
{
    const struct doors *d = periph_doors(p);
    char name[PERIPH_NAME_MAX];

    periph_register_name(p->slot, p->offset + offset, name);
    if (log_first(d->log, (p->slot->base + p->offset + offset) | 1))
        log_msg(d->log, LOG_WARN, "guest: %s: %s (pc 0x%08x)", name, what, d->core ? d->core->pc : 0);
}

/* Tells once what the guest touches that has no effect; of tasks trigger() does. */
static void notice(const struct periph_slot *s, const struct periph_place *at, uint32_t offset)
{
    if (at->kind == PERIPH_KIND_NONE)
        log_unmodelled(s, offset, "is not known");
    else if (at->kind == PERIPH_KIND_REG ? at->entry.reg->unmodelled
                                         : at->p->desc->unmodelled && at->kind != PERIPH_KIND_TASK)
        log_unmodelled(s, offset, "is not modelled");
}

/* While another tenant is enabled, a register is only the memory that they share. */
static bool acts(const struct periph *p) { return !p->slot->active || periph_enabled(p); }

static uint32_t read_reg(const struct periph_place *at, uint32_t offset, bool debugger)
{
    const struct periph_reg_desc *r = at->entry.reg;
    struct periph_slot *s = at->p->slot;

    if (r->read && acts(at->p) && !(debugger && r->read_acts))
        return r->read(at->p, at->index);
    return r->access == PERIPH_WO ? 0 : s->word[offset / 4];
}

static uint32_t read_word(struct periph_slot *s, uint32_t offset, bool debugger)
{
    struct periph_place at = periph_slot_find(s, offset);

    if (!debugger)
        notice(s, &at, offset);
    switch (at.kind) {
    case PERIPH_KIND_TASK:
        return 0;
    case PERIPH_KIND_EVENT:
        return s->events >> at.number & 1;
    case PERIPH_KIND_SHORTS:
        return s->shorts;
    case PERIPH_KIND_INTEN:
    case PERIPH_KIND_INTENSET:
    case PERIPH_KIND_INTENCLR:
        return s->inten;
    case PERIPH_KIND_REG:
        return read_reg(&at, offset, debugger);
    case PERIPH_KIND_NONE:
        break;
    }
    return s->word[offset / 4];
}

static void select_tenant(struct periph_slot *s, uint32_t value)
{
    struct periph *old = s->active, *new = NULL;

    for (unsigned i = 0; i < s->n_tenants && value; i++)
        if (s->tenant[i]->desc->enable_value == value)
            new = s->tenant[i];
    if (new == old)
        return;
    s->active = new;
    if (old && old->desc->enabled)
        old->desc->enabled(old, false);
    if (new &&new->desc->enabled)
        new->desc->enabled(new, true);
}

static void write_reg(const struct periph_place *at, uint32_t offset, uint32_t value)
{
    const struct periph_reg_desc *r = at->entry.reg;
    struct periph_slot *s = at->p->slot;
    uint32_t mask = r->mask ? r->mask : UINT32_MAX;
    uint32_t *word = &s->word[offset / 4];

    if (r->access == PERIPH_RO)
        periph_guest_error(at->p, offset - at->p->offset, "write to a read-only register ignored");
    else if (r->write && acts(at->p))
        r->write(at->p, at->index, value & mask);
    else if (r->access == PERIPH_W1C)
        *word &= ~(value & mask);
    else
        *word = value & mask;
    if (s->exclusive && offset == PERIPH_ENABLE)
        select_tenant(s, *word);
}

static void inten_changed(struct periph_slot *s)
{
    for (unsigned i = 0; i < s->n_tenants; i++)
        if (s->tenant[i]->desc->inten_changed)
            s->tenant[i]->desc->inten_changed(s->tenant[i]);
    update_line(s);
}

static void write_word(struct periph_slot *s, uint32_t offset, uint32_t value)
{
    struct periph_place at = periph_slot_find(s, offset);

    notice(s, &at, offset);
    switch (at.kind) {
    case PERIPH_KIND_TASK:
        if (value & 1)
            trigger(&at);
        return;
    case PERIPH_KIND_EVENT: /* inaccuracy 3 */
        s->events = (s->events & ~(1u << at.number)) | (value & 1) << at.number;
        update_line(s);
        return;
    case PERIPH_KIND_SHORTS:
        s->shorts = value & s->shorts_mask;
        return;
    case PERIPH_KIND_INTEN:
        s->inten = value & s->event_mask;
        break;
    case PERIPH_KIND_INTENSET:
        s->inten |= value & s->event_mask;
        break;
    case PERIPH_KIND_INTENCLR:
        s->inten &= ~value;
        break;
    case PERIPH_KIND_REG:
        write_reg(&at, offset, value);
        return;
    case PERIPH_KIND_NONE:
        s->word[offset / 4] = value;
        return;
    }
    inten_changed(s);
}

uint32_t periph_slot_read(struct periph_slot *s, uint32_t offset, unsigned size)
{
    uint32_t value = read_word(s, offset & ~3u & (PERIPH_SLOT_SIZE - 1), false);

    return size == 4 ? value : value >> 8 * (offset & 3) & ((1u << 8 * size) - 1);
}

void periph_slot_write(struct periph_slot *s, uint32_t offset, uint32_t value, unsigned size)
{
    uint32_t word = offset & ~3u & (PERIPH_SLOT_SIZE - 1);

    if (size < 4) { /* inaccuracy 4 */
        uint32_t shift = 8 * (offset & 3), lanes = ((1u << 8 * size) - 1) << shift;

        value = (s->word[word / 4] & ~lanes) | (value << shift & lanes);
    }
    write_word(s, word, value);
}

uint32_t periph_slot_peek(struct periph_slot *s, uint32_t offset)
{
    return read_word(s, offset & ~3u & (PERIPH_SLOT_SIZE - 1), true);
}

void periph_slot_poke(struct periph_slot *s, uint32_t offset, uint32_t value)
{
    write_word(s, offset & ~3u & (PERIPH_SLOT_SIZE - 1), value);
}
