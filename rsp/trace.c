#include "rsp/trace.h"

#include <stdio.h>
#include <string.h>

#include "rsp/commands.h"

enum { LINES_A_SLICE = 500 };

/* What `trace on` means: the life of exceptions. */
#define USUAL                                                                                                          \
    (1u << EV_ENTRY | 1u << EV_TAILCHAIN | 1u << EV_LATE_ARRIVAL | 1u << EV_RETURN | 1u << EV_FAULT | 1u << EV_SLEEP | \
     1u << EV_WAKE | 1u << EV_LOCKUP | 1u << EV_RESET)
#define EVERYTHING ((1u << EV_KINDS) - 1)

static void tell(void *hub, enum ev_kind kind, const char *line)
{
    struct rsp_hub *h = hub;

    for (unsigned i = 0; i < RSP_SESSIONS_MAX; i++) {
        struct rsp_session *s = h->sessions[i];
        if (!s || !s->waiting || !(s->trace.kinds >> kind & 1))
            continue;
        if (s->trace.lines++ < LINES_A_SLICE)
            rsp_session_print(s, line);
    }
}

void rsp_trace_update(struct rsp_hub *h)
{
    uint32_t kinds = 0;

    for (unsigned i = 0; i < RSP_SESSIONS_MAX; i++)
        kinds |= h->sessions[i] ? h->sessions[i]->trace.kinds : 0;
    h->target->ops->trace(h->target->ctx, kinds, tell, h);
}

void rsp_trace_flush(struct rsp_hub *h)
{
    char line[64];

    for (unsigned i = 0; i < RSP_SESSIONS_MAX; i++) {
        struct rsp_session *s = h->sessions[i];
        if (!s || !s->trace.lines)
            continue;
        if (s->trace.lines > LINES_A_SLICE) {
            snprintf(line, sizeof line, "(%u more)\n", s->trace.lines - LINES_A_SLICE);
            rsp_session_print(s, line);
        }
        s->trace.lines = 0;
    }
}

static void show(struct rsp_session *s)
{
    rsp_console(s, s->trace.kinds ? "traced:" : "nothing is traced");
    for (unsigned k = 0; k < EV_KINDS; k++)
        if (s->trace.kinds >> k & 1) {
            rsp_console(s, " ");
            rsp_console(s, ev_kind_name((enum ev_kind)k));
        }
    rsp_console(s, "\n");
}

/* The bit of a kind, all of them for "all"; 0: no such kind. */
static uint32_t kind_bit(const char *name, size_t n)
{
    for (unsigned k = 0; k < EV_KINDS; k++) {
        const char *known = ev_kind_name((enum ev_kind)k);
        if (strlen(known) == n && strncmp(name, known, n) == 0)
            return 1u << k;
    }
    return n == 3 && strncmp(name, "all", 3) == 0 ? EVERYTHING : 0;
}

static bool complain(struct rsp_session *s)
{
    rsp_console(s, "trace [on [KIND...]|off]; a kind is one of all");
    for (unsigned k = 0; k < EV_KINDS; k++) {
        rsp_console(s, " ");
        rsp_console(s, ev_kind_name((enum ev_kind)k));
    }
    rsp_console(s, "\n");
    return false;
}

/* "KIND...", or nothing for the usual ones; 0: there is one that is none. */
static uint32_t take_kinds(const char *at)
{
    uint32_t kinds = 0;

    for (at += strspn(at, " \t"); *at; at += strspn(at, " \t")) {
        size_t n = strcspn(at, " \t");
        uint32_t bit = kind_bit(at, n);
        if (!bit)
            return 0;
        kinds |= bit;
        at += n;
    }
    return kinds ? kinds : USUAL;
}

bool rsp_trace_command(struct rsp_session *s, const char *args)
{
    size_t n = strcspn(args, " \t");
    uint32_t kinds = 0;

    if (n == 2 && strncmp(args, "on", 2) == 0 && !(kinds = take_kinds(args + 2)))
        return complain(s);
    if (n && !kinds && strcmp(args, "off") != 0)
        return complain(s);
    if (n)
        s->trace.kinds = kinds;
    rsp_trace_update(s->hub);
    show(s);
    return true;
}
