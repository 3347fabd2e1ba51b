#include "emu/arm_attributes.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

enum {
    FORMAT_VERSION = 'A',
    TAG_FILE = 1,

    TAG_CPU_NAME = 5,
    TAG_COMPATIBILITY = 32, /* a number and a string */
};

enum { ARCH_V7 = 10, ARCH_V6_M = 11, ARCH_V6S_M = 12, ARCH_V7E_M = 13 };

static const char *const arch_names[] = {
    "pre-ARMv4",    "ARMv4",        "ARMv4T",    "ARMv5T",    "ARMv5TE",   "ARMv5TEJ",       "ARMv6",   "ARMv6KZ",
    "ARMv6T2",      "ARMv6K",       "ARMv7",     "ARMv6-M",   "ARMv6S-M",  "ARMv7E-M",       "ARMv8-A", "ARMv8-R",
    "ARMv8-M.base", "ARMv8-M.main", "ARMv8.1-A", "ARMv8.2-A", "ARMv8.3-A", "ARMv8.1-M.main", "ARMv9-A",
};

static const char *const fp_names[] = {
    NULL, "VFPv1", "VFPv2", "VFPv3", "VFPv3-D16", "VFPv4", "FPv4-SP or VFPv4-D16", "FP for ARMv8", "FPv5",
};

/* Tags whose value is a small number. */
static const struct {
    uint8_t tag;
    size_t field; /* an unsigned */
} numbers[] = {
    {6, offsetof(struct arm_attributes, arch)},      {9, offsetof(struct arm_attributes, thumb)},
    {10, offsetof(struct arm_attributes, fp)},       {12, offsetof(struct arm_attributes, simd)},
    {28, offsetof(struct arm_attributes, vfp_args)}, {48, offsetof(struct arm_attributes, vector)},
};

struct reader {
    const uint8_t *at, *end;
};

static uint32_t read_number(struct reader *r)
{
    uint32_t value = 0;

    for (unsigned shift = 0; r->at < r->end; shift += 7) {
        uint8_t byte = *r->at++;
        if (shift < 32)
            value |= (uint32_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80))
            break;
    }
    return value;
}

/* NULL when the string does not end; nothing is left to read then. */
static const char *read_string(struct reader *r)
{
    const char *text = (const char *)r->at;
    const uint8_t *end = memchr(r->at, '\0', (size_t)(r->end - r->at));

    r->at = end ? end + 1 : r->end;
    return end ? text : NULL;
}

static bool read_word(struct reader *r, uint32_t *value)
{
    if (r->end - r->at < 4)
        return false;
    *value = r->at[0] | r->at[1] << 8 | r->at[2] << 16 | (uint32_t)r->at[3] << 24;
    r->at += 4;
    return true;
}

static bool is_string(uint32_t tag) { return tag == 4 || tag == TAG_CPU_NAME || (tag > 32 && tag % 2 == 1); }

static void set_cpu(struct arm_attributes *a, const char *name)
{
    size_t n = 0;

    for (; name && *name && n + 1 < sizeof a->cpu; name++)
        a->cpu[n++] = (char)(isprint((unsigned char)*name) ? tolower((unsigned char)*name) : '?');
    a->cpu[n] = '\0';
}

static void set_number(struct arm_attributes *a, uint32_t tag, uint32_t value)
{
    if (tag == 7)
        a->profile = (char)(value < 128 && isupper((int)value) ? value : 0);
    if (tag == 8)
        a->arm_code = value != 0;
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (numbers[i].tag == tag)
            *(unsigned *)((char *)a + numbers[i].field) = value;
}

static void read_tags(struct arm_attributes *a, struct reader r)
{
    a->present = true;
    while (r.at < r.end) {
        uint32_t tag = read_number(&r);
        if (is_string(tag)) {
            const char *text = read_string(&r);
            if (tag == TAG_CPU_NAME)
                set_cpu(a, text);
            continue;
        }
        set_number(a, tag, read_number(&r));
        if (tag == TAG_COMPATIBILITY)
            read_string(&r);
    }
}

/* Cuts what a length word, which counts itself and `before` bytes in front of it, encloses. */
static bool enclosed(struct reader *r, const uint8_t *start, struct reader *inner)
{
    uint32_t length;

    if (!read_word(r, &length) || length > (size_t)(r->end - start) || start + length < r->at)
        return false;
    *inner = (struct reader){r->at, start + length};
    r->at = inner->end;
    return true;
}

void arm_attributes_read(struct arm_attributes *a, const uint8_t *bytes, size_t size)
{
    struct reader r = {bytes, bytes + size}, vendor, file;

    *a = (struct arm_attributes){0};
    if (!size || *r.at++ != FORMAT_VERSION)
        return;
    while (r.at < r.end && enclosed(&r, r.at, &vendor)) {
        const char *name = read_string(&vendor);
        if (!name || strcmp(name, "aeabi") != 0)
            continue;
        while (vendor.at < vendor.end) {
            const uint8_t *start = vendor.at;
            uint32_t scope = read_number(&vendor);
            if (!enclosed(&vendor, start, &file))
                return;
            if (scope == TAG_FILE)
                read_tags(a, file);
        }
    }
}

const char *arm_attributes_arch(const struct arm_attributes *a)
{
    static const char *const v7[] = {"ARMv7", "ARMv7-A", "ARMv7-R", "ARMv7-M"};

    if (!a->present || a->arch >= sizeof arch_names / sizeof *arch_names)
        return "";
    if (a->arch == ARCH_V7)
        return v7[a->profile == 'A' ? 1 : a->profile == 'R' ? 2 : a->profile == 'M' ? 3 : 0];
    return arch_names[a->arch];
}

bool arm_attributes_fit(const struct arm_attributes *a)
{
    if (!a->present)
        return true;
    if (a->arch == ARCH_V7)
        return a->profile == 'M' || !a->profile;
    return a->arch == ARCH_V6_M || a->arch == ARCH_V6S_M || a->arch == ARCH_V7E_M ||
           (a->arch < ARCH_V7 && !a->arm_code);
}

const char *arm_attributes_fp(const struct arm_attributes *a)
{
    if (a->vector)
        return "Helium";
    if (a->simd)
        return "NEON";
    if (a->fp == 6 && a->arch == ARCH_V7E_M)
        return "FPv4-SP";
    return a->fp < sizeof fp_names / sizeof *fp_names ? fp_names[a->fp] : "unknown";
}

bool arm_attributes_core(const struct arm_attributes *a) { return isalpha((unsigned char)a->cpu[0]); }

enum arm_float arm_attributes_float(const struct arm_attributes *a)
{
    if (!a->present)
        return ARM_FLOAT_UNKNOWN;
    if (a->vfp_args == 1)
        return ARM_FLOAT_HARD;
    return a->fp ? ARM_FLOAT_SOFTFP : ARM_FLOAT_SOFT;
}
