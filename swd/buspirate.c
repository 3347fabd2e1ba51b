/*
 * A Bus Pirate: its binary mode, and in that the raw-wire mode with two wires. What OpenOCD's driver needs is there,
 * and the pin commands besides; other modes are not. Every command is answered. Not understood: nothing is answered.
 */
#include <string.h>

#include "swd/probe.h"

enum mode { TERMINAL, BINARY, RAW };
enum { ZEROS_TO_BINARY = 20, DONE = 1 };
enum { BINARY_RAW = 0x05, BINARY_RESET = 0x0F };
enum { RAW_EXIT = 0x00, RAW_VERSION = 0x01 };

static void say(struct swd_probe *p, const char *text) { swd_probe_answer(p, text, strlen(text)); }

static void done(struct swd_probe *p)
{
    const uint8_t one = DONE;
    swd_probe_answer(p, &one, 1);
}

static void tell(struct swd_probe *p, uint8_t value) { swd_probe_answer(p, &value, 1); }

static void enter_binary(struct swd_probe *p)
{
    p->mode = BINARY;
    p->driving = false;
    say(p, "BBIO1");
}

static void enter_raw(struct swd_probe *p)
{
    p->mode = RAW;
    p->lsb_first = false;
    say(p, "RAW1");
}

/* ---- the wire ---------------------------------------------------------------------------------------------------- */

static void write_bit(struct swd_probe *p, bool bit)
{
    p->driving = true;
    p->level = bit;
    swd_port_clock(p->port, true, bit);
}

static bool read_bit(struct swd_probe *p)
{
    p->driving = false;
    return swd_port_clock(p->port, false, false);
}

static void write_byte(struct swd_probe *p, uint8_t byte)
{
    for (unsigned i = 0; i < 8; i++)
        write_bit(p, byte >> (p->lsb_first ? i : 7 - i) & 1);
}

static uint8_t read_byte(struct swd_probe *p)
{
    uint8_t byte = 0;
    for (unsigned i = 0; i < 8; i++)
        byte |= (uint8_t)(read_bit(p) << (p->lsb_first ? i : 7 - i));
    return byte;
}

/* ---- commands of the raw-wire mode, by their upper four bits; `n` are the lower -----------------------------------
 */

enum pin_command {
    START = 2,
    STOP,
    CS_LOW,
    CS_HIGH,
    READ_BYTE,
    READ_BIT,
    PEEK,
    TICK,
    CLOCK_LOW,
    CLOCK_HIGH,
    DATA_LOW,
    DATA_HIGH
};

static void pins(struct swd_probe *p, unsigned n)
{
    switch (n) {
    case RAW_EXIT:
        enter_binary(p);
        return;
    case RAW_VERSION:
        say(p, "RAW1");
        return;
    case READ_BYTE:
        tell(p, read_byte(p));
        return;
    case READ_BIT:
        tell(p, read_bit(p));
        return;
    case PEEK:
        tell(p, !p->port->wire.driving || p->port->wire.level);
        return;
    case TICK:
        swd_port_clock(p->port, p->driving, p->level);
        break;
    case DATA_LOW:
    case DATA_HIGH:
        p->driving = true;
        p->level = n == DATA_HIGH;
        break;
    default:
        break;
    }
    done(p);
}

static void ticks(struct swd_probe *p, unsigned n)
{
    for (unsigned i = 0; i <= n; i++)
        swd_port_clock(p->port, p->driving, p->level);
    done(p);
}

enum { PERIPHERAL_AUX = 2 };

/* AUX is where nRESET is connected; it is released to be high. */
static void peripherals(struct swd_probe *p, unsigned n)
{
    swd_port_reset_pin(p->port, n & PERIPHERAL_AUX);
    done(p);
}

static void speed(struct swd_probe *p, unsigned n)
{
    static const uint32_t hz[4] = {5000, 50000, 100000, 400000};
    swd_port_set_speed(p->port, hz[n & 3]);
    done(p);
}

enum { CONFIG_LSB_FIRST = 2 };

static void configure(struct swd_probe *p, unsigned n)
{
    p->lsb_first = n & CONFIG_LSB_FIRST;
    done(p);
}

enum { BULK = 0x1 };

static void (*const raw_commands[16])(struct swd_probe *p, unsigned n) = {
    [0x0] = pins, [0x2] = ticks, [0x4] = peripherals, [0x6] = speed, [0x8] = configure};

/* ---- bytes ------------------------------------------------------------------------------------------------------- */

/* `have`: how many bytes are still to be written. */
static void raw(struct swd_probe *p, uint8_t byte)
{
    if (p->have) {
        p->have--;
        write_byte(p, byte);
        done(p);
    } else if (byte >> 4 == BULK) {
        p->have = (byte & 0xFu) + 1;
        done(p);
    } else if (raw_commands[byte >> 4]) {
        raw_commands[byte >> 4](p, byte & 0xF);
    }
}

static void take(struct swd_probe *p, uint8_t byte)
{
    p->zeros = (uint8_t)(byte || p->zeros == UINT8_MAX ? 0 : p->zeros + 1);
    if (p->mode == RAW)
        raw(p, byte);
    else if (p->mode == TERMINAL && p->zeros >= ZEROS_TO_BINARY)
        enter_binary(p);
    else if (p->mode == BINARY && byte == 0)
        say(p, "BBIO1");
    else if (p->mode == BINARY && byte == BINARY_RAW)
        enter_raw(p);
    else if (p->mode == BINARY && byte == BINARY_RESET) {
        p->mode = TERMINAL;
        done(p);
    }
}

static void connected(struct swd_probe *p)
{
    p->mode = TERMINAL;
    p->have = p->answered = 0;
    p->zeros = 0;
    p->driving = false;
}

static bool feed(struct swd_probe *p, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        take(p, bytes[i]);
    swd_port_sync(p->port);
    swd_probe_flush(p);
    return true;
}

const struct swd_probe_kind swd_buspirate = {"buspirate", connected, feed};
