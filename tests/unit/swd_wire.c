/*
 * Serial Wire Debug bit by bit: sequences, framing, acknowledges, and registers of the debug port.
 */
#include "tests/unit/swd_host.h"

static void test_nothing_is_heard_before_a_line_reset(void **state)
{
    struct swd_host h;
    uint32_t data;
    host_begin(&h);
    assert_int_equal(host_read(&h, false, SWD_DP_IDR, &data), 7); /* the pull-up */
    host_out(&h, 0, 1);
    host_line_reset(&h, 49);
    assert_int_equal(host_read(&h, false, SWD_DP_IDR, &data), 7);
    host_line_reset(&h, 50);
    assert_int_equal(host_get(&h, false, SWD_DP_IDR), 0x2BA01477);
}

static void test_after_a_line_reset_dpidr_comes_first(void **state)
{
    struct swd_host h;
    uint32_t data;
    host_begin(&h);
    host_line_reset(&h, 60);
    assert_int_equal(host_read(&h, false, SWD_DP_CTRL, &data), 7);
    assert_int_equal(host_read(&h, false, SWD_DP_IDR, &data), 7); /* lost by now */
    host_line_reset(&h, 60);
    host_get(&h, false, SWD_DP_IDR);
    host_get(&h, false, SWD_DP_CTRL);
}

static void test_a_transfer_has_46_clocks(void **state)
{
    struct swd_host h;
    host_connect(&h);
    uint64_t before = h.port.dp.edges;
    host_get(&h, false, SWD_DP_CTRL);
    assert_int_equal(h.port.dp.edges - before, 46);
    host_put(&h, false, SWD_DP_SELECT, 0);
    assert_int_equal(h.port.dp.edges - before, 92);
    host_get(&h, false, SWD_DP_IDR); /* no idle clock between them is needed */
}

static void test_switching_from_jtag(void **state)
{
    struct swd_host h;
    host_begin(&h);
    for (unsigned i = 0; i < 56; i++)
        host_out(&h, 1, 1);
    host_out(&h, 0xE79E, 16);
    host_line_reset(&h, 56);
    host_get(&h, false, SWD_DP_IDR);
}

static void send_alert(struct swd_host *h, unsigned activation)
{
    host_out(h, 0xFF, 8);
    host_out(h, 0x86852D956209F392, 64);
    host_out(h, 0x19BC0EA2E3DDAFE9, 64);
    host_out(h, 0, 4);
    host_out(h, activation, 8);
}

static void test_dormant_until_the_selection_alert(void **state)
{
    struct swd_host h;
    uint32_t data;
    host_connect(&h);
    for (unsigned i = 0; i < 50; i++)
        host_out(&h, 1, 1);
    host_out(&h, 0xE3BC, 16);
    host_line_reset(&h, 60);
    assert_int_equal(host_read(&h, false, SWD_DP_IDR, &data), 7);
    send_alert(&h, 0x0A); /* JTAG */
    host_line_reset(&h, 60);
    assert_int_equal(host_read(&h, false, SWD_DP_IDR, &data), 7);
    send_alert(&h, 0x1A);
    host_line_reset(&h, 60);
    host_get(&h, false, SWD_DP_IDR);
}

static void test_a_bad_header_ends_listening(void **state)
{
    static const unsigned spoiled[] = {0x20 /* parity */, 0x40 /* stop */, 0x80 /* park */};
    for (unsigned i = 0; i < 3; i++) {
        struct swd_host h;
        uint32_t data;
        host_connect(&h);
        host_out(&h, host_header(false, true, SWD_DP_IDR) ^ spoiled[i], 8);
        host_turn(&h);
        assert_int_equal(host_in(&h, 3), 7);
        host_out(&h, 0, 40);
        assert_int_equal(host_read(&h, false, SWD_DP_IDR, &data), 7);
        host_line_reset(&h, 50);
        host_get(&h, false, SWD_DP_IDR);
    }
}

static void test_power_is_acknowledged(void **state)
{
    struct swd_host h;
    host_connect(&h);
    assert_int_equal(host_get(&h, false, SWD_DP_CTRL) & 0xF0000000, 0xF0000000);
    assert_true(h.chip.powered);
    host_put(&h, false, SWD_DP_CTRL, 0);
    assert_int_equal(host_get(&h, false, SWD_DP_CTRL) & 0xF0000000, 0);
    assert_false(h.chip.powered);
}

static void test_an_access_port_needs_power(void **state)
{
    struct swd_host h;
    uint32_t data;
    host_begin(&h);
    host_line_reset(&h, 50);
    host_get(&h, false, SWD_DP_IDR);
    assert_int_equal(host_read(&h, true, MEM_AP_TAR, &data), SWD_ACK_FAULT);
    assert_true(host_get(&h, false, SWD_DP_CTRL) & SWD_STICKYERR);
}

static void test_wrong_parity_of_data(void **state)
{
    struct swd_host h;
    host_connect(&h);
    h.bad_parity = true;
    host_put(&h, false, SWD_DP_SELECT, 0x01000000);
    assert_int_equal(h.port.dp.select, 0);
    assert_int_equal(host_write(&h, false, SWD_DP_SELECT, 0), SWD_ACK_FAULT);
    assert_true(host_get(&h, false, SWD_DP_CTRL) & SWD_WDATAERR);
    host_put(&h, false, SWD_DP_ABORT, SWD_ABORT_WDERR);
    host_put(&h, false, SWD_DP_SELECT, 0x01000000);
}

/* A bus fault shows with the next transfer, and everything but DPIDR, CTRL/STAT and ABORT fails until it is cleared. */
static void test_a_sticky_error_faults_everything(void **state)
{
    static const struct {
        bool ap, read;
        unsigned addr, ack;
    } transfers[] = {
        {false, true, SWD_DP_IDR, SWD_ACK_OK},       {false, true, SWD_DP_CTRL, SWD_ACK_OK},
        {false, true, SWD_DP_RESEND, SWD_ACK_FAULT}, {false, true, SWD_DP_RDBUFF, SWD_ACK_FAULT},
        {false, false, SWD_DP_CTRL, SWD_ACK_FAULT},  {false, false, SWD_DP_SELECT, SWD_ACK_FAULT},
        {true, true, MEM_AP_CSW, SWD_ACK_FAULT},     {true, false, MEM_AP_TAR, SWD_ACK_FAULT},
        {false, false, SWD_DP_ABORT, SWD_ACK_OK},
    };
    struct swd_host h;
    uint32_t data;
    host_connect(&h);
    host_ap_put(&h, 0, MEM_AP_TAR, 0x60000000);
    assert_int_equal(host_read(&h, true, MEM_AP_DRW, &data), SWD_ACK_OK);
    for (unsigned i = 0; i < sizeof transfers / sizeof *transfers; i++) {
        unsigned ack = transfers[i].read ? host_read(&h, transfers[i].ap, transfers[i].addr, &data)
                                         : host_write(&h, transfers[i].ap, transfers[i].addr, 0);
        assert_int_equal(ack, transfers[i].ack);
    }
    host_put(&h, false, SWD_DP_ABORT, SWD_ABORT_STKERR);
    host_get(&h, false, SWD_DP_RDBUFF);
}

static void test_overrun_detection_keeps_the_data_phase(void **state)
{
    struct swd_host h;
    uint32_t data;
    host_connect(&h);
    host_put(&h, false, SWD_DP_CTRL, SWD_CDBGPWRUPREQ | SWD_CSYSPWRUPREQ | SWD_ORUNDETECT);
    h.always_data = true;
    host_ap_put(&h, 0, MEM_AP_TAR, 0x60000000);
    host_get(&h, true, MEM_AP_DRW);
    uint64_t before = h.port.dp.edges;
    assert_int_equal(host_read(&h, true, MEM_AP_CSW, &data), SWD_ACK_FAULT);
    assert_int_equal(host_write(&h, true, MEM_AP_CSW, 0xFFFFFFFF), SWD_ACK_FAULT);
    assert_int_equal(h.port.dp.edges - before, 92);
    assert_int_equal(host_get(&h, false, SWD_DP_CTRL) & (SWD_STICKYERR | SWD_STICKYORUN),
                     SWD_STICKYERR | SWD_STICKYORUN);
    host_put(&h, false, SWD_DP_ABORT, SWD_ABORT_STKERR);
    assert_int_equal(host_read(&h, false, SWD_DP_RDBUFF, &data), SWD_ACK_FAULT);
    host_put(&h, false, SWD_DP_ABORT, SWD_ABORT_ORUNERR);
    host_get(&h, false, SWD_DP_RDBUFF);
}

static void test_wait_while_an_access_is_under_way(void **state)
{
    struct swd_host h;
    uint32_t data;
    host_connect(&h);
    h.port.dp.access_edges = 60;
    host_put(&h, true, MEM_AP_TAR, SWD_FAKE_BASE);
    assert_int_equal(host_write(&h, true, MEM_AP_TAR, 0), SWD_ACK_WAIT);
    host_get(&h, false, SWD_DP_CTRL);
    host_out(&h, 0, 60);
    host_get(&h, true, MEM_AP_TAR);
    assert_int_equal(host_read(&h, false, SWD_DP_RDBUFF, &data), SWD_ACK_WAIT);
    host_put(&h, false, SWD_DP_ABORT, SWD_ABORT_DAP);
    assert_int_equal(host_get(&h, false, SWD_DP_RDBUFF), SWD_FAKE_BASE);
}

static void test_reads_are_posted(void **state)
{
    struct swd_host h;
    host_connect(&h);
    memcpy(h.chip.memory, "\x11\x11\x11\x11\x22\x22\x22\x22\x33\x33\x33\x33", 12);
    host_ap_put(&h, 0, MEM_AP_CSW, 2 | MEM_AP_INC_SINGLE);
    host_ap_put(&h, 0, MEM_AP_TAR, SWD_FAKE_BASE);
    host_get(&h, true, MEM_AP_DRW);
    assert_int_equal(host_get(&h, true, MEM_AP_DRW), 0x11111111);
    assert_int_equal(host_get(&h, true, MEM_AP_DRW), 0x22222222);
    assert_int_equal(host_get(&h, false, SWD_DP_RESEND), 0x22222222);
    assert_int_equal(host_get(&h, false, SWD_DP_RDBUFF), 0x33333333);
    assert_int_equal(host_get(&h, false, SWD_DP_RESEND), 0x33333333);
    assert_true(host_get(&h, false, SWD_DP_CTRL) & SWD_READOK);
    assert_int_equal(h.chip.reads, 3);
}

static void test_a_longer_turnaround(void **state)
{
    struct swd_host h;
    host_connect(&h);
    host_put(&h, false, SWD_DP_SELECT, 1);
    host_put(&h, false, SWD_DP_CTRL, 3 << 8); /* DLCR.TURNROUND */
    h.turnaround = 4;
    assert_int_equal(host_get(&h, false, SWD_DP_CTRL), 3 << 8);
    host_put(&h, false, SWD_DP_SELECT, 0);
    host_get(&h, false, SWD_DP_IDR);
    host_line_reset(&h, 50);
    h.turnaround = 1;
    host_get(&h, false, SWD_DP_IDR);
}

static void test_pushed_compare(void **state)
{
    const uint32_t power = SWD_CDBGPWRUPREQ | SWD_CSYSPWRUPREQ;
    struct swd_host h;
    host_connect(&h);
    h.chip.memory[0] = 0x42;
    host_ap_put(&h, 0, MEM_AP_TAR, SWD_FAKE_BASE);
    host_put(&h, false, SWD_DP_CTRL, power | 1 << 2 | 1 << 8); /* verify, byte 0 */
    host_put(&h, true, MEM_AP_DRW, 0xAAAAAA42);
    assert_false(host_get(&h, false, SWD_DP_CTRL) & SWD_STICKYCMP);
    host_put(&h, true, MEM_AP_DRW, 0x43);
    assert_true(host_get(&h, false, SWD_DP_CTRL) & SWD_STICKYCMP);
    host_put(&h, false, SWD_DP_ABORT, SWD_ABORT_STKCMP);
    host_put(&h, false, SWD_DP_CTRL, power | 2 << 2 | 15 << 8); /* compare */
    host_put(&h, true, MEM_AP_DRW, 0x43);
    assert_false(host_get(&h, false, SWD_DP_CTRL) & SWD_STICKYCMP);
    host_put(&h, true, MEM_AP_DRW, 0x42);
    assert_true(host_get(&h, false, SWD_DP_CTRL) & SWD_STICKYCMP);
    assert_int_equal(h.chip.writes, 0);
}

static void test_time_is_that_of_the_clocks(void **state)
{
    struct swd_host h;
    host_connect(&h);
    swd_port_set_speed(&h.port, 3000000); /* not a whole number of anything */
    vtime before = h.chip.passed;
    for (unsigned i = 0; i < 3000; i++) {
        host_out(&h, 0, 1);
        swd_port_sync(&h.port);
    }
    assert_int_equal(h.chip.passed - before, VTIME_PER_MS);
    swd_port_set_speed(&h.port, 1000000);
    host_get(&h, false, SWD_DP_CTRL);
    swd_port_sync(&h.port);
    assert_int_equal(h.chip.passed - before, VTIME_PER_MS + 46 * VTIME_PER_US);
    swd_port_idle(&h.port, 5 * VTIME_PER_MS);
    assert_int_equal(h.chip.passed - before, 6 * VTIME_PER_MS + 46 * VTIME_PER_US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_heard_before_a_line_reset),
        cmocka_unit_test(test_after_a_line_reset_dpidr_comes_first),
        cmocka_unit_test(test_a_transfer_has_46_clocks),
        cmocka_unit_test(test_switching_from_jtag),
        cmocka_unit_test(test_dormant_until_the_selection_alert),
        cmocka_unit_test(test_a_bad_header_ends_listening),
        cmocka_unit_test(test_power_is_acknowledged),
        cmocka_unit_test(test_an_access_port_needs_power),
        cmocka_unit_test(test_wrong_parity_of_data),
        cmocka_unit_test(test_a_sticky_error_faults_everything),
        cmocka_unit_test(test_overrun_detection_keeps_the_data_phase),
        cmocka_unit_test(test_wait_while_an_access_is_under_way),
        cmocka_unit_test(test_reads_are_posted),
        cmocka_unit_test(test_a_longer_turnaround),
        cmocka_unit_test(test_pushed_compare),
        cmocka_unit_test(test_time_is_that_of_the_clocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
