/*
 * nrfemu started with OpenOCD's arguments, as debug front-ends start it (Cortex-Debug: servertype openocd, serverpath
 * nrfemu). It then serves gdb, Tcl and telnet at OpenOCD's ports, and holds the core at reset, as OpenOCD does after
 * `init; reset halt`.
 *
 * What tells OpenOCD about probes and chips is not needed. Of the commands (-c), those for the ports are understood,
 * and those of `monitor`; `nrfemu ARGUMENTS` passes arguments of `nrfemu run`, firmware among them. So do arguments
 * that are no option, and the environment's NRFEMU_ARGUMENTS. Without firmware the debugger has to load it.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"

enum { WORDS_MAX = 256, COPIES_MAX = 2 * WORDS_MAX, SPEC_SIZE = 32 };
enum port { PORT_GDB, PORT_TCL, PORT_TELNET, PORTS };

/* What `nrfemu run` is to be called with, and the commands that are not about that. */
struct openocd {
    char spec[PORTS][SPEC_SIZE]; /* [HOST:]PORT; "": none */
    char *word[WORDS_MAX + 1];
    char *startup[WORDS_MAX];
    char *copy[COPIES_MAX]; /* what the others point into; owned */
    unsigned n_words, n_startup, n_copies;
    bool overflow;
};

static const struct option options[] = {
    {"help", no_argument, NULL, 'h'},          {"version", no_argument, NULL, 'v'},
    {"debug", optional_argument, NULL, 'd'},   {"file", required_argument, NULL, 'f'},
    {"search", required_argument, NULL, 's'},  {"log_output", required_argument, NULL, 'l'},
    {"command", required_argument, NULL, 'c'}, {0},
};

/* Where OpenOCD has them. */
static const struct {
    const char *name, *option, *usual;
} ports[PORTS] = {
    [PORT_GDB] = {"gdb", "--gdb", "3333"},
    [PORT_TCL] = {"tcl", "--tcl", "6666"},
    [PORT_TELNET] = {"telnet", "--telnet", "4444"},
};

static void add_word(struct openocd *o, char *word)
{
    if (o->n_words < WORDS_MAX)
        o->word[o->n_words++] = word;
    else
        o->overflow = true;
}

/* To be written to, and kept until the end; one that finds no room is empty. */
static char *copy_of(struct openocd *o, const char *text)
{
    static char nothing[1];
    if (o->n_copies == COPIES_MAX) {
        o->overflow = true;
        return nothing;
    }
    char *copy = strdup(text);
    if (!copy)
        abort();
    o->copy[o->n_copies++] = copy;
    return copy;
}

static void free_copies(struct openocd *o)
{
    for (unsigned i = 0; i < o->n_copies; i++)
        free(o->copy[i]);
}

/* Blanks separate, quotes and braces keep together. */
static void add_words(struct openocd *o, const char *text)
{
    char *at = copy_of(o, text);
    while (*(at += strspn(at, " \t\r\n"))) {
        const char *ends = *at == '"' ? "\"" : *at == '\'' ? "'" : *at == '{' ? "}" : NULL;
        char *begin = ends ? at + 1 : at;
        at = begin + strcspn(begin, ends ? ends : " \t\r\n");
        if (*at)
            *at++ = '\0';
        add_word(o, begin);
    }
}

/* ---- commands ---------------------------------------------------------------------------------------------------- */

/* Behind "gdb_port" or "gdb port"; NULL: it is another command. */
static const char *port_value(enum port p, const char *command)
{
    size_t n = strlen(ports[p].name);
    if (strncmp(command, ports[p].name, n) != 0 || (command[n] != '_' && command[n] != ' ') ||
        strncmp(command + n + 1, "port", 4) != 0)
        return NULL;
    return command + n + 5 + strspn(command + n + 5, " \t");
}

static void set_port(struct openocd *o, enum port p, const char *value)
{
    bool none = strcmp(value, "disabled") == 0;
    snprintf(o->spec[p], SPEC_SIZE, "%s", none ? "" : value);
}

static bool is_about_port(struct openocd *o, const char *command)
{
    for (enum port p = 0; p < PORTS; p++) {
        const char *value = port_value(p, command);
        if (value) {
            set_port(o, p, value);
            return true;
        }
    }
    return false;
}

static void take_command(struct openocd *o, const char *command)
{
    static const char ours[] = "nrfemu ";
    if (strncmp(command, ours, strlen(ours)) == 0)
        add_words(o, command + strlen(ours));
    else if (!is_about_port(o, command) && *command && o->n_startup < WORDS_MAX)
        o->startup[o->n_startup++] = copy_of(o, command);
}

/* One that concerns firmware or ports stands alone, or in a row of commands with ';' between them. */
static void take_commands(struct openocd *o, const char *text)
{
    char *at = copy_of(o, text), *command;
    while ((command = strsep(&at, ";\n")))
        take_command(o, command + strspn(command, " \t\r"));
}

/* ---- arguments --------------------------------------------------------------------------------------------------- */

static void print_help(void)
{
    puts("Usage: nrfemu openocd [-f FILE] [-s DIR] [-c COMMAND] ... [FIRMWARE...]\n"
         "       nrfemu -f FILE ...\n\n"
         "Takes OpenOCD's arguments, and is to a debug front-end what OpenOCD with a probe and a chip is.\n\n"
         "  -c 'gdb_port N'        where gdb connects (3333); likewise tcl_port (6666) and telnet_port (4444)\n"
         "  -c 'nrfemu ARGUMENTS'  arguments of nrfemu run; NRFEMU_ARGUMENTS in the environment has more of them\n"
         "  -c COMMAND             a command of gdb's monitor; what only OpenOCD knows is not needed\n"
         "  -f, -s, -l, -d         accepted\n\n"
         "The core waits at reset for the debugger, which may load the firmware, too.");
}

static int version(void)
{
    puts("nrfemu " NRFEMU_VERSION);
    return 0;
}

/* Gives a status to end with, or -1 to go on. */
static int take_arguments(struct openocd *o, int argc, char **argv)
{
    int c;
    while ((c = getopt_long(argc, argv, "hvd::f:s:l:c:p", options, NULL)) != -1) {
        if (c == 'c')
            take_commands(o, optarg);
        if (c == '?')
            return EXIT_BAD_INPUT;
        if (c == 'v')
            return version();
        if (c == 'h') {
            print_help();
            return 0;
        }
    }
    while (optind < argc)
        add_word(o, argv[optind++]);
    return -1;
}

static int run(struct openocd *o)
{
    struct run_options options_of_run;
    enum options_result result = options_parse_run((int)o->n_words, o->word, &options_of_run, stdout, stderr);
    if (result != OPTIONS_GO)
        return result == OPTIONS_DONE ? 0 : EXIT_BAD_INPUT;
    options_of_run.as_openocd = true;
    options_of_run.startup = o->startup;
    options_of_run.n_startup = o->n_startup;
    int status = command_run(&options_of_run);
    options_free(&options_of_run);
    return status;
}

static int start(struct openocd *o, int argc, char **argv)
{
    const char *more = getenv("NRFEMU_ARGUMENTS");
    add_word(o, argv[0]);
    add_word(o, copy_of(o, "--halt"));
    if (more)
        add_words(o, more);
    int status = take_arguments(o, argc, argv);
    if (status >= 0)
        return status;
    for (enum port p = 0; p < PORTS; p++)
        if (*o->spec[p]) {
            add_word(o, copy_of(o, ports[p].option));
            add_word(o, o->spec[p]);
        }
    if (!o->overflow)
        return run(o);
    fputs("nrfemu openocd: too many arguments\n", stderr);
    return EXIT_BAD_INPUT;
}

int command_openocd(int argc, char **argv)
{
    struct openocd *o = calloc(1, sizeof *o);
    if (!o)
        abort();
    for (enum port p = 0; p < PORTS; p++)
        set_port(o, p, ports[p].usual);
    int status = start(o, argc, argv);
    free_copies(o);
    free(o);
    return status;
}

/* -h, --help and --version are our own. */
bool openocd_was_meant(int argc, char **argv)
{
    const char *first = argv[1];
    if (first[0] == '-' && first[1] && first[1] != '-')
        return strchr("dfslcp", first[1]);
    for (const struct option *o = options; o->name; o++)
        if (o->has_arg && strncmp(first, "--", 2) == 0 && strncmp(first + 2, o->name, strlen(o->name)) == 0)
            return true;
    return false;
}
