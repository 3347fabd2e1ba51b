/* How far the tables of periph/engine.h say that a block is modelled. */
#include "periph/engine.h"

static enum periph_state state(bool named_only, unsigned inaccuracy)
{
    return named_only ? PERIPH_NAMED_ONLY : inaccuracy ? PERIPH_PARTLY : PERIPH_MODELLED;
}

enum periph_state periph_task_state(const struct periph_task_desc *task)
{
    return state(!task->trigger, task->inaccuracy);
}

enum periph_state periph_event_state(const struct periph_desc *desc, const struct periph_event_desc *event)
{
    return state(event->unmodelled || periph_desc_is_named_only(desc), event->inaccuracy);
}

enum periph_state periph_reg_state(const struct periph_reg_desc *reg)
{
    return state(reg->unmodelled, reg->inaccuracy);
}

bool periph_desc_is_named_only(const struct periph_desc *desc)
{
    for (unsigned i = 0; i < desc->n_tasks; i++)
        if (desc->tasks[i].trigger)
            return false;
    for (unsigned i = 0; i < desc->n_regs; i++)
        if (!desc->regs[i].unmodelled)
            return false;
    return true;
}

enum periph_state periph_place_state(const struct periph_place *at)
{
    switch (at->kind) {
    case PERIPH_KIND_NONE:
        return PERIPH_UNKNOWN;
    case PERIPH_KIND_TASK:
        return periph_task_state(at->entry.task);
    case PERIPH_KIND_EVENT:
        return periph_event_state(at->p->desc, at->entry.event);
    case PERIPH_KIND_REG:
        return periph_reg_state(at->entry.reg);
    case PERIPH_KIND_SHORTS:
    case PERIPH_KIND_INTEN:
    case PERIPH_KIND_INTENSET:
    case PERIPH_KIND_INTENCLR:
        break;
    }
    return state(periph_desc_is_named_only(at->p->desc), 0);
}

const char *periph_state_name(enum periph_state s)
{
    static const char *const names[] = {
        [PERIPH_MODELLED] = "modelled",
        [PERIPH_PARTLY] = "partly",
        [PERIPH_NAMED_ONLY] = "named only",
        [PERIPH_UNKNOWN] = "unknown",
    };

    return names[s];
}
