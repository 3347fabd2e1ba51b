/* The moves that steppers are made of: writes of DHCSR, waits for S_HALT, and what DFSR says in the end. */
#include <stdarg.h>
#include <stdio.h>

#include "step/parts.h"

enum { POLLS = 64 }; /* of one call of step_advance() */

uint32_t step_read(struct stepper *s, uint32_t addr)
{
    uint32_t value = 0;

    s->report.accesses++;
    return s->access->ops->read(s->access->ctx, addr, &value) ? value : 0;
}

bool step_write(struct stepper *s, uint32_t addr, uint32_t value)
{
    s->report.accesses++;
    return s->access->ops->write(s->access->ctx, addr, value);
}

uint32_t step_reg(struct stepper *s, enum cpu_reg r)
{
    uint32_t value = 0;

    s->access->ops->reg_get(s->access->ctx, r, &value);
    return value;
}

uint16_t step_code(struct stepper *s, uint32_t addr) { return (uint16_t)(step_read(s, addr & ~3u) >> 8 * (addr & 2)); }

vtime step_now(struct stepper *s) { return s->access ? s->access->ops->now(s->access->ctx) : 0; }

void step_control(struct stepper *s, uint32_t control)
{
    step_write(s, DEBUG_DHCSR, DHCSR_DBGKEY | DHCSR_C_DEBUGEN | control);
}

void step_finish(struct stepper *s, enum step_end end)
{
    s->report.end = end;
    s->report.ended = step_now(s);
    s->stepped = end == STEP_LANDED;
}

void step_say(struct stepper *s, enum step_end end, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(s->report.text, sizeof s->report.text, fmt, ap);
    va_end(ap);
    step_finish(s, end);
}

bool step_take(struct stepper *s)
{
    s->dhcsr = step_read(s, DEBUG_DHCSR);
    if (!(s->dhcsr & DHCSR_S_HALT)) {
        step_say(s, STEP_REFUSED, "the core is not halted");
        return false;
    }
    step_control(s, DHCSR_C_HALT);
    s->report.pc = step_reg(s, CPU_PC);
    return true;
}

void step_wait(struct stepper *s, vtime length)
{
    s->dhcsr = 0;
    s->deadline = step_now(s) + length;
}

static bool look(struct stepper *s)
{
    s->dhcsr = (s->dhcsr & DHCSR_S_RETIRE_ST) | step_read(s, DEBUG_DHCSR);
    if (s->dhcsr & DHCSR_S_RESET_ST)
        s->report.notes |= STEP_NOTE_RESET;
    if (s->dhcsr & DHCSR_S_LOCKUP)
        step_say(s, STEP_LOCKED_UP, "the core has locked up");
    return s->dhcsr & (DHCSR_S_HALT | DHCSR_S_LOCKUP);
}

bool step_poll(struct stepper *s, bool *expired)
{
    *expired = false;
    for (unsigned i = 0; i < POLLS; i++) {
        if (!s->access->ops->pass(s->access->ctx, s->options.poll)) {
            step_finish(s, STEP_RUN_OVER);
            return true;
        }
        if (look(s))
            return true;
        if (step_now(s) > s->deadline) {
            s->report.notes |= STEP_NOTE_TIMED_OUT;
            *expired = true;
            return true;
        }
    }
    return false;
}

bool step_skip_bkpt(struct stepper *s)
{
    enum { BKPT = 0xBE00 };

    if (s->stepped || (step_code(s, s->report.pc) & 0xFF00) != BKPT)
        return false;
    s->access->ops->reg_set(s->access->ctx, CPU_PC, s->report.pc + 2);
    s->report.notes |= STEP_NOTE_SKIPPED_BKPT;
    step_finish(s, STEP_LANDED);
    return true;
}

void step_halted(struct stepper *s, bool blind)
{
    const uint32_t others = DFSR_BKPT | DFSR_DWTTRAP | DFSR_VCATCH | DFSR_EXTERNAL;

    s->report.dfsr = step_read(s, DEBUG_DFSR);
    if (!(s->dhcsr & DHCSR_S_RETIRE_ST))
        s->report.notes |= STEP_NOTE_NOT_RETIRED;
    step_finish(s, !blind && s->report.dfsr & others ? STEP_STOPPED : STEP_LANDED);
}
