/* The MPU as registers and as a judge of single bytes. ARMv7-M ARM B3.5. */
#include "nvic/mpu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum { TYPE = 0, CTRL = 4, RNR = 8, RBAR = 0xC, RASR = 0x10, RBAR_A1 = 0x14, RASR_A1 = 0x18, RBAR_A3 = 0x24 };
enum { ENABLE = 1, HFNMIENA = 2, PRIVDEFENA = 4, VALID = 0x10 };
enum { AP_NONE, AP_PRIV_RW, AP_USER_RO, AP_RW, AP_RESERVED, AP_PRIV_RO, AP_RO, AP_RO_TOO };
#define XN (1u << 28)

static uint32_t rasr(unsigned log2_size, unsigned ap) { return ap << 24 | (log2_size - 1) << 1 | 1; }

static void region(struct mpu *m, unsigned n, uint32_t base, uint32_t attributes)
{
    mpu_write(m, RBAR, base | VALID | n);
    mpu_write(m, RASR, attributes);
}

static void enabled(struct mpu *m, uint32_t ctrl)
{
    mpu_init(m);
    mpu_write(m, CTRL, ctrl | ENABLE);
}

static bool user_reads(const struct mpu *m, uint32_t addr) { return mpu_allows(m, addr, false, false, false, false); }
static bool reads(const struct mpu *m, uint32_t addr) { return mpu_allows(m, addr, false, false, true, false); }
static bool writes(const struct mpu *m, uint32_t addr) { return mpu_allows(m, addr, true, false, true, false); }
static bool executes(const struct mpu *m, uint32_t addr) { return mpu_allows(m, addr, false, true, true, false); }

/* ---- registers -------------------------------------------------------------------------------------------------- */

static void test_type_and_ctrl(void **state)
{
    struct mpu m;
    mpu_init(&m);
    assert_int_equal(mpu_read(&m, TYPE), 0x00000800); /* eight regions for data and instructions alike */
    mpu_write(&m, TYPE, 0xFFFFFFFF);
    assert_int_equal(mpu_read(&m, TYPE), 0x00000800);
    assert_false(mpu_enabled(&m));
    mpu_write(&m, CTRL, 0xFFFFFFFF);
    assert_int_equal(mpu_read(&m, CTRL), 7);
    assert_true(mpu_enabled(&m));
}

static void test_rbar_selects_region(void **state)
{
    struct mpu m;
    mpu_init(&m);
    mpu_write(&m, RNR, 5);
    mpu_write(&m, RBAR, 0x20000040); /* without VALID: the region that RNR names */
    assert_int_equal(m.rbar[5], 0x20000040);
    assert_int_equal(mpu_read(&m, RBAR), 0x20000045);
    mpu_write(&m, RBAR, 0x20001000 | VALID | 2);
    assert_int_equal(mpu_read(&m, RNR), 2);
    assert_int_equal(m.rbar[2], 0x20001000);
    assert_int_equal(mpu_read(&m, RBAR), 0x20001002); /* VALID reads as 0 */
}

static void test_aliases(void **state)
{
    struct mpu m;
    mpu_init(&m);
    for (unsigned i = 0; i < 4; i++) { /* four regions in one store multiple: RBAR, RASR, RBAR_A1, … RASR_A3 */
        mpu_write(&m, RBAR + 8 * i, 0x20000000 | i << 12 | VALID | i);
        mpu_write(&m, RASR + 8 * i, rasr(12, i));
    }
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(m.rbar[i], 0x20000000 | i << 12);
        assert_int_equal(m.rasr[i], rasr(12, i));
    }
    assert_int_equal(mpu_read(&m, RBAR_A1), mpu_read(&m, RBAR));
    assert_int_equal(mpu_read(&m, RBAR_A3), mpu_read(&m, RBAR));
    assert_int_equal(mpu_read(&m, RASR_A1), mpu_read(&m, RASR));
}

static void test_rasr_reserved_bits(void **state)
{
    struct mpu m;
    mpu_init(&m);
    mpu_write(&m, RASR, 0xFFFFFFFF);
    assert_int_equal(mpu_read(&m, RASR), 0x173FFF3F);
}

/* ---- regions ---------------------------------------------------------------------------------------------------- */

static void test_no_region(void **state)
{
    struct mpu m;
    enabled(&m, 0);
    assert_false(reads(&m, 0x20000000)); /* a background fault, also for privileged code */
    assert_false(executes(&m, 0));
}

/* Each size from 32 B to 4 GB: its first and last byte, and the neighbours. */
static void test_sizes(void **state)
{
    struct mpu m;
    for (unsigned bits = 5; bits <= 32; bits++) {
        uint32_t base = bits > 29 ? 0 : 0x20000000, last = base + (uint32_t)((1ull << bits) - 1);
        enabled(&m, 0);
        region(&m, 0, base, rasr(bits, AP_RW));
        assert_true(reads(&m, base));
        assert_true(reads(&m, bits == 32 ? 0xDFFFFFFF : last));
        if (base)
            assert_false(reads(&m, base - 1));
        if (bits < 32)
            assert_false(reads(&m, last + 1));
    }
}

/* SIZE below 4 is reserved: such a region matches nothing. */
static void test_reserved_sizes(void **state)
{
    struct mpu m;
    for (unsigned bits = 1; bits < 5; bits++) {
        enabled(&m, 0);
        region(&m, 0, 0x20000000, rasr(bits, AP_RW));
        assert_false(reads(&m, 0x20000000));
    }
}

/* Address bits below the size do not count. */
static void test_base_is_aligned_to_size(void **state)
{
    struct mpu m;
    enabled(&m, 0);
    region(&m, 0, 0x20000FE0, rasr(12, AP_RW));
    assert_true(reads(&m, 0x20000000));
    assert_true(reads(&m, 0x20000FFF));
    assert_false(reads(&m, 0x20001000));
}

static void test_highest_number_wins(void **state)
{
    struct mpu m;
    enabled(&m, 0);
    region(&m, 1, 0x20000000, rasr(16, AP_RW));
    region(&m, 3, 0x20000100, rasr(8, AP_RO));
    assert_true(writes(&m, 0x200000FF));
    assert_false(writes(&m, 0x20000100));
    assert_true(reads(&m, 0x20000100));
    assert_true(writes(&m, 0x20000200));
    region(&m, 0, 0x20000100, rasr(8, AP_RW)); /* a lower one changes nothing */
    assert_false(writes(&m, 0x20000100));
    region(&m, 7, 0x20000000, rasr(16, AP_RW));
    assert_true(writes(&m, 0x20000100));
    mpu_write(&m, RASR, rasr(16, AP_RW) & ~1u); /* disabled */
    assert_false(writes(&m, 0x20000100));
}

static void test_subregions(void **state)
{
    struct mpu m;
    enabled(&m, 0);
    region(&m, 0, 0x20000000, rasr(12, AP_RO));
    region(&m, 1, 0x20000000, rasr(11, AP_RW) | 0xA5u << 8); /* eighths of 256 bytes */
    for (unsigned i = 0; i < 8; i++) {
        bool disabled = 0xA5 >> i & 1; /* what is disabled falls to the region below */
        assert_int_equal(writes(&m, 0x20000000 + 256 * i), !disabled);
        assert_int_equal(writes(&m, 0x200000FF + 256 * i), !disabled);
        assert_true(reads(&m, 0x20000000 + 256 * i));
    }
    assert_false(writes(&m, 0x20000800));
}

static void test_subregions_of_4gb(void **state)
{
    struct mpu m;
    enabled(&m, 0);
    region(&m, 0, 0, rasr(32, AP_RW) | 1u << 8 << 1); /* not 0x20000000…0x3FFFFFFF */
    assert_true(reads(&m, 0x1FFFFFFF));
    assert_false(reads(&m, 0x20000000));
    assert_false(reads(&m, 0x3FFFFFFF));
    assert_true(reads(&m, 0x40000000));
}

/* ---- permissions ------------------------------------------------------------------------------------------------ */

/* Table B3-15. AP 4 is reserved: nothing is granted. */
static void test_access_permissions(void **state)
{
    static const struct {
        unsigned ap;
        bool read, write, user_read, user_write;
    } table[] = {
        {AP_NONE, 0, 0, 0, 0},     {AP_PRIV_RW, 1, 1, 0, 0}, {AP_USER_RO, 1, 1, 1, 0}, {AP_RW, 1, 1, 1, 1},
        {AP_RESERVED, 0, 0, 0, 0}, {AP_PRIV_RO, 1, 0, 0, 0}, {AP_RO, 1, 0, 1, 0},      {AP_RO_TOO, 1, 0, 1, 0},
    };
    struct mpu m;
    for (unsigned i = 0; i < 8; i++) {
        enabled(&m, 0);
        region(&m, 0, 0x20000000, rasr(12, table[i].ap));
        assert_int_equal(mpu_allows(&m, 0x20000010, false, false, true, false), table[i].read);
        assert_int_equal(mpu_allows(&m, 0x20000010, true, false, true, false), table[i].write);
        assert_int_equal(mpu_allows(&m, 0x20000010, false, false, false, false), table[i].user_read);
        assert_int_equal(mpu_allows(&m, 0x20000010, true, false, false, false), table[i].user_write);
        /* an instruction fetch needs the right to read */
        assert_int_equal(mpu_allows(&m, 0x20000010, false, true, true, false), table[i].read);
        assert_int_equal(mpu_allows(&m, 0x20000010, false, true, false, false), table[i].user_read);
        mpu_write(&m, RASR, rasr(12, table[i].ap) | XN);
        assert_false(mpu_allows(&m, 0x20000010, false, true, true, false));
        assert_int_equal(mpu_allows(&m, 0x20000010, false, false, true, false), table[i].read);
    }
}

/* PRIVDEFENA: where no region matches, privileged code sees the default map; others fault. */
static void test_background(void **state)
{
    struct mpu m;
    enabled(&m, PRIVDEFENA);
    region(&m, 0, 0x20000000, rasr(12, AP_NONE));
    assert_true(writes(&m, 0x20001000));
    assert_true(executes(&m, 0x20001000));
    assert_false(user_reads(&m, 0x20001000));
    assert_false(reads(&m, 0x20000000)); /* a region that denies is not background */
    assert_true(reads(&m, 0x40000000));
    assert_false(executes(&m, 0x40000000)); /* XN in the default map */
    assert_true(executes(&m, 0x60000000));
    assert_false(executes(&m, 0xA0000000));
}

/* HFNMIENA = 0: NMI, HardFault and FAULTMASK run with the default map. */
static void test_negative_priority(void **state)
{
    struct mpu m;
    enabled(&m, 0);
    region(&m, 0, 0x20000000, rasr(12, AP_NONE));
    assert_true(mpu_allows(&m, 0x20000000, true, false, true, true));
    assert_true(mpu_allows(&m, 0x30000000, true, false, true, true));
    assert_false(mpu_allows(&m, 0x40000000, false, true, true, true));
    enabled(&m, HFNMIENA);
    region(&m, 0, 0x20000000, rasr(12, AP_NONE));
    assert_false(mpu_allows(&m, 0x20000000, true, false, true, true));
    assert_false(mpu_allows(&m, 0x30000000, true, false, true, true));
}

/* The Private Peripheral Bus is beyond the MPU; the vendor's space behind it is not. Neither is executable. */
static void test_system_space(void **state)
{
    struct mpu m;
    enabled(&m, 0);
    assert_true(writes(&m, 0xE0000000));
    assert_true(writes(&m, 0xE000ED94));
    assert_true(writes(&m, 0xE00FFFFF));
    assert_false(executes(&m, 0xE000E000));
    assert_false(reads(&m, 0xE0100000));
    assert_false(reads(&m, 0xF0000000));
    region(&m, 0, 0xF0000000, rasr(28, AP_RW));
    assert_true(reads(&m, 0xF0000000));
    assert_false(executes(&m, 0xF0000000));
    region(&m, 1, 0xE0000000, rasr(20, AP_NONE));
    assert_true(reads(&m, 0xE000E000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_type_and_ctrl),
        cmocka_unit_test(test_rbar_selects_region),
        cmocka_unit_test(test_aliases),
        cmocka_unit_test(test_rasr_reserved_bits),
        cmocka_unit_test(test_no_region),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_reserved_sizes),
        cmocka_unit_test(test_base_is_aligned_to_size),
        cmocka_unit_test(test_highest_number_wins),
        cmocka_unit_test(test_subregions),
        cmocka_unit_test(test_subregions_of_4gb),
        cmocka_unit_test(test_access_permissions),
        cmocka_unit_test(test_background),
        cmocka_unit_test(test_negative_priority),
        cmocka_unit_test(test_system_space),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
