#include "rsp/monitor.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "rsp/commands.h"
#include "rsp/steps.h"
#include "rsp/trace.h"

struct command {
    const char *name, *help;
    bool (*run)(struct rsp_session *s, const char *args);
};

static const char *skip_blanks(const char *p) { return p + strspn(p, " \t\r\n"); }

/* Is it this word and nothing else? */
static bool is_word(const char *args, const char *word)
{
    size_t n = strlen(word);

    return strncmp(args, word, n) == 0 && !*skip_blanks(args + n);
}

/* ---- the run ----------------------------------------------------------------------------------------------------- */

static bool reset(struct rsp_session *s, const char *args)
{
    bool runs = is_word(args, "run");

    if (*args && !runs && !is_word(args, "halt") && !is_word(args, "init")) {
        rsp_console(s, "reset [halt|init|run]\n");
        return false;
    }
    rsp_hub_attach(s->hub, s);
    rsp_hub_reset(s->hub);
    if (runs)
        rsp_hub_resume(s->hub, (struct rsp_resume){.how = DEBUG_CONTINUE});
    return true;
}

static bool halt(struct rsp_session *s, const char *args)
{
    rsp_hub_attach(s->hub, s);
    rsp_hub_halt(s->hub, RSP_SIGNAL_INT);
    return true;
}

static bool resume(struct rsp_session *s, const char *args)
{
    rsp_hub_attach(s->hub, s);
    rsp_hub_resume(s->hub, (struct rsp_resume){.how = DEBUG_CONTINUE});
    return true;
}

static bool shut_down(struct rsp_session *s, const char *args)
{
    rsp_hub_kill(s->hub);
    return true;
}

static bool gdb_sync(struct rsp_session *s, const char *args)
{
    s->sync = true;
    return true;
}

static bool nothing(struct rsp_session *s, const char *args) { return true; }

/* ---- words ------------------------------------------------------------------------------------------------------- */

static void link_stats(struct rsp_session *s, const char *way, const struct rsp_link_counters *c)
{
    char line[256];

    snprintf(line, sizeof line, "link, %s: %llu messages, %llu dropped, %llu corrupted, %llu duplicated\n", way,
             c->messages, c->dropped, c->corrupted, c->duplicated);
    rsp_console(s, line);
}

static bool stats(struct rsp_session *s, const char *args)
{
    char line[256];
    const struct rsp_counters *c = &s->out.counters;

    snprintf(line, sizeof line,
             "this connection: %llu requests, %llu of them repeated; %llu replies sent again; %llu bad checksums\n",
             c->requests, c->repeated, c->resent, c->bad_checksums);
    rsp_console(s, line);
    if (s->link) {
        link_stats(s, "from gdb", &s->link->in.counters);
        link_stats(s, "to gdb", &s->link->out.counters);
    }
    return true;
}

static bool help(struct rsp_session *s, const char *args);

static const struct command ours[] = {
    {"help", "[COMMAND]: this list", help},
    {"reset", "[halt|init|run]: system reset; the core stays halted at the reset vector, or runs", reset},
    {"system_reset", "the same", reset},
    {"halt", "halts the core, also when another debugger let it run", halt},
    {"stop", "the same", halt},
    {"resume", "lets the core run; gdb does not notice, so this is for command ports", resume},
    {"shutdown", "ends the run", shut_down},
    {"gdb_sync", "the next step only tells gdb where the core is", gdb_sync},
    {"trace", "[on [KIND...]|off]: shows what happens while gdb waits for the core to stop", rsp_trace_command},
    {"step-policy", "[NAME]: how a step is made from now on; without NAME, the list", rsp_steps_command},
    {"stats", "counts: of this connection, and how often each exception was entered", stats},
    {"init", "accepted", nothing},
    {NULL, NULL, NULL},
};

/* ---- finding one ------------------------------------------------------------------------------------------------- */

static bool same_start(const char *name, const char *word, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char a = name[i] == '_' ? '-' : name[i], b = word[i] == '_' ? '-' : word[i];
        if (tolower((unsigned char)a) != tolower((unsigned char)b)) /* also where the name ends */
            return false;
    }
    return true;
}

/* All names that a word may mean, one after the other; NULL at the end. */
static const char *name_at(struct rsp_session *s, unsigned i)
{
    enum { OURS = sizeof ours / sizeof ours[0] - 1 };
    const struct debug_command *theirs;
    unsigned n = s->hub->target->ops->commands(s->hub->target->ctx, &theirs);

    if (i < OURS)
        return ours[i].name;
    return i - OURS < n ? theirs[i - OURS].name : NULL;
}

static void say_ambiguous(struct rsp_session *s, const char *word, size_t n)
{
    const char *name;

    rsp_console(s, "ambiguous command; it may be");
    for (unsigned i = 0; (name = name_at(s, i)); i++)
        if (same_start(name, word, n)) {
            rsp_console(s, " ");
            rsp_console(s, name);
        }
    rsp_console(s, "\n");
}

/* The full name of what the word means; NULL when that is nothing or not clear, which was said. */
static const char *find_name(struct rsp_session *s, const char *word, size_t n)
{
    const char *found = NULL, *name;

    for (unsigned i = 0; (name = name_at(s, i)); i++) {
        if (!same_start(name, word, n) || (found && strcmp(found, name) == 0))
            continue;
        if (strlen(name) == n)
            return name;
        if (found) {
            say_ambiguous(s, word, n);
            return NULL;
        }
        found = name;
    }
    if (!found)
        rsp_console(s, "unknown command; try `monitor help'\n");
    return found;
}

static void say_help(struct rsp_session *s, const char *name, const char *text)
{
    char line[160];

    snprintf(line, sizeof line, "%-14s %s\n", name, text);
    rsp_console(s, line);
}

static bool help(struct rsp_session *s, const char *args)
{
    const struct debug_command *theirs;
    unsigned n = s->hub->target->ops->commands(s->hub->target->ctx, &theirs);
    size_t len = strcspn(args, " \t\r\n");
    const char *only = *args ? find_name(s, args, len) : NULL;

    if (*args && !only)
        return false;
    for (const struct command *c = ours; c->name; c++)
        if (!only || strcmp(only, c->name) == 0)
            say_help(s, c->name, c->help);
    for (unsigned i = 0; i < n; i++)
        if (*theirs[i].help && (!only || strcmp(only, theirs[i].name) == 0))
            say_help(s, theirs[i].name, theirs[i].help);
    return true;
}

static void print(void *session, const char *text) { rsp_console(session, text); }

static bool run_theirs(struct rsp_session *s, const char *name, const char *args)
{
    const struct debug_target *t = s->hub->target;
    const struct debug_command *theirs;
    const struct debug_console to = {.print = print, .ctx = s};
    unsigned n = t->ops->commands(t->ctx, &theirs);

    for (unsigned i = 0; i < n; i++)
        if (strcmp(theirs[i].name, name) == 0)
            return theirs[i].run(t->ctx, args, &to);
    return true;
}

bool rsp_monitor_knows(struct rsp_session *s, const char *line)
{
    const char *name;

    line = skip_blanks(line);
    size_t n = strcspn(line, " \t\r\n");
    for (unsigned i = 0; (name = name_at(s, i)); i++)
        if (strlen(name) == n && same_start(name, line, n))
            return true;
    return false;
}

bool rsp_monitor(struct rsp_session *s, const char *line)
{
    line = skip_blanks(line);
    size_t n = strcspn(line, " \t\r\n");
    const char *args = skip_blanks(line + n);
    const char *name = n ? find_name(s, line, n) : "help";

    if (!name)
        return false;
    for (const struct command *c = ours; c->name; c++)
        if (strcmp(c->name, name) == 0 && !c->run(s, args))
            return false;
    return run_theirs(s, name, args);
}
