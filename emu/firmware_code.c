#include "emu/firmware_code.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/armv7em.h"
#include "emu/firmware_parts.h"
#include "emu/insn_sets.h"

/* ---- bytes ---- */

const uint8_t *firmware_bytes_at(const struct firmware_span *span, unsigned n_spans, uint32_t addr, uint32_t size)
{
    for (unsigned i = 0; i < n_spans; i++)
        if (addr >= span[i].addr && addr - span[i].addr < span[i].size && span[i].size - (addr - span[i].addr) >= size)
            return span[i].bytes + (addr - span[i].addr);
    return NULL;
}

static uint16_t half(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }

/* Size of the instruction at `p`, 0 when it does not end before `end`. */
static unsigned fetch(const uint8_t *p, const uint8_t *end, uint32_t *raw)
{
    if (end - p < 2)
        return 0;
    unsigned size = armv7em_size(half(p));
    if (end - p < (ptrdiff_t)size)
        return 0;
    *raw = half(p) | (size == 4 ? (uint32_t)half(p + 2) << 16 : 0);
    return size;
}

/* ---- text ---- */

/* False when no ARM core has it, as far as is known here. */
static bool describe_thumb(uint32_t addr, const uint8_t *bytes, uint32_t raw, unsigned size,
                           char text[FIRMWARE_INSN_TEXT])
{
    const char *name = armv7em_foreign_name(raw, size);

    if (name)
        snprintf(text, FIRMWARE_INSN_TEXT, "%s", name);
    return name || insn_set_text(INSN_SET_THUMB, addr, bytes, size, text, FIRMWARE_INSN_TEXT);
}

static struct firmware_insn *first_few(struct firmware_code *code, uint32_t addr)
{
    if (code->n_first == FIRMWARE_MAX_FOREIGN)
        return NULL;
    struct firmware_insn *f = &code->first[code->n_first++];
    f->addr = addr;
    return f;
}

/* ---- judging ---- */

bool firmware_code_judge(struct firmware_code *code, uint32_t addr, const uint8_t *bytes, uint32_t raw, unsigned size)
{
    char text[FIRMWARE_INSN_TEXT];

    if (armv7em_has(raw, size)) {
        code->instructions++;
        code->fp += armv7em_is_fp(raw, size);
        return true;
    }
    if (!describe_thumb(addr, bytes, raw, size, text)) {
        if (!code->mapped)
            return false; /* it is not code at all */
        snprintf(text, sizeof text, size == 4 ? "undefined 0x%04x%04x" : "undefined 0x%04x", raw & 0xFFFF, raw >> 16);
    }
    code->instructions++;
    code->foreign++;
    struct firmware_insn *f = first_few(code, addr);
    if (f)
        memcpy(f->text, text, sizeof text);
    return true;
}

static void judge_thumb(struct firmware_code *code, uint32_t addr, const uint8_t *p, const uint8_t *end)
{
    uint32_t raw;

    for (unsigned size; (size = fetch(p, end, &raw)); addr += size, p += size)
        firmware_code_judge(code, addr, p, raw, size);
}

static void judge_arm(struct firmware_code *code, uint32_t addr, const uint8_t *p, const uint8_t *end)
{
    for (; end - p >= 4; addr += 4, p += 4) {
        code->arm++;
        struct firmware_insn *f = first_few(code, addr);
        if (f && !insn_set_text(INSN_SET_ARM, addr, p, 4, f->text, sizeof f->text))
            snprintf(f->text, sizeof f->text, "undefined 0x%08" PRIx32, half(p) | (uint32_t)half(p + 2) << 16);
    }
}

/* ---- with mapping symbols ---- */

static void judge_stretch(struct firmware_code *code, const struct firmware_span *s, uint32_t from, uint32_t to,
                          enum firmware_mark_kind kind)
{
    const uint8_t *p = s->bytes + (from - s->addr), *end = s->bytes + (to - s->addr);

    if (kind == FIRMWARE_MARK_THUMB)
        judge_thumb(code, from, p, end);
    else if (kind == FIRMWARE_MARK_ARM)
        judge_arm(code, from, p, end);
}

void firmware_code_scan_marked(struct firmware_code *code, const struct firmware_span *span, unsigned n_spans,
                               const struct firmware_mark *mark, size_t n_marks)
{
    code->mapped = true;
    for (size_t i = 0; i < n_marks; i++)
        for (unsigned k = 0; k < n_spans; k++) {
            const struct firmware_span *s = &span[k];
            uint32_t end = s->addr + s->size;
            if (mark[i].addr - s->addr >= s->size)
                continue;
            if (i + 1 < n_marks && mark[i + 1].addr < end)
                end = mark[i + 1].addr;
            judge_stretch(code, s, mark[i].addr, end, mark[i].kind);
        }
}

void firmware_code_add_arm(struct firmware_code *code, const struct firmware_span *span, unsigned n_spans,
                           uint32_t addr, unsigned n)
{
    for (; n && firmware_bytes_at(span, n_spans, addr, 4); n--, addr += 4) {
        const uint8_t *p = firmware_bytes_at(span, n_spans, addr, 4);
        judge_arm(code, addr, p, p + 4);
    }
}
