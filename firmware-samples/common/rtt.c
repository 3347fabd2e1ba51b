#include "rtt.h"

#include "nrf52840.h"

enum { UP_SIZE = 1024, DOWN_SIZE = 16 };

/* The layout is the debugger's, not ours. Offsets count from the buffer's start; equal offsets mean it is empty. */
struct channel {
    const char *name;
    char *buffer;
    unsigned size;
    volatile unsigned write_offset;
    volatile unsigned read_offset;
    unsigned flags;
};

struct control_block {
    char id[16];
    int max_up, max_down;
    struct channel up[1];
    struct channel down[1];
};

static char up_buffer[UP_SIZE];
static char down_buffer[DOWN_SIZE];

/* Debuggers that have the ELF look for this symbol; the others scan the RAM. */
extern struct control_block _SEGGER_RTT;
struct control_block _SEGGER_RTT;

void rtt_init(enum rtt_mode mode)
{
    /* Backwards, so that the name is in memory once, and complete only when all the rest is. */
    static const char backwards[] = "TTR REGGES";
    struct control_block *cb = &_SEGGER_RTT;

    cb->max_up = 1;
    cb->max_down = 1;
    cb->up[0] = (struct channel){"Terminal", up_buffer, UP_SIZE, 0, 0, mode};
    cb->down[0] = (struct channel){"Terminal", down_buffer, DOWN_SIZE, 0, 0, RTT_SKIP};
    dsb();
    for (unsigned i = 0; i < sizeof backwards - 1; i++)
        ((volatile char *)cb->id)[sizeof backwards - 2 - i] = backwards[i];
    dsb();
}

/* One byte stays free: a full buffer must not look empty. */
static unsigned room(const struct channel *c) { return (c->read_offset + c->size - c->write_offset - 1) % c->size; }

static void put(struct channel *c, char byte)
{
    unsigned at = c->write_offset;

    c->buffer[at] = byte;
    dsb(); /* the byte first, then the offset that shows it */
    c->write_offset = (at + 1) % c->size;
}

void rtt_write(const char *text, size_t size)
{
    struct channel *c = &_SEGGER_RTT.up[0];

    if (c->flags == RTT_SKIP && room(c) < size)
        return;
    for (size_t i = 0; i < size; i++) {
        while (c->flags == RTT_BLOCK && room(c) == 0)
            ;
        if (room(c) == 0)
            return;
        put(c, text[i]);
    }
}

size_t rtt_read(char *buffer, size_t size)
{
    struct channel *c = &_SEGGER_RTT.down[0];
    size_t n = 0;

    while (n < size && c->read_offset != c->write_offset) {
        buffer[n++] = c->buffer[c->read_offset];
        c->read_offset = (c->read_offset + 1) % c->size;
    }
    return n;
}
