#include "periph/cryptocell.h"

#include "periph/cc_dma.h"

enum {
    ENABLE = 0x500,

    RNG_IMR = 0x100,
    RNG_ISR = 0x104,
    CLK_STATUS = 0x824,
    IRR = 0xA00,
    IMR = 0xA04,
    ICR = 0xA08,

    IRR_ALL = 0x1FFFFFF,
};

static struct periph *top(const struct periph *p)
{
    return periph_engine_slot_at(p->slot->engine, CRYPTOCELL_BASE)->tenant[0];
}

bool cryptocell_enabled(const struct periph *p) { return periph_get(top(p), ENABLE); }

/* --- interrupts --- */

/* Inaccuracy 1. */
static uint32_t requests(const struct periph *p)
{
    uint32_t rng = periph_get(p, RNG_ISR) & ~periph_get(p, RNG_IMR);

    return periph_get(p, IRR) | (rng ? CC_IRR_RNG : 0);
}

void cryptocell_update(struct periph *p) { periph_level(top(p), (requests(p) & ~periph_get(p, IMR)) != 0); }

void cryptocell_request(struct periph *p, uint32_t bits)
{
    periph_set(p, IRR, periph_get(p, IRR) | bits);
    cryptocell_update(p);
}

static uint32_t read_irr(struct periph *p, unsigned i) { return requests(p); }

static void write_imr(struct periph *p, unsigned i, uint32_t value)
{
    periph_set(p, IMR, value);
    cryptocell_update(p);
}

static void write_icr(struct periph *p, unsigned i, uint32_t value)
{
    periph_set(p, IRR, periph_get(p, IRR) & ~value);
    cryptocell_update(p);
}

/* --- clocks --- */

static void set_clock(struct periph *p, unsigned bit, uint32_t on)
{
    periph_set(p, CLK_STATUS, (periph_get(p, CLK_STATUS) & ~(1u << bit)) | on << bit);
}

static void write_aes_clk(struct periph *p, unsigned i, uint32_t value) { set_clock(p, 0, value); }
static void write_hash_clk(struct periph *p, unsigned i, uint32_t value) { set_clock(p, 2, value); }
static void write_pka_clk(struct periph *p, unsigned i, uint32_t value) { set_clock(p, 3, value); }
static void write_chacha_clk(struct periph *p, unsigned i, uint32_t value) { set_clock(p, 7, value); }
static void write_dma_clk(struct periph *p, unsigned i, uint32_t value) { set_clock(p, 8, value); }

/* --- construction --- */

static void write_enable(struct periph *p, unsigned i, uint32_t value)
{
    struct periph_slot *engines = periph_engine_slot_at(p->slot->engine, CRYPTOCELL_BASE + PERIPH_SLOT_SIZE);

    periph_set(p, ENABLE, value);
    for (unsigned k = 0; k < engines->n_tenants; k++)
        if (engines->tenant[k]->desc->enabled)
            engines->tenant[k]->desc->enabled(engines->tenant[k], value);
}

static const struct periph_reg_desc cryptocell_regs[] = {
    {ENABLE, "ENABLE", .mask = 1, .write = write_enable, .inaccuracy = 2}};

const struct periph_desc cryptocell_desc = {
    .type = "CRYPTOCELL",
    .file = "periph/cryptocell.h",
    .size = sizeof(struct periph),
    PERIPH_TABLE_AS(regs, cryptocell_regs),
};

/* Keys and life cycle: inaccuracy 4. */
static const struct periph_reg_desc host_rgf_regs[] = {
    {IRR, "IRR", PERIPH_RO, .read = read_irr, .inaccuracy = 1},
    {IMR, "IMR", .reset = IRR_ALL, .mask = IRR_ALL, .write = write_imr},
    {ICR, "ICR", PERIPH_WO, .mask = IRR_ALL, .write = write_icr},
    {0xA0C, "ENDIANNESS", .mask = 0x8888, .inaccuracy = 5},
    {0xA24, "HOST_SIGNATURE", PERIPH_RO, .reset = 0x20E00000},
    {0xA28, "HOST_BOOT", PERIPH_RO, .reset = 0x4622982C},
    {0xA38, "HOST_CRYPTOKEY_SEL", .mask = 3, .unmodelled = true},
    {0xA4C, "HOST_IOT_KPRTL_LOCK", .mask = 1, .unmodelled = true},
    {0xA50, "HOST_IOT_KDR0", .unmodelled = true},
    {0xA54, "HOST_IOT_KDR1", PERIPH_WO, .unmodelled = true},
    {0xA58, "HOST_IOT_KDR2", PERIPH_WO, .unmodelled = true},
    {0xA5C, "HOST_IOT_KDR3", PERIPH_WO, .unmodelled = true},
    {0xA60, "HOST_IOT_LCS", .reset = 2, .unmodelled = true},
};

const struct periph_desc cc_host_rgf_desc = {
    .type = "CC_HOST_RGF",
    .file = "periph/cryptocell.h",
    .size = sizeof(struct periph),
    PERIPH_TABLE_AS(regs, host_rgf_regs),
};

static uint32_t read_busy(struct periph *p, unsigned i) { return cc_dma_busy(p); }

/* VERSION: inaccuracy 3. */
static const struct periph_reg_desc ctl_regs[] = {
    {0x900, "CRYPTO_CTL", PERIPH_WO, .mask = 0x1F},
    {0x910, "CRYPTO_BUSY", PERIPH_RO, .read = read_busy},
    {0x91C, "HASH_BUSY", PERIPH_RO},
    {0x928, "VERSION", PERIPH_RO, .reset = 0xF0000000, .inaccuracy = 3},
    {0x930, "CONTEXT_ID", .mask = 0xFF},
};

const struct periph_desc cc_ctl_desc = {
    .type = "CC_CTL",
    .file = "periph/cryptocell.h",
    .size = sizeof(struct periph),
    PERIPH_TABLE_AS(regs, ctl_regs),
};

static const struct periph_reg_desc misc_regs[] = {
    {0x810, "AES_CLK", PERIPH_WO, .mask = 1, .write = write_aes_clk},
    {0x818, "HASH_CLK", PERIPH_WO, .mask = 1, .write = write_hash_clk},
    {0x81C, "PKA_CLK", PERIPH_WO, .mask = 1, .write = write_pka_clk},
    {0x820, "DMA_CLK", PERIPH_WO, .mask = 1, .write = write_dma_clk},
    {CLK_STATUS, "CLK_STATUS", PERIPH_RO, .reset = 0x100},
    {0x858, "CHACHA_CLK", PERIPH_WO, .mask = 1, .write = write_chacha_clk},
};

const struct periph_desc cc_misc_desc = {
    .type = "CC_MISC",
    .file = "periph/cryptocell.h",
    .size = sizeof(struct periph),
    PERIPH_TABLE_AS(regs, misc_regs),
};
