#include "rsp/programs.h"

#include <string.h>

bool rsp_programs_add(struct rsp_programs *p, struct rsp_program program, const uint8_t *code)
{
    if (p->n == RSP_PROGRAMS_MAX || program.len > sizeof p->code - p->used)
        return false;
    program.at = p->used;
    memcpy(p->code + p->used, code, program.len);
    p->used += program.len;
    p->list[p->n++] = program;
    return true;
}

/* Those behind it move up, and so does their code. */
static void take_out(struct rsp_programs *p, unsigned i)
{
    struct rsp_program gone = p->list[i];
    size_t behind = gone.at + gone.len;

    memmove(p->code + gone.at, p->code + behind, p->used - behind);
    p->used -= gone.len;
    p->n--;
    memmove(&p->list[i], &p->list[i + 1], (p->n - i) * sizeof p->list[0]);
    for (; i < p->n; i++)
        p->list[i].at -= gone.len;
}

void rsp_programs_drop(struct rsp_programs *p, enum debug_point kind, uint32_t addr, unsigned owner)
{
    for (unsigned i = p->n; i-- > 0;)
        if (p->list[i].kind == kind && p->list[i].addr == addr && p->list[i].owner == owner)
            take_out(p, i);
}

const struct rsp_program *rsp_programs_next(const struct rsp_programs *p, enum rsp_program_role role, uint32_t addr,
                                            unsigned owner, unsigned *from)
{
    while (*from < p->n) {
        const struct rsp_program *at = &p->list[(*from)++];
        if (at->role == role && at->addr == addr && at->owner == owner)
            return at;
    }
    return NULL;
}
