/* Threads of operating systems, in pictures of their memory (tests/images/rtos.c), and steps of such a thread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "emu/image.h"
#include "tests/fakes/rsp_rig.h"

enum { CONTROL_SPSEL = 2 };

static const char *const systems[] = {"FREERTOS", "RIOT", "ZEPHYR", "TINYGO"};
enum { FREERTOS, RIOT, ZEPHYR, TINYGO, SYSTEMS };

static uint32_t address(struct rig *r, const char *name)
{
    uint32_t addr;

    if (!symbols_find(r->fake.symbols, name, &addr, NULL))
        fail_msg("there is no %s", name);
    return addr;
}

static uint32_t thread(struct rig *r, unsigned n)
{
    char name[24];

    sprintf(name, "thread_%u", n);
    return address(r, name);
}

/* The picture becomes the fake's RAM. */
static void show(struct rig *r, unsigned system)
{
    char path[256], err[IMAGE_ERR_SIZE];
    struct image img;
    struct image_range memories[] = {{0, FAKE_FLASH_SIZE}, {FAKE_RAM, FAKE_RAM_SIZE}};

    snprintf(path, sizeof path, "%s/rtos-%s.elf", IMAGES, systems[system]);
    if (!image_load(&img, path, memories, 2, err))
        fail_msg("%s", err);
    memset(r->fake.ram, 0, FAKE_RAM_SIZE);
    for (unsigned i = 0; i < img.n_segments; i++)
        r->fake.target.ops->mem_set(&r->fake, img.segment[i].addr, img.segment[i].data, img.segment[i].size);
    image_free(&img);
    symbols_close((struct symbols *)r->fake.symbols);
    r->fake.symbols = symbols_open(path);
    assert_non_null(r->fake.symbols);
    r->fake.regs[CPU_CONTROL] = CONTROL_SPSEL;
    r->fake.regs[CPU_PSP] = address(r, "stack_1") + 128;
    r->fake.regs[CPU_MSP] = 0x20003f00;
    rsp_rtos_init(&r->hub.threads.rtos, &r->fake.target);
}

static int teardown(void **state)
{
    symbols_close((struct symbols *)((struct rig *)*state)->fake.symbols);
    return rig_teardown(state);
}
#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, teardown)

static const char *ask(struct rig *r, const char *format, ...)
{
    char request[128];
    va_list ap;

    va_start(ap, format);
    vsnprintf(request, sizeof request, format, ap);
    va_end(ap);
    return rig_ask(r, request);
}

static uint32_t reg(struct rig *r, uint32_t id, unsigned number)
{
    assert_string_equal(ask(r, "Hg%x", id), "OK");
    const char *reply = ask(r, "p%x", number);
    if (strspn(reply, "0123456789abcdef") != 8)
        fail_msg("register %u of %x: %s", number, id, reply);
    return __builtin_bswap32((uint32_t)strtoul(reply, NULL, 16));
}

/* ---- lists ------------------------------------------------------------------------------------------------------- */

static const struct {
    unsigned system, n; /* threads; the first is the current one */
    const char *entry[4];
} lists[] = {
    {FREERTOS,
     4,
     {"name=\"first\">running, activation 10, FreeRTOS: priority 2, running<",
      "name=\"?second\">FreeRTOS: priority 0, ready<", "name=\"third\">FreeRTOS: priority 1, delayed<",
      "name=\"\">FreeRTOS: priority 1, delayed<"}},
    {RIOT,
     3,
     {"name=\"first\">running, activation 10, RIOT: priority 7, running<",
      "name=\"second\">RIOT: priority 6, waits for a mutex<", "name=\"third\">RIOT: priority 15, ready<"}},
    {ZEPHYR,
     3,
     {"name=\"first\">running, activation 10, Zephyr: priority -2, running<",
      "name=\"second\">Zephyr: priority 0, pending<", "name=\"third\">Zephyr: priority 15, ready<"}},
    {TINYGO,
     4,
     {">running, activation 10, TinyGo: running<", ">TinyGo: ready<", ">TinyGo: sleeping<",
      ">TinyGo: waits, or has ended<"}},
};

static void all_are_listed(void **state)
{
    struct rig *r = *state;

    for (unsigned i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        show(r, lists[i].system);
        const char *xml = ask(r, "qXfer:threads:read::0,4000");
        unsigned n = 0;
        for (const char *at = xml; (at = strstr(at, "<thread ")); at++)
            n++;
        assert_int_equal(n, lists[i].n);
        for (unsigned t = 0; t < lists[i].n; t++) {
            char id[32];
            sprintf(id, "<thread id=\"%x\" core=\"0\" ", thread(r, t + 1));
            const char *entry = strstr(xml, id), *end = entry ? strstr(entry, "/thread>") : NULL;
            const char *text = entry ? strstr(entry, lists[i].entry[t]) : NULL;
            if (!text || text > end)
                fail_msg("%s: not %s%s in %s", systems[lists[i].system], id, lists[i].entry[t], xml);
        }
    }
}

static void the_current_one_is_the_running_one(void **state)
{
    struct rig *r = *state;
    char expected[32];

    for (unsigned system = 0; system < SYSTEMS; system++) {
        show(r, system);
        sprintf(expected, "QC%x", thread(r, 1));
        assert_string_equal(ask(r, "qC"), expected);
        sprintf(expected, "T05thread:%x;", thread(r, 1));
        rig_expect_start(ask(r, "?"), expected);
        assert_string_equal(ask(r, "T%x", thread(r, 2)), "OK");
        assert_string_equal(ask(r, "T%x", thread(r, 1) + 4), "E16");
        assert_string_equal(ask(r, "T1"), "E16");
    }
}

static void before_the_process_stack_there_is_none(void **state)
{
    struct rig *r = *state;

    for (unsigned system = 0; system < SYSTEMS; system++) {
        show(r, system);
        r->fake.regs[CPU_CONTROL] = 0;
        r->fake.regs[CPU_PSP] = 0;
        assert_string_equal(ask(r, "qfThreadInfo"), "m1");
    }
}

static void garbage_is_no_thread(void **state)
{
    struct rig *r = *state;

    for (unsigned system = 0; system < SYSTEMS; system++)
        for (unsigned seed = 0; seed < 40; seed++) {
            show(r, system);
            srand(seed);
            for (unsigned i = 0; i < 200; i++)
                r->fake.ram[(unsigned)rand() % 0x800] = (uint8_t)rand();
            const char *list = ask(r, "qfThreadInfo");
            assert_int_equal(*list, 'm');
            ask(r, "qXfer:threads:read::0,4000");
            assert_non_null(strstr(r->reply, "</threads>"));
            for (unsigned t = 1; t <= 3; t++)
                if (strcmp(ask(r, "Hg%x", thread(r, t)), "OK") == 0)
                    ask(r, "g");
        }
}

/* ---- registers --------------------------------------------------------------------------------------------------- */

static void registers_are_those_it_will_have(void **state)
{
    struct rig *r = *state;

    for (unsigned system = FREERTOS; system <= ZEPHYR; system++) {
        show(r, system);
        uint32_t id = thread(r, 2), frame = address(r, "stack_2") + 4 * (system == ZEPHYR ? 20 : 29);
        for (unsigned n = 0; n <= 12; n++)
            assert_int_equal(reg(r, id, n), 0x200 + n);
        assert_int_equal(reg(r, id, 14), 0x20e);
        assert_int_equal(reg(r, id, 15), 0x104);
        assert_int_equal(reg(r, id, 25), 0x01000000);
        assert_int_equal(reg(r, id, 13), frame + 0x20 + 4);
        assert_int_equal(reg(r, id, 27), frame + 0x20 + 4);
        assert_int_equal(reg(r, id, 26), 0x20003f00);
        assert_int_equal(reg(r, id, 31), CONTROL_SPSEL);
        assert_string_equal(ask(r, "p20"), "xxxxxxxxxxxxxxxx"); /* d0 */
        assert_int_equal(reg(r, thread(r, 1), 0), 0);           /* the core's */
    }
}

static void with_fp_registers(void **state)
{
    struct rig *r = *state;

    for (unsigned system = FREERTOS; system <= RIOT; system++) {
        show(r, system);
        uint32_t id = thread(r, 3);
        assert_int_equal(reg(r, id, 7), 0x307);
        assert_int_equal(reg(r, id, 12), 0x30c);
        assert_int_equal(reg(r, id, 15), 0x106);
        assert_int_equal(reg(r, id, 13), address(r, "stack_3") + 4 * (4 + 9 + 16) + 0x68);
        assert_int_equal(reg(r, id, 31), CONTROL_SPSEL | 4);
        assert_int_equal(reg(r, id, 48), 0x40);                 /* fpscr */
        assert_string_equal(ask(r, "p20"), "2003000021030000"); /* d0: s0, s1 */
        assert_string_equal(ask(r, "p28"), "3003000031030000"); /* d8: s16, s17 */
    }
    show(r, ZEPHYR);
    assert_int_equal(reg(r, thread(r, 3), 13), address(r, "stack_3") + 16 + 0x68);
    assert_string_equal(ask(r, "p20"), "2003000021030000");
}

static void a_port_without_fpu(void **state)
{
    struct rig *r = *state;

    show(r, FREERTOS);
    assert_int_equal(reg(r, thread(r, 4), 11), 0x40b);
    assert_int_equal(reg(r, thread(r, 4), 15), 0x108);
    assert_int_equal(reg(r, thread(r, 4), 13), address(r, "stack_4") + 4 * 28 + 0x20);
}

static void goroutines(void **state)
{
    struct rig *r = *state;

    show(r, TINYGO);
    assert_int_equal(reg(r, thread(r, 2), 4), 0x204);
    assert_int_equal(reg(r, thread(r, 2), 15), 0x104);
    assert_int_equal(reg(r, thread(r, 2), 13), address(r, "stack_2") + 4 * 29);
    assert_int_equal(reg(r, thread(r, 2), 25), 0x01000000);
    assert_string_equal(ask(r, "p0"), "xxxxxxxx");
    r->fake.regs[CPU_CONTROL] = 0; /* the scheduler has the main stack */
    assert_int_equal(reg(r, thread(r, 3), 15), 0x106);
}

static void registers_can_be_written(void **state)
{
    struct rig *r = *state;

    for (unsigned system = 0; system < SYSTEMS; system++) {
        show(r, system);
        uint32_t id = thread(r, 2);
        assert_string_equal(ask(r, "Hg%x", id), "OK");
        assert_string_equal(ask(r, "P4=78563412"), "OK");
        assert_string_equal(ask(r, "Pf=20010000"), "OK");
        assert_int_equal(reg(r, id, 4), 0x12345678);
        assert_int_equal(reg(r, id, 15), 0x120);
        assert_string_equal(ask(r, "Pd=00000020"), "E16"); /* sp is where the frame is */
        assert_int_equal(r->fake.regs[4], 0);
    }
}

/* ---- handlers ---------------------------------------------------------------------------------------------------- */

/* The fake's contexts of place 1 and up have CONTROL.SPSEL. */
static void above_a_handler_is_its_thread(void **state)
{
    struct rig *r = *state;
    char expected[64];

    for (unsigned system = 0; system < SYSTEMS; system++) {
        show(r, system);
        r->fake.preempted = 1;
        r->fake.regs[CPU_CONTROL] = 0;
        sprintf(expected, "m%x,2,", thread(r, 1));
        rig_expect_start(ask(r, "qfThreadInfo"), expected);
        assert_int_equal(reg(r, 2, 4), 1 << 16 | 4);
        r->fake.preempted = 0;
        rsp_rtos_forget(&r->hub.threads.rtos);
    }
}

/* Within PendSV the variable is ahead of the stack pointer, and the thread that the handler was seen with stays its
 * own. */
static void within_the_switch_the_stack_tells(void **state)
{
    enum { PENDSV = 14 };
    struct rig *r = *state;
    char expected[64];

    show(r, RIOT);
    r->fake.preempted = PENDSV;
    r->fake.regs[CPU_PSP] = address(r, "stack_2") + 100;
    sprintf(expected, "QC%x", thread(r, 2));
    assert_string_equal(ask(r, "qC"), expected);
    r->fake.regs[CPU_PSP] = address(r, "stack_3") + 100;
    assert_string_equal(ask(r, "qC"), expected);
    rsp_rtos_forget(&r->hub.threads.rtos);
    sprintf(expected, "QC%x", thread(r, 3));
    assert_string_equal(ask(r, "qC"), expected);
}

/* ---- steps ------------------------------------------------------------------------------------------------------- */

static void set_word(struct rig *r, const char *name, uint32_t value)
{
    memcpy(r->fake.ram + (address(r, name) - FAKE_RAM), &value, sizeof value);
}

static void set_pc(struct rig *r, uint32_t pc)
{
    assert_string_equal(ask(r, "Hg%x", thread(r, 2)), "OK");
    assert_string_equal(ask(r, "Pf=%08x", __builtin_bswap32(pc)), "OK");
}

/* A thread that the core is not in is waited for; it arrives, and steps. */
static void a_thread_is_waited_for(void **state)
{
    struct rig *r = *state;
    char expected[64];

    show(r, FREERTOS);
    set_pc(r, 0x108);
    assert_string_equal(ask(r, "vCont;s:%x;c", thread(r, 2)), "");
    assert_int_equal(r->fake.n_points, 1);
    assert_int_equal(r->fake.continues, 1);
    for (unsigned i = 0; i < 3; i++) /* others come by */
        rsp_hub_run(&r->hub);
    assert_string_equal(rig_run(r, 1), "");
    set_word(r, "pxCurrentTCB", thread(r, 2));
    sprintf(expected, "T05thread:%x;core:0;0d:00400020;0e:ffffffff;0f:0a010000;", thread(r, 2));
    rig_expect_start(rig_run(r, 3), expected);
    assert_int_equal(r->fake.n_points, 0);
    assert_int_equal(r->fake.steps, 1);
}

/* It made its step, and was switched away behind it: the stop is its own, though another runs. */
static void the_stop_is_that_of_who_stepped(void **state)
{
    struct rig *r = *state;
    char expected[96];

    show(r, FREERTOS);
    r->fake.regs[CPU_PC] = 0x100;
    set_word(r, "pxCurrentTCB", thread(r, 2));
    assert_string_equal(ask(r, "vCont;s:%x;c", thread(r, 2)), "");
    set_word(r, "pxCurrentTCB", thread(r, 1));
    sprintf(expected, "T05thread:%x;core:0;0d:%08x;0e:0e020000;0f:04010000;", thread(r, 2),
            __builtin_bswap32(address(r, "stack_2") + 4 * 29 + 0x24));
    rig_expect_start(rig_run(r, 3), expected);
    assert_string_equal(ask(r, "p4"), "04020000"); /* of who stopped */
    sprintf(expected, "QC%x", thread(r, 2));
    assert_string_equal(ask(r, "qC"), expected);
    assert_int_equal(r->fake.steps, 1);
}

/* It was switched away before it could: the other one's instruction is not its step. */
static void a_step_of_another_is_none(void **state)
{
    struct rig *r = *state;

    show(r, FREERTOS);
    set_pc(r, 0x100); /* of its frame, as PendSV leaves it */
    r->fake.regs[CPU_PC] = 0x100;
    set_word(r, "pxCurrentTCB", thread(r, 2));
    assert_string_equal(ask(r, "vCont;s:%x;c", thread(r, 2)), "");
    set_word(r, "pxCurrentTCB", thread(r, 1));
    assert_string_equal(rig_run(r, 3), "");
    assert_int_equal(r->fake.n_points, 1);
    rig_feed(r, "\x03"); /* it never comes back */
    rig_expect_start(rig_run(r, 2), "T02");
    assert_int_equal(r->fake.n_points, 0);
}

static void who_leaves_takes_the_breakpoint_along(void **state)
{
    struct rig *r = *state;

    show(r, FREERTOS);
    assert_string_equal(ask(r, "vCont;s:%x;c", thread(r, 2)), "");
    assert_int_equal(r->fake.n_points, 1);
    rsp_session_end(&r->a);
    assert_int_equal(r->fake.n_points, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_are_listed),
        TEST(the_current_one_is_the_running_one),
        TEST(before_the_process_stack_there_is_none),
        TEST(garbage_is_no_thread),
        TEST(registers_are_those_it_will_have),
        TEST(with_fp_registers),
        TEST(a_port_without_fpu),
        TEST(goroutines),
        TEST(registers_can_be_written),
        TEST(above_a_handler_is_its_thread),
        TEST(within_the_switch_the_stack_tells),
        TEST(a_thread_is_waited_for),
        TEST(the_stop_is_that_of_who_stepped),
        TEST(a_step_of_another_is_none),
        TEST(who_leaves_takes_the_breakpoint_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
