#include "cli/options.h"

#include "cli/commands.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "board/pace.h"
#include "emu/duration.h"
#include "host/console.h"
#include "soc/board_file.h"
#include "soc/halted_time.h"
#include "swd/port.h"

enum { ERR_SIZE = 256, HELP_COLUMN = 26 };

struct parse {
    struct run_options *o;
    FILE *out, *err;
    char why[ERR_SIZE]; /* what is wrong with the value being looked at */
};

struct row {
    const char *name;
    const char *value; /* its name in the help; NULL: takes none */
    bool (*apply)(struct parse *p, const struct row *row, const char *value);
    size_t field;              /* of struct run_options */
    const char *const *choice; /* words, NULL at the end */
    const char *help;          /* NULL: not in the help */
};

static void *field(struct parse *p, const struct row *row) { return (char *)p->o + row->field; }

static bool wrong(struct parse *p, const char *why)
{
    snprintf(p->why, sizeof p->why, "%s", why);
    return false;
}

/* ---- what options do with their values ---- */

static bool set_flag(struct parse *p, const struct row *row, const char *value)
{
    *(bool *)field(p, row) = true;
    return true;
}

static bool set_text(struct parse *p, const struct row *row, const char *value)
{
    *(const char **)field(p, row) = value;
    return *value || wrong(p, "it is empty");
}

static bool set_duration(struct parse *p, const struct row *row, const char *value)
{
    return duration_parse(value, strlen(value), field(p, row)) ||
           wrong(p, "a duration is a number and us, ms, s or cycles, such as 10ms");
}

static bool set_choice(struct parse *p, const struct row *row, const char *value)
{
    for (unsigned i = 0; row->choice[i]; i++)
        if (strcmp(row->choice[i], value) == 0) {
            *(unsigned *)field(p, row) = i;
            return true;
        }
    snprintf(p->why, sizeof p->why, "it is one of %s", row->value);
    return false;
}

static bool set_number(struct parse *p, const struct row *row, const char *value)
{
    char *end;
    errno = 0;
    *(uint64_t *)field(p, row) = strtoull(value, &end, 0);
    return (isdigit((unsigned char)*value) && !*end && !errno) || wrong(p, "it is a number from 0 to 2^64-1");
}

static bool set_stop_when(struct parse *p, const struct row *row, const char *value)
{
    if (strlen(value) > CONSOLE_STOP_MAX) {
        snprintf(p->why, sizeof p->why, "longer than %d bytes", CONSOLE_STOP_MAX);
        return false;
    }
    return set_text(p, row, value);
}

/* [HOST:]PORT */
static bool is_host_port(const char *value)
{
    const char *colon = strrchr(value, ':'), *port = colon ? colon + 1 : value;
    char *end;
    unsigned long n = strtoul(port, &end, 10);
    return colon != value && isdigit((unsigned char)*port) && !*end && n <= UINT16_MAX;
}

static bool set_host_port(struct parse *p, const struct row *row, const char *value)
{
    return is_host_port(value) ? set_text(p, row, value) : wrong(p, "it is [HOST:]PORT with a port from 0 to 65535");
}

/* A choice may be a whole word or, with a colon at its end, a prefix. Only tcp's rest can be judged here. */
static bool is_stream(const char *const *choice, const char *value)
{
    for (; *choice; choice++) {
        size_t n = strlen(*choice);
        bool prefix = (*choice)[n - 1] == ':';
        if (prefix ? strncmp(*choice, value, n) == 0 && value[n] : strcmp(*choice, value) == 0)
            return strncmp(value, "tcp:", 4) != 0 || is_host_port(value + 4);
    }
    return false;
}

static bool set_stream(struct parse *p, const struct row *row, const char *value)
{
    if (is_stream(row->choice, value))
        return set_text(p, row, value);
    snprintf(p->why, sizeof p->why, "it is one of %s", row->value);
    return false;
}

static bool set_probe(struct parse *p, const struct row *row, const char *value)
{
    static const char *const kinds[] = {"jlink", "buspirate"};
    for (unsigned i = 0; i < 2; i++) {
        size_t n = strlen(kinds[i]);
        if (strncmp(value, kinds[i], n) == 0 && (!value[n] || (value[n] == ':' && value[n + 1])))
            return value[n] && i == 0 && !is_host_port(value + n + 1) ? wrong(p, "a port is from 0 to 65535")
                                                                      : set_text(p, row, value);
    }
    return wrong(p, "it is jlink[:[HOST:]PORT] or buspirate[:PATH]");
}

static bool set_swo(struct parse *p, const struct row *row, const char *value)
{
    if (strncmp(value, "tcp:", 4) != 0 || is_host_port(value + 4))
        return set_text(p, row, value);
    return wrong(p, "it is a file, or tcp:[HOST:]PORT with a port from 0 to 65535");
}

static bool add_stimulus(struct parse *p, const struct row *row, const char *value)
{
    struct run_options *o = p->o;
    struct stimulus s, *at = realloc(o->at, (o->n_at + 1) * sizeof *at);
    if (!at)
        return wrong(p, "out of memory");
    o->at = at;
    if (!stimulus_parse(value, &s, p->why, sizeof p->why))
        return false;
    unsigned i = o->n_at++;
    for (; i && at[i - 1].time > s.time; i--)
        at[i] = at[i - 1];
    at[i] = s;
    return true;
}

/* FILE@TIME; files may have an @ in their names. */
static bool set_screenshot(struct parse *p, const struct row *row, const char *value)
{
    const char *at = strrchr(value, '@');
    if (!at || at == value || !duration_parse(at + 1, strlen(at + 1), &p->o->screenshot_at))
        return wrong(p, "it is FILE@TIME, such as board.png@2s");
    free(p->o->screenshot);
    p->o->screenshot = strndup(value, (size_t)(at - value));
    return p->o->screenshot || wrong(p, "out of memory");
}

static bool set_link(struct parse *p, const struct row *row, const char *value)
{
    p->o->faulty_link = true;
    return rsp_link_parse(value, &p->o->link, p->why, sizeof p->why);
}

/* ---- the table ---- */

static const char *const lockup_words[] = {"exit", "reset", NULL};
static const char *const timing_words[] = {"nrf52840", "zero-wait", NULL};
static const char *const theme_words[] = {"dark", "light", NULL};
static const char *const sleep_words[] = {"stop", "run", NULL};
static const char *const uart_words[] = {"stdio", "null", "pty", "tcp:", "file:", NULL};
static const char *const usb_words[] = {"stdio", "null", "pty", "tcp:", "file:", "none", NULL};
static const char *const rtt_words[] = {"stdio", "null", "tcp:", "none", NULL};

#define UART_VALUE  "stdio|null|pty|tcp:PORT|file:PATH"
#define FIELD(name) offsetof(struct run_options, name)

static const struct row rows[] = {
    {"for", "DURATION", set_duration, FIELD(run_for), NULL, "emulated time to run, such as 250us, 10ms, 2s, 64cycles"},
    {"stop-when", "TEXT", set_stop_when, FIELD(stop_when), NULL,
     "end once the console has shown TEXT; exit status 1 if --for ends first"},
    {"on-lockup", "exit|reset", set_choice, FIELD(on_lockup), lockup_words,
     "what happens when the core locks up: the run ends with status 3, or the chip resets (default exit)"},
    {"gdb", "[HOST:]PORT", set_host_port, FIELD(gdb), NULL, "serve gdb (default host 127.0.0.1; port 0 picks one)"},
    {"halt", NULL, set_flag, FIELD(halt), NULL,
     "wait at reset for the debugger, which may bring the firmware with it (gdb's load)"},
    {"tcl", "[HOST:]PORT", set_host_port, FIELD(tcl), NULL,
     "beside --gdb: take gdb's monitor commands from scripts, as OpenOCD's Tcl port does"},
    {"telnet", "[HOST:]PORT", set_host_port, FIELD(telnet), NULL, "likewise from people, line by line"},
    {"link", "FAULTS", set_link, 0, NULL,
     "make gdb's connection a bad one, repeatably: drop=P,corrupt=P,dup=P,delay=D,split,seed=N, such as "
     "drop=5%,corrupt=0.01,delay=20ms; 'monitor stats' counts"},
    {"halted-time", "frozen|traffic|wall", set_choice, FIELD(halted_time), halted_time_names,
     "what time does to peripherals while the core is halted: stands still, goes on by the cost of the probe's "
     "traffic, or by the wall clock (default frozen)"},
    {"swd", "jlink[:PORT]|buspirate[:PATH]", set_probe, FIELD(swd), NULL,
     "a probe at the chip's debug connector, for OpenOCD: a J-Link on TCP, or a Bus Pirate behind a pseudo-terminal"},
    {"swd-time", "wall|wire", set_choice, FIELD(swd_time), swd_time_names,
     "what moves emulated time then: the wall clock, or nothing but the clocks on the wire (default wall)"},
    {"swd-clock", "PATH", set_text, FIELD(swd_clock), NULL,
     "where swd-clock.so asks for the time on the wire (default in /tmp)"},
    {"uart0", UART_VALUE, set_stream, FIELD(uart0), uart_words, "where UART0 goes (default stdio)"},
    {"uart1", UART_VALUE, set_stream, FIELD(uart1), uart_words, "where UART1 goes (default stdio)"},
    {"rtt", "stdio|null|tcp:PORT|none", set_stream, FIELD(rtt), rtt_words,
     "where RTT channel 0 goes, or that it is left to who is at the debug port (default stdio)"},
    {"usb", UART_VALUE "|none", set_stream, FIELD(usb), usb_words,
     "where the USB console (CDC-ACM) goes, or that there is no cable (default stdio)"},
    {"swo", "FILE|tcp:PORT", set_swo, FIELD(swo), NULL,
     "where the bytes of the trace port (SWO) go: packets of ITM and DWT (default nowhere)"},
    {"semihosting-dir", "DIR", set_text, FIELD(semihosting_dir), NULL,
     "the only directory where firmware may open files (default: nowhere)"},
    {"at", "TIME=ACTION", add_stimulus, 0, NULL,
     "at TIME since power-on: 'pin P0.11 0', 'button 1 press', 'part t temperature 21.5', 'irq 17', 'uart0 "
     "\"text\\n\"', 'usb \"text\\n\"', "
     "'adc AIN0 1500mV', 'vdd 1700mV', 'vbus 0', 'temp 21.5' or 'reset'; may be repeated"},
    {"record", "FILE", set_text, FIELD(record), NULL,
     "write what comes from outside (standard input, sockets, terminals), and when, to FILE"},
    {"replay", "FILE", set_text, FIELD(replay), NULL, "take it from FILE instead: the same run again"},
    {"board", "NAME|FILE", set_text, FIELD(board), NULL,
     "what is wired to the chip (default nrf52840dk); 'nrfemu boards' lists what there is"},
    {"seed", "N", set_number, FIELD(seed), NULL, "of everything random in the chip (default 0)"},
    {"flash-file", "FILE", set_text, FIELD(flash_file), NULL, "flash and UICR that persist between runs"},
    {"timing", "nrf52840|zero-wait", set_choice, FIELD(timing), timing_words,
     "what instructions cost (default nrf52840)"},
    {"sleep-clock", "stop|run", set_choice, FIELD(sleep_clock), sleep_words,
     "whether SysTick and CYCCNT count in WFI and WFE (default stop)"},
    {"window", NULL, set_flag, FIELD(window), NULL,
     "show the board, its pins, what runs and what waits in a window, in real time"},
    {"screenshot", "FILE@TIME", set_screenshot, 0, NULL,
     "save what the window shows at TIME as a PNG, with or without a window; ends the run unless --for says when"},
    {"speed", "0.01..100|max", set_choice, FIELD(speed), pace_names,
     "how fast a window begins: 0.01, 0.02, 0.05, 0.1, … 1 (default), 2, 5, 10, 100 times real time or max"},
    {"theme", "dark|light", set_choice, FIELD(theme), theme_words,
     "the window's and screenshots' colours (default dark)"},
    {"span", "DURATION", set_duration, FIELD(span), NULL, "how much time they show (default 200ms)"},
    {"pins", "PIN,PIN...", set_text, FIELD(pins), NULL,
     "which pins they show: P0.13, or names of the board (default: its LEDs and buttons, and what toggles)"},
    {"vcd", "FILE", set_text, FIELD(vcd), NULL, "write pins and exceptions as a waveform"},
    {"trace", "FILE", set_text, FIELD(trace), NULL,
     "write exceptions, sleep, tasks, events, pins and console for ui.perfetto.dev, as JSON"},
    {"profile", "FILE", set_text, FIELD(profile), NULL,
     "write where the cycles went, as folded stacks for flame graphs; slows the run down, as the next two"},
    {"callgrind", "FILE", set_text, FIELD(callgrind), NULL, "the same for callgrind_annotate and KCachegrind"},
    {"coverage", "FILE", set_text, FIELD(coverage), NULL, "write which lines ran, for lcov and genhtml"},
    {"stats", "FILE", set_text, FIELD(stats), NULL, "write what the run did as JSON"},
    {"trace-hash", NULL, set_flag, FIELD(trace_hash), NULL, "put a hash of all that happened into --stats"},
    {"quiet", NULL, set_flag, FIELD(quiet), NULL, "no messages but errors"},
    {"progress", NULL, set_flag, FIELD(progress), NULL, "show how emulated time goes on"},
    {"help", NULL, NULL, 0, NULL, "this text"},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

/* ---- help ---- */

static void print_wrapped(FILE *out, const char *text, unsigned indent)
{
    unsigned width = 100 - indent;
    while (strlen(text) > width) {
        unsigned n = width;
        while (text[n] != ' ')
            n--;
        fprintf(out, "%.*s\n%*s", (int)n, text, (int)indent, "");
        text += n + 1;
    }
    fprintf(out, "%s\n", text);
}

static void print_help(FILE *out)
{
    fputs("Usage: nrfemu run [options] FIRMWARE...\n\n"
          "Runs firmware on an emulated nRF52840. FIRMWARE is ELF, Intel HEX, UF2 or a raw binary (FILE@ADDR);\n"
          "several make one flash. What the firmware prints goes to standard output.\n\n",
          out);
    for (unsigned i = 0; i < ROWS; i++) {
        if (!rows[i].help)
            continue;
        const char *value = rows[i].value ? rows[i].value : "";
        int n = fprintf(out, "  --%s%s%s", rows[i].name, *value ? " " : "", value);
        if (n < HELP_COLUMN - 1)
            fprintf(out, "%*s", HELP_COLUMN - n, "");
        else
            fprintf(out, "\n%*s", HELP_COLUMN, "");
        print_wrapped(out, rows[i].help, HELP_COLUMN);
    }
    fputs("\nExit status: semihosting's, else 0; 1 a condition not met; 2 a bad file, option or input; 3 lockup;\n"
          "4 asleep for ever; 130 interrupted.\n",
          out);
}

/* ---- parsing ---- */

__attribute__((format(printf, 2, 3))) static enum options_result complain(struct parse *p, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fputs("nrfemu run: ", p->err);
    vfprintf(p->err, fmt, args);
    fputc('\n', p->err);
    va_end(args);
    return OPTIONS_WRONG;
}

static enum options_result apply(struct parse *p, const struct row *row, const char *value)
{
    if (strcmp(row->name, "help") == 0) {
        print_help(p->out);
        return OPTIONS_DONE;
    }
    if (strcmp(row->name, "board") == 0 && strcmp(value, "list") == 0) {
        boards_list(p->out);
        return OPTIONS_DONE;
    }
    if (!row->apply(p, row, value))
        return complain(p, "--%s '%s': %s", row->name, value ? value : "", p->why);
    return OPTIONS_GO;
}

static int takes_value(const struct row *row) { return row->value ? required_argument : no_argument; }

static enum options_result bad_option(struct parse *p, const char *arg)
{
    if (optopt)
        return complain(p, "there is no option -%c; see nrfemu run --help", optopt);
    return complain(p, "there is no option %s%s; see nrfemu run --help", arg, strchr(arg, '=') ? " with a value" : "");
}

static enum options_result parse_options(struct parse *p, int argc, char **argv)
{
    struct option options[ROWS + 1] = {0};
    enum options_result result = OPTIONS_GO;
    for (unsigned i = 0; i < ROWS; i++)
        options[i] = (struct option){rows[i].name, takes_value(&rows[i]), NULL, 0};
    optind = 0; /* starts getopt afresh */
    opterr = 0;
    while (result == OPTIONS_GO) {
        int index = -1;
        int c = getopt_long(argc, argv, ":h", options, &index);
        if (c == -1)
            break;
        if (c == 'h') {
            print_help(p->out);
            result = OPTIONS_DONE;
        } else if (c == ':') {
            result = complain(p, "%s needs a value; see nrfemu run --help", argv[optind - 1]);
        } else if (c == '?') {
            result = bad_option(p, argv[optind - 1]);
        } else {
            result = apply(p, &rows[index], optarg);
        }
    }
    return result;
}

static enum options_result check(struct parse *p)
{
    const struct run_options *o = p->o;
    if (!o->n_firmware && !o->flash_file && !((o->gdb || o->swd) && o->halt))
        return complain(p, "no firmware given; see nrfemu run --help");
    if (o->halt && !o->gdb && !o->swd)
        return complain(p, "--halt waits for a debugger: it needs --gdb or --swd");
    if ((o->tcl || o->telnet) && !o->gdb)
        return complain(p, "--%s goes with a debugger: it needs --gdb", o->tcl ? "tcl" : "telnet");
    if (o->swd && o->gdb)
        return complain(p, "--swd and --gdb: one debugger at a time");
    if ((o->swd_time || o->swd_clock) && !o->swd)
        return complain(p, "--swd-time and --swd-clock need --swd");
    if (o->faulty_link && !o->gdb)
        return complain(p, "--link is about gdb's connection: it needs --gdb");
    if (o->record && o->replay && strcmp(o->record, o->replay) == 0)
        return complain(p, "--record would overwrite '%s' while --replay reads it", o->record);
    if (o->trace_hash && !o->stats)
        return complain(p, "--trace-hash goes into the statistics: it needs --stats");
    return OPTIONS_GO;
}

enum options_result options_parse_run(int argc, char **argv, struct run_options *o, FILE *out, FILE *err)
{
    struct parse p = {.o = o, .out = out, .err = err};
    *o = (struct run_options){.run_for = VTIME_NEVER,
                              .uart0 = "stdio",
                              .uart1 = "stdio",
                              .rtt = "stdio",
                              .usb = "stdio",
                              .board = BOARD_DEFAULT,
                              .speed = PACE_REAL_TIME};
    enum options_result result = parse_options(&p, argc, argv);
    if (result == OPTIONS_GO) {
        o->firmware = argv + optind;
        o->n_firmware = (unsigned)(argc - optind);
        result = check(&p);
    }
    if (result != OPTIONS_GO)
        options_free(o);
    return result;
}

void options_free(struct run_options *o)
{
    for (unsigned i = 0; i < o->n_at; i++)
        stimulus_free(&o->at[i]);
    free(o->screenshot);
    o->screenshot = NULL;
    free(o->at);
    o->at = NULL;
    o->n_at = 0;
}
