/* vFlashErase, vFlashWrite, vFlashDone: gdb's `load`. */
#include "rsp/commands.h"

static enum rsp_outcome not_flash(struct rsp_session *s)
{
    rsp_buf_clear(&s->reply);
    rsp_buf_str(&s->reply, "E.memtype");
    return RSP_SEND;
}

static enum rsp_outcome erase(struct rsp_session *s, struct rsp_args *args)
{
    const struct debug_target *t = s->hub->target;
    uint32_t addr, len;

    if (!rsp_args_range(args, &addr, &len) || !rsp_args_end(args) || (uint64_t)addr + len > 1ull << 32)
        return rsp_syntax(s);
    return t->ops->flash_erase(t->ctx, addr, len) ? rsp_ok(s) : not_flash(s);
}

static enum rsp_outcome write_flash(struct rsp_session *s, struct rsp_args *args)
{
    const struct debug_target *t = s->hub->target;
    uint32_t addr;

    if (!rsp_args_u32(args, &addr) || !rsp_args_char(args, ':'))
        return rsp_syntax(s);
    uint32_t len = (uint32_t)rsp_args_left(args);
    if ((uint64_t)addr + len > 1ull << 32)
        return rsp_syntax(s);
    return t->ops->flash_write(t->ctx, addr, args->at, len) ? rsp_ok(s) : not_flash(s);
}

/* Each request was carried out when it came: nothing is left to do. */
static enum rsp_outcome done(struct rsp_session *s, struct rsp_args *args) { return rsp_ok(s); }

const struct rsp_command rsp_commands_flash[] = {
    {"vFlashErase:", erase, 0}, {"vFlashWrite:", write_flash, 0}, {"vFlashDone", done, RSP_WHOLE}, {0}};
