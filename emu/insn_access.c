/*
 * Memory operands of Thumb-2 loads and stores, by encoding (ARMv7-M ARM A5.2.4, A5.2.6, A5.3.5…A5.3.10, A6.6).
 *
 * This is read from the encodings rather than from capstone's operands, because it runs before every access while the
 * MPU is on, and because capstone does not tell pre-indexed from post-indexed forms.
 */
#include "emu/insn.h"

#include <string.h>

static void plain(struct insn_access *a, int rt, int base, int32_t offset, unsigned size, bool store)
{
    a->rt = (int8_t)rt;
    a->base = (int8_t)base;
    a->offset = offset;
    a->size = (uint8_t)size;
    a->store = store;
}

static void list(struct insn_access *a, int base, uint16_t registers, bool decrement, bool writeback, bool store)
{
    int32_t bytes = 4 * __builtin_popcount(registers);
    plain(a, -1, base, decrement ? -bytes : 0, 4, store);
    a->registers = registers;
    a->count = (uint8_t)(bytes / 4);
    a->writeback = writeback ? (decrement ? -bytes : bytes) : 0;
}

/* 0101 ooo: register offset; size, store */
static const struct {
    uint8_t size;
    bool store;
} register_offset[8] = {{4, true}, {2, true}, {1, true}, {1, false}, {4, false}, {2, false}, {1, false}, {2, false}};

static bool access16(uint16_t i, struct insn_access *a)
{
    int rt = i & 7, rn = i >> 3 & 7;
    int32_t imm5 = i >> 6 & 31, imm8 = i & 0xFF;
    bool load = i & 0x0800;
    switch (i >> 12) {
    case 4:
        if (!load)
            return false;
        plain(a, i >> 8 & 7, 15, imm8 * 4, 4, false);
        return true;
    case 5:
        plain(a, rt, rn, 0, register_offset[i >> 9 & 7].size, register_offset[i >> 9 & 7].store);
        a->index = i >> 6 & 7;
        return true;
    case 6:
        plain(a, rt, rn, imm5 * 4, 4, !load);
        return true;
    case 7:
        plain(a, rt, rn, imm5, 1, !load);
        return true;
    case 8:
        plain(a, rt, rn, imm5 * 2, 2, !load);
        return true;
    case 9:
        plain(a, i >> 8 & 7, 13, imm8 * 4, 4, !load);
        return true;
    case 0xB:
        if ((i & 0x0600) != 0x0400)
            return false;
        list(a, 13, (uint16_t)((i & 0xFF) | (i & 0x100 ? (load ? 0x8000 : 0x4000) : 0)), !load, true, !load);
        return true;
    case 0xC:
        rn = i >> 8 & 7;
        list(a, rn, i & 0xFF, false, !load || !(i >> rn & 1), !load);
        return true;
    default:
        return false;
    }
}

/* LDREX, STREX, LDRD, STRD and their kin: 1110 100x x1xx */
static bool access_dual(uint16_t h1, uint16_t h2, struct insn_access *a)
{
    int rn = h1 & 15;
    bool load = h1 & 0x10;
    if ((h1 & 0xFFE0) == 0xE840) {
        plain(a, h2 >> 12, rn, (h2 & 0xFF) * 4, 4, !load);
        a->exclusive = true;
        a->status = load ? -1 : (int8_t)(h2 >> 8 & 15);
        return true;
    }
    if ((h1 & 0xFFE0) == 0xE8C0) {
        unsigned op = h2 >> 4 & 15;
        if (op <= 1) { /* TBB, TBH */
            if (!load)
                return false;
            plain(a, -1, rn, 0, op ? 2 : 1, false);
            a->index = h2 & 15;
            a->shift = (uint8_t)op;
            return true;
        }
        if (op != 4 && op != 5)
            return false;
        plain(a, h2 >> 12, rn, 0, op == 4 ? 1 : 2, !load);
        a->exclusive = true;
        a->status = load ? -1 : (int8_t)(h2 & 15);
        return true;
    }
    bool pre = h1 & 0x100, wback = h1 & 0x20;
    int32_t offset = (h1 & 0x80 ? 4 : -4) * (int32_t)(h2 & 0xFF);
    plain(a, h2 >> 12, rn, pre ? offset : 0, 4, !load);
    a->rt2 = h2 >> 8 & 15;
    a->count = 2;
    a->writeback = wback ? offset : 0;
    return true;
}

/* Single loads and stores: 1111 100x */
static bool access_single(uint16_t h1, uint16_t h2, struct insn_access *a)
{
    int rt = h2 >> 12, rn = h1 & 15;
    unsigned size = 1u << (h1 >> 5 & 3);
    bool load = h1 & 0x10;
    if (size > 4 || (!load && rn == 15) || (load && rt == 15 && size < 4))
        return false; /* undefined, or PLD, PLI */
    plain(a, rt, rn, 0, size, !load);
    if (load && rn == 15) {
        a->offset = (h1 & 0x80 ? 1 : -1) * (int32_t)(h2 & 0xFFF);
    } else if (h1 & 0x80) {
        a->offset = h2 & 0xFFF;
    } else if (h2 & 0x800) {
        int32_t offset = (h2 & 0x200 ? 1 : -1) * (int32_t)(h2 & 0xFF);
        a->offset = h2 & 0x400 ? offset : 0;
        a->writeback = h2 & 0x100 ? offset : 0;
        a->unprivileged = (h2 & 0x700) == 0x600;
    } else {
        a->index = h2 & 15;
        a->shift = h2 >> 4 & 3;
    }
    return true;
}

/* VLDR, VSTR, VLDM, VSTM: 1110 110x, coprocessors 10 and 11 */
static bool access_fp(uint16_t h1, uint16_t h2, struct insn_access *a)
{
    bool pre = h1 & 0x100, up = h1 & 0x80, wback = h1 & 0x20, dual = h2 & 0x100;
    int32_t imm = (h2 & 0xFF) * 4;
    if (!pre && !up)
        return false; /* VMOV between two core registers and a doubleword */
    plain(a, -1, h1 & 15, 0, 4, !(h1 & 0x10));
    a->fp = (int8_t)(dual ? (h2 >> 12) * 2 : (h2 >> 12) * 2 + (h1 >> 6 & 1));
    if (pre && !wback) {
        a->count = dual ? 2 : 1;
        a->offset = up ? imm : -imm;
    } else {
        a->count = (uint8_t)(dual ? (h2 & 0xFE) : (h2 & 0xFF));
        a->offset = pre ? -imm : 0;
        a->writeback = wback ? (pre ? -imm : imm) : 0;
    }
    return true;
}

bool insn_access(uint32_t raw, unsigned size, struct insn_access *a)
{
    uint16_t h1 = (uint16_t)raw, h2 = (uint16_t)(raw >> 16);
    memset(a, 0, sizeof *a);
    a->index = a->rt = a->rt2 = a->fp = a->status = -1;
    a->count = 1;
    if (size == 2)
        return access16(h1, a);
    if ((h1 & 0xFE40) == 0xE800) {
        bool decrement = h1 & 0x100, store = !(h1 & 0x10);
        if (!(h1 & 0x80) == !decrement)
            return false;
        list(a, h1 & 15, h2, decrement, h1 & 0x20, store);
        return true;
    }
    if ((h1 & 0xFE40) == 0xE840)
        return access_dual(h1, h2, a);
    if ((h1 & 0xFE00) == 0xF800)
        return access_single(h1, h2, a);
    if ((h1 & 0xFE00) == 0xEC00 && (h2 & 0x0E00) == 0x0A00)
        return access_fp(h1, h2, a);
    return false;
}
