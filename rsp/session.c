#include "rsp/session.h"

#include <string.h>

#include "rsp/commands.h"
#include "rsp/threads.h"

static const struct rsp_command *const tables[] = {
    rsp_commands_memory,  rsp_commands_registers, rsp_commands_points,  rsp_commands_resume,
    rsp_commands_reverse, rsp_commands_steps,     rsp_commands_threads, rsp_commands_query,
    rsp_commands_xfer,    rsp_commands_flash,     rsp_commands_process,
};

bool rsp_session_init(struct rsp_session *s, struct rsp_hub *hub, void (*send)(void *, const void *, size_t), void *ctx)
{
    memset(s, 0, sizeof *s);
    s->hub = hub;
    rsp_out_init(&s->out, send, ctx);
    rsp_parser_init(&s->parser);
    return rsp_hub_join(hub, s);
}

void rsp_session_end(struct rsp_session *s) { rsp_hub_leave(s->hub, s); }

void rsp_session_unreliable(struct rsp_session *s, const struct rsp_link *link)
{
    s->link = link;
    s->out.unreliable = true;
    s->out.latency_ms = link->faults.delay_ms;
    s->out.duplicates = link->faults.dup > 0;
}

void rsp_session_tick(struct rsp_session *s, uint64_t now_ms) { rsp_out_tick(&s->out, now_ms); }

static void send_reply(struct rsp_session *s)
{
    rsp_session_flush(s);
    if (s->reply.full)
        rsp_fail(s, RSP_ERROR_REFUSED, "the answer does not fit a packet");
    rsp_out_packet(&s->out, &s->reply);
}

enum rsp_outcome rsp_fail(struct rsp_session *s, enum rsp_error error, const char *text)
{
    rsp_buf_clear(&s->reply);
    if (s->peer.error_message)
        rsp_buf_fmt(&s->reply, "E.%s", text);
    else
        rsp_buf_fmt(&s->reply, "E%02x", error);
    return RSP_SEND;
}

enum rsp_outcome rsp_syntax(struct rsp_session *s) { return rsp_fail(s, RSP_ERROR_SYNTAX, "malformed request"); }

enum rsp_outcome rsp_ok(struct rsp_session *s)
{
    rsp_buf_clear(&s->reply);
    rsp_buf_str(&s->reply, "OK");
    return RSP_SEND;
}

void rsp_put_thread(struct rsp_session *s, struct rsp_buf *to, uint32_t thread)
{
    if (s->peer.multiprocess)
        rsp_buf_fmt(to, "p%x.", RSP_PROCESS);
    rsp_buf_fmt(to, "%x", thread);
}

void rsp_console(struct rsp_session *s, const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        size_t room = sizeof s->console - s->console_len, part = left < room ? left : room;
        memcpy(s->console + s->console_len, text, part);
        s->console_len += part;
        text += part;
        left -= part;
        if (s->console_len == sizeof s->console)
            rsp_session_flush(s);
    }
}

void rsp_session_flush(struct rsp_session *s)
{
    struct rsp_buf text;

    if (s->console_len == 0)
        return;
    if (s->plain) {
        s->out.send(s->out.ctx, s->console, s->console_len);
        s->console_len = 0;
        return;
    }
    rsp_buf_clear(&text);
    rsp_buf_str(&text, "O");
    rsp_buf_hex(&text, s->console, s->console_len);
    s->console_len = 0;
    rsp_out_packet(&s->out, &text);
}

void rsp_session_print(struct rsp_session *s, const char *text) { rsp_console(s, text); }

void rsp_session_stopped(struct rsp_session *s, const struct debug_stop_info *info)
{
    s->waiting = false;
    s->thread = 0;
    if (info->text) {
        rsp_console(s, info->text);
        rsp_console(s, "\n");
    }
    rsp_put_stop(s, info);
    send_reply(s);
}

static bool fits(const struct rsp_command *c, const uint8_t *body, size_t len, size_t size)
{
    return c->flags & RSP_WHOLE ? len == size : len >= size;
}

static const struct rsp_command *find_command(const uint8_t *body, size_t len, size_t *size)
{
    const struct rsp_command *best = NULL;

    *size = 0;
    for (unsigned i = 0; i < sizeof tables / sizeof tables[0]; i++)
        for (const struct rsp_command *c = tables[i]; c->prefix; c++) {
            size_t n = strlen(c->prefix);
            if (n > *size && fits(c, body, len, n) && memcmp(body, c->prefix, n) == 0) {
                best = c;
                *size = n;
            }
        }
    return best;
}

/* What is not known is answered by an empty reply: that is how debuggers find out. */
static void serve(struct rsp_session *s, const uint8_t *body, size_t len)
{
    size_t size;
    enum rsp_outcome outcome = RSP_SEND;
    const struct rsp_command *c = find_command(body, len, &size);
    struct rsp_args args = {body + size, body + len};

    rsp_buf_clear(&s->reply);
    if (s->waiting && !(c && c->flags & RSP_ANYTIME))
        outcome = rsp_fail(s, RSP_ERROR_BUSY, "the target is running");
    else if (c)
        outcome = c->run(s, &args);
    if (outcome == RSP_SEND)
        send_reply(s);
}

/* A debugger that did not see our acknowledgement sends its request again; carrying it out twice would step twice. */
static bool sent_again(struct rsp_session *s, const uint8_t *body, size_t len)
{
    size_t size;

    if (len != s->request_len || memcmp(body, s->request, len) != 0)
        return false;
    const struct rsp_command *c = find_command(body, len, &size);
    return rsp_out_is_repeat(&s->out, s->waiting, c && c->flags & RSP_ONCE);
}

/* Who only looks whether the port is open must not disturb the target: a debugger is who asks something. */
static void greet(struct rsp_session *s)
{
    if (s->greeted)
        return;
    s->greeted = true;
    rsp_hub_attach(s->hub, s);
}

static void take_request(struct rsp_session *s)
{
    const uint8_t *body = s->parser.body;
    size_t len = s->parser.len;

    if (sent_again(s, body, len))
        return;
    rsp_out_good(&s->out);
    s->out.counters.requests++;
    memcpy(s->request, body, len);
    s->request_len = len;
    rsp_out_begin(&s->out);
    greet(s);
    serve(s, body, len);
}

static void take_malformed(struct rsp_session *s)
{
    rsp_out_good(&s->out);
    s->request_len = 0;
    rsp_out_begin(&s->out);
    rsp_syntax(s);
    send_reply(s);
}

static void take_event(struct rsp_session *s, enum rsp_event event)
{
    switch (event) {
    case RSP_EVENT_NONE:
        break;
    case RSP_EVENT_PACKET:
        take_request(s);
        break;
    case RSP_EVENT_MALFORMED:
        take_malformed(s);
        break;
    case RSP_EVENT_BAD_CHECKSUM:
        log_msg(s->hub->log, LOG_DEBUG, "gdb: a packet with a wrong checksum was dropped");
        rsp_out_bad(&s->out);
        break;
    case RSP_EVENT_ACK:
        rsp_out_acked(&s->out);
        break;
    case RSP_EVENT_NAK:
        rsp_out_refused(&s->out);
        break;
    case RSP_EVENT_BREAK:
        if (s->waiting)
            rsp_hub_halt(s->hub, RSP_SIGNAL_INT);
        break;
    }
}

void rsp_session_feed(struct rsp_session *s, const void *data, size_t size)
{
    const uint8_t *at = data;

    for (size_t i = 0; i < size && !s->closing; i++)
        take_event(s, rsp_parser_feed(&s->parser, at[i]));
}
