#include "periph/cc_hash.h"

#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <string.h>

enum {
    HASH_H = 0x640,
    HASH_PAD_AUTO = 0x684,
    HASH_CONTROL = 0x7C0,
    HASH_PAD = 0x7C4,
    HASH_CUR_LEN_0 = 0x7CC,
    HASH_CUR_LEN_1 = 0x7D0,

    CONTROL_SHA1 = 1,
    PAD_FORCE = 1 << 2,
    WORDS = 8,
    LENGTH_BYTES = 8, /* at the end of the last block, of the message's length in bits */
};

static struct cc_hash *self(struct periph *p) { return (struct cc_hash *)p; }
static struct cc_hash *hash_of(struct periph *p) { return self(periph_neighbour(p, &cc_hash_desc)); }

/* --- the state, in HASH_H --- */

/* Inaccuracy 2. The library takes up any state with an empty buffer, and a whole block leaves that empty. */
static void compress(struct cc_hash *h)
{
    struct sha256_ctx sha256 = {.count = 0};
    struct sha1_ctx sha1 = {.count = 0};
    bool is_sha1 = periph_get(&h->p, HASH_CONTROL) == CONTROL_SHA1;
    uint32_t *state = is_sha1 ? sha1.state : sha256.state;
    unsigned words = is_sha1 ? SHA1_DIGEST_SIZE / 4 : WORDS;

    for (unsigned i = 0; i < words; i++)
        state[i] = periph_get(&h->p, HASH_H + 4 * i);
    if (is_sha1)
        sha1_update(&sha1, CC_HASH_BLOCK, h->block);
    else
        sha256_update(&sha256, CC_HASH_BLOCK, h->block);
    for (unsigned i = 0; i < words; i++)
        periph_set(&h->p, HASH_H + 4 * i, state[i]);
    h->fill = 0;
}

static void add(struct cc_hash *h, const uint8_t *data, uint32_t size)
{
    for (uint32_t at = 0, n; at < size; at += n) {
        n = CC_HASH_BLOCK - h->fill < size - at ? CC_HASH_BLOCK - h->fill : size - at;
        memcpy(h->block + h->fill, data + at, n);
        h->fill += n;
        if (h->fill == CC_HASH_BLOCK)
            compress(h);
    }
}

static uint64_t length(const struct cc_hash *h)
{
    return periph_get(&h->p, HASH_CUR_LEN_0) | (uint64_t)periph_get(&h->p, HASH_CUR_LEN_1) << 32;
}

void cc_hash_process(struct periph *p, const uint8_t *data, uint32_t size)
{
    struct cc_hash *h = hash_of(p);
    uint64_t total = length(h) + size;

    add(h, data, size);
    periph_set(&h->p, HASH_CUR_LEN_0, (uint32_t)total);
    periph_set(&h->p, HASH_CUR_LEN_1, (uint32_t)(total >> 32));
}

/* A one bit, zeros up to the end of a block, and the length there (FIPS 180-4, 5.1.1). */
static void pad(struct cc_hash *h)
{
    static const uint8_t first[CC_HASH_BLOCK] = {0x80};
    uint64_t bits = length(h) * 8;
    uint8_t end[LENGTH_BYTES];

    for (unsigned i = 0; i < LENGTH_BYTES; i++)
        end[i] = (uint8_t)(bits >> 8 * (LENGTH_BYTES - 1 - i));
    add(h, first, 1);
    add(h, first + 1, (2 * CC_HASH_BLOCK - LENGTH_BYTES - h->fill) % CC_HASH_BLOCK);
    add(h, end, LENGTH_BYTES);
}

void cc_hash_end(struct periph *p)
{
    struct cc_hash *h = hash_of(p);

    if (periph_get(&h->p, HASH_PAD) && periph_get(&h->p, HASH_PAD_AUTO))
        pad(h);
}

/* --- registers --- */

static void write_cur_len_0(struct periph *p, unsigned i, uint32_t value)
{
    periph_set(p, HASH_CUR_LEN_0, value);
    self(p)->fill = 0;
}

static void write_pad_force(struct periph *p, unsigned i, uint32_t value)
{
    if (value & PAD_FORCE && periph_get(p, HASH_PAD))
        pad(self(p));
}

static uint32_t read_pad_force(struct periph *p, unsigned i) { return 0; }

/* Inaccuracy 3. */
static void write_sw_reset(struct periph *p, unsigned i, uint32_t value)
{
    for (unsigned k = 0; k < WORDS; k++)
        periph_set(p, HASH_H + 4 * k, 0);
    for (unsigned k = 0; k < p->desc->n_regs; k++)
        if (p->desc->regs[k].offset != HASH_H)
            periph_set(p, p->desc->regs[k].offset, p->desc->regs[k].reset);
    self(p)->fill = 0;
}

static void reset(struct periph *p, uint32_t resetreas) { self(p)->fill = 0; }

static const struct periph_reg_desc regs[] = {
    {HASH_H, "HASH_H[%u]", .count = WORDS},
    {HASH_PAD_AUTO, "HASH_PAD_AUTO", PERIPH_WO, .mask = 1},
    {0x694, "HASH_INIT_STATE", PERIPH_WO, .unmodelled = true},
    {0x7B0, "HASH_VERSION", PERIPH_RO},
    {HASH_CONTROL, "HASH_CONTROL", .mask = 0xF},
    {HASH_PAD, "HASH_PAD", .reset = 1, .mask = 1},
    {0x7C8, "HASH_PAD_FORCE", .mask = PAD_FORCE, .read = read_pad_force, .write = write_pad_force},
    {HASH_CUR_LEN_0, "HASH_CUR_LEN_0", .write = write_cur_len_0},
    {HASH_CUR_LEN_1, "HASH_CUR_LEN_1"},
    {0x7DC, "HASH_HW_FLAGS", PERIPH_RO, .reset = 0x12001},
    {0x7E4, "HASH_SW_RESET", PERIPH_WO, .write = write_sw_reset},
    {0x7E8, "HASH_ENDIANNESS", .reset = 1, .mask = 1}, /* inaccuracy 1 */
};

const struct periph_desc cc_hash_desc = {
    .type = "CC_HASH",
    .size = sizeof(struct cc_hash),
    PERIPH_TABLE(regs),
    .reset = reset,
};
