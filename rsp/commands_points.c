/* Z z: break- and watchpoints. */
#include "rsp/commands.h"

/* gdb's kinds of a Thumb breakpoint: 2 stands on a 16-bit instruction, 3 on a 32-bit one. */
static const uint32_t break_length[] = {[2] = 2, [3] = 4};

static bool take_point(struct rsp_args *args, struct rsp_point *point)
{
    uint32_t type, kind;

    if (!rsp_args_u32(args, &type) || type > DEBUG_POINT_WATCH_ACCESS || !rsp_args_char(args, ',') ||
        !rsp_args_range(args, &point->addr, &kind) || !rsp_args_end(args))
        return false;
    point->kind = type;
    if (type >= DEBUG_POINT_WATCH_WRITE) {
        point->len = kind;
        return kind > 0 && (uint64_t)point->addr + kind <= 1ull << 32;
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

static enum rsp_outcome add(struct rsp_session *s, struct rsp_args *args)
{
    struct rsp_point point = {0};

    if (unknown_type(args))
        return RSP_SEND;
    if (!take_point(args, &point))
        return rsp_syntax(s);
    if (!s->attached)
        return rsp_fail(s, RSP_ERROR_REFUSED, "not attached");
    if (!rsp_points_add(&s->hub->points, s->hub->target, s->slot, point))
        return rsp_fail(s, RSP_ERROR_REFUSED, "the target refuses this point: none is free, or it does not fit");
    return rsp_ok(s);
}

static enum rsp_outcome take_away(struct rsp_session *s, struct rsp_args *args)
{
    struct rsp_point point = {0};

    if (unknown_type(args))
        return RSP_SEND;
    if (!take_point(args, &point))
        return rsp_syntax(s);
    if (!rsp_points_remove(&s->hub->points, s->hub->target, s->slot, point))
        return rsp_fail(s, RSP_ERROR_REFUSED, "the target does not let go of this point");
    return rsp_ok(s);
}

const struct rsp_command rsp_commands_points[] = {{"Z", add, 0}, {"z", take_away, 0}, {0}};
