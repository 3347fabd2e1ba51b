#include "periph/cc_aes.h"

#include <nettle/aes.h>
#include <string.h>

#include "periph/cc_dma.h"

enum {
    AES_KEY_0 = 0x400,
    AES_IV_0 = 0x440,
    AES_CTR = 0x460,
    AES_REMAINING_BYTES = 0x4BC,
    AES_CONTROL = 0x4C0,
    AES_CTR_NO_INCREMENT = 0x4D8,

    CONTROL_DECRYPT = 1 << 0,
    MODE_CBC = 1,
    MODE_CTR = 2,
    MODE_CBC_MAC = 3,
    MODE_CMAC = 7,
    MODES = 8,

    WORDS = CC_AES_BLOCK / 4,
};

/* One operation's state, out of the registers and back. */
struct work {
    struct aes128_ctx encrypt, decrypt;
    uint8_t state[CC_AES_BLOCK]; /* vector or counter */
    bool decrypts, counts;
    uint32_t remaining;
};

static void load(const struct periph *p, uint32_t offset, uint8_t bytes[CC_AES_BLOCK])
{
    for (unsigned i = 0; i < WORDS; i++) {
        uint32_t word = periph_get(p, offset + 4 * i);

        memcpy(bytes + 4 * i, &word, 4); /* guest and hosts are little-endian */
    }
}

static void store(struct periph *p, uint32_t offset, const uint8_t bytes[CC_AES_BLOCK])
{
    for (unsigned i = 0; i < WORDS; i++) {
        uint32_t word;

        memcpy(&word, bytes + 4 * i, 4);
        periph_set(p, offset + 4 * i, word);
    }
}

static void add(uint8_t *to, const uint8_t *what, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        to[i] ^= what[i];
}

static void encrypt(const struct work *w, uint8_t block[CC_AES_BLOCK])
{
    aes128_encrypt(&w->encrypt, CC_AES_BLOCK, block, block);
}

/* --- modes: each takes a block in place, of which `size` bytes are given and the others 0 --- */

static void block_ecb(struct work *w, uint8_t *block, uint32_t size)
{
    if (w->decrypts)
        aes128_decrypt(&w->decrypt, CC_AES_BLOCK, block, block);
    else
        encrypt(w, block);
}

static void block_cbc(struct work *w, uint8_t *block, uint32_t size)
{
    uint8_t given[CC_AES_BLOCK];

    memcpy(given, block, sizeof given);
    if (!w->decrypts)
        add(block, w->state, CC_AES_BLOCK);
    block_ecb(w, block, size);
    if (w->decrypts)
        add(block, w->state, CC_AES_BLOCK);
    memcpy(w->state, w->decrypts ? given : block, CC_AES_BLOCK);
}

static void block_ctr(struct work *w, uint8_t *block, uint32_t size)
{
    uint8_t stream[CC_AES_BLOCK];

    memcpy(stream, w->state, sizeof stream);
    encrypt(w, stream);
    add(block, stream, size);
    for (unsigned i = CC_AES_BLOCK; w->counts && i-- > 0 && ++w->state[i] == 0;)
        ;
}

static void block_cbc_mac(struct work *w, uint8_t *block, uint32_t size)
{
    add(w->state, block, CC_AES_BLOCK);
    encrypt(w, w->state);
}

/* Times x in the field of 2^128 elements (NIST SP 800-38B, 6.1). */
static void twice(uint8_t block[CC_AES_BLOCK])
{
    uint8_t carry = block[0] >> 7;

    for (unsigned i = 0; i < CC_AES_BLOCK; i++)
        block[i] = (uint8_t)(block[i] << 1 | (i + 1 < CC_AES_BLOCK ? block[i + 1] >> 7 : 0));
    block[CC_AES_BLOCK - 1] ^= carry ? 0x87 : 0;
}

/* Turns the block that ends the message into what CBC-MAC takes (NIST SP 800-38B, 6.2). */
static void end_cmac(struct work *w, uint8_t *block, uint32_t size)
{
    uint8_t key[CC_AES_BLOCK] = {0};

    encrypt(w, key);
    twice(key);
    if (size < CC_AES_BLOCK) {
        block[size] = 0x80;
        twice(key);
    }
    add(block, key, CC_AES_BLOCK);
}

static void block_cmac(struct work *w, uint8_t *block, uint32_t size)
{
    if (w->remaining && w->remaining <= CC_AES_BLOCK)
        end_cmac(w, block, size);
    w->remaining -= w->remaining < size ? w->remaining : size;
    block_cbc_mac(w, block, size);
}

static const struct mode {
    void (*block)(struct work *w, uint8_t *block, uint32_t size);
    uint16_t state; /* register of the vector or counter; 0: has none */
    bool is_mac;
} modes[MODES] = {
    [0] = {block_ecb, 0, false},
    [MODE_CBC] = {block_cbc, AES_IV_0, false},
    [MODE_CTR] = {block_ctr, AES_CTR, false},
    [MODE_CBC_MAC] = {block_cbc_mac, AES_IV_0, true},
    [MODE_CMAC] = {block_cmac, AES_IV_0, true},
};

static void begin(struct work *w, struct periph *p, const struct mode *m)
{
    uint8_t key[CC_AES_BLOCK];

    load(p, AES_KEY_0, key);
    aes128_set_encrypt_key(&w->encrypt, key);
    aes128_set_decrypt_key(&w->decrypt, key);
    w->decrypts = periph_get(p, AES_CONTROL) & CONTROL_DECRYPT;
    w->counts = !periph_get(p, AES_CTR_NO_INCREMENT);
    w->remaining = periph_get(p, AES_REMAINING_BYTES);
    if (m->state)
        load(p, m->state, w->state);
}

static void end(struct work *w, struct periph *p, const struct mode *m)
{
    if (m->state)
        store(p, m->state, w->state);
    periph_set(p, AES_REMAINING_BYTES, w->remaining);
}

bool cc_aes_process(struct periph *p, uint8_t *data, uint32_t size)
{
    const struct mode *m = &modes[periph_get(p, AES_CONTROL) >> 2 & (MODES - 1)];
    struct work w;

    if (!m->block) {
        periph_guest_error(p, AES_CONTROL, "MODE_KEY0 is none that exists: ECB");
        m = &modes[0];
    }
    begin(&w, p, m);
    for (uint32_t at = 0; at < size; at += CC_AES_BLOCK) {
        uint32_t n = size - at < CC_AES_BLOCK ? size - at : CC_AES_BLOCK;
        uint8_t block[CC_AES_BLOCK] = {0};

        memcpy(block, data + at, n);
        m->block(&w, block, n);
        memcpy(data + at, block, n);
    }
    end(&w, p, m);
    return !m->is_mac;
}

/* --- registers --- */

static uint32_t read_busy(struct periph *p, unsigned i) { return cc_dma_busy(p); }

/* CMAC of an empty message. */
static void write_cmac_size0(struct periph *p, unsigned i, uint32_t value)
{
    const struct mode *m = &modes[MODE_CMAC];
    uint8_t block[CC_AES_BLOCK] = {0};
    struct work w;

    begin(&w, p, m);
    end_cmac(&w, block, 0);
    block_cbc_mac(&w, block, CC_AES_BLOCK);
    end(&w, p, m);
}

static void do_nothing(struct periph *p, unsigned i, uint32_t value) {}

/* Inaccuracy 3. */
static void write_sw_reset(struct periph *p, unsigned i, uint32_t value)
{
    for (unsigned k = 0; k < p->desc->n_regs; k++) {
        const struct periph_reg_desc *r = &p->desc->regs[k];

        for (unsigned n = 0; n < (r->count ? r->count : 1) && !r->read; n++)
            periph_set(p, r->offset + 4 * n, r->reset);
    }
}

static const struct periph_reg_desc regs[] = {
    {AES_KEY_0, "AES_KEY_0[%u]", PERIPH_WO, .count = 8, .inaccuracy = 2}, /* four of them count: inaccuracy 2 */
    {AES_IV_0, "AES_IV_0[%u]", .count = WORDS},
    {AES_CTR, "AES_CTR[%u]", .count = WORDS},
    {0x470, "AES_BUSY", PERIPH_RO, .read = read_busy},
    {0x478, "AES_SK", PERIPH_WO, .unmodelled = true}, /* inaccuracy 1 */
    {0x47C, "AES_CMAC_INIT", PERIPH_WO, .write = do_nothing},
    {AES_REMAINING_BYTES, "AES_REMAINING_BYTES"},
    {AES_CONTROL, "AES_CONTROL", .mask = 0xA000301D, .inaccuracy = 2},
    {0x4C8, "AES_HW_FLAGS", PERIPH_RO, .reset = 0x108},
    {AES_CTR_NO_INCREMENT, "AES_CTR_NO_INCREMENT", .mask = 1},
    {0x4F4, "AES_SW_RESET", PERIPH_WO, .write = write_sw_reset, .inaccuracy = 3},
    {0x524, "AES_CMAC_SIZE0_KICK", PERIPH_WO, .write = write_cmac_size0},
};

const struct periph_desc cc_aes_desc = {
    .type = "CC_AES",
    .file = "periph/cc_aes.h",
    .size = sizeof(struct periph),
    PERIPH_TABLE(regs),
};
