/*
 * The flash chip behind QSPI in the machine: erased at first, written by loaders and debuggers, read and executed by
 * the CPU, in snapshots and in the hash. The program is firmware sample 27.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "soc/machine.h"

struct rig {
    struct machine m;
    uint64_t hash;
};

static struct rig *rig_new(bool loaded)
{
    struct rig *r = calloc(1, sizeof *r);
    char err[IMAGE_ERR_SIZE], *specs[] = {FIRMWARE "/27-qspi-xip.elf"};
    struct machine_config config = {.run_for = 200 * VTIME_PER_MS, /* it takes 185 */
                                    .uart0 = "null",
                                    .uart1 = "null",
                                    .rtt = "null",
                                    .quiet = true};
    assert_non_null(r);
    assert_true(machine_init(&r->m, &config, err, sizeof err));
    if (loaded)
        assert_true(machine_load(&r->m, specs, 1, err));
    r->hash = TRACE_HASH_INIT;
    evlog_attach(&r->m.soc.evlog, TRACE_HASH_KINDS, trace_hash_read, &r->hash);
    machine_power_on(&r->m);
    return r;
}

static void rig_free(struct rig *r)
{
    machine_close(&r->m);
    free(r);
}

static void run_to(struct rig *r, vtime time)
{
    while (!r->m.end && r->m.soc.sched.now < time)
        machine_run(&r->m, 777);
}

static uint64_t finish(struct rig *r)
{
    while (!r->m.end)
        machine_run(&r->m, UINT64_MAX);
    assert_int_equal(r->m.end, MACHINE_END_TIME);
    return soc_state_hash(&r->m.soc, r->hash);
}

static uint32_t word_at(struct rig *r, uint32_t offset)
{
    uint32_t word = 0;
    assert_int_equal(bus_peek(&r->m.soc.bus, SOC_XIP_BASE + offset, &word, 4), 4);
    return word;
}

static void test_erased_at_first(void **state)
{
    struct rig *r = rig_new(false);
    for (uint32_t offset = 0; offset < SOC_XIP_SIZE; offset += 0x10000 - 4)
        assert_int_equal(word_at(r, offset & ~3u), 0xFFFFFFFF);
    assert_false(bus_write(&r->m.soc.bus, SOC_XIP_BASE, 0, 4));
    assert_false(bus_dma_write(&r->m.soc.bus, SOC_XIP_BASE, "", 1));
    rig_free(r);
}

static void test_hash_sees_what_is_not_erased(void **state)
{
    static const uint8_t some[] = {1, 2, 3}, erased[] = {0xFF, 0xFF, 0xFF};
    struct rig *r = rig_new(false);
    uint64_t unused = soc_state_hash(&r->m.soc, 0);
    bus_poke(&r->m.soc.bus, SOC_XIP_BASE + 0x123FFE, some, sizeof some);
    assert_true(nor_flash_sector_used(&r->m.soc.external_flash, 0x123));
    assert_true(nor_flash_sector_used(&r->m.soc.external_flash, 0x124));
    assert_true(soc_state_hash(&r->m.soc, 0) != unused);
    bus_poke(&r->m.soc.bus, SOC_XIP_BASE + 0x123FFE, erased, sizeof erased);
    assert_true(soc_state_hash(&r->m.soc, 0) == unused);
    rig_free(r);
}

static void test_image_in_it(void **state)
{
    struct rig *r = rig_new(true);
    assert_true(nor_flash_sector_used(&r->m.soc.external_flash, 0));
    assert_false(nor_flash_sector_used(&r->m.soc.external_flash, 0x20));
    finish(r);
    assert_true(nor_flash_sector_used(&r->m.soc.external_flash, 0x20));  /* written */
    assert_false(nor_flash_sector_used(&r->m.soc.external_flash, 0x10)); /* and this one erased again */
    rig_free(r);
}

static void test_xipoffset(void **state)
{
    struct rig *r = rig_new(true);
    uint32_t code = word_at(r, 0);
    assert_true(bus_write(&r->m.soc.bus, 0x40029540, 0x7FF000, 4));
    assert_int_equal(word_at(r, 0x1000), code);
    assert_int_equal(word_at(r, 0), 0xFFFFFFFF);
    soc_reset(&r->m.soc, RESETREAS_SREQ);
    assert_int_equal(word_at(r, 0), code);
    rig_free(r);
}

/* Content, code executed in place and the chip's own state go back to what they were. */
static void test_snapshots(void **state)
{
    struct rig *r = rig_new(true);
    uint64_t undisturbed = finish(r);
    rig_free(r);
    for (unsigned ms = 20; ms < 180; ms += 35) {
        r = rig_new(true);
        run_to(r, ms * VTIME_PER_MS);
        struct soc_snapshot *n = soc_snapshot_take(&r->m.soc);
        uint64_t hash = r->hash;
        for (unsigned again = 0; again < 2; again++) {
            assert_true(finish(r) == undisturbed);
            soc_snapshot_restore(&r->m.soc, n);
            r->m.end = MACHINE_RUNNING;
            r->hash = hash;
            uint32_t garbage = ms;
            bus_poke(&r->m.soc.bus, SOC_XIP_BASE + 0x700000, &garbage, 4);
            soc_snapshot_restore(&r->m.soc, n);
            assert_int_equal(word_at(r, 0x700000), 0xFFFFFFFF);
        }
        soc_snapshot_free(n);
        rig_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_erased_at_first), cmocka_unit_test(test_hash_sees_what_is_not_erased),
        cmocka_unit_test(test_image_in_it),     cmocka_unit_test(test_xipoffset),
        cmocka_unit_test(test_snapshots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
