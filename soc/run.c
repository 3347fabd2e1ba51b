/*
 * The run loop: slices of the core's run, sleep, resets, and the end.
 */
#include "soc/machine.h"

#include <time.h>

/* The longest nap of ours: ^C and debuggers are heard after it. */
#define NAP (20 * VTIME_PER_MS)

static void sleep_as_long(struct machine *m, vtime length)
{
    uint64_t ns = length * 1000 / VTIME_PER_US;
    console_show(&m->console, m->soc.sched.now);
    swo_flush(&m->swo);
    nanosleep(&(struct timespec){.tv_nsec = (long)ns}, NULL);
}

static bool naps(const struct machine *m) { return m->paced && !m->relives; }

/* Asleep: time goes to the next event, or as far as we nap. False when there will be none. */
static bool skip_sleep(struct machine *m)
{
    struct sched *s = &m->soc.sched;
    vtime next = sched_next(s);
    if (next == VTIME_NEVER) {
        swo_flush(&m->swo);
        return false;
    }
    if (next > s->now && naps(m)) {
        next = next - s->now > NAP ? s->now + NAP : next;
        sleep_as_long(m, next - s->now);
    }
    if (next > s->now)
        s->now = next;
    return true;
}

/* A fault exception whose handler is a branch to itself: that is what start-up files give to those who have no handler.
 */
static void notice_dead_end(struct machine *m)
{
    enum { BRANCH_TO_SELF = 0xE7FE };
    struct core *c = &m->soc.core;
    unsigned exc = core_ipsr(c);
    uint16_t insn = 0;
    if (m->fault_reported || m->debugged || exc < EXC_HARDFAULT || exc > EXC_USAGEFAULT)
        return;
    if (bus_peek(&m->soc.bus, cpu_get(c->cpu, CPU_PC), &insn, 2) == 2 && insn == BRANCH_TO_SELF) {
        m->fault_reported = true;
        machine_report(m, "a fault whose handler does nothing");
    }
}

static void handle_lockup(struct machine *m)
{
    if (!m->fault_reported)
        machine_report(m, "lockup");
    m->fault_reported = true;
    if (m->config.reset_on_lockup)
        machine_reset(m, RESETREAS_LOCKUP);
    else
        m->end = MACHINE_END_LOCKUP;
}

static void enter_system_off(struct machine *m)
{
    rtt_drain(&m->events.rtt); /* before RAM loses its power */
    machine_reset(m, RESET_INTO_OFF);
}

static void handle_attention(struct machine *m)
{
    if (m->interrupted)
        m->end = MACHINE_END_INTERRUPT;
    else if (m->soc.reset_request)
        machine_reset(m, m->soc.reset_request);
    else if (m->soc.off_request)
        enter_system_off(m);
    notice_dead_end(m);
    console_show(&m->console, m->soc.sched.now);
    swo_flush(&m->swo);
}

static void wait_for_input(struct machine *m)
{
    m->waits_for_input = false;
    console_flush(&m->console);
    stream_wait(m->stdio, 10);
    if (m->interrupted)
        m->end = MACHINE_END_INTERRUPT;
}

/* Firmware that is awake for short moments only never comes to the end of a slice. */
enum { SLEEPS_A_SLICE = 1000 };

enum core_stop machine_run(struct machine *m, uint64_t budget)
{
    for (unsigned sleeps = 0;;) {
        enum core_stop stop = core_run(&m->soc.core, budget);
        switch (stop) {
        case CORE_STOP_ATTENTION:
            handle_attention(m);
            return stop;
        case CORE_STOP_BUDGET:
            return stop;
        case CORE_STOP_ASLEEP:
            if (m->interrupted)
                m->end = MACHINE_END_INTERRUPT;
            else if (!skip_sleep(m))
                m->end = m->soc.off ? MACHINE_END_OFF : MACHINE_END_ASLEEP;
            if (m->end || budget != UINT64_MAX)
                return stop;
            if (!naps(m) && ++sleeps < SLEEPS_A_SLICE)
                break;
            handle_attention(m);
            return CORE_STOP_ATTENTION;
        case CORE_STOP_LOCKUP:
            if (!m->debugged)
                handle_lockup(m);
            return stop;
        case CORE_STOP_BKPT:
            if (!m->waits_for_input)
                return stop;
            wait_for_input(m);
            if (m->end || m->waits_briefly)
                return stop;
            break;
        case CORE_STOP_BREAKPOINT:
        case CORE_STOP_WATCHPOINT:
        case CORE_STOP_HALTED:
            return stop;
        }
    }
}

enum core_stop machine_run_for(struct machine *m, vtime length)
{
    if (!m->soc.core.state.asleep) /* asleep there are no slices */
        sched_at(&m->soc.sched, &m->events.slice, m->soc.sched.now + length);
    return machine_run(m, UINT64_MAX);
}

enum core_stop machine_run_until(struct machine *m, vtime until)
{
    sched_at(&m->soc.sched, &m->events.pace, until);
    enum core_stop stop = machine_run(m, UINT64_MAX);
    sched_cancel(&m->soc.sched, &m->events.pace);
    return stop;
}

void machine_run_to_end(struct machine *m)
{
    while (!m->end)
        machine_run(m, UINT64_MAX);
    rtt_drain(&m->events.rtt);
    console_flush(&m->console);
    swo_flush(&m->swo);
}

static const struct {
    const char *name;
    int status;
} ends[] = {
    [MACHINE_RUNNING] = {"running", 0},    [MACHINE_END_TIME] = {"time", 0},
    [MACHINE_END_TEXT] = {"text", 0},      [MACHINE_END_EXIT] = {"exit", 0},
    [MACHINE_END_LOCKUP] = {"lockup", 3},  [MACHINE_END_ASLEEP] = {"asleep", 4},
    [MACHINE_END_OFF] = {"system-off", 4}, [MACHINE_END_INTERRUPT] = {"interrupt", 130},
    [MACHINE_END_KILLED] = {"killed", 0},  [MACHINE_END_CLOSED] = {"closed", 0},
};

const char *machine_end_name(enum machine_end end) { return ends[end].name; }

int machine_exit_status(const struct machine *m)
{
    if (m->end == MACHINE_END_EXIT)
        return m->exit_code;
    bool text_missing = m->config.stop_when && m->end == MACHINE_END_TIME;
    return text_missing ? 1 : ends[m->end].status;
}
