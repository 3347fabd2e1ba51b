#include "periph/cc_dma.h"

#include "periph/cc_aes.h"
#include "periph/cc_hash.h"
#include "periph/cc_rng.h"
#include "periph/cryptocell.h"

enum {
    CRYPTO_CTL = 0x900,
    SRC_MEM_ADDR = 0xC28,
    SRC_MEM_SIZE = 0xC2C,
    SRC_SRAM_ADDR = 0xC30,
    SRC_SRAM_SIZE = 0xC34,
    DST_MEM_ADDR = 0xD28,
    DST_MEM_SIZE = 0xD2C,
    DST_SRAM_ADDR = 0xD30,
    DST_SRAM_SIZE = 0xD34,

    SIZE_MASK = 0x3FFFFFFF,
    CHUNK = 16 * CC_AES_BLOCK,
};

/* The ways of CRYPTO_CTL. Inaccuracy 2. */
static bool through_nothing(struct periph *p, uint8_t *data, uint32_t size) { return true; }

static bool through_hash(struct periph *p, uint8_t *data, uint32_t size)
{
    cc_hash_process(p, data, size);
    return false;
}

static bool to_nowhere(struct periph *p, uint8_t *data, uint32_t size)
{
    uint32_t mode = periph_get(p, CRYPTO_CTL);

    log_once(periph_doors(p)->log, p->slot->base + CRYPTO_CTL + (mode << 16),
             "CC_CTL.CRYPTO_CTL: mode 0x%02x is not modelled: no result", mode);
    return false;
}

static const struct route {
    uint32_t mode;
    uint32_t bytes, cycles; /* so many bytes take so many cycles of the CPU clock */
    /* In place; false: nothing comes out. */
    bool (*process)(struct periph *p, uint8_t *data, uint32_t size);
    void (*end)(struct periph *p); /* NULL: nothing to do */
} routes[] =
    {
        {0, 4, 1, through_nothing, NULL},
        {1, CC_AES_BLOCK, CC_AES_CYCLES, cc_aes_process, NULL},
        {7, CC_HASH_BLOCK, CC_HASH_CYCLES, through_hash, cc_hash_end},
},
  no_route = {.bytes = 4, .cycles = 1, .process = to_nowhere};

static const struct route *route(const struct periph *p)
{
    for (unsigned i = 0; i < sizeof routes / sizeof *routes; i++)
        if (routes[i].mode == periph_get(p, CRYPTO_CTL))
            return &routes[i];
    return &no_route;
}

static struct cc_din *self(struct periph *p) { return (struct cc_din *)p; }

bool cc_dma_busy(const struct periph *p) { return self(periph_neighbour(p, &cc_din_desc))->done.armed; }

/* --- the way from source to destination --- */

/* How much room the destination still has in memory and in SRAM; at most one of them is set. */
struct way {
    struct cc_din *in;
    uint32_t from, to_mem, to_sram; /* addresses */
    uint32_t mem_room, sram_room;
    uint32_t requests; /* bits of IRR at the end */
};

static bool fetch(struct way *w, uint8_t *data, uint32_t size)
{
    uint32_t from = w->from;

    w->from += size;
    if (!w->in->from_sram)
        return bus_dma_read(periph_doors(&w->in->p)->bus, from, data, size);
    cc_rng_sram_read(&w->in->p, from, data, size);
    return true;
}

static bool deliver(struct way *w, const uint8_t *data, uint32_t size)
{
    bool ok = true;

    if (w->mem_room) {
        size = size < w->mem_room ? size : w->mem_room;
        ok = bus_dma_write(periph_doors(&w->in->p)->bus, w->to_mem, data, size);
        w->to_mem += size;
        w->mem_room -= size;
        w->requests |= CC_IRR_DOUT_TO_MEM;
    } else if (w->sram_room) {
        size = size < w->sram_room ? size : w->sram_room;
        cc_rng_sram_write(&w->in->p, w->to_sram, data, size);
        w->to_sram += size;
        w->sram_room -= size;
        w->requests |= CC_IRR_DOUT_TO_SRAM;
    }
    return ok;
}

static bool pass(struct way *w)
{
    struct periph *p = &w->in->p;
    const struct route *r = route(p);
    uint8_t data[CHUNK];

    for (uint32_t left = w->in->size, n; left; left -= n) {
        n = left < CHUNK ? left : CHUNK;
        if (!fetch(w, data, n))
            return false;
        if (r->process(p, data, n) && !deliver(w, data, n))
            return false;
    }
    if (r->end)
        r->end(p);
    return true;
}

/* Inaccuracies 1 and 5. */
static void done(void *ctx, vtime due)
{
    struct cc_din *d = ctx;
    struct periph *p = &d->p;
    struct way w = {.in = d,
                    .from = periph_get(p, d->from_sram ? SRC_SRAM_ADDR : SRC_MEM_ADDR),
                    .to_mem = periph_get(p, DST_MEM_ADDR),
                    .to_sram = periph_get(p, DST_SRAM_ADDR),
                    .mem_room = periph_get(p, DST_MEM_SIZE) & SIZE_MASK,
                    .sram_room = periph_get(p, DST_SRAM_SIZE) & SIZE_MASK,
                    .requests = d->from_sram ? CC_IRR_SRAM_TO_DIN : CC_IRR_MEM_TO_DIN};

    if (!pass(&w)) {
        periph_guest_error(p, SRC_MEM_ADDR, "the DMA left RAM");
        w.requests |= CC_IRR_AHB_ERR;
    }
    periph_set(p, DST_MEM_SIZE, w.mem_room);
    periph_set(p, DST_SRAM_SIZE, w.sram_room);
    cryptocell_request(p, w.requests);
}

static void start(struct periph *p, uint32_t size, bool from_sram)
{
    struct cc_din *d = self(p);
    const struct route *r = route(p);
    uint64_t cycles = (uint64_t)(size + r->bytes - 1) / r->bytes * r->cycles;

    if (d->done.armed || !size)
        return;
    if (!cryptocell_enabled(p)) {
        periph_guest_error(p, from_sram ? SRC_SRAM_SIZE : SRC_MEM_SIZE, "written while CRYPTOCELL.ENABLE is 0");
        return;
    }
    d->size = size;
    d->from_sram = from_sram;
    sched_at(periph_doors(p)->sched, &d->done, periph_now(p) + cycles * VTIME_PER_CYCLE);
}

/* --- registers --- */

static void write_src_mem_size(struct periph *p, unsigned i, uint32_t value) { start(p, value & SIZE_MASK, false); }
static void write_src_sram_size(struct periph *p, unsigned i, uint32_t value) { start(p, value & SIZE_MASK, true); }

static bool busy_with(const struct periph *p, bool sram)
{
    const struct cc_din *d = self(periph_neighbour(p, &cc_din_desc));

    return d->done.armed && d->from_sram == sram;
}

static uint32_t read_mem_busy(struct periph *p, unsigned i) { return busy_with(p, false); }
static uint32_t read_sram_busy(struct periph *p, unsigned i) { return busy_with(p, true); }

static uint32_t read_dout_mem_busy(struct periph *p, unsigned i)
{
    return cc_dma_busy(p) && (periph_get(p, DST_MEM_SIZE) & SIZE_MASK);
}

static uint32_t read_dout_sram_busy(struct periph *p, unsigned i)
{
    return cc_dma_busy(p) && (periph_get(p, DST_SRAM_SIZE) & SIZE_MASK);
}

static void write_din_reset(struct periph *p, unsigned i, uint32_t value)
{
    sched_cancel(periph_doors(p)->sched, &self(p)->done);
}

static void write_dout_reset(struct periph *p, unsigned i, uint32_t value)
{
    periph_set(p, DST_MEM_SIZE, 0);
    periph_set(p, DST_SRAM_SIZE, 0);
}

static void do_nothing(struct periph *p, unsigned i, uint32_t value) {}

static void init(struct periph *p) { sched_event_init(&self(p)->done, "CC_DIN", done, p); }

static void reset(struct periph *p, uint32_t resetreas) { write_din_reset(p, 0, 1); }

/* Buffers: inaccuracy 3. Endianness: inaccuracy 4. */
static const struct periph_reg_desc din_regs[] = {
    {0xC00, "DIN_BUFFER", PERIPH_WO, .unmodelled = true},
    {0xC20, "DIN_DMA_MEM_BUSY", PERIPH_RO, .read = read_mem_busy},
    {SRC_MEM_ADDR, "SRC_MEM_ADDR", PERIPH_WO},
    {SRC_MEM_SIZE, "SRC_MEM_SIZE", PERIPH_WO, .write = write_src_mem_size},
    {SRC_SRAM_ADDR, "SRC_SRAM_ADDR"},
    {SRC_SRAM_SIZE, "SRC_SRAM_SIZE", PERIPH_WO, .write = write_src_sram_size},
    {0xC38, "DIN_DMA_SRAM_BUSY", PERIPH_RO, .read = read_sram_busy},
    {0xC3C, "DIN_DMA_SRAM_ENDIANNESS", .mask = 1},
    {0xC44, "DIN_SW_RESET", PERIPH_WO, .write = write_din_reset},
    {0xC48, "DIN_CPU_DATA", PERIPH_WO, .unmodelled = true},
    {0xC4C, "DIN_WRITE_ALIGN", PERIPH_WO, .unmodelled = true},
    {0xC50, "DIN_FIFO_EMPTY", PERIPH_RO, .reset = 1},
    {0xC58, "DIN_FIFO_RESET", PERIPH_WO, .write = do_nothing},
};

const struct periph_desc cc_din_desc = {
    .type = "CC_DIN",
    .size = sizeof(struct cc_din),
    PERIPH_TABLE_AS(regs, din_regs),
    .init = init,
    .reset = reset,
};

static const struct periph_reg_desc dout_regs[] = {
    {0xC00, "DOUT_BUFFER", PERIPH_RO, .unmodelled = true},
    {0xD20, "DOUT_DMA_MEM_BUSY", PERIPH_RO, .read = read_dout_mem_busy},
    {DST_MEM_ADDR, "DST_MEM_ADDR", PERIPH_WO},
    {DST_MEM_SIZE, "DST_MEM_SIZE", PERIPH_WO},
    {DST_SRAM_ADDR, "DST_SRAM_ADDR"},
    {DST_SRAM_SIZE, "DST_SRAM_SIZE", PERIPH_WO},
    {0xD38, "DOUT_DMA_SRAM_BUSY", PERIPH_RO, .read = read_dout_sram_busy},
    {0xD3C, "DOUT_DMA_SRAM_ENDIANNESS", .mask = 1},
    {0xD44, "DOUT_READ_ALIGN", PERIPH_WO, .unmodelled = true},
    {0xD50, "DOUT_FIFO_EMPTY", PERIPH_RO, .reset = 1},
    {0xD58, "DOUT_SW_RESET", PERIPH_WO, .write = write_dout_reset},
};

const struct periph_desc cc_dout_desc = {
    .type = "CC_DOUT",
    .size = sizeof(struct periph),
    PERIPH_TABLE_AS(regs, dout_regs),
};
