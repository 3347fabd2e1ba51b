/* What is at an offset of a slot, and what it is called: the lookup in the tables of periph/engine.h. */
#include "periph/engine.h"

#include <stdio.h>
#include <string.h>

/* Whether `offset` is an element of an array; *index says which. */
static bool element_of(uint32_t offset, uint32_t first, unsigned count, unsigned stride, unsigned *index)
{
    uint32_t distance = offset - first;

    *index = 0;
    if (!distance)
        return true;
    if (count <= 1 || offset < first)
        return false;
    stride = stride ? stride : 4;
    *index = distance / stride;
    return distance % stride == 0 && *index < count;
}

static bool find_task(const struct periph_desc *d, uint32_t offset, struct periph_place *at)
{
    for (unsigned i = 0; i < d->n_tasks; i++) {
        const struct periph_task_desc *t = &d->tasks[i];

        if (element_of(offset, t->offset, t->count, t->stride, &at->index)) {
            at->kind = PERIPH_KIND_TASK;
            at->number = PERIPH_TASK(offset);
            at->entry.task = t;
            return true;
        }
    }
    return false;
}

static bool find_event(const struct periph_desc *d, uint32_t offset, struct periph_place *at)
{
    for (unsigned i = 0; i < d->n_events; i++) {
        const struct periph_event_desc *e = &d->events[i];

        if (element_of(offset, e->offset, e->count, 4, &at->index)) {
            at->kind = PERIPH_KIND_EVENT;
            at->number = PERIPH_EVENT(offset);
            at->entry.event = e;
            return true;
        }
    }
    return false;
}

static bool find_common(const struct periph_desc *d, uint32_t offset, struct periph_place *at)
{
    if (offset == PERIPH_SHORTS && d->n_shorts)
        at->kind = PERIPH_KIND_SHORTS;
    else if (offset == PERIPH_INTEN && d->has_inten)
        at->kind = PERIPH_KIND_INTEN;
    else if (offset == PERIPH_INTENSET && d->n_events)
        at->kind = PERIPH_KIND_INTENSET;
    else if (offset == PERIPH_INTENCLR && d->n_events)
        at->kind = PERIPH_KIND_INTENCLR;
    return at->kind != PERIPH_KIND_NONE;
}

static bool find_reg(const struct periph_desc *d, uint32_t offset, struct periph_place *at)
{
    for (unsigned i = 0; i < d->n_regs; i++) {
        const struct periph_reg_desc *r = &d->regs[i];

        if (element_of(offset, r->offset, r->count, r->stride, &at->index)) {
            at->kind = PERIPH_KIND_REG;
            at->entry.reg = r;
            return true;
        }
    }
    return false;
}

static bool find_in(struct periph *p, uint32_t offset, struct periph_place *at)
{
    if (offset < p->offset)
        return false;
    offset -= p->offset;
    at->p = p;
    if (offset < PERIPH_EVENTS && find_task(p->desc, offset, at))
        return true;
    if (offset >= PERIPH_EVENTS && offset < PERIPH_SHORTS && find_event(p->desc, offset, at))
        return true;
    return find_common(p->desc, offset, at) || find_reg(p->desc, offset, at);
}

struct periph_place periph_slot_find(const struct periph_slot *s, uint32_t offset)
{
    struct periph_place at = {0};

    if (s->active && find_in(s->active, offset, &at))
        return at;
    for (unsigned i = 0; i < s->n_tenants; i++)
        if (find_in(s->tenant[i], offset, &at))
            return at;
    return (struct periph_place){0};
}

/* Puts "PREFIX" and the name, with its one "%u" replaced, behind what `buf` holds. */
static void append(char buf[PERIPH_NAME_MAX], const char *prefix, const char *name, unsigned index)
{
    size_t used = strlen(buf);
    const char *percent = strstr(name, "%u");

    if (percent)
        snprintf(buf + used, PERIPH_NAME_MAX - used, "%s%.*s%u%s", prefix, (int)(percent - name), name, index,
                 percent + 2);
    else
        snprintf(buf + used, PERIPH_NAME_MAX - used, "%s%s", prefix, name);
}

void periph_register_name(const struct periph_slot *s, uint32_t offset, char buf[PERIPH_NAME_MAX])
{
    struct periph_place at = periph_slot_find(s, offset & ~3u);

    snprintf(buf, PERIPH_NAME_MAX, "%s", at.p ? at.p->name : s->name);
    switch (at.kind) {
    case PERIPH_KIND_TASK:
        append(buf, ".TASKS_", at.entry.task->name, at.index);
        break;
    case PERIPH_KIND_EVENT:
        append(buf, ".EVENTS_", at.entry.event->name, at.index);
        break;
    case PERIPH_KIND_SHORTS:
        append(buf, ".", "SHORTS", 0);
        break;
    case PERIPH_KIND_INTEN:
        append(buf, ".", "INTEN", 0);
        break;
    case PERIPH_KIND_INTENSET:
        append(buf, ".", "INTENSET", 0);
        break;
    case PERIPH_KIND_INTENCLR:
        append(buf, ".", "INTENCLR", 0);
        break;
    case PERIPH_KIND_REG:
        append(buf, ".", at.entry.reg->name, at.index);
        break;
    case PERIPH_KIND_NONE:
        snprintf(buf, PERIPH_NAME_MAX, "%s+0x%03X", s->name, offset & ~3u);
        break;
    }
}
