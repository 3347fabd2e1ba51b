#include "host/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* ---- symbols of a made-up program: functions of 0x100 bytes, each with a frame of known size ---- */

struct symbols {
    unsigned n;
    struct {
        const char *name;
        uint32_t addr;
        uint32_t frame; /* bytes */
        uint32_t lr_at; /* offset of the saved lr; 1: still in lr */
    } function[8];
};

static int index_of(const struct symbols *s, uint32_t addr)
{
    for (unsigned i = 0; s && i < s->n; i++)
        if (addr - s->function[i].addr < 0x100)
            return (int)i;
    return -1;
}

const char *symbols_function(const struct symbols *s, uint32_t addr, uint32_t *offset)
{
    int i = index_of(s, addr);
    if (i < 0)
        return NULL;
    *offset = addr - s->function[i].addr;
    return s->function[i].name;
}

bool symbols_unwind(const struct symbols *s, uint32_t regs[16],
                    bool (*read_word)(void *ctx, uint32_t addr, uint32_t *value), void *ctx)
{
    int i = index_of(s, regs[15]);
    if (i < 0)
        return false;
    uint32_t lr = regs[14];
    if (s->function[i].lr_at != 1 && !read_word(ctx, regs[13] + s->function[i].lr_at, &lr))
        return false;
    regs[13] += s->function[i].frame;
    regs[14] = regs[15] = lr;
    return true;
}

const char *symbols_describe(const struct symbols *s, uint32_t addr, char *buf, unsigned size)
{
    int i = index_of(s, addr);
    if (i < 0)
        snprintf(buf, size, "0x%08x", addr);
    else
        snprintf(buf, size, "%s.c:%u", s->function[i].name, (addr - s->function[i].addr) / 4);
    return buf;
}

/* ---- its memory ---- */

enum { RAM = 0x20000000, RAM_SIZE = 0x1000, SP = RAM + 0x800, THREAD_SP = RAM + 0x400 };
enum { MAIN = 0x1000, WORK = 0x1100, HANDLER = 0x1200, START = 0x1300 };

struct fixture {
    struct report_fault fault;
    struct symbols symbols;
    uint32_t ram[RAM_SIZE / 4];
    char *text;
    size_t size;
};

static bool read_word(void *ctx, uint32_t addr, uint32_t *value)
{
    struct fixture *f = ctx;
    if (addr - RAM >= RAM_SIZE || addr % 4)
        return false;
    *value = f->ram[(addr - RAM) / 4];
    return true;
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->symbols = (struct symbols){
        4, {{"main", MAIN, 16, 12}, {"work", WORK, 8, 4}, {"handler", HANDLER, 8, 4}, {"start", START, 0, 1}}};
    f->fault = (struct report_fault){.what = "lockup", .symbols = &f->symbols, .read_word = read_word, .ctx = f};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    free(f->text);
    free(f);
    return 0;
}

static const char *print(struct fixture *f, void (*what)(FILE *, const struct report_fault *))
{
    free(f->text);
    FILE *out = open_memstream(&f->text, &f->size);
    what(out, &f->fault);
    fclose(out);
    return f->text;
}

static void stopped(struct fixture *f, uint32_t pc, uint32_t sp, uint32_t lr, unsigned exception)
{
    f->fault.regs[15] = pc;
    f->fault.regs[13] = f->fault.msp = sp;
    f->fault.regs[14] = lr;
    f->fault.regs[16] = 0x01000000 | exception;
}

static void poke(struct fixture *f, uint32_t addr, uint32_t value) { f->ram[(addr - RAM) / 4] = value; }

static void poke_frame(struct fixture *f, uint32_t addr, uint32_t lr, uint32_t pc, uint32_t xpsr)
{
    const uint32_t frame[8] = {0xA0, 0xA1, 0xA2, 0xA3, 0xAC, lr, pc, xpsr};
    memcpy(&f->ram[(addr - RAM) / 4], frame, sizeof frame);
}

#define assert_has(text, part)                             \
    do {                                                   \
        if (!strstr((text), (part)))                       \
            fail_msg("no \"%s\" in:\n%s", (part), (text)); \
    } while (0)
#define assert_has_not(text, part)                      \
    do {                                                \
        if (strstr((text), (part)))                     \
            fail_msg("\"%s\" in:\n%s", (part), (text)); \
    } while (0)

static void every_status_bit_has_its_name(void **state)
{
    struct fixture *f = *state;
    const struct {
        uint32_t cfsr, hfsr;
        const char *name;
    } bits[] = {
        {1u << 0, 0, "IACCVIOL"},   {1u << 1, 0, "DACCVIOL"},    {1u << 3, 0, "MUNSTKERR"},
        {1u << 4, 0, "MSTKERR"},    {1u << 5, 0, "MLSPERR"},     {1u << 7, 0, "MMARVALID"},
        {1u << 8, 0, "IBUSERR"},    {1u << 9, 0, "PRECISERR"},   {1u << 10, 0, "IMPRECISERR"},
        {1u << 11, 0, "UNSTKERR"},  {1u << 12, 0, "STKERR"},     {1u << 13, 0, "LSPERR"},
        {1u << 15, 0, "BFARVALID"}, {1u << 16, 0, "UNDEFINSTR"}, {1u << 17, 0, "INVSTATE"},
        {1u << 18, 0, "INVPC"},     {1u << 19, 0, "NOCP"},       {1u << 24, 0, "UNALIGNED"},
        {1u << 25, 0, "DIVBYZERO"}, {0, 1u << 1, "VECTTBL"},     {0, 1u << 30, "FORCED"},
        {0, 1u << 31, "DEBUGEVT"},
    };
    for (unsigned i = 0; i < sizeof bits / sizeof bits[0]; i++) {
        char line[32];
        f->fault.cfsr = bits[i].cfsr;
        f->fault.hfsr = bits[i].hfsr;
        snprintf(line, sizeof line, "\n    %s ", bits[i].name);
        const char *text = print(f, report_status);
        assert_has(text, line);
        unsigned named = 0;
        for (const char *p = text; (p = strstr(p, "\n    ")); p++)
            named++;
        assert_int_equal(named, 1);
    }
}

static void addresses_only_when_valid(void **state)
{
    struct fixture *f = *state;
    f->fault.mmfar = 0x11111111;
    f->fault.bfar = 0x22222222;
    f->fault.cfsr = 1u << 9;
    assert_has_not(print(f, report_status), "FAR  0x");
    f->fault.cfsr |= 1u << 15;
    assert_has(print(f, report_status), "BFAR  0x22222222");
    assert_has_not(f->text, "MMFAR");
    f->fault.cfsr = 1u << 1 | 1u << 7;
    assert_has(print(f, report_status), "MMFAR 0x11111111");
    assert_has_not(f->text, "BFAR ");
}

static void backtrace_through_calls(void **state)
{
    struct fixture *f = *state;
    stopped(f, WORK + 0x10, SP, 0x5555, 0);
    poke(f, SP + 4, MAIN + 0x21);
    poke(f, SP + 8 + 12, 0); /* main was called by nobody */
    assert_string_equal(print(f, report_backtrace), "  #0  0x00001110 in work (work.c:4)\n"
                                                    "  #1  0x00001020 in main (main.c:7)\n");
}

/* The call is the last instruction of main; what follows it is another function. */
static void call_at_the_end_of_a_function(void **state)
{
    struct fixture *f = *state;
    stopped(f, WORK + 0x10, SP, 0, 0);
    f->symbols.function[1].addr = 0x2000;
    f->fault.regs[15] = 0x2010;
    poke(f, SP + 4, MAIN + 0x101);
    assert_has(print(f, report_backtrace), "#1  0x00001100 in main (main.c:63)");
}

static void crosses_an_exception_frame(void **state)
{
    struct fixture *f = *state;
    stopped(f, HANDLER + 0x10, SP, 0, 3);
    poke(f, SP + 4, 0xFFFFFFF9);
    poke_frame(f, SP + 8, MAIN + 0x31, WORK + 0x40, 0x01000000);
    poke(f, SP + 8 + 32 + 4, MAIN + 0x51);
    assert_string_equal(print(f, report_backtrace), "  #0  0x00001210 in handler (handler.c:4)\n"
                                                    "  --- HardFault, entered with the frame on MSP at 0x20000808\n"
                                                    "  #1  0x00001140 in work (work.c:16)\n"
                                                    "  #2  0x00001050 in main (main.c:19)\n");
}

static void crosses_to_the_process_stack_with_fp_and_alignment(void **state)
{
    struct fixture *f = *state;
    stopped(f, HANDLER + 0x10, SP, 0, 11);
    f->fault.psp = THREAD_SP;
    poke(f, SP + 4, 0xFFFFFFED);
    poke_frame(f, THREAD_SP, 0, WORK + 0x40, 0x01000200);
    poke(f, THREAD_SP + 104 + 4 + 4, MAIN + 0x51);
    assert_has(print(f, report_backtrace), "--- SVCall, entered with the frame on PSP at 0x20000400\n"
                                           "  #1  0x00001140 in work (work.c:16)\n"
                                           "  #2  0x00001050 in main (main.c:19)\n");
}

static void crosses_nested_exceptions(void **state)
{
    struct fixture *f = *state;
    stopped(f, HANDLER + 0x10, SP, 0, 3);
    poke(f, SP + 4, 0xFFFFFFF1);
    poke_frame(f, SP + 8, 0xFFFFFFFD, WORK + 0x40, 0x01000000 | 24);
    poke(f, SP + 8 + 32 + 4, 0xFFFFFFFD);
    f->fault.psp = THREAD_SP;
    poke_frame(f, THREAD_SP, 0, MAIN + 0x40, 0x01000000);
    assert_has(print(f, report_backtrace), "--- HardFault, entered with the frame on MSP at 0x20000808\n"
                                           "  #1  0x00001140 in work (work.c:16)\n"
                                           "  --- IRQ 8, entered with the frame on PSP at 0x20000400\n"
                                           "  #2  0x00001040 in main (main.c:16)\n");
}

static void frame_outside_memory_ends_the_walk(void **state)
{
    struct fixture *f = *state;
    stopped(f, HANDLER + 0x10, SP, 0, 3);
    poke(f, SP + 4, 0xFFFFFFFD);
    f->fault.psp = 0x10000000;
    assert_has(print(f, report_backtrace),
               "  --- HardFault, entered with the frame on PSP at 0x10000000, where there is no memory\n");
    assert_has_not(f->text, "#1");
}

static void without_symbols_lr_is_used_in_a_fresh_handler(void **state)
{
    struct fixture *f = *state;
    f->fault.symbols = NULL;
    stopped(f, HANDLER, SP, 0xFFFFFFF9, 3);
    poke_frame(f, SP, MAIN + 0x31, WORK + 0x40, 0x01000000);
    assert_string_equal(print(f, report_backtrace), "  #0  0x00001200\n"
                                                    "  --- HardFault, entered with the frame on MSP at 0x20000800\n"
                                                    "  #1  0x00001140\n");
}

static void thread_on_the_process_stack(void **state)
{
    struct fixture *f = *state;
    stopped(f, WORK + 0x10, THREAD_SP, 0, 0);
    f->fault.psp = THREAD_SP;
    f->fault.msp = SP;
    poke(f, THREAD_SP + 4, MAIN + 0x21);
    assert_has(print(f, report_backtrace), "#1  0x00001020 in main");
}

static void walk_that_goes_in_circles_ends(void **state)
{
    struct fixture *f = *state;
    stopped(f, START + 0x10, SP, START + 0x11, 0);
    assert_string_equal(print(f, report_backtrace), "  #0  0x00001310 in start (start.c:4)\n");
    f->symbols.function[3].frame = 8;
    print(f, report_backtrace);
    unsigned lines = 0;
    for (const char *p = f->text; (p = strchr(p, '\n')); p++)
        lines++;
    assert_true(lines > 10 && lines < 100);
}

static void whole_report(void **state)
{
    struct fixture *f = *state;
    stopped(f, HANDLER + 0x10, SP, 0x77, 3);
    f->fault.time = 1500 * VTIME_PER_MS + VTIME_PER_US;
    f->fault.cfsr = 1u << 25;
    f->fault.hfsr = 1u << 30;
    f->fault.regs[5] = 0x55555555;
    poke(f, SP + 4, 0xFFFFFFF9);
    poke_frame(f, SP + 8, MAIN + 0x31, WORK + 0x40, 0x21000000);
    print(f, report_fault);
    assert_has(f->text, "lockup in HardFault at 1.500001 s, pc 0x00001210 (handler.c:4)\n");
    assert_has(f->text, "DIVBYZERO");
    assert_has(f->text, "Registers when HardFault was entered (frame on MSP at 0x20000808):\n"
                        "  r0   0x000000a0  r1   0x000000a1  r2   0x000000a2  r3   0x000000a3\n"
                        "  r4   0x00000000  r5   0x55555555");
    assert_has(f->text, "  r12  0x000000ac  sp   0x20000828  lr   0x00001031  pc   0x00001140\n"
                        "  xpsr 0x21000000\n");
    assert_has(f->text, "Backtrace:\n  #0");
}

static void locked_up_pc_is_no_exception_return(void **state)
{
    struct fixture *f = *state;
    stopped(f, 0xFFFFFFFE, SP, 0x77, 3);
    print(f, report_fault);
    assert_has(f->text, "#0  0xfffffffe");
    assert_has_not(f->text, "---");
    assert_has_not(f->text, "was entered");
}

static void exception_names(void **state)
{
    (void)state;
    char buf[32];
    assert_string_equal(report_exception_name(0, buf, sizeof buf), "Thread mode");
    assert_string_equal(report_exception_name(6, buf, sizeof buf), "UsageFault");
    assert_string_equal(report_exception_name(11, buf, sizeof buf), "SVCall");
    assert_string_equal(report_exception_name(15, buf, sizeof buf), "SysTick");
    assert_string_equal(report_exception_name(16, buf, sizeof buf), "IRQ 0");
    assert_string_equal(report_exception_name(9, buf, sizeof buf), "exception 9");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_status_bit_has_its_name),
        TEST(addresses_only_when_valid),
        TEST(backtrace_through_calls),
        TEST(call_at_the_end_of_a_function),
        TEST(crosses_an_exception_frame),
        TEST(crosses_to_the_process_stack_with_fp_and_alignment),
        TEST(crosses_nested_exceptions),
        TEST(frame_outside_memory_ends_the_walk),
        TEST(without_symbols_lr_is_used_in_a_fresh_handler),
        TEST(thread_on_the_process_stack),
        TEST(walk_that_goes_in_circles_ends),
        TEST(whole_report),
        TEST(locked_up_pc_is_no_exception_return),
        cmocka_unit_test(exception_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
