/*
 * UF2, the format of USB mass storage bootloaders: 512-byte blocks, each with its address.
 */
#include "emu/image_parts.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    BLOCK_SIZE = 512,
    PAYLOAD_MAX = 476,
    MAGIC_FIRST = 0x0A324655,
    MAGIC_LAST = 0x0AB16F30,
    FLAG_NOT_MAIN_FLASH = 1 << 0,
    FLAG_FILE_CONTAINER = 1 << 12,
    FLAG_FAMILY_ID = 1 << 13,
};
#define MAGIC_SECOND               0x9E5D5157u
#define FAMILY_NRF52840            0xADA52840u
#define FAMILY_NRF52840_BOOTLOADER 0xD663823Cu /* updates of the bootloader, of the MBR with it */

/* Byte offsets in a block. */
enum {
    AT_MAGIC_FIRST = 0,
    AT_MAGIC_SECOND = 4,
    AT_FLAGS = 8,
    AT_ADDRESS = 12,
    AT_PAYLOAD_SIZE = 16,
    AT_BLOCK_NUMBER = 20,
    AT_N_BLOCKS = 24,
    AT_FAMILY = 28,
    AT_PAYLOAD = 32,
    AT_MAGIC_LAST = 508,
};

static bool is_family(uint32_t family) { return family == FAMILY_NRF52840 || family == FAMILY_NRF52840_BOOTLOADER; }

static uint32_t word(const uint8_t *bytes)
{
    return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

bool image_uf2_is(const uint8_t *bytes, size_t size)
{
    if (size < AT_FLAGS) /* cut short already there */
        return size >= AT_MAGIC_SECOND && word(bytes) == MAGIC_FIRST;
    return word(bytes) == MAGIC_FIRST && word(bytes + AT_MAGIC_SECOND) == MAGIC_SECOND;
}

/* `seen` has a flag per block number. */
static bool check_block(struct image_parts *parts, const uint8_t *block, size_t index, size_t n_blocks, bool *seen)
{
    uint32_t number = word(block + AT_BLOCK_NUMBER), total = word(block + AT_N_BLOCKS);

    if (word(block + AT_MAGIC_FIRST) != MAGIC_FIRST || word(block + AT_MAGIC_SECOND) != MAGIC_SECOND ||
        word(block + AT_MAGIC_LAST) != MAGIC_LAST)
        return image_parts_fail(parts, "block %zu: wrong magic number", index);
    if (total != n_blocks)
        return image_parts_fail(parts, "block %zu: says the file has %" PRIu32 " blocks, it has %zu", index, total,
                                n_blocks);
    if (number >= n_blocks || seen[number])
        return image_parts_fail(parts, "block %zu: its number %" PRIu32 " is %s", index, number,
                                number >= n_blocks ? "too large" : "there already");
    seen[number] = true;
    if ((word(block + AT_FLAGS) & FLAG_FAMILY_ID) && !is_family(word(block + AT_FAMILY)))
        return image_parts_fail(parts, "block %zu: for chip family 0x%08" PRIx32 ", not the nRF52840's 0x%08x", index,
                                word(block + AT_FAMILY), FAMILY_NRF52840);
    if (word(block + AT_PAYLOAD_SIZE) > PAYLOAD_MAX)
        return image_parts_fail(parts, "block %zu: payload of %" PRIu32 " bytes; at most %d fit", index,
                                word(block + AT_PAYLOAD_SIZE), PAYLOAD_MAX);
    return true;
}

bool image_uf2_read(struct image_parts *parts, const uint8_t *bytes, size_t size)
{
    size_t n_blocks = size / BLOCK_SIZE;
    bool ok = true;

    if (size % BLOCK_SIZE)
        return image_parts_fail(parts, "truncated: a UF2 is a multiple of %d bytes long", BLOCK_SIZE);
    bool *seen = calloc(n_blocks, sizeof *seen);
    if (!seen)
        return image_parts_fail(parts, "out of memory");
    for (size_t i = 0; i < n_blocks && ok; i++) {
        const uint8_t *block = bytes + i * BLOCK_SIZE;
        ok = check_block(parts, block, i, n_blocks, seen);
        /* Blocks for elsewhere (comments, files) are counted like the others, but not flashed. */
        if (ok && !(word(block + AT_FLAGS) & (FLAG_NOT_MAIN_FLASH | FLAG_FILE_CONTAINER)))
            ok = image_parts_add(parts, word(block + AT_ADDRESS), block + AT_PAYLOAD, word(block + AT_PAYLOAD_SIZE));
    }
    free(seen);
    return ok;
}
