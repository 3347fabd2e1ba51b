/* g G p P: registers, in the numbering and order of rsp_registers[]. */
#include "rsp/commands.h"
#include "rsp/target_xml.h"
#include "rsp/threads.h"

enum { REGISTER_WORDS = 2 };

static uint32_t selected(const struct rsp_session *s) { return s->thread ? s->thread : rsp_hub_thread(s->hub); }

/* As gdb wants it: little-endian; x for what the target does not have. */
static void put_register(struct rsp_session *s, const struct rsp_register *r)
{
    for (unsigned w = 0; w < r->words; w++) {
        uint32_t value;
        if (rsp_threads_reg_get(&s->hub->threads, selected(s), r->reg + w, &value))
            rsp_buf_fmt(&s->reply, "%08x", __builtin_bswap32(value));
        else
            rsp_buf_str(&s->reply, "xxxxxxxx");
    }
}

static bool set_register(struct rsp_session *s, const struct rsp_register *r, const uint32_t *values)
{
    for (unsigned w = 0; w < r->words; w++)
        if (!rsp_threads_reg_set(&s->hub->threads, selected(s), r->reg + w, values[w]))
            return false;
    return true;
}

static bool take_words(struct rsp_args *args, uint32_t *values, unsigned words)
{
    uint8_t bytes[4];

    for (unsigned w = 0; w < words; w++) {
        if (!rsp_args_hex(args, bytes, sizeof bytes))
            return false;
        values[w] = bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    }
    return true;
}

static enum rsp_outcome get_all(struct rsp_session *s, struct rsp_args *args)
{
    for (unsigned i = 0; i < rsp_n_registers; i++)
        put_register(s, &rsp_registers[i]);
    return RSP_SEND;
}

/* Nothing is written unless all is there. Written from the end: CONTROL and XPSR choose which stack pointer sp is. */
static enum rsp_outcome set_all(struct rsp_session *s, struct rsp_args *args)
{
    uint32_t values[CPU_REGS + REGISTER_WORDS];
    unsigned n = 0;

    for (unsigned i = 0; i < rsp_n_registers; i++) {
        if (!take_words(args, values + n, rsp_registers[i].words))
            return rsp_syntax(s);
        n += rsp_registers[i].words;
    }
    if (!rsp_args_end(args))
        return rsp_syntax(s);
    for (unsigned i = rsp_n_registers; i-- > 0;) {
        n -= rsp_registers[i].words;
        if (!set_register(s, &rsp_registers[i], values + n))
            return rsp_fail(s, RSP_ERROR_REFUSED, "the target refuses a register");
    }
    return rsp_ok(s);
}

static enum rsp_outcome get_one(struct rsp_session *s, struct rsp_args *args)
{
    uint32_t number;

    if (!rsp_args_u32(args, &number) || !rsp_args_end(args))
        return rsp_syntax(s);
    const struct rsp_register *r = rsp_register_find(number);
    if (!r)
        return rsp_fail(s, RSP_ERROR_REFUSED, "no such register");
    put_register(s, r);
    return RSP_SEND;
}

static enum rsp_outcome set_one(struct rsp_session *s, struct rsp_args *args)
{
    uint32_t number, values[REGISTER_WORDS];

    if (!rsp_args_u32(args, &number) || !rsp_args_char(args, '='))
        return rsp_syntax(s);
    const struct rsp_register *r = rsp_register_find(number);
    if (!r)
        return rsp_fail(s, RSP_ERROR_REFUSED, "no such register");
    if (!take_words(args, values, r->words) || !rsp_args_end(args))
        return rsp_syntax(s);
    if (!set_register(s, r, values))
        return rsp_fail(s, RSP_ERROR_REFUSED, "the target refuses this register");
    return rsp_ok(s);
}

const struct rsp_command rsp_commands_registers[] = {
    {"g", get_all, RSP_WHOLE}, {"G", set_all, 0}, {"p", get_one, 0}, {"P", set_one, 0}, {0}};
