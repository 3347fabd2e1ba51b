/*
 * Z z: break- and watchpoints. Behind a breakpoint may stand conditions and commands, as agent expressions:
 * ";X3,220127X…;cmds:0,X…". They take the place of those it had.
 */
#include "rsp/agent.h"
#include "rsp/commands.h"

/* gdb's kinds of a Thumb breakpoint: 2 stands on a 16-bit instruction, 3 on a 32-bit one. */
static const uint32_t break_length[] = {[2] = 2, [3] = 4};

/* The programs of one request, with their code in the hub's scratch memory. */
struct programs {
    unsigned n;
    size_t used;
    struct rsp_program list[32];
};

static bool take_program(struct rsp_session *s, struct rsp_args *args, enum rsp_program_role role, struct programs *p)
{
    struct rsp_program program = {.role = role, .owner = s->slot, .at = p->used};
    uint32_t len;

    if (!rsp_args_u32(args, &len) || !rsp_args_char(args, ',') || len > RSP_AGENT_MAX ||
        len > sizeof s->hub->scratch - p->used || p->n == sizeof p->list / sizeof p->list[0] ||
        !rsp_args_hex(args, s->hub->scratch + p->used, len))
        return false;
    program.len = len;
    p->used += len;
    p->list[p->n++] = program;
    return true;
}

/* Whether commands shall stay when the debugger leaves is ignored: they do not. */
static bool take_programs(struct rsp_session *s, struct rsp_args *args, struct programs *p)
{
    uint32_t persist;

    while (rsp_args_char(args, ';')) {
        enum rsp_program_role role = RSP_PROGRAM_CONDITION;
        if (rsp_args_word(args, "cmds:")) {
            role = RSP_PROGRAM_COMMAND;
            if (!rsp_args_u32(args, &persist) || !rsp_args_char(args, ','))
                return false;
        }
        while (rsp_args_char(args, 'X'))
            if (!take_program(s, args, role, p))
                return false;
    }
    return rsp_args_end(args);
}

static bool take_point(struct rsp_args *args, struct rsp_point *point)
{
    uint32_t type, kind;

    if (!rsp_args_u32(args, &type) || type > DEBUG_POINT_WATCH_ACCESS || !rsp_args_char(args, ',') ||
        !rsp_args_range(args, &point->addr, &kind))
        return false;
    point->kind = type;
    if (type >= DEBUG_POINT_WATCH_WRITE) {
        point->len = kind;
        return kind > 0 && rsp_args_end(args) && (uint64_t)point->addr + kind <= 1ull << 32;
    }
    if (kind >= sizeof break_length / sizeof break_length[0])
        return false;
    point->len = break_length[kind];
    return point->len > 0 && !(point->addr & 1);
}

/* A type we do not know is a question whether we do: the answer is empty. */
static bool unknown_type(const struct rsp_args *args)
{
    struct rsp_args try = *args;
    uint32_t type;

    return rsp_args_u32(&try, &type) && rsp_args_char(&try, ',') && type > DEBUG_POINT_WATCH_ACCESS;
}

static bool attach_programs(struct rsp_session *s, const struct rsp_point *point, const struct programs *p)
{
    struct rsp_programs *to = &s->hub->points.programs;
    bool ok = true;

    rsp_programs_drop(to, point->kind, point->addr, s->slot);
    for (unsigned i = 0; i < p->n && ok; i++) {
        struct rsp_program program = p->list[i];
        program.kind = point->kind;
        program.addr = point->addr;
        ok = rsp_programs_add(to, program, s->hub->scratch + p->list[i].at);
    }
    return ok;
}

static enum rsp_outcome add(struct rsp_session *s, struct rsp_args *args)
{
    struct rsp_point point = {0};
    struct programs programs = {0};

    if (unknown_type(args))
        return RSP_SEND;
    if (!take_point(args, &point) || !take_programs(s, args, &programs))
        return rsp_syntax(s);
    if (!s->attached)
        return rsp_fail(s, RSP_ERROR_REFUSED, "not attached");
    if (!rsp_points_add(&s->hub->points, s->hub->target, s->slot, point))
        return rsp_fail(s, RSP_ERROR_REFUSED, "the target refuses this point: none is free, or it does not fit");
    if (attach_programs(s, &point, &programs))
        return rsp_ok(s);
    rsp_points_remove(&s->hub->points, s->hub->target, s->slot, point);
    return rsp_fail(s, RSP_ERROR_REFUSED, "no room for this condition");
}

static enum rsp_outcome take_away(struct rsp_session *s, struct rsp_args *args)
{
    struct rsp_point point = {0};

    if (unknown_type(args))
        return RSP_SEND;
    if (!take_point(args, &point) || !rsp_args_end(args))
        return rsp_syntax(s);
    if (!rsp_points_remove(&s->hub->points, s->hub->target, s->slot, point))
        return rsp_fail(s, RSP_ERROR_REFUSED, "the target does not let go of this point");
    return rsp_ok(s);
}

const struct rsp_command rsp_commands_points[] = {{"Z", add, 0}, {"z", take_away, 0}, {0}};
