/* Instruction decoding: memory operands of every load and store form, and what the run loop must know beforehand. */
#include "emu/insn.h"
#include "emu/vtime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

enum { NO = -1 };

/* Wide encodings are in memory order: the first halfword is the low one. */
static const struct {
    const char *text;
    uint32_t raw;
    unsigned size;
    struct insn_access want; /* in the order of its declaration */
} accesses[] = {
    /* clang-format off */
    {"ldr r1,[pc,#16]", 0x4904, 2, {15, NO, 0, 16, 0, 0, 1, NO, NO, NO, 4, 1, 0, 0, 0}},
    {"str r1,[r2,r3]", 0x50D1, 2, {2, 3, 0, 0, 0, 0, 1, NO, NO, NO, 4, 1, 1, 0, 0}},
    {"strh r1,[r2,r3]", 0x52D1, 2, {2, 3, 0, 0, 0, 0, 1, NO, NO, NO, 2, 1, 1, 0, 0}},
    {"strb r1,[r2,r3]", 0x54D1, 2, {2, 3, 0, 0, 0, 0, 1, NO, NO, NO, 1, 1, 1, 0, 0}},
    {"ldrsb r1,[r2,r3]", 0x56D1, 2, {2, 3, 0, 0, 0, 0, 1, NO, NO, NO, 1, 1, 0, 0, 0}},
    {"ldr r1,[r2,r3]", 0x58D1, 2, {2, 3, 0, 0, 0, 0, 1, NO, NO, NO, 4, 1, 0, 0, 0}},
    {"ldrh r1,[r2,r3]", 0x5AD1, 2, {2, 3, 0, 0, 0, 0, 1, NO, NO, NO, 2, 1, 0, 0, 0}},
    {"ldrb r1,[r2,r3]", 0x5CD1, 2, {2, 3, 0, 0, 0, 0, 1, NO, NO, NO, 1, 1, 0, 0, 0}},
    {"ldrsh r1,[r2,r3]", 0x5ED1, 2, {2, 3, 0, 0, 0, 0, 1, NO, NO, NO, 2, 1, 0, 0, 0}},
    {"str r1,[r2,#124]", 0x67D1, 2, {2, NO, 0, 124, 0, 0, 1, NO, NO, NO, 4, 1, 1, 0, 0}},
    {"ldr r1,[r2,#4]", 0x6851, 2, {2, NO, 0, 4, 0, 0, 1, NO, NO, NO, 4, 1, 0, 0, 0}},
    {"strb r1,[r2,#31]", 0x77D1, 2, {2, NO, 0, 31, 0, 0, 1, NO, NO, NO, 1, 1, 1, 0, 0}},
    {"ldrb r1,[r2,#3]", 0x78D1, 2, {2, NO, 0, 3, 0, 0, 1, NO, NO, NO, 1, 1, 0, 0, 0}},
    {"strh r1,[r2,#62]", 0x87D1, 2, {2, NO, 0, 62, 0, 0, 1, NO, NO, NO, 2, 1, 1, 0, 0}},
    {"ldrh r1,[r2,#2]", 0x8851, 2, {2, NO, 0, 2, 0, 0, 1, NO, NO, NO, 2, 1, 0, 0, 0}},
    {"str r7,[sp,#1020]", 0x97FF, 2, {13, NO, 0, 1020, 0, 0, 7, NO, NO, NO, 4, 1, 1, 0, 0}},
    {"ldr r7,[sp,#8]", 0x9F02, 2, {13, NO, 0, 8, 0, 0, 7, NO, NO, NO, 4, 1, 0, 0, 0}},
    {"push {r0,r4,lr}", 0xB511, 2, {13, NO, 0, -12, -12, 0x4011, NO, NO, NO, NO, 4, 3, 1, 0, 0}},
    {"push {r4}", 0xB410, 2, {13, NO, 0, -4, -4, 0x0010, NO, NO, NO, NO, 4, 1, 1, 0, 0}},
    {"pop {r1,r7,pc}", 0xBD82, 2, {13, NO, 0, 0, 12, 0x8082, NO, NO, NO, NO, 4, 3, 0, 0, 0}},
    {"pop {r4}", 0xBC10, 2, {13, NO, 0, 0, 4, 0x0010, NO, NO, NO, NO, 4, 1, 0, 0, 0}},
    {"stmia r3!,{r0,r5}", 0xC321, 2, {3, NO, 0, 0, 8, 0x0021, NO, NO, NO, NO, 4, 2, 1, 0, 0}},
    {"ldmia r3!,{r0,r5}", 0xCB21, 2, {3, NO, 0, 0, 8, 0x0021, NO, NO, NO, NO, 4, 2, 0, 0, 0}},
    {"ldmia r3,{r0,r3}", 0xCB09, 2, {3, NO, 0, 0, 0, 0x0009, NO, NO, NO, NO, 4, 2, 0, 0, 0}},
    {"ldr.w r9,[pc,#-32]", 0x9020F85F, 4, {15, NO, 0, -32, 0, 0, 9, NO, NO, NO, 4, 1, 0, 0, 0}},
    {"ldr.w r9,[pc,#32]", 0x9020F8DF, 4, {15, NO, 0, 32, 0, 0, 9, NO, NO, NO, 4, 1, 0, 0, 0}},
    {"ldrb.w r9,[pc,#-5]", 0x9005F81F, 4, {15, NO, 0, -5, 0, 0, 9, NO, NO, NO, 1, 1, 0, 0, 0}},
    {"ldrsh.w r9,[pc,#6]", 0x9006F9BF, 4, {15, NO, 0, 6, 0, 0, 9, NO, NO, NO, 2, 1, 0, 0, 0}},
    {"str.w r9,[r10,#4095]", 0x9FFFF8CA, 4, {10, NO, 0, 4095, 0, 0, 9, NO, NO, NO, 4, 1, 1, 0, 0}},
    {"strh.w r9,[r10,#2]", 0x9002F8AA, 4, {10, NO, 0, 2, 0, 0, 9, NO, NO, NO, 2, 1, 1, 0, 0}},
    {"strb.w r9,[r10,#3]", 0x9003F88A, 4, {10, NO, 0, 3, 0, 0, 9, NO, NO, NO, 1, 1, 1, 0, 0}},
    {"ldr.w r9,[r10,#4095]", 0x9FFFF8DA, 4, {10, NO, 0, 4095, 0, 0, 9, NO, NO, NO, 4, 1, 0, 0, 0}},
    {"ldrh.w r9,[r10,#2]", 0x9002F8BA, 4, {10, NO, 0, 2, 0, 0, 9, NO, NO, NO, 2, 1, 0, 0, 0}},
    {"ldrsh.w r9,[r10,#2]", 0x9002F9BA, 4, {10, NO, 0, 2, 0, 0, 9, NO, NO, NO, 2, 1, 0, 0, 0}},
    {"ldrb.w r9,[r10,#3]", 0x9003F89A, 4, {10, NO, 0, 3, 0, 0, 9, NO, NO, NO, 1, 1, 0, 0, 0}},
    {"ldrsb.w r9,[r10,#3]", 0x9003F99A, 4, {10, NO, 0, 3, 0, 0, 9, NO, NO, NO, 1, 1, 0, 0, 0}},
    {"ldr.w pc,[r10,#8]", 0xF008F8DA, 4, {10, NO, 0, 8, 0, 0, 15, NO, NO, NO, 4, 1, 0, 0, 0}},
    {"str r9,[r10,#-4]", 0x9C04F84A, 4, {10, NO, 0, -4, 0, 0, 9, NO, NO, NO, 4, 1, 1, 0, 0}},
    {"ldr r9,[r10,#-255]", 0x9CFFF85A, 4, {10, NO, 0, -255, 0, 0, 9, NO, NO, NO, 4, 1, 0, 0, 0}},
    {"str r9,[r10,#4]!", 0x9F04F84A, 4, {10, NO, 0, 4, 4, 0, 9, NO, NO, NO, 4, 1, 1, 0, 0}},
    {"ldr r9,[r10,#-8]!", 0x9D08F85A, 4, {10, NO, 0, -8, -8, 0, 9, NO, NO, NO, 4, 1, 0, 0, 0}},
    {"str r9,[r10],#4", 0x9B04F84A, 4, {10, NO, 0, 0, 4, 0, 9, NO, NO, NO, 4, 1, 1, 0, 0}},
    {"ldr r9,[r10],#-8", 0x9908F85A, 4, {10, NO, 0, 0, -8, 0, 9, NO, NO, NO, 4, 1, 0, 0, 0}},
    {"strh r9,[r10],#2", 0x9B02F82A, 4, {10, NO, 0, 0, 2, 0, 9, NO, NO, NO, 2, 1, 1, 0, 0}},
    {"ldrsb r9,[r10,#-1]!", 0x9D01F91A, 4, {10, NO, 0, -1, -1, 0, 9, NO, NO, NO, 1, 1, 0, 0, 0}},
    {"strt r9,[r10,#12]", 0x9E0CF84A, 4, {10, NO, 0, 12, 0, 0, 9, NO, NO, NO, 4, 1, 1, 1, 0}},
    {"ldrt r9,[r10,#255]", 0x9EFFF85A, 4, {10, NO, 0, 255, 0, 0, 9, NO, NO, NO, 4, 1, 0, 1, 0}},
    {"ldrbt r9,[r10,#1]", 0x9E01F81A, 4, {10, NO, 0, 1, 0, 0, 9, NO, NO, NO, 1, 1, 0, 1, 0}},
    {"ldrsht r9,[r10,#2]", 0x9E02F93A, 4, {10, NO, 0, 2, 0, 0, 9, NO, NO, NO, 2, 1, 0, 1, 0}},
    {"strht r9,[r10,#2]", 0x9E02F82A, 4, {10, NO, 0, 2, 0, 0, 9, NO, NO, NO, 2, 1, 1, 1, 0}},
    {"str.w r9,[r10,r11,lsl #3]", 0x903BF84A, 4, {10, 11, 3, 0, 0, 0, 9, NO, NO, NO, 4, 1, 1, 0, 0}},
    {"ldr.w r9,[r10,r11,lsl #2]", 0x902BF85A, 4, {10, 11, 2, 0, 0, 0, 9, NO, NO, NO, 4, 1, 0, 0, 0}},
    {"ldrb.w r9,[r10,r11]", 0x900BF81A, 4, {10, 11, 0, 0, 0, 0, 9, NO, NO, NO, 1, 1, 0, 0, 0}},
    {"ldrsh.w r9,[r10,r11,lsl #1]", 0x901BF93A, 4, {10, 11, 1, 0, 0, 0, 9, NO, NO, NO, 2, 1, 0, 0, 0}},
    {"ldr pc,[r10,r11,lsl #2]", 0xF02BF85A, 4, {10, 11, 2, 0, 0, 0, 15, NO, NO, NO, 4, 1, 0, 0, 0}},
    {"stmia.w r10!,{r1,r9,lr}", 0x4202E8AA, 4, {10, NO, 0, 0, 12, 0x4202, NO, NO, NO, NO, 4, 3, 1, 0, 0}},
    {"stmia.w r10,{r1,r9}", 0x0202E88A, 4, {10, NO, 0, 0, 0, 0x0202, NO, NO, NO, NO, 4, 2, 1, 0, 0}},
    {"stmdb r10!,{r1,r9}", 0x0202E92A, 4, {10, NO, 0, -8, -8, 0x0202, NO, NO, NO, NO, 4, 2, 1, 0, 0}},
    {"stmdb r10,{r1,r9}", 0x0202E90A, 4, {10, NO, 0, -8, 0, 0x0202, NO, NO, NO, NO, 4, 2, 1, 0, 0}},
    {"ldmia.w r10!,{r1,r9,pc}", 0x8202E8BA, 4, {10, NO, 0, 0, 12, 0x8202, NO, NO, NO, NO, 4, 3, 0, 0, 0}},
    {"ldmia.w r10,{r1,r9}", 0x0202E89A, 4, {10, NO, 0, 0, 0, 0x0202, NO, NO, NO, NO, 4, 2, 0, 0, 0}},
    {"ldmdb r10!,{r1,r9}", 0x0202E93A, 4, {10, NO, 0, -8, -8, 0x0202, NO, NO, NO, NO, 4, 2, 0, 0, 0}},
    {"ldmdb r10,{r1,r9}", 0x0202E91A, 4, {10, NO, 0, -8, 0, 0x0202, NO, NO, NO, NO, 4, 2, 0, 0, 0}},
    {"push.w {r4-r11,lr}", 0x4FF0E92D, 4, {13, NO, 0, -36, -36, 0x4FF0, NO, NO, NO, NO, 4, 9, 1, 0, 0}},
    {"pop.w {r4-r11,pc}", 0x8FF0E8BD, 4, {13, NO, 0, 0, 36, 0x8FF0, NO, NO, NO, NO, 4, 9, 0, 0, 0}},
    {"ldrd r8,r9,[r10,#1020]", 0x89FFE9DA, 4, {10, NO, 0, 1020, 0, 0, 8, 9, NO, NO, 4, 2, 0, 0, 0}},
    {"ldrd r8,r9,[r10,#-4]", 0x8901E95A, 4, {10, NO, 0, -4, 0, 0, 8, 9, NO, NO, 4, 2, 0, 0, 0}},
    {"ldrd r8,r9,[r10,#8]!", 0x8902E9FA, 4, {10, NO, 0, 8, 8, 0, 8, 9, NO, NO, 4, 2, 0, 0, 0}},
    {"ldrd r8,r9,[r10],#-8", 0x8902E87A, 4, {10, NO, 0, 0, -8, 0, 8, 9, NO, NO, 4, 2, 0, 0, 0}},
    {"ldrd r8,r9,[pc,#8]", 0x8902E9DF, 4, {15, NO, 0, 8, 0, 0, 8, 9, NO, NO, 4, 2, 0, 0, 0}},
    {"strd r8,r9,[r10,#4]", 0x8901E9CA, 4, {10, NO, 0, 4, 0, 0, 8, 9, NO, NO, 4, 2, 1, 0, 0}},
    {"strd r8,r9,[r10,#-16]!", 0x8904E96A, 4, {10, NO, 0, -16, -16, 0, 8, 9, NO, NO, 4, 2, 1, 0, 0}},
    {"strd r8,r9,[r10],#16", 0x8904E8EA, 4, {10, NO, 0, 0, 16, 0, 8, 9, NO, NO, 4, 2, 1, 0, 0}},
    {"strd r8,r9,[r10]", 0x8900E9CA, 4, {10, NO, 0, 0, 0, 0, 8, 9, NO, NO, 4, 2, 1, 0, 0}},
    {"ldrex r8,[r10,#1020]", 0x8FFFE85A, 4, {10, NO, 0, 1020, 0, 0, 8, NO, NO, NO, 4, 1, 0, 0, 1}},
    {"ldrexb r8,[r10]", 0x8F4FE8DA, 4, {10, NO, 0, 0, 0, 0, 8, NO, NO, NO, 1, 1, 0, 0, 1}},
    {"ldrexh r8,[r10]", 0x8F5FE8DA, 4, {10, NO, 0, 0, 0, 0, 8, NO, NO, NO, 2, 1, 0, 0, 1}},
    {"strex r7,r8,[r10,#4]", 0x8701E84A, 4, {10, NO, 0, 4, 0, 0, 8, NO, NO, 7, 4, 1, 1, 0, 1}},
    {"strexb r7,r8,[r10]", 0x8F47E8CA, 4, {10, NO, 0, 0, 0, 0, 8, NO, NO, 7, 1, 1, 1, 0, 1}},
    {"strexh r7,r8,[r10]", 0x8F57E8CA, 4, {10, NO, 0, 0, 0, 0, 8, NO, NO, 7, 2, 1, 1, 0, 1}},
    {"tbb [r10,r11]", 0xF00BE8DA, 4, {10, 11, 0, 0, 0, 0, NO, NO, NO, NO, 1, 1, 0, 0, 0}},
    {"tbh [r10,r11,lsl #1]", 0xF01BE8DA, 4, {10, 11, 1, 0, 0, 0, NO, NO, NO, NO, 2, 1, 0, 0, 0}},
    {"tbb [pc,r11]", 0xF00BE8DF, 4, {15, 11, 0, 0, 0, 0, NO, NO, NO, NO, 1, 1, 0, 0, 0}},
    {"vldr s7,[r10,#8]", 0x3A02EDDA, 4, {10, NO, 0, 8, 0, 0, NO, NO, 7, NO, 4, 1, 0, 0, 0}},
    {"vldr s7,[r10,#-8]", 0x3A02ED5A, 4, {10, NO, 0, -8, 0, 0, NO, NO, 7, NO, 4, 1, 0, 0, 0}},
    {"vldr d3,[r10,#8]", 0x3B02ED9A, 4, {10, NO, 0, 8, 0, 0, NO, NO, 6, NO, 4, 2, 0, 0, 0}},
    {"vldr s6,[pc,#8]", 0x3A02ED9F, 4, {15, NO, 0, 8, 0, 0, NO, NO, 6, NO, 4, 1, 0, 0, 0}},
    {"vstr s7,[r10,#1020]", 0x3AFFEDCA, 4, {10, NO, 0, 1020, 0, 0, NO, NO, 7, NO, 4, 1, 1, 0, 0}},
    {"vstr d3,[r10,#-4]", 0x3B01ED0A, 4, {10, NO, 0, -4, 0, 0, NO, NO, 6, NO, 4, 2, 1, 0, 0}},
    {"vldmia r10,{s3-s7}", 0x1A05ECDA, 4, {10, NO, 0, 0, 0, 0, NO, NO, 3, NO, 4, 5, 0, 0, 0}},
    {"vldmia r10!,{s3-s7}", 0x1A05ECFA, 4, {10, NO, 0, 0, 20, 0, NO, NO, 3, NO, 4, 5, 0, 0, 0}},
    {"vldmdb r10!,{s3-s7}", 0x1A05ED7A, 4, {10, NO, 0, -20, -20, 0, NO, NO, 3, NO, 4, 5, 0, 0, 0}},
    {"vldmia r10!,{d3-d4}", 0x3B04ECBA, 4, {10, NO, 0, 0, 16, 0, NO, NO, 6, NO, 4, 4, 0, 0, 0}},
    {"vstmia r10,{s3-s7}", 0x1A05ECCA, 4, {10, NO, 0, 0, 0, 0, NO, NO, 3, NO, 4, 5, 1, 0, 0}},
    {"vstmia r10!,{s4}", 0x2A01ECAA, 4, {10, NO, 0, 0, 4, 0, NO, NO, 4, NO, 4, 1, 1, 0, 0}},
    {"vstmdb r10!,{d3-d4}", 0x3B04ED2A, 4, {10, NO, 0, -16, -16, 0, NO, NO, 6, NO, 4, 4, 1, 0, 0}},
    {"vpush {s16-s31}", 0x8A10ED2D, 4, {13, NO, 0, -64, -64, 0, NO, NO, 16, NO, 4, 16, 1, 0, 0}},
    {"vpop {d8-d15}", 0x8B10ECBD, 4, {13, NO, 0, 0, 64, 0, NO, NO, 16, NO, 4, 16, 0, 0, 0}},
    /* clang-format on */
};

static const struct {
    const char *text;
    uint32_t raw;
    unsigned size;
} no_accesses[] = {
    {"pld [r10,#4]", 0xF004F89A, 4},
    {"pld [pc,#4]", 0xF004F89F, 4},
    {"pli [r10,r11]", 0xF00BF91A, 4},
    {"vmov r1,r2,d3", 0x1B13EC52, 4},
    {"vmov s0,s1,r2,r3", 0x2A10EC43, 4},
    {"vmov r1,s2", 0x1A10EE11, 4},
    {"vadd.f32 s0,s1,s2", 0x0A81EE30, 4},
    {"vmrs apsr_nzcv,fpscr", 0xFA10EEF1, 4},
    {"svc #0xab", 0xDFAB, 2},
    {"bkpt #0x17", 0xBE17, 2},
    {"udf #1", 0xDE01, 2},
    {"wfi", 0xBF30, 2},
    {"nop", 0xBF00, 2},
    {"msr control,r3", 0x8814F383, 4},
    {"mrs r5,control", 0x8514F3EF, 4},
    {"cpsid i", 0xB672, 2},
    {"clrex", 0x8F2FF3BF, 4},
    {"dmb", 0x8F5FF3BF, 4},
    {"sdiv r1,r2,r3", 0xF1F3FB92, 4},
    {"smull r1,r2,r3,r4", 0x1204FB83, 4},
    {"mcr p15,0,r1,c0,c0,0", 0x1F10EE00, 4},
    {"mrrc p7,1,r1,r2,c0", 0x1710EC52, 4},
    {"ldc p3,c1,[r2,#4]", 0x1301ED92, 4},
    {"b .", 0xE7FE, 2},
    {"bl .", 0xFFFEF7FF, 4},
    {"adds r0,r1,r2", 0x1888, 2},
    {"cbz r0,.+4", 0xB100, 2},
    {"bx lr", 0x4770, 2},
};

static void same_access(const char *text, const struct insn_access *got, const struct insn_access *want)
{
    if (got->base == want->base && got->index == want->index && got->shift == want->shift &&
        got->offset == want->offset && got->writeback == want->writeback && got->registers == want->registers &&
        got->rt == want->rt && got->rt2 == want->rt2 && got->fp == want->fp && got->status == want->status &&
        got->size == want->size && got->count == want->count && got->store == want->store &&
        got->unprivileged == want->unprivileged && got->exclusive == want->exclusive)
        return;
    fail_msg("%s: base %d index %d shift %u offset %d writeback %d registers %04x rt %d rt2 %d fp %d status %d size %u "
             "count %u store %d unprivileged %d exclusive %d",
             text, got->base, got->index, got->shift, got->offset, got->writeback, got->registers, got->rt, got->rt2,
             got->fp, got->status, got->size, got->count, got->store, got->unprivileged, got->exclusive);
}

static void test_memory_operands(void **state)
{
    for (unsigned i = 0; i < sizeof accesses / sizeof *accesses; i++) {
        struct insn_access got;
        if (!insn_access(accesses[i].raw, accesses[i].size, &got))
            fail_msg("%s is not recognised", accesses[i].text);
        same_access(accesses[i].text, &got, &accesses[i].want);
    }
}

static void test_no_memory_operand(void **state)
{
    for (unsigned i = 0; i < sizeof no_accesses / sizeof *no_accesses; i++) {
        struct insn_access got;
        if (insn_access(no_accesses[i].raw, no_accesses[i].size, &got))
            fail_msg("%s is taken for an access", no_accesses[i].text);
    }
}

/* ---- insn_decode ------------------------------------------------------------------------------------------------ */

static void decode(uint32_t addr, uint32_t raw, unsigned avail, struct insn *in)
{
    uint8_t code[4] = {(uint8_t)raw, (uint8_t)(raw >> 8), (uint8_t)(raw >> 16), (uint8_t)(raw >> 24)};
    struct insn_decoder *d = insn_decoder_new();
    insn_decode(d, addr, code, avail, in);
    insn_decoder_free(d);
}

enum { ALWAYS = INSN_DECODED | INSN_ANY | INSN_OBSERVED };

static const struct {
    const char *text;
    uint32_t raw;
    uint8_t size;
    uint16_t flags; /* besides ALWAYS, and without INSN_STACK */
    uint8_t class, imm;
} decoded[] = {
    {"svc #0xab", 0xDFAB, 2, INSN_CORE, INSN_SVC, 0xAB},
    {"bkpt #0x17", 0xBE17, 2, INSN_CORE, INSN_BKPT, 0x17},
    {"udf #1", 0xDE01, 2, INSN_CORE, INSN_UNDEFINED, 0},
    {"wfi", 0xBF30, 2, INSN_CORE, INSN_WFI, 0},
    {"wfe", 0xBF20, 2, INSN_CORE, INSN_WFE, 0},
    {"sev", 0xBF40, 2, INSN_CORE, INSN_SEV, 0},
    {"wfi.w", 0x8003F3AF, 4, INSN_CORE, INSN_WFI, 0},
    {"wfe.w", 0x8002F3AF, 4, INSN_CORE, INSN_WFE, 0},
    {"sev.w", 0x8004F3AF, 4, INSN_CORE, INSN_SEV, 0},
    {"nop", 0xBF00, 2, 0, INSN_PLAIN, 0},
    {"nop.w", 0x8000F3AF, 4, 0, INSN_PLAIN, 0},
    {"msr control, r3", 0x8814F383, 4, INSN_MASKS, INSN_PLAIN, 0},
    {"msr basepri, r3", 0x8811F383, 4, INSN_MASKS, INSN_PLAIN, 0},
    {"msr basepri_max, r3", 0x8812F383, 4, INSN_MASKS, INSN_PLAIN, 0},
    {"msr primask, r3", 0x8810F383, 4, INSN_MASKS, INSN_PLAIN, 0},
    {"msr faultmask, r3", 0x8813F383, 4, INSN_MASKS, INSN_PLAIN, 0},
    {"mrs r5, control", 0x8514F3EF, 4, INSN_MASKS, INSN_PLAIN, 0},
    {"mrs r5, primask", 0x8510F3EF, 4, 0, INSN_PLAIN, 0},
    {"mrs r5, psp", 0x8509F3EF, 4, 0, INSN_PLAIN, 0},
    {"cpsid i", 0xB672, 2, INSN_MASKS, INSN_PLAIN, 0},
    {"cpsie f", 0xB661, 2, INSN_MASKS, INSN_PLAIN, 0},
    {"clrex", 0x8F2FF3BF, 4, INSN_EXCLUSIVE, INSN_PLAIN, 0},
    {"dmb", 0x8F5FF3BF, 4, 0, INSN_PLAIN, 0},
    {"dsb", 0x8F4FF3BF, 4, 0, INSN_PLAIN, 0},
    {"isb", 0x8F6FF3BF, 4, 0, INSN_PLAIN, 0},
    {"sdiv r1, r2, r3", 0xF1F3FB92, 4, INSN_DIVIDE, INSN_PLAIN, 0},
    {"udiv r1, r2, r3", 0xF1F3FBB2, 4, INSN_DIVIDE, INSN_PLAIN, 0},
    {"smull r1, r2, r3, r4", 0x1204FB83, 4, 0, INSN_PLAIN, 0},
    {"umaal r1, r2, r3, r4", 0x1264FBE3, 4, 0, INSN_PLAIN, 0},
    {"it eq", 0xBF08, 2, INSN_IT, INSN_PLAIN, 0x08},
    {"itttt ne", 0xBF1F, 2, INSN_IT, INSN_PLAIN, 0x1F},
    {"mcr p15, 0, r1, c0, c0, 0", 0x1F10EE00, 4, INSN_CORE, INSN_COPROCESSOR, 0},
    {"mrrc p7, 1, r1, r2, c0", 0x1710EC52, 4, INSN_CORE, INSN_COPROCESSOR, 0},
    {"ldc p3, c1, [r2, #4]", 0x1301ED92, 4, INSN_CORE, INSN_COPROCESSOR, 0},
    {"cdp p1, 0, c0, c0, c0, 0", 0x0100EE00, 4, INSN_CORE, INSN_COPROCESSOR, 0},
    {"vadd.f32 s0, s1, s2", 0x0A81EE30, 4, INSN_FP, INSN_PLAIN, 0},
    {"vmov r1, r2, d3", 0x1B13EC52, 4, INSN_FP, INSN_PLAIN, 0},
    {"vmrs apsr_nzcv, fpscr", 0xFA10EEF1, 4, INSN_FP, INSN_PLAIN, 0},
    {"vldr s7, [r10, #8]", 0x3A02EDDA, 4, INSN_FP | INSN_MEMORY | INSN_ALIGNED, INSN_PLAIN, 0},
    {"vpush {s16-s31}", 0x8A10ED2D, 4, INSN_FP | INSN_MEMORY, INSN_PLAIN, 0},
    {"ldr r1, [r2, #4]", 0x6851, 2, INSN_MEMORY, INSN_PLAIN, 0},
    {"ldmia r3!, {r0, r5}", 0xCB21, 2, INSN_MEMORY | INSN_ALIGNED, INSN_PLAIN, 0},
    {"push {r0, r4, lr}", 0xB511, 2, INSN_MEMORY, INSN_PLAIN, 0},
    {"ldrd r8, r9, [r10, #-4]", 0x8901E95A, 4, INSN_MEMORY | INSN_ALIGNED, INSN_PLAIN, 0},
    {"ldrex r8, [r10, #1020]", 0x8FFFE85A, 4, INSN_MEMORY | INSN_ALIGNED | INSN_EXCLUSIVE, INSN_PLAIN, 0},
    {"strexb r7, r8, [r10]", 0x8F47E8CA, 4, INSN_MEMORY | INSN_ALIGNED | INSN_EXCLUSIVE, INSN_PLAIN, 0},
    {"tbb [r10, r11]", 0xF00BE8DA, 4, INSN_MEMORY, INSN_PLAIN, 0},
    {"pld [r10, #4]", 0xF004F89A, 4, 0, INSN_PLAIN, 0},
    {"b .", 0xE7FE, 2, 0, INSN_PLAIN, 0},
    {"bl .", 0xFFFEF7FF, 4, 0, INSN_PLAIN, 0},
};

static void test_classes_and_flags(void **state)
{
    for (unsigned i = 0; i < sizeof decoded / sizeof *decoded; i++) {
        struct insn in;
        decode(0x1000, decoded[i].raw, 4, &in);
        in.flags &= (uint16_t)~INSN_STACK;
        if (in.size != decoded[i].size || in.flags != (ALWAYS | decoded[i].flags) || in.class != decoded[i].class ||
            in.imm != decoded[i].imm)
            fail_msg("%s: size %u flags %04x class %u imm %02x", decoded[i].text, in.size, in.flags, in.class, in.imm);
        assert_int_equal(in.raw, decoded[i].raw);
    }
}

static const struct {
    const char *text;
    uint32_t raw;
    bool stack;
} stack_writes[] = {
    {"push {r0, r4, lr}", 0xB511, true},
    {"push {r4}", 0xB410, true},
    {"pop {r1, r7, pc}", 0xBD82, true},
    {"add sp, #8", 0xB002, true},
    {"sub sp, #8", 0xB082, true},
    {"mov sp, r7", 0x46BD, true},
    {"add sp, r3", 0x449D, true},
    {"push.w {r4-r11, lr}", 0x4FF0E92D, true},
    {"pop.w {r4-r11, pc}", 0x8FF0E8BD, true},
    {"vpush {s16-s31}", 0x8A10ED2D, true},
    {"vpop {d8}", 0x8B02ECBD, true},
    {"str r1, [sp, #-8]!", 0x1D08F84D, true},
    {"ldr r1, [sp], #8", 0x1B08F85D, true},
    {"strd r0, r1, [sp, #-8]!", 0x0102E96D, true},
    {"ldr.w sp, [r1]", 0xD000F8D1, true},
    {"sub.w sp, sp, #1024", 0x6D80F5AD, true},
    {"subw sp, sp, #1025", 0x4D01F2AD, true},
    {"sub.w sp, sp, r2", 0x0D02EBAD, true},
    {"mov.w sp, r2", 0x0D02EA4F, true},
    {"msr msp, r0", 0x8808F380, true},
    {"msr psp, r0", 0x8809F380, true},
    {"msr control, r3", 0x8814F383, true},
    {"cbz r0, .", 0xB100, false},
    {"cbnz r0, .", 0xB900, false},
    {"uxth r0, r1", 0xB288, false},
    {"mov r7, sp", 0x466F, false},
    {"add r7, sp, #4", 0xAF01, false},
    {"ldr r1, [sp, #8]", 0x9902, false},
    {"str.w r1, [sp, #-4]", 0x1C04F84D, false},
    {"stmia r3!, {r0, r5}", 0xC321, false},
    {"mrs r0, msp", 0x8008F3EF, false},
    {"bl .", 0xFFFEF7FF, false},
};

static void test_stack_writes(void **state)
{
    for (unsigned i = 0; i < sizeof stack_writes / sizeof *stack_writes; i++) {
        struct insn in;
        decode(0x1000, stack_writes[i].raw, 4, &in);
        if (((in.flags & INSN_STACK) != 0) != stack_writes[i].stack)
            fail_msg("%s: flags %04x", stack_writes[i].text, in.flags);
    }
}

/* Cortex-M4 TRM table 3-1; `taken` is the refill of the pipeline. */
static const struct {
    const char *text;
    uint32_t raw;
    unsigned cycles, taken;
} costs[] = {
    {"adds r0, r1, r2", 0x1888, 1, 2},
    {"b .", 0xE7FE, 1, 2},
    {"bx lr", 0x4770, 1, 3},
    {"str r1, [r2, #124]", 0x67D1, 1, 0},
    {"ldr r1, [r2, #4]", 0x6851, 2, 3},
    {"push {r0, r4, lr}", 0xB511, 4, 0},
    {"pop {r1, r7, pc}", 0xBD82, 4, 3},
    {"strd r8, r9, [r10]", 0x8900E9CA, 3, 0},
    {"ldrd r8, r9, [r10, #-4]", 0x8901E95A, 3, 3},
    {"vldmia r10, {s3-s7}", 0x1A05ECDA, 6, 3},
    {"mrs r5, control", 0x8514F3EF, 2, 0},
    {"it eq", 0xBF08, 1, 2},
};

static void test_costs(void **state)
{
    for (unsigned i = 0; i < sizeof costs / sizeof *costs; i++) {
        struct insn in;
        decode(0x1000, costs[i].raw, 4, &in);
        if (in.charge != costs[i].cycles * VTIME_PER_CYCLE || in.refill != costs[i].taken * VTIME_PER_CYCLE)
            fail_msg("%s: charge %u refill %u", costs[i].text, in.charge, in.refill);
    }
}

/* A wide instruction that is jumped to costs one more when it is split between two words. */
static void test_arrival(void **state)
{
    struct insn in;
    decode(0x1000, 0x8000F3AF, 4, &in);
    assert_int_equal(in.arrive, 0);
    decode(0x1002, 0x8000F3AF, 4, &in);
    assert_int_equal(in.arrive, VTIME_PER_CYCLE);
    decode(0x1002, 0xBF00, 4, &in);
    assert_int_equal(in.arrive, 0);
}

/* The last halfword of a memory may look like the first half of a wide instruction. */
static void test_end_of_memory(void **state)
{
    struct insn in;
    decode(0xFFE, 0x8000F3AF, 2, &in);
    assert_int_equal(in.size, 2);
    assert_int_equal(in.raw, 0xF3AF);
}

/* An IT must not colour how the decoder sees what comes next. */
static void test_decoder_keeps_no_it_state(void **state)
{
    static const uint8_t it[] = {0x1F, 0xBF, 0, 0}, mul[] = {0x92, 0xFB, 0xF3, 0xF1};
    struct insn_decoder *d = insn_decoder_new();
    struct insn in;
    insn_decode(d, 0x1000, it, 4, &in);
    for (int i = 0; i < 5; i++) {
        insn_decode(d, 0x1002, mul, 4, &in);
        assert_int_equal(in.charge, 7 * VTIME_PER_CYCLE);
        assert_int_equal(in.flags, ALWAYS | INSN_DIVIDE);
    }
    insn_decoder_free(d);
}

/* ---- conditions ------------------------------------------------------------------------------------------------- */

/* ARMv7-M ARM A7.3, table A7-1, spelled out for each of the sixteen flag combinations. */
static void test_conditions(void **state)
{
    for (unsigned nzcv = 0; nzcv < 16; nzcv++) {
        bool n = nzcv & 8, z = nzcv & 4, c = nzcv & 2, v = nzcv & 1;
        const bool want[16] = {z,       !z,     c,      !c,           n,           !n,   v,   !v, c && !z,
                               !c || z, n == v, n != v, !z && n == v, z || n != v, true, true};
        for (unsigned cond = 0; cond < 16; cond++)
            assert_int_equal(insn_condition(cond, nzcv << 28), want[cond]);
    }
}

/* A7.3.3 ITAdvance: ITTET EQ = 0x05, then TET, ET, T, outside. */
static void test_it_advance(void **state)
{
    static const uint8_t states[] = {0x05, 0x0A, 0x14, 0x08, 0x00};
    /* IT EQ block whose members are then, then, else, then: firstcond 0000, mask 0 1 0 1 */
    uint8_t it = 0x05;
    for (unsigned i = 0; i < sizeof states; i++) {
        assert_int_equal(it, states[i]);
        it = insn_it_advance(it);
    }
    assert_int_equal(insn_it_advance(0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_operands),
        cmocka_unit_test(test_no_memory_operand),
        cmocka_unit_test(test_classes_and_flags),
        cmocka_unit_test(test_stack_writes),
        cmocka_unit_test(test_costs),
        cmocka_unit_test(test_arrival),
        cmocka_unit_test(test_end_of_memory),
        cmocka_unit_test(test_decoder_keeps_no_it_state),
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_it_advance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
