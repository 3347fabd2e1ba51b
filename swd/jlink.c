#include "swd/jlink.h"

#include <stdio.h>
#include <string.h>

enum { SERVER = 0x00, CLIENT = 0x07, PROTOCOL_VERSION = 1 };
enum { TIF_SWD = 1, TIF_GET_SELECTED = 0xFE, TIF_GET_AVAILABLE = 0xFF };
enum { CAP_HW_VERSION = 1 << 1, CAP_SPEEDS = 1 << 9, CAP_SELECT_TIF = 1 << 17 };
enum { HW_VERSION = 110000, VTARGET_MV = 3300, SPEED_ADAPTIVE = 0xFFFF };

static const char firmware[] = "J-Link of nrfemu";

static unsigned get_u16(const uint8_t *b) { return b[0] | (unsigned)b[1] << 8; }

static void put_u32(uint8_t *b, uint32_t v)
{
    for (unsigned i = 0; i < 4; i++)
        b[i] = (uint8_t)(v >> (8 * i));
}

static void answer_u32(struct swd_probe *p, uint32_t v)
{
    uint8_t b[4];
    put_u32(b, v);
    swd_probe_answer(p, b, sizeof b);
}

/* ---- commands: `m` is what comes behind the command's number ------------------------------------------------------
 */

static void get_version(struct swd_probe *p, const uint8_t *m)
{
    const uint8_t length[2] = {sizeof firmware, 0};
    swd_probe_answer(p, length, sizeof length);
    swd_probe_answer(p, firmware, sizeof firmware);
}

static void get_caps(struct swd_probe *p, const uint8_t *m)
{
    answer_u32(p, CAP_HW_VERSION | CAP_SPEEDS | CAP_SELECT_TIF);
}

static void get_hw_version(struct swd_probe *p, const uint8_t *m) { answer_u32(p, HW_VERSION); }

/* The target's supply, and the pins TCK, TDI, TDO, TMS, TRES, TRST. */
static void get_state(struct swd_probe *p, const uint8_t *m)
{
    const uint8_t state[8] = {VTARGET_MV & 0xFF, VTARGET_MV >> 8, 0, 0, 0, 1, 1, 1};
    swd_probe_answer(p, state, sizeof state);
}

/* SWCLK is the base frequency by a whole number, which is at least 1. */
static void get_speeds(struct swd_probe *p, const uint8_t *m)
{
    const uint8_t divider[2] = {1, 0};
    answer_u32(p, SWD_MAX_HZ);
    swd_probe_answer(p, divider, sizeof divider);
}

static void set_speed(struct swd_probe *p, const uint8_t *m)
{
    unsigned khz = get_u16(m);
    swd_port_set_speed(p->port, khz == SPEED_ADAPTIVE ? SWD_DEFAULT_HZ : khz * 1000);
}

static void select_interface(struct swd_probe *p, const uint8_t *m)
{
    uint8_t before = p->interface;
    if (m[0] == TIF_GET_AVAILABLE) {
        answer_u32(p, 1u << TIF_SWD);
        return;
    }
    if (m[0] != TIF_GET_SELECTED)
        p->interface = m[0];
    answer_u32(p, before);
}

static void reset_low(struct swd_probe *p, const uint8_t *m) { swd_port_reset_pin(p->port, true); }
static void reset_high(struct swd_probe *p, const uint8_t *m) { swd_port_reset_pin(p->port, false); }
static void nothing(struct swd_probe *p, const uint8_t *m) {}

enum { IO_HEADER = 3 }; /* a zero, and how many clocks */

static size_t io_bytes(const uint8_t *m) { return (get_u16(m + 1) + 7) / 8; }

static void clock_byte(struct swd_port *port, uint8_t drives, uint8_t out, unsigned n, uint8_t *in)
{
    uint8_t got = 0;
    for (unsigned i = 0; i < n; i++)
        got |= (uint8_t)(swd_port_clock(port, drives >> i & 1, out >> i & 1) << i);
    *in = got;
}

static void swd_io(struct swd_probe *p, const uint8_t *m)
{
    size_t bits = get_u16(m + 1), bytes = io_bytes(m);
    const uint8_t *drives = m + IO_HEADER, *out = drives + bytes, status = 0;
    uint8_t in[8192];
    for (size_t i = 0; i < bytes; i++)
        clock_byte(p->port, drives[i], out[i], (unsigned)(bits - 8 * i < 8 ? bits - 8 * i : 8), &in[i]);
    swd_port_sync(p->port);
    swd_probe_answer(p, in, bytes);
    swd_probe_answer(p, &status, 1);
}

static const struct command {
    uint8_t number;
    uint8_t parameters; /* bytes, but for SWD_IO's bits */
    void (*run)(struct swd_probe *p, const uint8_t *m);
} commands[] = {
    {0x01, 0, get_version},      {0x05, 2, set_speed},      {0x07, 0, get_state}, {0xC0, 0, get_speeds},
    {0xC7, 1, select_interface}, {0xCF, IO_HEADER, swd_io}, {0xDC, 0, reset_low}, {0xDD, 0, reset_high},
    {0xDE, 0, nothing},          {0xDF, 0, nothing},        {0xE8, 0, get_caps},  {0xF0, 0, get_hw_version},
};

static const struct command *find(uint8_t number)
{
    for (unsigned i = 0; i < sizeof commands / sizeof *commands; i++)
        if (commands[i].number == number)
            return &commands[i];
    return NULL;
}

/* ---- messages ---------------------------------------------------------------------------------------------------- */

/* Bytes of the message that begins here; 0: not known yet; more than there can be: it is none. */
static size_t message_size(const uint8_t *b, size_t have)
{
    if (have && b[0] != CLIENT)
        return SWD_MESSAGE_MAX + 1;
    if (have < 2)
        return 0;
    const struct command *c = find(b[1]);
    if (!c)
        return SWD_MESSAGE_MAX + 1;
    size_t size = 2u + c->parameters;
    if (c->run != swd_io)
        return size;
    return have < size ? 0 : size + 2 * io_bytes(b + 2);
}

static void connected(struct swd_probe *p)
{
    const uint8_t hello[4] = {SERVER, PROTOCOL_VERSION, 0, sizeof firmware - 1};
    p->have = p->answered = 0;
    p->interface = TIF_SWD;
    swd_probe_answer(p, hello, sizeof hello);
    swd_probe_answer(p, firmware, sizeof firmware - 1);
    swd_probe_flush(p);
}

static bool feed_some(struct swd_probe *p, const uint8_t **bytes, size_t *size)
{
    size_t room = sizeof p->message - p->have, n = *size < room ? *size : room, used = 0, whole;
    memcpy(p->message + p->have, *bytes, n);
    p->have += n;
    *bytes += n;
    *size -= n;
    while ((whole = message_size(p->message + used, p->have - used)) != 0 && whole <= p->have - used) {
        find(p->message[used + 1])->run(p, p->message + used + 2);
        used += whole;
    }
    p->have -= used;
    memmove(p->message, p->message + used, p->have);
    return whole <= SWD_MESSAGE_MAX;
}

static bool feed(struct swd_probe *p, const uint8_t *bytes, size_t size)
{
    bool ok = true;
    while (ok && size)
        ok = feed_some(p, &bytes, &size);
    swd_probe_flush(p);
    return ok;
}

const struct swd_probe_kind swd_jlink = {"jlink", connected, feed};

/* ---- discovery --------------------------------------------------------------------------------------------------- */

void jlink_advert(uint8_t advert[JLINK_ADVERT_SIZE])
{
    static const uint8_t address[4] = {127, 0, 0, 1}, mac[6] = {2, 0x52, 0x84, 0, 0, 1};
    enum { ADDRESS = 16, MAC = 32, SERIAL = 48, HARDWARE = 52, PRODUCT = 64 };
    memset(advert, 0, JLINK_ADVERT_SIZE);
    memcpy(advert, "Found", 5);
    memcpy(advert + ADDRESS, address, sizeof address);
    memcpy(advert + MAC, mac, sizeof mac);
    put_u32(advert + SERIAL, JLINK_SERIAL);
    put_u32(advert + HARDWARE, HW_VERSION);
    memcpy(advert + PRODUCT, firmware, sizeof firmware);
}
