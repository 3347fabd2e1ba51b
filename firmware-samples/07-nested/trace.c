#include "trace.h"

#include "console.h"

enum { COLUMNS = 48 };

static struct {
    char picture[COLUMNS][TRACE_ROWS];
    unsigned used;
    unsigned active; /* a bit for each row */
} trace;

void trace_clear(void)
{
    trace.used = 0;
    trace.active = 1u << TRACE_THREAD;
}

/* With interrupts masked: a handler that came between would tear the column. */
void trace_mark(enum trace_who who)
{
    uint32_t primask;

    __asm volatile("mrs %0, primask" : "=r"(primask));
    irq_disable();
    if (trace.used < COLUMNS) {
        for (unsigned row = 0; row < TRACE_ROWS; row++)
            trace.picture[trace.used][row] = trace.active >> row & 1 ? '-' : ' ';
        trace.picture[trace.used][who] = '#';
        trace.used++;
    }
    __asm volatile("msr primask, %0" ::"r"(primask) : "memory");
}

void trace_enter(enum trace_who who)
{
    irq_disable();
    trace.active |= 1u << who;
    trace_mark(who);
    irq_enable();
}

void trace_leave(enum trace_who who)
{
    irq_disable();
    trace_mark(who);
    trace.active &= ~(1u << who);
    irq_enable();
}

void trace_draw(const char *title)
{
    static const char *const names[TRACE_ROWS] = {"thread", "low", "mid", "high"};

    print("%s\n", title);
    for (unsigned row = TRACE_ROWS; row-- > 0;) {
        print("  %-6s |", names[row]);
        for (unsigned i = 0; i < trace.used; i++)
            print("%c", trace.picture[i][row]);
        print("|\n");
    }
}
