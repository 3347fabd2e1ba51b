/*
 * Intel HEX, record types 00 to 05 ("Hexadecimal Object File Format Specification", revision A).
 */
#include "emu/image_parts.h"

#include <stdlib.h>
#include <string.h>

enum { RECORD_MAX = 5 + 255 }; /* length, address (2), type, data, checksum */

enum record_type {
    RECORD_DATA = 0,
    RECORD_END = 1,
    RECORD_SEGMENT_BASE = 2,
    RECORD_SEGMENT_START = 3,
    RECORD_LINEAR_BASE = 4,
    RECORD_LINEAR_START = 5,
    N_RECORD_TYPES
};

enum { ANY_LENGTH = -1 };
static const int record_length[N_RECORD_TYPES] = {
    [RECORD_DATA] = ANY_LENGTH, [RECORD_END] = 0,         [RECORD_SEGMENT_BASE] = 2,
    [RECORD_SEGMENT_START] = 4, [RECORD_LINEAR_BASE] = 2, [RECORD_LINEAR_START] = 4,
};

struct hex {
    struct image_parts *parts;
    uint8_t *out; /* where the next data byte goes */
    uint32_t base;
    bool wraps; /* segmented addresses wrap at 64 KiB */
    bool ended;
};

bool image_hex_is(const uint8_t *bytes, size_t size)
{
    /* A raw binary may begin with a colon's code, but not with a whole line of printable text after it. */
    enum { ENOUGH = 11 };
    size_t i = 0;

    while (i < size && (bytes[i] == '\r' || bytes[i] == '\n' || bytes[i] == ' '))
        i++;
    if (i == size || bytes[i] != ':')
        return false;
    for (size_t n = 0; i < size && n < ENOUGH && bytes[i] != '\r' && bytes[i] != '\n'; i++, n++)
        if (bytes[i] < ' ' || bytes[i] > '~')
            return false;
    return true;
}

static int digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes and checks the record of one line (without its end); the number of its bytes, or 0 with the error line. */
static unsigned decode(struct image_parts *parts, const uint8_t *line, size_t length, uint8_t record[RECORD_MAX])
{
    unsigned n = 0;
    uint8_t sum = 0;

    if (line[0] != ':')
        return image_parts_fail(parts, "a record starts with ':'");
    for (size_t i = 1; i < length; i += 2, n++) {
        int high = digit(line[i]), low = i + 1 < length ? digit(line[i + 1]) : 0;
        if (high < 0 || low < 0)
            return image_parts_fail(parts, "holds something that is no hexadecimal digit");
        if (i + 1 == length || n == RECORD_MAX)
            return image_parts_fail(parts, i + 1 == length ? "record is cut short" : "record is too long");
        record[n] = high << 4 | low;
        sum += record[n];
    }
    if (n < 5 || n < 5u + record[0])
        return image_parts_fail(parts, "record is cut short");
    if (n > 5u + record[0])
        return image_parts_fail(parts, "record is longer than its length field says");
    if (sum)
        return image_parts_fail(parts, "checksum is 0x%02x, should be 0x%02x", record[n - 1],
                                (uint8_t)(record[n - 1] - sum));
    return n;
}

static bool take_data(struct hex *hex, uint32_t offset, const uint8_t *data, unsigned size)
{
    unsigned first = size;

    memcpy(hex->out, data, size);
    if (hex->wraps && offset + size > 0x10000)
        first = 0x10000 - offset;
    bool ok = image_parts_add(hex->parts, hex->base + offset, hex->out, first) &&
              image_parts_add(hex->parts, hex->base, hex->out + first, size - first);
    hex->out += size;
    return ok;
}

static bool take_record(struct hex *hex, const uint8_t *record)
{
    unsigned size = record[0], type = record[3];
    uint32_t offset = record[1] << 8 | record[2];
    const uint8_t *data = record + 4;

    if (hex->ended)
        return image_parts_fail(hex->parts, "a record after the end record");
    if (type >= N_RECORD_TYPES)
        return image_parts_fail(hex->parts, "unknown record type 0x%02x", type);
    if (record_length[type] != ANY_LENGTH && size != (unsigned)record_length[type])
        return image_parts_fail(hex->parts, "a record of type %u has %d bytes, not %u", type, record_length[type],
                                size);
    if (type == RECORD_DATA)
        return take_data(hex, offset, data, size);
    hex->ended = type == RECORD_END;
    if (type == RECORD_SEGMENT_BASE || type == RECORD_LINEAR_BASE) {
        hex->wraps = type == RECORD_SEGMENT_BASE;
        hex->base = (uint32_t)(data[0] << 8 | data[1]) << (hex->wraps ? 4 : 16);
    } else if (type == RECORD_SEGMENT_START) {
        hex->parts->img->entry = (uint32_t)(data[0] << 12 | data[1] << 4) + (data[2] << 8 | data[3]);
    } else if (type == RECORD_LINEAR_START) {
        hex->parts->img->entry = (uint32_t)data[0] << 24 | data[1] << 16 | data[2] << 8 | data[3];
    }
    return true;
}

bool image_hex_read(struct image_parts *parts, const uint8_t *bytes, size_t size)
{
    uint8_t record[RECORD_MAX];

    parts->decoded = malloc(size / 2 + 1); /* two digits a byte */
    if (!parts->decoded)
        return image_parts_fail(parts, "out of memory");
    struct hex hex = {.parts = parts, .out = parts->decoded};
    for (size_t at = 0; at < size;) {
        const uint8_t *line = bytes + at, *newline = memchr(line, '\n', size - at);
        size_t length = newline ? (size_t)(newline - line) : size - at;
        at += length + 1;
        parts->line++;
        while (length && (line[length - 1] == '\r' || line[length - 1] == ' ' || line[length - 1] == '\t'))
            length--;
        if (length == 0)
            continue;
        if (!decode(parts, line, length, record) || !take_record(&hex, record))
            return false;
    }
    parts->line = 0;
    return hex.ended || image_parts_fail(parts, "truncated: no end record (:00000001FF)");
}
