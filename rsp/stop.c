/* Stop replies: what happened, where, and the registers that every debugger asks for next. */
#include "rsp/commands.h"
#include "rsp/target_xml.h"
#include "rsp/threads.h"

static const uint8_t stop_signals[] = {
    [DEBUG_RUNNING] = RSP_SIGNAL_NONE, [DEBUG_BREAKPOINT] = RSP_SIGNAL_TRAP, [DEBUG_WATCHPOINT] = RSP_SIGNAL_TRAP,
    [DEBUG_STEPPED] = RSP_SIGNAL_TRAP, [DEBUG_HALTED] = RSP_SIGNAL_NONE,     [DEBUG_BKPT] = RSP_SIGNAL_TRAP,
    [DEBUG_FAULT] = RSP_SIGNAL_SEGV,   [DEBUG_LOCKUP] = RSP_SIGNAL_SEGV,     [DEBUG_EXITED] = RSP_SIGNAL_NONE,
    [DEBUG_STARVED] = RSP_SIGNAL_TRAP, [DEBUG_BEGINNING] = RSP_SIGNAL_TRAP,
};

static const char *const watch_names[] = {
    [DEBUG_POINT_WATCH_WRITE] = "watch", [DEBUG_POINT_WATCH_READ] = "rwatch", [DEBUG_POINT_WATCH_ACCESS] = "awatch"};

static const uint8_t expedited[] = {RSP_REG_SP, RSP_REG_LR, RSP_REG_PC, RSP_REG_XPSR};

static void put_reason(struct rsp_session *s, const struct debug_stop_info *info)
{
    if (info->stop == DEBUG_BEGINNING)
        rsp_buf_str(&s->reply, "replaylog:begin;");
    /* Another debugger's point is no reason: gdb would take it for one it has just removed, and go on. */
    if (!(s->hub->hit_by >> s->slot & 1))
        return;
    if (info->stop == DEBUG_BREAKPOINT && info->point == DEBUG_POINT_SW_BREAK && s->peer.swbreak)
        rsp_buf_str(&s->reply, "swbreak:;");
    if (info->stop == DEBUG_BREAKPOINT && info->point == DEBUG_POINT_HW_BREAK && s->peer.hwbreak)
        rsp_buf_str(&s->reply, "hwbreak:;");
    if (info->stop == DEBUG_WATCHPOINT && info->point >= DEBUG_POINT_WATCH_WRITE)
        rsp_buf_fmt(&s->reply, "%s:%x;", watch_names[info->point], info->addr);
}

static void put_registers(struct rsp_session *s, uint32_t thread)
{
    for (unsigned i = 0; i < sizeof expedited; i++) {
        uint32_t value;
        const struct rsp_register *r = rsp_register_find(expedited[i]);
        if (!rsp_threads_reg_get(&s->hub->threads, thread, r->reg, &value))
            continue;
        rsp_buf_fmt(&s->reply, "%02x:%08x;", r->number, __builtin_bswap32(value));
    }
}

void rsp_put_stop(struct rsp_session *s, const struct debug_stop_info *info)
{
    uint32_t thread = rsp_hub_thread(s->hub);

    rsp_buf_clear(&s->reply);
    if (info->stop == DEBUG_EXITED) {
        rsp_buf_fmt(&s->reply, "W%02x", (unsigned)info->code & 0xff);
        if (s->peer.multiprocess)
            rsp_buf_fmt(&s->reply, ";process:%x", RSP_PROCESS);
        return;
    }
    rsp_buf_fmt(&s->reply, "T%02x", (unsigned)(info->signal ? info->signal : stop_signals[info->stop]) & 0xff);
    put_reason(s, info);
    rsp_buf_str(&s->reply, "thread:");
    rsp_put_thread(s, &s->reply, thread);
    rsp_buf_str(&s->reply, ";core:0;");
    put_registers(s, thread);
}
