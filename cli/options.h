/*
 * The command line of `nrfemu run`.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "rsp/link.h"
#include "soc/stimulus.h"
#include "emu/vtime.h"

enum options_lockup { OPTIONS_LOCKUP_EXIT, OPTIONS_LOCKUP_RESET };
enum options_timing { OPTIONS_TIMING_NRF52840, OPTIONS_TIMING_ZERO_WAIT };
enum options_theme { OPTIONS_THEME_DARK, OPTIONS_THEME_LIGHT };
enum options_sleep_clock { OPTIONS_SLEEP_CLOCK_STOP, OPTIONS_SLEEP_CLOCK_RUN };

/* Strings are those of argv; NULL where an option was not given, unless another default is told. */
struct run_options {
    char **firmware; /* n_firmware image specifications as image_load() takes them */
    unsigned n_firmware;

    vtime run_for; /* default VTIME_NEVER */
    const char *stop_when;
    unsigned on_lockup; /* enum options_lockup */

    const char *gdb; /* [HOST:]PORT */
    bool halt;
    const char *tcl, *telnet; /* likewise: command lines */
    bool as_openocd;          /* speaks as OpenOCD does; not an option, see cli/openocd.c */
    char **startup;           /* likewise: n_startup commands of `monitor`, carried out when the ports are open */
    unsigned n_startup;
    bool faulty_link;
    struct rsp_link_faults link; /* if it is */
    unsigned halted_time;        /* enum halted_time_mode */

    const char *swd;       /* a probe, as struct swd_server_config has it */
    unsigned swd_time;     /* enum swd_time */
    const char *swd_clock; /* path */

    const char *uart0, *uart1, *rtt, *usb; /* stream specifications; default "stdio" */
    const char *swo;                       /* file, or tcp:[HOST:]PORT */
    const char *semihosting_dir;

    struct stimulus *at; /* n_at of them, in order of time, and as given where times are equal; owned */
    unsigned n_at;
    const char *record, *replay; /* files */
    uint64_t seed;               /* default 0 */

    const char *board; /* name or file; default BOARD_DEFAULT */
    const char *flash_file;
    unsigned timing;      /* enum options_timing */
    unsigned sleep_clock; /* enum options_sleep_clock */

    bool window;
    char *screenshot; /* file, at screenshot_at; owned */
    vtime screenshot_at;
    unsigned speed, theme; /* indices of pace_names; enum options_theme */
    vtime span;            /* 0: the default */
    const char *pins;

    const char *vcd, *trace, *profile, *callgrind, *coverage, *stats; /* files */
    bool trace_hash, quiet, progress;
};

enum options_result {
    OPTIONS_GO,    /* do it */
    OPTIONS_DONE,  /* help was printed: exit status 0 */
    OPTIONS_WRONG, /* one line on `err` says what: exit status 2 */
};

/* Parses the arguments behind and including the subcommand's name, argv[0]. Reorders argv. On OPTIONS_GO the caller
 * frees with options_free(). Help goes to `out`. */
enum options_result options_parse_run(int argc, char **argv, struct run_options *o, FILE *out, FILE *err);
void options_free(struct run_options *o);

#endif
