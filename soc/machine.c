/*
 * Construction of the machine, and what the core calls back for.
 */
#include "soc/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emu/firmware_info.h"
#include "host/report.h"

/* Long enough that stopping costs nothing, short enough that ^C and debuggers are heard at once. */
#define SLICE (20 * VTIME_PER_MS)

/* ---- callbacks of the core -------------------------------------------------------------------------------------- */

static enum core_bkpt on_bkpt(void *ctx, uint8_t imm)
{
    struct machine *m = ctx;
    if (m->probed && (imm != SEMIHOSTING_BKPT || (m->soc.core.debug.control & DHCSR_C_DEBUGEN)))
        return CORE_BKPT_GUEST;
    if (imm != SEMIHOSTING_BKPT)
        return m->debugged ? CORE_BKPT_STOP : CORE_BKPT_GUEST;
    switch (semihosting_call(&m->semihosting)) {
    case SEMIHOSTING_DONE:
        return CORE_BKPT_SERVED;
    case SEMIHOSTING_WAIT:
        m->waits_for_input = true;
        return CORE_BKPT_WAIT;
    case SEMIHOSTING_EXIT:
        break;
    }
    m->end = MACHINE_END_EXIT;
    m->exit_code = m->semihosting.exit_code;
    core_attention(&m->soc.core);
    return CORE_BKPT_SERVED;
}

/* One register read by one instruction for an emulated second, with no other device access in between: tell people what
 * the firmware waits for. */
static void on_device_access(void *ctx, uint32_t addr, uint32_t pc, bool store)
{
    enum { MANY = 50000 };
    struct machine *m = ctx;
    struct spin *s = &m->spin;
    vtime now = m->soc.sched.now;
    if (store || addr != s->addr || pc != s->pc) {
        *s = (struct spin){.addr = addr, .pc = pc, .since = now};
        return;
    }
    if (++s->count < MANY || now - s->since < VTIME_PER_S || s->told)
        return;
    s->told = true;
    char name[PERIPH_NAME_MAX], where[256];
    log_msg(&m->log, LOG_WARN, "polling %s at %s", soc_address_name(&m->soc, addr, name),
            symbols_describe(m->symbols, pc, where, sizeof where));
}

static void on_observed_access(void *ctx, uint32_t addr, uint32_t pc, bool store)
{
    const struct machine_config *c = &((struct machine *)ctx)->config;
    if (!((struct machine *)ctx)->relives)
        c->device_access(c->device_ctx, addr, store);
    on_device_access(ctx, addr, pc, store);
}

static void on_sleep_changed(void *ctx, bool asleep)
{
    struct machine *m = ctx;
    periph_engine_core_changed(&m->soc.periph.engine);
    if (asleep) {
        rtt_pause(&m->events.rtt);
        sched_cancel(&m->soc.sched, &m->events.slice);
    } else {
        rtt_resume(&m->events.rtt);
        sched_at(&m->soc.sched, &m->events.slice, m->soc.sched.now + SLICE);
    }
}

/* A watchdog may stand still while the core is halted. */
static void on_halted_changed(void *ctx, bool halted)
{
    periph_engine_core_changed(&((struct machine *)ctx)->soc.periph.engine);
}

/* ---- events ------------------------------------------------------------------------------------------------------ */

static void on_limit(void *ctx, vtime due)
{
    struct machine *m = ctx;
    m->end = MACHINE_END_TIME;
    core_attention(&m->soc.core);
}

static void on_slice(void *ctx, vtime due)
{
    struct machine *m = ctx;
    core_attention(&m->soc.core);
    sched_at(&m->soc.sched, &m->events.slice, due + SLICE);
}

static void set_part(struct soc *soc, const struct stimulus *s)
{
    unsigned part = (unsigned)board_part(&soc->board, s->name);
    part_set(&soc->part[part], (unsigned)board_part_input(&soc->board.part[part], s->input), s->milli);
}

static void apply_stimulus(struct machine *m, const struct stimulus *s)
{
    struct soc *soc = &m->soc;
    switch (s->kind) {
    case STIMULUS_PIN:
        pins_drive(&soc->pins, s->pin, PIN_FROM_OUTSIDE, s->drive);
        break;
    case STIMULUS_IRQ:
        core_pend(&soc->core, EXC_IRQ0 + s->irqn);
        break;
    case STIMULUS_UART:
        uart_port_feed(&soc->uart[s->uart], s->text, (unsigned)s->length);
        break;
    case STIMULUS_BUTTON:
        board_press(&soc->board, (unsigned)board_button(&soc->board, s->name), s->pressed);
        break;
    case STIMULUS_PART:
        set_part(soc, s);
        break;
    case STIMULUS_ADC:
        saadc_set_input(&soc->periph.saadc, s->adc_input, s->millivolts);
        break;
    case STIMULUS_VDD:
        power_set_supply(&soc->periph.power, (unsigned)s->millivolts);
        saadc_set_input(&soc->periph.saadc, SAADC_VDD, s->millivolts);
        saadc_set_input(&soc->periph.saadc, SAADC_VDDHDIV5, s->millivolts / 5);
        break;
    case STIMULUS_VBUS:
        soc_set_vbus(soc, s->on);
        break;
    case STIMULUS_TEMP:
        temp_set(&soc->periph.temp, s->milli * TEMP_STEPS_PER_DEGREE / 1000);
        break;
    case STIMULUS_USB:
        usb_cdc_feed(&m->events.usb, s->text, (unsigned)s->length);
        break;
    case STIMULUS_RESET:
        soc->doors.sys.reset(soc->doors.sys.ctx, RESETREAS_RESETPIN);
        break;
    }
}

static void on_stimulus(void *ctx, vtime due)
{
    struct machine *m = ctx;
    struct machine_events *e = &m->events;
    const struct machine_config *c = &m->config;
    while (e->next_stimulus < c->n_stimuli && c->stimuli[e->next_stimulus].time <= due)
        apply_stimulus(m, &c->stimuli[e->next_stimulus++]);
    if (e->next_stimulus < c->n_stimuli)
        sched_at(&m->soc.sched, &e->stimulus, c->stimuli[e->next_stimulus].time);
}

static void schedule_action(struct machine *m)
{
    struct machine_events *e = &m->events;
    vtime time;
    if (m->replay && replay_action(m->replay, e->next_action, &time))
        sched_at(&m->soc.sched, &e->action, time > m->soc.sched.now ? time : m->soc.sched.now);
}

/* Whether the board has what a stimulus names. */
static bool check_stimulus(const struct board *b, const struct stimulus *s, char *err, size_t err_size)
{
    char names[128];
    if (s->kind == STIMULUS_BUTTON && board_button(b, s->name) < 0) {
        snprintf(err, err_size, "board %s has no button '%s'; it has %s", b->name, s->name,
                 board_button_names(b, names, sizeof names));
        return false;
    }
    if (s->kind != STIMULUS_PART)
        return true;
    int part = board_part(b, s->name);
    if (part < 0)
        snprintf(err, err_size, "board %s has no part '%s'; it has %s", b->name, s->name,
                 board_part_names(b, names, sizeof names));
    else if (board_part_input(&b->part[part], s->input) < 0)
        snprintf(err, err_size, "part %s, a %s, measures no '%s'", s->name, b->part[part].type->name, s->input);
    else
        return true;
    return false;
}

static bool carry_out(struct machine *m, const char *action, bool is_change, char *err, size_t err_size)
{
    struct stimulus s;
    if (!stimulus_parse_action(action, &s, err, err_size))
        return false;
    bool ok = check_stimulus(&m->soc.board, &s, err, err_size);
    if (ok) {
        if (is_change)
            machine_change(m);
        apply_stimulus(m, &s);
    }
    stimulus_free(&s);
    return ok;
}

/* It was done when all that was due had happened: so it is again. What is replayed is a consequence of the recording,
 * and no change of the machine's history. */
static void on_action(void *ctx, vtime due)
{
    struct machine *m = ctx;
    struct machine_events *e = &m->events;
    char err[256];
    vtime time;
    e->action_waits = !e->action_waits;
    if (e->action_waits) {
        sched_at(&m->soc.sched, &e->action, due);
        return;
    }
    const char *action = replay_action(m->replay, e->next_action, &time);
    if (m->record && !m->relives)
        record_action(m->record, action);
    if (!carry_out(m, action, false, err, sizeof err))
        log_msg(&m->log, LOG_WARN, "%s: %s", m->config.replay, err);
    e->next_action++;
    schedule_action(m);
}

static void on_pace(void *ctx, vtime due) { core_attention(&((struct machine *)ctx)->soc.core); }

static void on_look(void *ctx, vtime due)
{
    const struct machine_config *c = &((struct machine *)ctx)->config;
    c->look(c->look_ctx);
}

static void on_stop_text(void *ctx)
{
    struct machine *m = ctx;
    m->end = MACHINE_END_TEXT;
    core_attention(&m->soc.core);
}

/* ---- construction ------------------------------------------------------------------------------------------------ */

static ssize_t rtt_input(void *ctx, void *buf, size_t size) { return console_get(ctx, EV_CONSOLE_RTT, buf, size); }
static ssize_t usb_input(void *ctx, void *buf, size_t size) { return console_get(ctx, EV_CONSOLE_USB, buf, size); }
static ssize_t semihosting_input(void *ctx, void *buf, size_t size)
{
    return console_get(ctx, EV_CONSOLE_SEMIHOSTING, buf, size);
}

/* "null" and "file:" have nothing to say: whoever is routed there never asks. */
static bool can_be_read(const char *spec) { return strcmp(spec, "null") != 0 && strncmp(spec, "file:", 5) != 0; }

static struct stream *port_stream(struct machine *m, enum ev_console source, const char *spec)
{
    return can_be_read(spec) ? console_port(&m->console, source) : NULL;
}

static bool has_usb_cable(const struct machine_config *c) { return c->usb && strcmp(c->usb, "none") != 0; }

/* A terminal at the other end wants sleep to last as long as on the chip. */
static bool is_interactive(const char *spec) { return !strncmp(spec, "pty", 3) || !strncmp(spec, "tcp", 3); }

static bool open_console(struct machine *m, char *err, size_t err_size)
{
    const struct machine_config *c = &m->config;
    m->stdio = stream_open("stdio", err, err_size);
    if (!m->stdio)
        return false;
    console_init(&m->console, m->stdio);
    if (!console_route(&m->console, EV_CONSOLE_UART0, c->uart0, err, err_size) ||
        !console_route(&m->console, EV_CONSOLE_UART1, c->uart1, err, err_size) ||
        !console_route(&m->console, EV_CONSOLE_RTT, c->rtt, err, err_size) ||
        (has_usb_cable(c) && !console_route(&m->console, EV_CONSOLE_USB, c->usb, err, err_size)))
        return false;
    if (c->stop_when && !console_stop_when(&m->console, c->stop_when, on_stop_text, m)) {
        snprintf(err, err_size, "--stop-when: the text must have 1 to %d bytes", CONSOLE_STOP_MAX);
        return false;
    }
    evlog_attach(&m->soc.evlog, 1u << EV_CONSOLE, console_read_event, &m->console);
    m->soc.uart[0].stream = port_stream(m, EV_CONSOLE_UART0, c->uart0);
    m->soc.uart[1].stream = port_stream(m, EV_CONSOLE_UART1, c->uart1);
    m->soc.uart[0].lines = !strcmp(c->uart0, "stdio");
    m->soc.uart[1].lines = !strcmp(c->uart1, "stdio");
    m->paced = isatty(STDIN_FILENO) || is_interactive(c->uart0) || is_interactive(c->uart1) || is_interactive(c->rtt) ||
               (has_usb_cable(c) && is_interactive(c->usb));
    return true;
}

static bool init_semihosting(struct machine *m, char *err, size_t err_size)
{
    m->semihosting_port = (struct semihosting_port){.cpu = m->soc.core.cpu, .bus = &m->soc.bus, .sched = &m->soc.sched};
    struct semihosting_config c = {.guest = semihosting_guest_of(&m->semihosting_port),
                                   .evlog = &m->soc.evlog,
                                   .log = &m->log,
                                   .input = semihosting_input,
                                   .input_ctx = &m->console,
                                   .directory = m->config.semihosting_dir,
                                   .command_line = m->config.command_line};
    return semihosting_init(&m->semihosting, &c, err, err_size);
}

bool machine_open_swo(struct machine *m, const char *spec, char *err, size_t err_size)
{
    swo_close(&m->swo);
    return swo_open(&m->swo, spec, err, err_size);
}

static void init_usb(struct machine *m)
{
    bool reads = has_usb_cable(&m->config) && can_be_read(m->config.usb);
    struct usb_cdc_config c = {.bus = &m->soc.usb,
                               .sched = &m->soc.sched,
                               .evlog = &m->soc.evlog,
                               .log = &m->log,
                               .input = reads ? usb_input : NULL,
                               .input_ctx = &m->console};
    usb_cdc_init(&m->events.usb, &c);
}

static void init_events(struct machine *m)
{
    struct machine_events *e = &m->events;
    struct rtt_config c = {.bus = &m->soc.bus,
                           .sched = &m->soc.sched,
                           .evlog = &m->soc.evlog,
                           .log = &m->log,
                           .base = SOC_RAM_BASE,
                           .size = SOC_RAM_SIZE,
                           .off = m->config.rtt_by_probe,
                           .input = rtt_input,
                           .input_ctx = &m->console};
    rtt_init(&e->rtt, &c);
    init_usb(m);
    sched_event_init(&e->limit, "end of run", on_limit, m);
    sched_event_init(&e->slice, "slice", on_slice, m);
    sched_event_init(&e->stimulus, "stimulus", on_stimulus, m);
    sched_event_init(&e->pace, "pace", on_pace, m);
    sched_event_init(&e->look, "look", on_look, m);
    sched_event_init(&e->action, "action", on_action, m);
    m->soc.companion = e;
    m->soc.companion_size = sizeof *e;
}

static bool check_stimuli(const struct machine *m, char *err, size_t err_size)
{
    char text[256];
    for (unsigned i = 0; i < m->config.n_stimuli; i++)
        if (!check_stimulus(&m->soc.board, &m->config.stimuli[i], text, sizeof text)) {
            snprintf(err, err_size, "--at: %s", text);
            return false;
        }
    return true;
}

bool machine_stimulate(struct machine *m, const char *action, char *err, size_t err_size)
{
    return carry_out(m, action, true, err, err_size);
}

bool machine_act(struct machine *m, const char *action, char *err, size_t err_size)
{
    if (m->record)
        record_action(m->record, action);
    return machine_stimulate(m, action, err, err_size);
}

bool machine_init(struct machine *m, const struct machine_config *config, char *err, size_t err_size)
{
    memset(m, 0, sizeof *m);
    m->config = *config;
    log_init(&m->log, config->quiet ? LOG_ERROR : LOG_INFO, &m->soc.sched.now);
    struct core_host host = {.bkpt = on_bkpt,
                             .device_access = config->device_access ? on_observed_access : on_device_access,
                             .sleep_changed = on_sleep_changed,
                             .halted_changed = on_halted_changed,
                             .ctx = m};
    soc_init(&m->soc, &m->log, config->seed, &host);
    m->soc.core.sleep_clock_runs = config->sleep_clock_runs;
    m->soc.trace_listener = (struct trace_listener){.put = swo_put, .ctx = &m->swo};
    if (config->board)
        soc_connect_board(&m->soc, config->board);
    init_events(m);
    return check_stimuli(m, err, err_size) && open_console(m, err, err_size) &&
           (!config->swo || machine_open_swo(m, config->swo, err, err_size)) && init_semihosting(m, err, err_size);
}

void machine_close(struct machine *m)
{
    char err[256];
    machine_close_recording(m, err, sizeof err); /* what can be told was told */
    semihosting_close(&m->semihosting);
    if (m->stdio)
        console_close(&m->console);
    stream_close(m->stdio);
    swo_close(&m->swo);
    replay_free(m->replay);
    symbols_close(m->symbols);
    soc_free(&m->soc);
}

/* ---- power and reset --------------------------------------------------------------------------------------------- */

void machine_power_on(struct machine *m)
{
    struct machine_events *e = &m->events;
    struct sched *s = &m->soc.sched;
    soc_power_on(&m->soc);
    soc_set_vbus(&m->soc, has_usb_cable(&m->config));
    rtt_reset(&e->rtt);
    rtt_resume(&e->rtt);
    sched_at(s, &e->slice, s->now + SLICE);
    vtime stop = m->replay ? replay_stop(m->replay) : VTIME_NEVER, limit = m->config.run_for;
    limit = stop < limit ? stop : limit;
    if (limit != VTIME_NEVER)
        sched_at(s, &e->limit, limit);
    if (e->next_stimulus < m->config.n_stimuli)
        sched_at(s, &e->stimulus, m->config.stimuli[e->next_stimulus].time);
    schedule_action(m);
    if (m->config.look)
        sched_at(s, &e->look, m->config.look_at);
}

void machine_reset(struct machine *m, uint32_t resetreas)
{
    soc_reset(&m->soc, resetreas);
    rtt_reset(&m->events.rtt);
    if (!m->soc.off)
        rtt_resume(&m->events.rtt);
    semihosting_reset(&m->semihosting);
    m->fault_reported = false;
    m->waits_for_input = false;
}

/* ---- reports ----------------------------------------------------------------------------------------------------- */

static bool read_word(void *ctx, uint32_t addr, uint32_t *value)
{
    struct soc *s = ctx;
    return bus_memory_at(&s->bus, addr) && bus_peek(&s->bus, addr, value, 4) == 4;
}

void machine_report(struct machine *m, const char *what)
{
    struct core *c = &m->soc.core;
    struct report_fault f = {.what = what,
                             .time = m->soc.sched.now,
                             .cfsr = c->scb.cfsr,
                             .hfsr = c->scb.hfsr,
                             .mmfar = c->scb.mmfar,
                             .bfar = c->scb.bfar,
                             .msp = cpu_get(c->cpu, CPU_MSP),
                             .psp = cpu_get(c->cpu, CPU_PSP),
                             .symbols = m->symbols,
                             .read_word = read_word,
                             .ctx = &m->soc};
    cpu_get_core(c->cpu, f.regs);
    console_flush(&m->console);
    report_fault(stderr, &f);
}
