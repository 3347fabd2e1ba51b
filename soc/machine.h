/*
 * The machine: the chip with what the host adds to it (console, RTT, semihosting, symbols, stimulus), and the loop that
 * runs it until something ends the run.
 */
#ifndef SOC_MACHINE_H
#define SOC_MACHINE_H

#include <signal.h>

#include "emu/image.h"
#include "emu/symbols.h"
#include "host/console.h"
#include "host/rtt.h"
#include "host/semihosting.h"
#include "host/swo.h"
#include "host/usb_cdc.h"
#include "soc/contexts.h"
#include "soc/nrf52840.h"
#include "soc/stimulus.h"

enum machine_end {
    MACHINE_RUNNING,
    MACHINE_END_TIME, /* run_for is over */
    MACHINE_END_TEXT, /* the console showed stop_when */
    MACHINE_END_EXIT, /* semihosting's SYS_EXIT: exit_code */
    MACHINE_END_LOCKUP,
    MACHINE_END_ASLEEP,    /* for ever: nothing is left that could wake the core */
    MACHINE_END_OFF,       /* System OFF: nothing is left that could wake the chip */
    MACHINE_END_INTERRUPT, /* ^C */
    MACHINE_END_KILLED,    /* by the debugger */
    MACHINE_END_CLOSED,    /* its window was closed */
};

struct machine_config {
    const struct board *board; /* NULL: none. Used by machine_init() only. */
    vtime run_for;             /* VTIME_NEVER: without end */
    const char *stop_when;     /* NULL: none */
    bool reset_on_lockup;
    const char *uart0, *uart1, *rtt; /* stream specifications */
    bool rtt_by_probe;               /* RTT is left to who is at the debug port */
    const char *usb;                 /* likewise; NULL or "none": no cable, no VBUS */
    const char *swo;                 /* where the trace port goes, see host/swo.h; NULL: nowhere */
    const char *semihosting_dir;     /* NULL: no files */
    const char *command_line;        /* for SYS_GET_CMDLINE; NULL: empty */
    const struct stimulus *stimuli;  /* in order of time; borrowed */
    unsigned n_stimuli;
    const char *record, *replay; /* files; NULL: none */
    const char *version;         /* of the program, for recordings; NULL: unknown */
    uint64_t seed;
    bool sleep_clock_runs;
    bool quiet;
    /* Called once, when emulated time is look_at, to look at the machine; NULL: not at all. */
    void (*look)(void *ctx);
    void *look_ctx;
    vtime look_at;
    /* Told of every access of an instruction to a device, after it; NULL: nobody. */
    void (*device_access)(void *ctx, uint32_t addr, bool store);
    void *device_ctx;
};

/* What has events in the chip's queue or follows what happens in it, and so belongs to its snapshots. */
struct machine_events {
    struct rtt rtt;
    struct usb_cdc usb;       /* the host at the USB cable */
    struct contexts contexts; /* noted for a debugger only */
    struct sched_event limit, slice, stimulus, pace, look, action;
    unsigned next_stimulus;
    unsigned next_action; /* of the replay */
    bool action_waits;    /* until the others of its time are through */
};

/* Notices a guest that reads one register over and over. */
struct spin {
    uint32_t addr, pc;
    vtime since;
    uint64_t count;
    bool told;
};

struct machine {
    struct soc soc;
    struct machine_events events;
    struct machine_config config;
    struct log log;
    struct console console;
    struct stream *stdio;
    struct stream *rtt_stream; /* NULL: RTT channel 0 is on the console */
    struct swo swo;
    struct semihosting semihosting;
    struct semihosting_port semihosting_port;
    struct record *record;   /* NULL: none */
    struct replay *replay;   /* likewise */
    struct symbols *symbols; /* of the first ELF that has any */
    struct spin spin;
    enum machine_end end;
    int exit_code;
    volatile sig_atomic_t interrupted; /* set by a signal handler */
    bool waits_for_input;              /* a semihosting read is waiting */
    bool paced;                        /* the console is a terminal: sleep lasts as long as on the chip */
    bool fault_reported;
    bool relives;       /* goes through what has happened already: soc/timeline.h */
    bool flash_is_kept; /* in a file that machine_load_flash() named */
    /* A debugger holds the machine: BKPTs, lockup and unhandled faults are its business. */
    bool debugged;
    void (*changing)(void *ctx); /* see machine_change() */
    void *changing_ctx;
    bool probed; /* ... through the debug port of the chip: what a BKPT is, its debug registers say */
};

/* False with one line in `err` when a stream or directory cannot be opened. The struct must not be moved. */
bool machine_init(struct machine *m, const struct machine_config *config, char *err, size_t err_size);
void machine_close(struct machine *m);

/* Loads images into flash, RAM, UICR and the external flash (as image_load() names them), finds the vector table, opens
 * symbols. */
bool machine_load(struct machine *m, char **specs, unsigned n, char err[IMAGE_ERR_SIZE]);
/* Flash was programmed otherwise: looks for the vector table that the next reset takes. */
void machine_find_start(struct machine *m);
/* Flash and UICR as a file of both, one after the other; a missing file is an erased chip. */
bool machine_load_flash(struct machine *m, const char *path, char *err, size_t err_size);
bool machine_save_flash(struct machine *m, const char *path, char *err, size_t err_size);

/* Opens the recordings that the configuration names. After machine_load(), for they depend on the image. */
bool machine_open_recordings(struct machine *m, char *err, size_t err_size);
/* Ends the recording. False, with one line in `err`, when it could not be written. */
bool machine_close_recording(struct machine *m, char *err, size_t err_size);

void machine_power_on(struct machine *m);
/* `resetreas`: as soc_reset() takes it. */
void machine_reset(struct machine *m, uint32_t resetreas);

/* Where the bytes of the trace port go from now on, as host/swo.h names it. False, with one line in `err`, when it
 * cannot be opened: then nowhere. */
bool machine_open_swo(struct machine *m, const char *spec, char *err, size_t err_size);

/* To be called before something outside changes the machine, at a time that nothing but the host decides (a mouse): it
 * is no consequence of what was before, and who keeps the machine's history must know. What console and RTT bring is
 * not meant. */
static inline void machine_change(struct machine *m)
{
    if (m->changing)
        m->changing(m->changing_ctx);
}

/* Does what `--at` would do, now. False, with one line in `err`, when `action` is none. */
bool machine_stimulate(struct machine *m, const char *action, char *err, size_t err_size);

/* The same by people at the window: it is recorded. */
bool machine_act(struct machine *m, const char *action, char *err, size_t err_size);

/* Runs for a slice (some milliseconds of host time), or `budget` instructions. m->end tells whether the run is over.
 * Returns why the core stopped; CORE_STOP_ATTENTION when it is just the slice. */
enum core_stop machine_run(struct machine *m, uint64_t budget);
/* Likewise, but for about so long. */
enum core_stop machine_run_for(struct machine *m, vtime length);
/* Likewise, but until then at the latest, asleep or not. A core that sleeps for ever does not end the run. */
enum core_stop machine_run_until(struct machine *m, vtime until);
/* Runs to the end. */
void machine_run_to_end(struct machine *m);

/* A report of the fault or lockup that the core is in, on stderr. */
void machine_report(struct machine *m, const char *what);

/* "time", "text", "exit", … as --stats shows it, and the exit status of `nrfemu run`. */
const char *machine_end_name(enum machine_end end);
int machine_exit_status(const struct machine *m);

#endif
