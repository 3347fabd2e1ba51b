/*
 * The access ports, through the wire: sizes, lanes, increments, errors, the lock, and Nordic's CTRL-AP.
 */
#include "tests/unit/swd_host.h"

static uint32_t word(const struct swd_host *h, unsigned offset)
{
    uint32_t v;
    memcpy(&v, h->chip.memory + offset, 4);
    return v;
}

static void test_identities(void **state)
{
    struct swd_host h;
    host_connect(&h);
    assert_int_equal(host_ap_get(&h, 0, MEM_AP_IDR_REG), 0x24770011);
    assert_int_equal(host_ap_get(&h, 0, MEM_AP_BASE_REG), 0xE00FF003);
    assert_int_equal(host_ap_get(&h, 0, MEM_AP_CFG), 0);
    assert_int_equal(host_ap_get(&h, 1, CTRL_AP_IDR_REG), 0x02880000);
    assert_int_equal(host_ap_get(&h, 2, 0xFC), 0);
    assert_int_equal(host_ap_get(&h, 255, 0xFC), 0);
}

static void test_words(void **state)
{
    struct swd_host h;
    host_connect(&h);
    host_ap_put(&h, 0, MEM_AP_CSW, 2);
    host_ap_put(&h, 0, MEM_AP_TAR, SWD_FAKE_BASE + 8);
    host_ap_put(&h, 0, MEM_AP_DRW, 0x12345678);
    assert_int_equal(word(&h, 8), 0x12345678);
    assert_int_equal(host_ap_get(&h, 0, MEM_AP_DRW), 0x12345678);
    assert_int_equal(host_ap_get(&h, 0, MEM_AP_TAR), SWD_FAKE_BASE + 8);
}

static void test_bytes_and_halfwords_are_on_their_lanes(void **state)
{
    struct swd_host h;
    host_connect(&h);
    host_ap_put(&h, 0, MEM_AP_CSW, 0 | MEM_AP_INC_SINGLE);
    host_ap_put(&h, 0, MEM_AP_TAR, SWD_FAKE_BASE + 1);
    host_ap_put(&h, 0, MEM_AP_DRW, 0x0000AA00);
    host_ap_put(&h, 0, MEM_AP_DRW, 0x00BB0000);
    assert_int_equal(word(&h, 0), 0x00BBAA00);
    assert_int_equal(h.chip.last_size, 1);
    host_ap_put(&h, 0, MEM_AP_CSW, 1 | MEM_AP_INC_SINGLE);
    host_ap_put(&h, 0, MEM_AP_TAR, SWD_FAKE_BASE + 2);
    assert_int_equal(host_ap_get(&h, 0, MEM_AP_DRW), 0x00BB0000);
    assert_int_equal(h.chip.last_size, 2);
    assert_int_equal(host_ap_get(&h, 0, MEM_AP_TAR), SWD_FAKE_BASE + 4);
}

static void test_packed_bytes(void **state)
{
    struct swd_host h;
    host_connect(&h);
    host_ap_put(&h, 0, MEM_AP_CSW, 0 | MEM_AP_INC_PACKED);
    host_ap_put(&h, 0, MEM_AP_TAR, SWD_FAKE_BASE + 4);
    host_ap_put(&h, 0, MEM_AP_DRW, 0x44332211);
    assert_int_equal(word(&h, 4), 0x44332211);
    assert_int_equal(h.chip.writes, 4);
    assert_int_equal(host_ap_get(&h, 0, MEM_AP_TAR), SWD_FAKE_BASE + 8);
}

static void test_tar_wraps(void **state)
{
    struct swd_host h;
    host_connect(&h);
    host_ap_put(&h, 0, MEM_AP_CSW, 2 | MEM_AP_INC_SINGLE);
    host_ap_put(&h, 0, MEM_AP_TAR, SWD_FAKE_BASE + 0xFFC);
    host_ap_put(&h, 0, MEM_AP_DRW, 1);
    host_ap_put(&h, 0, MEM_AP_DRW, 2);
    assert_int_equal(word(&h, 0xFFC), 1);
    assert_int_equal(word(&h, 0), 2);
}

static void test_an_error_does_not_increment(void **state)
{
    struct swd_host h;
    host_connect(&h);
    host_ap_put(&h, 0, MEM_AP_CSW, 2 | MEM_AP_INC_SINGLE);
    host_ap_put(&h, 0, MEM_AP_TAR, 0x60000000);
    host_put(&h, true, MEM_AP_DRW, 1);
    host_put(&h, false, SWD_DP_ABORT, SWD_ABORT_STKERR);
    assert_int_equal(host_ap_get(&h, 0, MEM_AP_TAR), 0x60000000);
}

static void test_banked_data(void **state)
{
    struct swd_host h;
    host_connect(&h);
    host_ap_put(&h, 0, MEM_AP_CSW, 0 | MEM_AP_INC_SINGLE); /* is not about these */
    host_ap_put(&h, 0, MEM_AP_TAR, SWD_FAKE_BASE + 0x24);
    for (unsigned i = 0; i < 4; i++)
        host_ap_put(&h, 0, MEM_AP_BD0 + 4 * i, 0x10101010 * (i + 1));
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(word(&h, 0x20 + 4 * i), 0x10101010 * (i + 1));
        assert_int_equal(host_ap_get(&h, 0, MEM_AP_BD0 + 4 * i), 0x10101010 * (i + 1));
    }
    assert_int_equal(host_ap_get(&h, 0, MEM_AP_TAR), SWD_FAKE_BASE + 0x24);
}

static void test_locked(void **state)
{
    struct swd_host h;
    host_connect(&h);
    h.chip.locked = true;
    assert_int_equal(host_ap_get(&h, 0, MEM_AP_IDR_REG), 0);
    host_ap_put(&h, 0, MEM_AP_TAR, SWD_FAKE_BASE);
    host_ap_put(&h, 0, MEM_AP_DRW, 1);
    assert_int_equal(host_ap_get(&h, 0, MEM_AP_DRW), 0);
    assert_int_equal(h.chip.reads + h.chip.writes, 0);
    assert_int_equal(host_ap_get(&h, 1, CTRL_AP_APPROTECTSTATUS), 0);
    assert_int_equal(host_ap_get(&h, 1, CTRL_AP_IDR_REG), CTRL_AP_IDR);
    h.chip.locked = false;
    assert_int_equal(host_ap_get(&h, 1, CTRL_AP_APPROTECTSTATUS), 1);
    assert_true(host_ap_get(&h, 0, MEM_AP_CSW) & MEM_AP_DEVICE_EN);
}

static void test_ctrl_ap(void **state)
{
    struct swd_host h;
    host_connect(&h);
    host_ap_put(&h, 1, CTRL_AP_ERASEALL, 0);
    assert_int_equal(h.chip.erases, 0);
    host_ap_put(&h, 1, CTRL_AP_ERASEALL, 1);
    assert_int_equal(h.chip.erases, 1);
    h.chip.erasing = true;
    assert_int_equal(host_ap_get(&h, 1, CTRL_AP_ERASEALLSTATUS), 1);
    h.chip.erasing = false;
    assert_int_equal(host_ap_get(&h, 1, CTRL_AP_ERASEALLSTATUS), 0);
    host_ap_put(&h, 1, CTRL_AP_RESET, 1);
    assert_true(h.chip.in_reset);
    assert_int_equal(host_ap_get(&h, 1, CTRL_AP_RESET), 1);
    host_ap_put(&h, 1, CTRL_AP_RESET, 0);
    assert_false(h.chip.in_reset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identities),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_bytes_and_halfwords_are_on_their_lanes),
        cmocka_unit_test(test_packed_bytes),
        cmocka_unit_test(test_tar_wraps),
        cmocka_unit_test(test_an_error_does_not_increment),
        cmocka_unit_test(test_banked_data),
        cmocka_unit_test(test_locked),
        cmocka_unit_test(test_ctrl_ap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
