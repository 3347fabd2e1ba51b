#include "emu/cpu_ranges.h"

#include <assert.h>

void cpu_ranges_set(struct cpu_ranges *r, const struct cpu_range *range, unsigned n)
{
    assert(n <= CPU_MAX_RANGES);
    *r = (struct cpu_ranges){.n = n};
    for (unsigned i = 0; i < n; i++) {
        r->range[i] = range[i];
        r->data |= range[i].loads || range[i].stores;
        r->fetches |= range[i].fetches;
    }
}

uint32_t cpu_ranges_data(const struct cpu_ranges *r, uint32_t addr, uint32_t bytes, bool store)
{
    uint32_t hits = 0;
    for (unsigned i = 0; i < r->n; i++) {
        const struct cpu_range *w = &r->range[i];
        uint32_t first = w->base & ~w->mask;
        bool overlap = addr - first <= w->mask || first - addr < bytes;
        if ((store ? w->stores : w->loads) && overlap)
            hits |= 1u << i;
    }
    return hits;
}

uint32_t cpu_ranges_fetch(const struct cpu_ranges *r, uint32_t pc)
{
    uint32_t hits = 0;
    for (unsigned i = 0; i < r->n; i++)
        if (r->range[i].fetches && !((pc ^ r->range[i].base) & ~r->range[i].mask))
            hits |= 1u << i;
    return hits;
}
