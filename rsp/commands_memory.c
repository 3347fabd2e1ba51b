/* m M x X: memory. Exactly what was asked for is accessed, nothing ahead: reading a device register has effects. */
#include "rsp/commands.h"

/* A read may be answered with less than was asked for: up to where it fits, the memory or the address space ends. */
static enum rsp_outcome read_memory(struct rsp_session *s, struct rsp_args *args, uint32_t room, uint32_t *got)
{
    const struct debug_target *t = s->hub->target;
    uint32_t addr, len;

    if (!rsp_args_range(args, &addr, &len) || !rsp_args_end(args))
        return rsp_syntax(s);
    uint64_t space = (1ull << 32) - addr;
    if (len > room)
        len = room;
    if (len > space)
        len = (uint32_t)space;
    *got = len ? t->ops->mem_get(t->ctx, addr, s->hub->scratch, len) : 0;
    if (len && !*got)
        return rsp_fail(s, RSP_ERROR_MEMORY, "no memory there");
    return RSP_SEND;
}

static enum rsp_outcome get_hex(struct rsp_session *s, struct rsp_args *args)
{
    uint32_t got = 0;
    enum rsp_outcome outcome = read_memory(s, args, RSP_PACKET_MAX / 2, &got);

    rsp_buf_hex(&s->reply, s->hub->scratch, got);
    return outcome;
}

static enum rsp_outcome get_binary(struct rsp_session *s, struct rsp_args *args)
{
    uint32_t got = 0;
    enum rsp_outcome outcome = read_memory(s, args, RSP_PACKET_MAX / 2 - 1, &got);

    if (s->reply.len == 0) {
        rsp_buf_str(&s->reply, "b");
        rsp_buf_binary(&s->reply, s->hub->scratch, got);
    }
    return outcome;
}

static bool write_range(struct rsp_args *args, uint32_t *addr, uint32_t *len)
{
    return rsp_args_range(args, addr, len) && rsp_args_char(args, ':') && (uint64_t)*addr + *len <= 1ull << 32;
}

static enum rsp_outcome write_memory(struct rsp_session *s, uint32_t addr, const void *data, uint32_t len)
{
    const struct debug_target *t = s->hub->target;

    if (len && t->ops->mem_set(t->ctx, addr, data, len) != len)
        return rsp_fail(s, RSP_ERROR_MEMORY, "no memory there that can be written");
    return rsp_ok(s);
}

static enum rsp_outcome set_hex(struct rsp_session *s, struct rsp_args *args)
{
    uint32_t addr, len;

    if (!write_range(args, &addr, &len) || rsp_args_left(args) != 2 * (uint64_t)len ||
        !rsp_args_hex(args, s->hub->scratch, len))
        return rsp_syntax(s);
    return write_memory(s, addr, s->hub->scratch, len);
}

static enum rsp_outcome set_binary(struct rsp_session *s, struct rsp_args *args)
{
    uint32_t addr, len;

    if (!write_range(args, &addr, &len) || rsp_args_left(args) != len)
        return rsp_syntax(s);
    return write_memory(s, addr, args->at, len);
}

const struct rsp_command rsp_commands_memory[] = {
    {"m", get_hex, 0}, {"M", set_hex, 0}, {"x", get_binary, 0}, {"X", set_binary, 0}, {0}};
