#include "periph/qspi.h"

enum {
    ENABLE = 0x500,
    READ_SRC = 0x504,
    READ_DST = 0x508,
    READ_CNT = 0x50C,
    WRITE_DST = 0x510,
    WRITE_SRC = 0x514,
    WRITE_CNT = 0x518,
    ERASE_PTR = 0x51C,
    ERASE_LEN = 0x520,
    PSEL_SCK = 0x524,
    XIPOFFSET = 0x540,
    IFCONFIG0 = 0x544,
    IFCONFIG1 = 0x600,
    STATUS = 0x604,
    CINSTRCONF = 0x634,
    CINSTRDAT = 0x638,

    TASK_READSTART = 0x004,
    TASK_WRITESTART = 0x008,
    TASK_ERASESTART = 0x00C,
    EVENT_READY = PERIPH_EVENT(0x100),

    IFCONFIG0_ADDRMODE_32BIT = 1 << 6,
    IFCONFIG0_DPMENABLE = 1 << 7,
    IFCONFIG0_PPSIZE_512 = 1 << 12,
    IFCONFIG1_SCKDELAY = 0xFF,
    IFCONFIG1_DPMEN = 1 << 24,

    STATUS_DPM = 1 << 2,
    STATUS_READY = 1 << 3,

    CINSTR_WIPWAIT = 1 << 14,
    CINSTR_WREN = 1 << 15,
    CINSTR_LFEN = 1 << 16,
    CINSTR_LFSTOP = 1 << 17,
    CINSTR_MAX_DATA = 8,

    WREN = 0x06,
    RDSR = 0x05,
    DEEP_POWER_DOWN = 0xB9,
    RELEASE = 0xAB,
    NOTHING = 0, /* what an undriven line reads as, like a pin without a pull */

    ADDRESS_BYTES = 3,
    CLOCKS_PER_BYTE = 8, /* on one line */
    CHUNK = 256,
    XIP_STEP = 0x1000,
    CNT_BITS = 0x1FFFFF,
};
#define PSEL_DISCONNECTED (1u << 31)
#define TIME_SCK          16 /* period at 32 MHz */
#define TIME_SCKDELAY     32 /* unit of IFCONFIG1.SCKDELAY: 62.5 ns */

/* How an instruction that carries an address and data is sent. */
struct transfer_type {
    uint8_t opcode;
    uint8_t address_lines, data_lines;
    uint8_t dummy_clocks, dummy_bytes;
};

static const struct transfer_type read_types[] = {
    /* FASTREAD, READ2O, READ2IO, READ4O, READ4IO */
    {0x0B, 1, 1, 8, 1},
    {0x3B, 1, 2, 8, 1},
    {0xBB, 2, 2, 4, 1},
    {0x6B, 1, 4, 8, 1},
    {0xEB, 4, 4, 6, 3}};
static const struct transfer_type write_types[] = {
    /* PP, PP2O, PP4O, PP4IO */
    {0x02, 1, 1, 0, 0},
    {0xA2, 1, 2, 0, 0},
    {0x32, 1, 4, 0, 0},
    {0x38, 4, 4, 0, 0}};

static struct qspi *self(struct periph *p) { return (struct qspi *)p; }

void qspi_connect(struct qspi *q, const struct qspi_flash *flash) { q->flash = *flash; }

static const struct transfer_type *read_type(const struct qspi *q)
{
    uint32_t readoc = periph_get(&q->p, IFCONFIG0) & 7;

    return &read_types[readoc < sizeof read_types / sizeof *read_types ? readoc : 0];
}

static const struct transfer_type *write_type(const struct qspi *q)
{
    uint32_t writeoc = periph_get(&q->p, IFCONFIG0) >> 3 & 7;

    return &write_types[writeoc < sizeof write_types / sizeof *write_types ? writeoc : 0];
}

/* --- the wire --- */

static void select_flash(struct qspi *q, bool selected, vtime at)
{
    if (q->flash.exchange)
        q->flash.select(q->flash.ctx, selected, at);
}

static uint8_t exchange(struct qspi *q, uint8_t out, vtime at)
{
    int in = q->flash.exchange ? q->flash.exchange(q->flash.ctx, out, at) : -1;

    return in < 0 ? NOTHING : (uint8_t)in;
}

/* A frame of an opcode and one more byte, whose answer counts. */
static uint8_t send_short(struct qspi *q, uint8_t opcode, bool with_answer, vtime at)
{
    uint8_t answer = 0;

    select_flash(q, true, at);
    exchange(q, opcode, at);
    if (with_answer)
        answer = exchange(q, 0, at);
    select_flash(q, false, at);
    return answer;
}

static void begin_transfer(struct qspi *q, uint8_t opcode, unsigned dummy_bytes, vtime at)
{
    select_flash(q, true, at);
    exchange(q, opcode, at);
    for (unsigned i = ADDRESS_BYTES; i-- > 0;) /* inaccuracy 4 */
        exchange(q, (uint8_t)(q->address >> 8 * i), at);
    for (unsigned i = 0; i < dummy_bytes; i++)
        exchange(q, 0, at);
}

/* --- time --- */

static uint32_t transfer_clocks(const struct qspi *q, const struct transfer_type *t, uint32_t bytes)
{
    unsigned address = ADDRESS_BYTES + !!(periph_get(&q->p, IFCONFIG0) & IFCONFIG0_ADDRMODE_32BIT);

    return CLOCKS_PER_BYTE + address * CLOCKS_PER_BYTE / t->address_lines + t->dummy_clocks +
           bytes * CLOCKS_PER_BYTE / t->data_lines;
}

static vtime wire_time(const struct qspi *q, uint32_t clocks, unsigned frames)
{
    uint32_t config = periph_get(&q->p, IFCONFIG1);

    return (vtime)clocks * TIME_SCK * ((config >> 28) + 1) +
           (vtime)frames * (config & IFCONFIG1_SCKDELAY) * TIME_SCKDELAY;
}

/* The job's next instruction is over after `clocks` in so many frames, from when the flash is not busy. */
static void schedule(struct qspi *q, vtime from, bool wait, uint32_t clocks, unsigned frames)
{
    vtime ready = wait && q->flash.exchange ? q->flash.ready(q->flash.ctx) : 0;

    if (wait) {
        clocks += 2 * CLOCKS_PER_BYTE; /* RDSR */
        frames++;
    }
    sched_at(periph_doors(&q->p)->sched, &q->done, (ready > from ? ready : from) + wire_time(q, clocks, frames));
}

/* --- jobs: what a frame does when it is over --- */

static void do_activate(struct qspi *q, vtime at) { q->active = true; }

static void do_read(struct qspi *q, vtime at)
{
    const struct transfer_type *t = read_type(q);
    struct bus *bus = periph_doors(&q->p)->bus;
    uint8_t buffer[CHUNK];

    begin_transfer(q, t->opcode, t->dummy_bytes, at);
    for (uint32_t done = 0; done < q->left; done += CHUNK) {
        uint32_t n = q->left - done < CHUNK ? q->left - done : CHUNK;

        for (uint32_t i = 0; i < n; i++)
            buffer[i] = exchange(q, 0, at);
        if (!bus_dma_write(bus, q->ram + done, buffer, n)) { /* inaccuracy 1 */
            periph_guest_error(&q->p, READ_DST, "EasyDMA reaches RAM only: data lost");
            break;
        }
    }
    select_flash(q, false, at);
}

static uint32_t page_part(const struct qspi *q)
{
    uint32_t page = periph_get(&q->p, IFCONFIG0) & IFCONFIG0_PPSIZE_512 ? 512 : 256;
    uint32_t room = page - q->address % page;

    return q->left < room ? q->left : room;
}

static void schedule_write(struct qspi *q, vtime from)
{
    schedule(q, from, true, CLOCKS_PER_BYTE + transfer_clocks(q, write_type(q), page_part(q)), 2);
}

static void do_write(struct qspi *q, vtime at)
{
    uint32_t n = page_part(q);
    uint8_t buffer[512];

    if (bus_dma_read(periph_doors(&q->p)->bus, q->ram, buffer, n)) {
        send_short(q, WREN, false, at);
        begin_transfer(q, write_type(q)->opcode, 0, at);
        for (uint32_t i = 0; i < n; i++)
            exchange(q, buffer[i], at);
        select_flash(q, false, at);
    } else {
        periph_guest_error(&q->p, WRITE_SRC, "EasyDMA reaches RAM only: nothing is written");
    }
    q->ram += n;
    q->address += n;
    q->left -= n;
    if (q->left)
        schedule_write(q, at);
}

static void do_erase(struct qspi *q, vtime at)
{
    static const uint8_t opcode[] = {0x20, 0xD8, 0xC7, 0xC7}; /* 4 KiB, 64 KiB, all */
    uint32_t len = periph_get(&q->p, ERASE_LEN);

    send_short(q, WREN, false, at);
    if (len < 2) {
        begin_transfer(q, opcode[len], 0, at);
        select_flash(q, false, at);
    } else {
        send_short(q, opcode[len], false, at);
    }
}

static unsigned custom_data_bytes(const struct qspi *q)
{
    unsigned length = periph_get(&q->p, CINSTRCONF) >> 8 & 0xF, data = length ? length - 1 : 0;

    return data > CINSTR_MAX_DATA ? CINSTR_MAX_DATA : data;
}

static void exchange_custom_data(struct qspi *q, vtime at)
{
    unsigned n = custom_data_bytes(q);

    for (unsigned i = 0; i < n; i++) {
        uint32_t reg = CINSTRDAT + (i & 4), shift = 8 * (i & 3), word = periph_get(&q->p, reg);
        uint32_t in = exchange(q, (uint8_t)(word >> shift), at);

        periph_set(&q->p, reg, (word & ~(0xFFu << shift)) | in << shift);
    }
}

static void do_custom(struct qspi *q, vtime at)
{
    uint32_t conf = periph_get(&q->p, CINSTRCONF);

    if (!q->long_frame) {
        if (conf & CINSTR_WREN)
            send_short(q, WREN, false, at);
        select_flash(q, true, at);
        exchange(q, (uint8_t)conf, at);
    }
    exchange_custom_data(q, at);
    q->long_frame = (conf & CINSTR_LFEN) && !(conf & CINSTR_LFSTOP);
    if (!q->long_frame)
        select_flash(q, false, at);
}

static void done_fire(void *ctx, vtime due)
{
    static void (*const act[])(struct qspi *, vtime) = {
        [QSPI_ACTIVATE] = do_activate, [QSPI_READ] = do_read,     [QSPI_WRITE] = do_write,
        [QSPI_ERASE] = do_erase,       [QSPI_CUSTOM] = do_custom,
    };
    struct qspi *q = ctx;

    if (q->job != QSPI_CUSTOM) /* it was read until the flash was ready */
        q->status = send_short(q, RDSR, true, due);
    act[q->job](q, due);
    if (q->done.armed)
        return;
    q->job = QSPI_IDLE;
    periph_event_at(&q->p, EVENT_READY, due);
}

static void halt(struct qspi *q)
{
    sched_cancel(periph_doors(&q->p)->sched, &q->done);
    select_flash(q, false, periph_now(&q->p));
    q->job = QSPI_IDLE;
    q->active = q->long_frame = false;
}

/* --- tasks --- */

static bool may_begin(struct qspi *q, uint32_t offset)
{
    if (!q->active)
        periph_guest_error(&q->p, offset, "before ACTIVATE is over: no effect");
    else if (q->job != QSPI_IDLE)
        periph_guest_error(&q->p, offset, "before READY: no effect");
    return q->active && q->job == QSPI_IDLE;
}

static uint32_t word_aligned(struct qspi *q, uint32_t offset)
{
    uint32_t value = periph_get(&q->p, offset);

    if (value % 4)
        periph_guest_error(&q->p, offset, "must be a multiple of 4: rounded down");
    return value & ~3u;
}

static void task_activate(struct periph *p, unsigned i)
{
    struct qspi *q = self(p);

    if (!periph_get(p, ENABLE)) {
        periph_guest_error(p, 0x000, "triggered while ENABLE is 0: no effect");
        return;
    }
    if (q->job != QSPI_IDLE)
        return;
    q->job = QSPI_ACTIVATE;
    schedule(q, periph_now(p), true, 0, 0); /* inaccuracy 6 */
}

static void task_readstart(struct periph *p, unsigned i)
{
    struct qspi *q = self(p);

    if (!may_begin(q, TASK_READSTART))
        return;
    q->job = QSPI_READ;
    q->ram = word_aligned(q, READ_DST);
    q->address = word_aligned(q, READ_SRC);
    q->left = word_aligned(q, READ_CNT);
    schedule(q, periph_now(p), true, transfer_clocks(q, read_type(q), q->left), 1);
}

static void task_writestart(struct periph *p, unsigned i)
{
    struct qspi *q = self(p);

    if (!may_begin(q, TASK_WRITESTART))
        return;
    q->job = QSPI_WRITE;
    q->ram = word_aligned(q, WRITE_SRC);
    q->address = word_aligned(q, WRITE_DST);
    q->left = word_aligned(q, WRITE_CNT);
    schedule_write(q, periph_now(p));
}

static void task_erasestart(struct periph *p, unsigned i)
{
    struct qspi *q = self(p);

    if (!may_begin(q, TASK_ERASESTART))
        return;
    q->job = QSPI_ERASE;
    q->address = word_aligned(q, ERASE_PTR);
    schedule(q, periph_now(p), true, (2 + ADDRESS_BYTES) * CLOCKS_PER_BYTE, 2);
}

static void task_deactivate(struct periph *p, unsigned i)
{
    if (!periph_get(p, ENABLE))
        return;
    halt(self(p));
    periph_event(p, EVENT_READY);
}

/* --- registers --- */

static uint32_t read_status(struct periph *p, unsigned i)
{
    const struct qspi *q = self(p);
    bool ready = q->active && q->job == QSPI_IDLE;

    return (uint32_t)q->status << 24 | (ready ? STATUS_READY : 0) | (q->deep_power_down ? STATUS_DPM : 0);
}

static void write_enable(struct periph *p, unsigned i, uint32_t value)
{
    periph_set(p, ENABLE, value);
    if (!value)
        halt(self(p));
}

static void write_ifconfig1(struct periph *p, unsigned i, uint32_t value)
{
    struct qspi *q = self(p);
    bool deep = value & IFCONFIG1_DPMEN;

    periph_set(p, IFCONFIG1, value);
    if (!(periph_get(p, IFCONFIG0) & IFCONFIG0_DPMENABLE) || deep == q->deep_power_down || !may_begin(q, IFCONFIG1))
        return;
    q->deep_power_down = deep; /* inaccuracy 5 */
    send_short(q, deep ? DEEP_POWER_DOWN : RELEASE, false, periph_now(p));
}

static void show(struct qspi *q, uint32_t address)
{
    if (q->flash.exchange)
        q->flash.show(q->flash.ctx, address);
}

static void write_xipoffset(struct periph *p, unsigned i, uint32_t value)
{
    periph_set(p, XIPOFFSET, value);
    if (value % XIP_STEP) /* inaccuracy 3 */
        periph_guest_error(p, XIPOFFSET, "not a multiple of 4 KiB: rounded down");
    show(self(p), value & ~(XIP_STEP - 1u));
}

static void write_cinstrconf(struct periph *p, unsigned i, uint32_t value)
{
    struct qspi *q = self(p);
    bool wren = value & CINSTR_WREN && !q->long_frame;

    if (!may_begin(q, CINSTRCONF))
        return;
    periph_set(p, CINSTRCONF, value);
    q->job = QSPI_CUSTOM;
    schedule(q, periph_now(p), value & CINSTR_WIPWAIT && !q->long_frame,
             (1 + wren + custom_data_bytes(q)) * CLOCKS_PER_BYTE, 1 + wren);
}

/* --- construction --- */

static void init(struct periph *p) { sched_event_init(&self(p)->done, "QSPI", done_fire, self(p)); }

static void reset(struct periph *p, uint32_t resetreas)
{
    struct qspi *q = self(p);

    halt(q);
    show(q, 0);
    q->deep_power_down = false;
    q->status = 0;
}

static const struct periph_task_desc tasks[] = {
    {0x000, "ACTIVATE", task_activate, .inaccuracy = 6},
    {TASK_READSTART, "READSTART", task_readstart, .inaccuracy = 1},
    {TASK_WRITESTART, "WRITESTART", task_writestart, .inaccuracy = 1},
    {TASK_ERASESTART, "ERASESTART", task_erasestart},
    {0x010, "DEACTIVATE", task_deactivate},
};

static const struct periph_event_desc events[] = {{0x100, "READY"}};

#define PSEL(offset, name)                                                                              \
    {                                                                                                   \
        offset, name, PERIPH_RW, .reset = UINT32_MAX, .mask = PSEL_DISCONNECTED | 0x3F, .inaccuracy = 2 \
    }

static const struct periph_reg_desc regs[] = {
    {0x054, "ANOMALY122", PERIPH_WO, .mask = 1}, /* undocumented: current consumption */
    {ENABLE, "ENABLE", PERIPH_RW, .mask = 1, .write = write_enable},
    {READ_SRC, "READ.SRC", PERIPH_RW},
    {READ_DST, "READ.DST", PERIPH_RW},
    {READ_CNT, "READ.CNT", PERIPH_RW, .mask = CNT_BITS},
    {WRITE_DST, "WRITE.DST", PERIPH_RW},
    {WRITE_SRC, "WRITE.SRC", PERIPH_RW},
    {WRITE_CNT, "WRITE.CNT", PERIPH_RW, .mask = CNT_BITS},
    {ERASE_PTR, "ERASE.PTR", PERIPH_RW},
    {ERASE_LEN, "ERASE.LEN", PERIPH_RW, .mask = 3},
    PSEL(PSEL_SCK, "PSEL.SCK"),
    PSEL(0x528, "PSEL.CSN"),
    PSEL(0x530, "PSEL.IO0"),
    PSEL(0x534, "PSEL.IO1"),
    PSEL(0x538, "PSEL.IO2"),
    PSEL(0x53C, "PSEL.IO3"),
    {XIPOFFSET, "XIPOFFSET", PERIPH_RW, .write = write_xipoffset, .inaccuracy = 3},
    {IFCONFIG0, "IFCONFIG0", PERIPH_RW, .mask = 0x10FF},
    {IFCONFIG1, "IFCONFIG1", PERIPH_RW, .reset = 0x00040480, .write = write_ifconfig1, .inaccuracy = 5},
    {STATUS, "STATUS", PERIPH_RO, .read = read_status},
    {0x614, "DPMDUR", PERIPH_RW, .reset = UINT32_MAX, .inaccuracy = 5},
    {0x624, "ADDRCONF", PERIPH_RW, .reset = 0xB7, .mask = 0x0FFFFFFF, .inaccuracy = 4},
    {CINSTRCONF, "CINSTRCONF", PERIPH_RW, .reset = 0x2000, .mask = 0x3FFFF, .write = write_cinstrconf},
    {CINSTRDAT, "CINSTRDAT0", PERIPH_RW},
    {CINSTRDAT + 4, "CINSTRDAT1", PERIPH_RW},
    {0x640, "IFTIMING", PERIPH_RW, .reset = 0x200, .mask = 0x700, .inaccuracy = 4},
};

const struct periph_desc qspi_desc = {
    .type = "QSPI",
    .size = sizeof(struct qspi),
    PERIPH_TABLE(tasks),
    PERIPH_TABLE(events),
    PERIPH_TABLE(regs),
    .has_inten = true,
    .init = init,
    .reset = reset,
};
