#include "periph/egu.h"

enum { CHANNELS = 16 };

static void task_trigger(struct periph *p, unsigned i) { periph_event(p, PERIPH_EVENT(0x100) + i); }

static const struct periph_task_desc tasks[] = {{0x000, "TRIGGER[%u]", task_trigger, CHANNELS}};
static const struct periph_event_desc events[] = {{0x100, "TRIGGERED[%u]", CHANNELS}};

const struct periph_desc egu_desc = {
    .type = "EGU",
    .size = sizeof(struct egu),
    PERIPH_TABLE(tasks),
    PERIPH_TABLE(events),
    .has_inten = true,
};
