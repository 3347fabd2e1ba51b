#include "periph/catalogue.h"

#include <assert.h>
#include <string.h>

const struct periph_instance periph_catalogue[] = {
#define ROW(member, type, desc, name, number, base, irqn) \
    {&desc, name, number, base, irqn, offsetof(struct peripherals, member)},
    PERIPH_CATALOGUE(ROW)
#undef ROW
};

const unsigned periph_catalogue_count = sizeof periph_catalogue / sizeof *periph_catalogue;

static struct periph *instance(struct peripherals *p, const struct periph_instance *i)
{
    return (struct periph *)((char *)p + i->member);
}

static struct periph_slot *slot_for(struct peripherals *p, const struct periph_instance *i)
{
    struct periph_slot *s = periph_engine_slot_at(&p->engine, i->base);

    if (s)
        return s;
    assert(p->n_slots < CATALOGUE_MAX_SLOTS);
    s = &p->slot[p->n_slots++];
    periph_slot_init(s, &p->engine, i->name, i->base & ~(PERIPH_SLOT_SIZE - 1u), i->irqn);
    return s;
}

void peripherals_init(struct peripherals *p, const struct doors *doors)
{
    periph_engine_init(&p->engine, doors);
    p->n_slots = 0;
    for (unsigned i = 0; i < periph_catalogue_count; i++) {
        const struct periph_instance *row = &periph_catalogue[i];
        struct periph_slot *s = slot_for(p, row);

        periph_init(instance(p, row), row->desc, s, row->name, row->number, row->base - s->base);
    }
    named_fill(&p->named, &p->engine);
}

struct periph *peripherals_find(struct peripherals *p, const char *name)
{
    for (unsigned i = 0; i < periph_catalogue_count; i++)
        if (!strcmp(periph_catalogue[i].name, name))
            return instance(p, &periph_catalogue[i]);
    return NULL;
}
