#include "rsp/lines.h"

#include <string.h>

#include "rsp/commands.h"
#include "rsp/monitor.h"

static const struct style {
    char end;             /* of a request */
    const char *greeting; /* after connecting, */
    const char *done;     /* and after each answer */
} styles[] = {
    [RSP_LINES_TCL] = {'\x1a', "", "\x1a"},
    [RSP_LINES_TELNET] = {'\n', "nrfemu; `help' lists the commands, `exit' leaves\n> ", "> "},
};

/* ---- scripts ----------------------------------------------------------------------------------------------------- */

static void run_script(struct rsp_session *s, char *script);

/* One pair of quotes or braces around all of it goes. */
static char *unquoted(char *text)
{
    size_t n = strlen(text);

    if (n < 2 || !((text[0] == '"' && text[n - 1] == '"') || (text[0] == '{' && text[n - 1] == '}')))
        return text;
    text[n - 1] = '\0';
    return text + 1;
}

static void echo(struct rsp_session *s, char *args)
{
    rsp_console(s, unquoted(args));
    rsp_console(s, "\n");
}

static void leave(struct rsp_session *s, char *args) { s->closing = true; }

/* What commands print is the answer anyway. */
static void capture(struct rsp_session *s, char *args) { run_script(s, unquoted(args)); }

static void nothing(struct rsp_session *s, char *args) {}

static const struct word {
    const char *name;
    void (*run)(struct rsp_session *s, char *args);
} words[] = {
    {"capture", capture},           {"echo", echo},         {"puts", echo}, {"exit", leave}, {"quit", leave},
    {"tcl_notifications", nothing}, {"tcl_trace", nothing},
};

static void run_command(struct rsp_session *s, char *command)
{
    size_t n = strcspn(command, " \t\r");

    if (n == 0)
        return;
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i].name) == n && memcmp(words[i].name, command, n) == 0) {
            words[i].run(s, command + n + strspn(command + n, " \t\r"));
            return;
        }
    rsp_monitor(s, command);
}

/* Where a command ends: at ';', at a new line or with the script, outside quotes and braces. */
static char *command_end(char *at)
{
    bool quoted = false;
    unsigned depth = 0;

    for (; *at; at++) {
        if (*at == '"' && depth == 0)
            quoted = !quoted;
        else if (*at == '{')
            depth++;
        else if (*at == '}' && depth > 0)
            depth--;
        else if ((*at == ';' || *at == '\n') && !quoted && depth == 0)
            break;
    }
    return at;
}

static void trim_end(char *begin)
{
    size_t n = strlen(begin);

    while (n > 0 && strchr(" \t\r", begin[n - 1]))
        begin[--n] = '\0';
}

static void run_script(struct rsp_session *s, char *script)
{
    while (*script && !s->closing) {
        char *end = command_end(script), *next = *end ? end + 1 : end;
        *end = '\0';
        script += strspn(script, " \t\r");
        trim_end(script);
        run_command(s, script);
        script = next;
    }
}

void rsp_lines_run(struct rsp_session *s, const char *script)
{
    char copy[RSP_LINE_MAX];

    if (strlen(script) >= sizeof copy)
        return;
    strcpy(copy, script);
    s->plain = true;
    run_script(s, copy);
    rsp_session_flush(s);
}

/* ---- the port ---------------------------------------------------------------------------------------------------- */

void rsp_lines_init(struct rsp_lines *l, struct rsp_session *s, enum rsp_lines_style style)
{
    l->session = s;
    l->style = style;
    l->too_long = false;
    l->len = 0;
    s->plain = true;
    rsp_console(s, styles[style].greeting);
    rsp_session_flush(s);
}

static void take_line(struct rsp_lines *l)
{
    struct rsp_session *s = l->session;

    l->line[l->len] = '\0';
    if (l->too_long)
        rsp_console(s, "that was too long\n");
    else
        run_script(s, l->line);
    l->len = 0;
    l->too_long = false;
    if (!s->closing)
        rsp_console(s, styles[l->style].done);
    rsp_session_flush(s);
}

void rsp_lines_feed(struct rsp_lines *l, const void *data, size_t size)
{
    const char *at = data;

    for (size_t i = 0; i < size && !l->session->closing; i++) {
        if (at[i] == styles[l->style].end)
            take_line(l);
        else if (l->len + 1 == sizeof l->line)
            l->too_long = true;
        else if (at[i])
            l->line[l->len++] = at[i];
    }
}
