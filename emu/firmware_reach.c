/*
 * Which code can be reached: follows branches from known addresses (ARMv7-M ARM A5). What loads refer to relative to
 * PC is data, so that a literal pool behind a call that never returns is not taken for code; to know them all, the
 * code is followed twice.
 */
#include <stdlib.h>
#include <string.h>

#include "emu/armv7em.h"
#include "emu/firmware_code.h"
#include "emu/firmware_parts.h"

enum { SEEN = 1, DATA = 2 };
enum { MAX_CASES = 512, NO_REGISTER = 16 };

struct reach {
    const struct firmware_span *span;
    unsigned n_spans;
    uint8_t **note; /* of each span, a byte for each halfword */
    uint32_t *todo;
    size_t n_todo, capacity;
    struct firmware_code *code;
    bool failed;
};

/* What an instruction does to the flow of control. */
struct flow {
    bool ends;                /* what is behind it is not executed after it */
    bool branches;            /* to `target` */
    bool has_data;            /* at `data`, `data_size` bytes */
    unsigned table, index;    /* TBB, TBH: bytes of an entry; the register that chooses one */
    unsigned compared, limit; /* CMP with a number: the register, and the number */
    uint32_t target, data, data_size;
};

static int32_t sign_extend(uint32_t value, unsigned bits) { return (int32_t)(value << (32 - bits)) >> (32 - bits); }

static uint8_t *note_at(struct reach *r, uint32_t addr)
{
    for (unsigned i = 0; i < r->n_spans; i++)
        if (addr - r->span[i].addr < r->span[i].size)
            return &r->note[i][(addr - r->span[i].addr) / 2];
    return NULL;
}

static void push(struct reach *r, uint32_t addr)
{
    uint8_t *note = note_at(r, addr & ~1u);

    if (!note || (*note & SEEN))
        return;
    if (r->n_todo == r->capacity) {
        size_t capacity = r->capacity ? 2 * r->capacity : 256;
        uint32_t *grown = realloc(r->todo, capacity * sizeof *grown);
        if (!grown) {
            r->failed = true;
            return;
        }
        r->todo = grown;
        r->capacity = capacity;
    }
    r->todo[r->n_todo++] = addr & ~1u;
}

/* ---- flow ---- */

static void set_target(struct flow *f, uint32_t addr, int32_t distance)
{
    f->branches = true;
    f->target = addr + 4 + (uint32_t)distance;
}

static void set_data(struct flow *f, uint32_t addr, int32_t offset, uint32_t size)
{
    f->has_data = true;
    f->data = ((addr + 4) & ~3u) + (uint32_t)offset;
    f->data_size = size;
}

static void narrow_flow(struct flow *f, uint32_t addr, uint32_t raw)
{
    if ((raw & 0xF000) == 0xD000 && (raw & 0xF00) < 0xE00) { /* B<c> */
        set_target(f, addr, sign_extend(raw & 0xFF, 8) * 2);
    } else if ((raw & 0xF800) == 0xE000) { /* B */
        set_target(f, addr, sign_extend(raw & 0x7FF, 11) * 2);
        f->ends = true;
    } else if ((raw & 0xF500) == 0xB100) { /* CBZ, CBNZ */
        set_target(f, addr, (int32_t)((raw >> 3 & 0x1F) << 1 | (raw >> 9 & 1) << 6));
    } else if ((raw & 0xF800) == 0x4800) { /* LDR of a literal */
        set_data(f, addr, (int32_t)(raw & 0xFF) * 4, 4);
    } else if ((raw & 0xF800) == 0x2800) { /* CMP */
        f->compared = raw >> 8 & 7;
        f->limit = raw & 0xFF;
    }
    f->ends |= (raw & 0xFF80) == 0x4700 || (raw & 0xFF00) == 0xBD00 || /* BX; POP of PC */
               (raw & 0xFF87) == 0x4687 || (raw & 0xFF87) == 0x4487 || /* MOV, ADD to PC */
               (raw & 0xFF00) == 0xDE00;                               /* UDF */
}

static int32_t wide_distance(uint32_t first, uint32_t second)
{
    uint32_t s = first >> 10 & 1, i1 = !((second >> 13 & 1) ^ s), i2 = !((second >> 11 & 1) ^ s);

    return sign_extend(s << 24 | i1 << 23 | i2 << 22 | (first & 0x3FF) << 12 | (second & 0x7FF) << 1, 25);
}

static int32_t conditional_distance(uint32_t first, uint32_t second)
{
    return sign_extend((first >> 10 & 1) << 20 | (second >> 11 & 1) << 19 | (second >> 13 & 1) << 18 |
                           (first & 0x3F) << 12 | (second & 0x7FF) << 1,
                       21);
}

static void wide_branch(struct flow *f, uint32_t addr, uint32_t first, uint32_t second)
{
    if (second & 0x1000) { /* B, BL */
        set_target(f, addr, wide_distance(first, second));
        f->ends = !(second & 0x4000);
    } else if ((first & 0x380) != 0x380) {
        set_target(f, addr, conditional_distance(first, second));
    } else {
        f->ends = (first & 0xFFF0) == 0xF7F0; /* UDF */
    }
}

static void wide_flow(struct flow *f, uint32_t addr, uint32_t raw)
{
    uint32_t first = raw & 0xFFFF, second = raw >> 16;
    int32_t sign = first & 0x80 ? 1 : -1;

    if ((first & 0xF800) == 0xF000 && (second & 0x8000))
        wide_branch(f, addr, first, second);
    else if ((first & 0xFFF0) == 0xE8D0 && (second & 0xFFE0) == 0xF000) /* TBB, TBH */
        f->table = second & 0x10 ? 2 : 1, f->index = second & 15;
    else if ((first & 0xFFF0) == 0xF1B0 && (second & 0xFF00) == 0x0F00) /* CMP */
        f->compared = first & 15, f->limit = second & 0xFF;
    else if ((first & 0xFE1F) == 0xF81F) /* LDR of a literal */
        set_data(f, addr, sign * (int32_t)(second & 0xFFF), 4);
    else if ((first & 0xFF3F) == 0xED1F && (second & 0xE00) == 0xA00) /* VLDR */
        set_data(f, addr, sign * (int32_t)(second & 0xFF) * 4, second & 0x100 ? 8 : 4);
    f->ends |= f->table != 0;
    if ((first & 0xFF70) == 0xF850 && (second & 0xF000) == 0xF000) /* LDR to PC */
        f->ends = true;
    if ((first & 0xFE50) == 0xE810 && (second & 0x8000)) /* LDM with PC */
        f->ends = true;
}

/* A comparison before the branch says how many cases there are. They begin behind the table, so that it also ends where
 * the nearest of them is. */
static void push_cases(struct reach *r, uint32_t base, unsigned entry, unsigned n)
{
    uint32_t end = base + (n < MAX_CASES ? n : MAX_CASES) * entry;

    for (uint32_t at = base; at < end; at += entry) {
        const uint8_t *p = firmware_bytes_at(r->span, r->n_spans, at, entry);
        if (!p)
            return;
        uint32_t target = base + 2u * (entry == 2 ? p[0] | p[1] << 8 : p[0]);
        if (target <= at)
            return;
        if (target < end)
            end = target;
        push(r, target);
    }
}

/* ---- following ---- */

static void note_data(struct reach *r, const struct flow *f)
{
    for (uint32_t i = 0; f->has_data && i < f->data_size; i += 2) {
        uint8_t *note = note_at(r, f->data + i);
        if (note)
            *note |= DATA;
    }
}

/* How many instructions the IT makes conditional; 0 when it is none. */
static unsigned it_length(uint32_t raw, unsigned size)
{
    return size == 2 && (raw & 0xFF00) == 0xBF00 && (raw & 0xF) ? 4 - (unsigned)__builtin_ctz(raw & 0xF) : 0;
}

/* The instruction at `addr`; 0 when there is none. */
static unsigned fetch(const struct reach *r, uint32_t addr, const uint8_t **bytes, uint32_t *raw)
{
    const uint8_t *p = firmware_bytes_at(r->span, r->n_spans, addr, 2);

    if (!p)
        return 0;
    unsigned size = armv7em_size((uint16_t)(p[0] | p[1] << 8));
    if (size == 4 && !firmware_bytes_at(r->span, r->n_spans, addr, 4))
        return 0;
    *bytes = p;
    *raw = p[0] | p[1] << 8 | (size == 4 ? p[2] << 16 | (uint32_t)p[3] << 24 : 0);
    return size;
}

static void follow(struct reach *r, uint32_t addr)
{
    struct flow before = {.compared = NO_REGISTER}; /* the last comparison */

    for (unsigned size, conditional = 0;; addr += size) {
        uint8_t *note = note_at(r, addr);
        const uint8_t *p;
        uint32_t raw;
        struct flow f = {.compared = NO_REGISTER};
        if (!note || (*note & (SEEN | DATA)) || !(size = fetch(r, addr, &p, &raw)))
            return;
        *note |= SEEN;
        if (!firmware_code_judge(r->code, addr, p, raw, size))
            return;
        (size == 4 ? wide_flow : narrow_flow)(&f, addr, raw);
        note_data(r, &f);
        if (f.branches)
            push(r, f.target);
        if (f.table && f.index == before.compared)
            push_cases(r, addr + 4, f.table, before.limit + 1);
        if (f.ends && !conditional)
            return;
        if (f.compared != NO_REGISTER)
            before = f;
        unsigned it = it_length(raw, size);
        conditional = it ? it : conditional ? conditional - 1 : 0;
    }
}

static void pass(struct reach *r, const uint32_t *root, size_t n_roots)
{
    for (size_t i = 0; i < n_roots; i++) {
        push(r, root[i]);
        while (r->n_todo)
            follow(r, r->todo[--r->n_todo]);
    }
}

static void forget_seen(struct reach *r)
{
    for (unsigned i = 0; i < r->n_spans; i++)
        for (uint32_t k = 0; k < (r->span[i].size + 1) / 2; k++)
            r->note[i][k] &= (uint8_t)~SEEN;
}

bool firmware_code_scan_reachable(struct firmware_code *code, const struct firmware_span *span, unsigned n_spans,
                                  const uint32_t *root, size_t n_roots)
{
    struct firmware_code rehearsal = {0};
    struct reach r = {.span = span, .n_spans = n_spans, .code = &rehearsal};

    r.note = calloc(n_spans ? n_spans : 1, sizeof *r.note);
    for (unsigned i = 0; r.note && i < n_spans; i++)
        r.failed |= !(r.note[i] = calloc(1, (span[i].size + 1) / 2 + 1));
    if (r.note && !r.failed) {
        pass(&r, root, n_roots);
        forget_seen(&r);
        r.code = code;
        pass(&r, root, n_roots);
    }
    for (unsigned i = 0; r.note && i < n_spans; i++)
        free(r.note[i]);
    bool ok = r.note && !r.failed;
    free(r.note);
    free(r.todo);
    return ok;
}
