#include "rsp/points.h"

#include <stddef.h>

static struct rsp_point *find(struct rsp_points *p, const struct rsp_point *like)
{
    for (unsigned i = 0; i < p->n; i++) {
        struct rsp_point *at = &p->list[i];
        if (at->kind == like->kind && at->addr == like->addr && at->len == like->len)
            return at;
    }
    return NULL;
}

bool rsp_points_add(struct rsp_points *p, const struct debug_target *t, unsigned owner, struct rsp_point point)
{
    struct rsp_point *at = find(p, &point);

    if (at) {
        at->owners |= 1u << owner;
        return true;
    }
    if (p->n == RSP_POINTS_MAX || !t->ops->point_add(t->ctx, point.kind, point.addr, point.len))
        return false;
    point.owners = 1u << owner;
    p->list[p->n++] = point;
    return true;
}

/* The last one takes the place of the one that goes. */
static bool release(struct rsp_points *p, const struct debug_target *t, unsigned owner, struct rsp_point *at)
{
    at->owners &= ~(1u << owner);
    rsp_programs_drop(&p->programs, at->kind, at->addr, owner);
    if (at->owners)
        return true;
    bool ok = t->ops->point_remove(t->ctx, at->kind, at->addr, at->len);
    *at = p->list[--p->n];
    return ok;
}

bool rsp_points_remove(struct rsp_points *p, const struct debug_target *t, unsigned owner, struct rsp_point point)
{
    struct rsp_point *at = find(p, &point);

    return !at || !(at->owners & 1u << owner) || release(p, t, owner, at);
}

void rsp_points_drop(struct rsp_points *p, const struct debug_target *t, unsigned owner)
{
    for (unsigned i = p->n; i-- > 0;)
        if (p->list[i].owners & 1u << owner)
            release(p, t, owner, &p->list[i]);
}

const struct rsp_point *rsp_points_at(const struct rsp_points *p, uint32_t addr)
{
    for (unsigned i = 0; i < p->n; i++)
        if (p->list[i].kind <= DEBUG_POINT_HW_BREAK && p->list[i].addr == addr)
            return &p->list[i];
    return NULL;
}

uint32_t rsp_points_breakers(const struct rsp_points *p, uint32_t addr)
{
    uint32_t owners = 0;

    for (unsigned i = 0; i < p->n; i++)
        if (p->list[i].kind <= DEBUG_POINT_HW_BREAK && p->list[i].addr == addr)
            owners |= p->list[i].owners;
    return owners;
}

uint32_t rsp_points_watchers(const struct rsp_points *p, enum debug_point kind, uint32_t addr)
{
    uint32_t owners = 0;

    for (unsigned i = 0; i < p->n; i++)
        if (p->list[i].kind == kind && kind > DEBUG_POINT_HW_BREAK && addr - p->list[i].addr < p->list[i].len)
            owners |= p->list[i].owners;
    return owners;
}
