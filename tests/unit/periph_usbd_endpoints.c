/* USBD on a cable: bulk and isochronous endpoints, stalls, EasyDMA; PS 6.35. */
#include "periph_usbd_fixture.h"

/* --- bulk and interrupt endpoints --- */

static void in_endpoint(void **state)
{
    struct cable *k = cable_in_use();
    vtime start = now(k);

    assert_int_equal(in(k, 2), USB_SILENCE);
    set(k, EPINEN, 1 | 1u << 2);
    assert_int_equal(in(k, 2), USB_NAK);
    k->readies = 0;
    load_in(k, 2, "sixteen bytes...");
    assert_int_equal(chip_time_of(k->c, EV_EVENT, USBD + STARTED, 0), start);
    assert_int_equal(chip_time_of(k->c, EV_EVENT, USBD + ENDEPIN(2), 0), start + USBD_DMA_TIME + 16 * USBD_DMA_BYTE);
    assert_int_equal(get(k, EPIN(2) + AMOUNT), 16);
    assert_int_equal(get(k, EPSTATUS), 1u << 2);
    set(k, EPSTATUS, 1u << 2);
    assert_int_equal(get(k, EPSTATUS), 0);
    assert_true(k->readies);
    assert_int_equal(in(k, 2), USB_ACK);
    assert_got(k, false, "sixteen bytes...");
    assert_int_equal(get(k, EPDATA), 1);
    assert_int_equal(get(k, EPDATASTATUS), 1u << 2);
    set(k, EPDATASTATUS, 1u << 2);
    assert_int_equal(get(k, EPDATASTATUS), 0);
    assert_int_equal(in(k, 2), USB_NAK);
    load_in(k, 2, "");
    assert_int_equal(in(k, 2), USB_ACK);
    assert_got(k, true, "");
    cable_free(k);
}

static void out_endpoint(void **state)
{
    struct cable *k = cable_in_use();

    assert_int_equal(out(k, 3, false, "one"), USB_SILENCE);
    set(k, EPOUTEN, 1 | 1u << 3);
    assert_int_equal(out(k, 3, false, "one"), USB_NAK);
    set(k, SIZE_EPOUT(3), 0);
    assert_int_equal(out(k, 3, false, "one"), USB_ACK);
    assert_int_equal(get(k, EPDATASTATUS), 1u << 19);
    assert_int_equal(get(k, EPDATA), 1);
    assert_int_equal(get(k, SIZE_EPOUT(3)), 3);
    assert_int_equal(out(k, 3, true, "two"), USB_NAK);
    set_buffer(k, EPOUT(3), RAM, 64);
    set(k, STARTEPOUT(3), 1);
    pass(k, USBD_DMA_TIME + 3 * USBD_DMA_BYTE);
    assert_int_equal(get(k, ENDEPOUT(3)), 1);
    assert_int_equal(get(k, EPOUT(3) + AMOUNT), 3);
    assert_memory_equal(k->ram, "one", 3);
    assert_int_equal(out(k, 3, false, "one"), USB_ACK); /* the host did not hear us: not again */
    assert_int_equal(times(k, EPDATA), 1);
    assert_int_equal(out(k, 3, true, "two"), USB_ACK);
    set(k, SIZE_EPOUT(3), 0); /* thrown away */
    assert_int_equal(get(k, SIZE_EPOUT(3)), 0);
    assert_int_equal(out(k, 3, false, "three"), USB_ACK);
    set_buffer(k, EPOUT(3), RAM, 2);
    set(k, STARTEPOUT(3), 1);
    pass(k, 10 * VTIME_PER_US);
    assert_int_equal(get(k, EPOUT(3) + AMOUNT), 2);
    assert_memory_equal(k->ram, "the", 2);
    cable_free(k);
}

static void stalls_and_toggles(void **state)
{
    struct cable *k = cable_in_use();

    set(k, EPINEN, 3);
    set(k, EPOUTEN, 3);
    set(k, EPSTALL, 0x181);
    assert_int_equal(get(k, HALTED_IN(1)), 1);
    assert_int_equal(get(k, HALTED_OUT(1)), 0);
    assert_int_equal(in(k, 1), USB_STALL);
    assert_int_equal(out(k, 1, false, "x"), USB_NAK);
    set(k, EPSTALL, 0x101);
    assert_int_equal(out(k, 1, false, "x"), USB_STALL);
    set(k, EPSTALL, 0x081);
    assert_int_equal(get(k, HALTED_IN(1)), 0);
    assert_int_equal(in(k, 1), USB_NAK);
    load_in(k, 1, "a");
    assert_int_equal(in(k, 1), USB_ACK);
    set(k, DTOGGLE, 0x081); /* Nop: only selects */
    assert_int_equal(get(k, DTOGGLE), 0x281);
    set(k, DTOGGLE, 0x181);
    assert_int_equal(get(k, DTOGGLE), 0x181);
    load_in(k, 1, "b");
    assert_int_equal(in(k, 1), USB_ACK);
    assert_got(k, false, "b");
    set(k, DTOGGLE, 0x201);
    assert_int_equal(get(k, DTOGGLE), 0x201);
    cable_free(k);
}

static void an_in_transfer_is_aborted(void **state)
{
    struct cable *k = cable_in_use();

    set(k, EPINEN, 0xFF);
    load_in(k, 7, "never");
    set(k, CORE_INDEX, 0x7B6 + 2 * 6);
    set(k, CORE_DATA, get(k, CORE_DATA) | 2);
    assert_int_equal(in(k, 7), USB_NAK);
    assert_int_equal(setup(k, "\x80\x06\x00\x01\x00\x00\x12\x00"), USB_ACK);
    load_in(k, 0, "never");
    set(k, CORE_INDEX, 0x7B4);
    set(k, CORE_DATA, 4);
    assert_int_equal(in(k, 0), USB_NAK);
    set(k, CORE_INDEX, 0xFFFFFFFE);
    set(k, CORE_DATA, 0xFFFFFFFF);
    cable_free(k);
}

/* --- EasyDMA --- */

static void one_transfer_at_a_time(void **state)
{
    struct cable *k = cable_in_use();
    vtime start = now(k);

    set(k, EPINEN, 0xF);
    memcpy(k->ram, "abcdefgh", 8);
    for (unsigned n = 1; n <= 3; n++) {
        set_buffer(k, EPIN(n), RAM + 2 * n, 2 * n);
        set(k, STARTEPIN(n), 1);
    }
    assert_true(chip_said(k->c, "while another endpoint's is under way"));
    pass(k, 20 * VTIME_PER_US);
    assert_int_equal(chip_time_of(k->c, EV_EVENT, USBD + ENDEPIN(1), 0), start + USBD_DMA_TIME + 2 * USBD_DMA_BYTE);
    assert_int_equal(chip_time_of(k->c, EV_EVENT, USBD + ENDEPIN(3), 0),
                     start + 3 * USBD_DMA_TIME + 12 * USBD_DMA_BYTE);
    assert_int_equal(in(k, 2), USB_ACK);
    assert_got(k, false, "efgh");
    cable_free(k);
}

static void easydma_reaches_ram_only(void **state)
{
    struct cable *k = cable_in_use();

    set(k, EPINEN, 3);
    set_buffer(k, EPIN(1), 0x1000, 4);
    set(k, STARTEPIN(1), 1);
    pass(k, 10 * VTIME_PER_US);
    assert_int_equal(get(k, ENDEPIN(1)), 1);
    assert_true(chip_said(k->c, "USBD.EPIN[1].PTR: EasyDMA reaches RAM only"));
    set_buffer(k, EPIN(1), RAM, 0x7F);
    set(k, STARTEPIN(1), 1);
    pass(k, 10 * VTIME_PER_US);
    assert_int_equal(get(k, EPIN(1) + AMOUNT), 64);
    assert_true(chip_said(k->c, "more than the endpoint's buffer holds"));
    set_buffer(k, EPOUT(1), RAM + RAM_SIZE - 1, 64);
    set(k, EPOUTEN, 3);
    set(k, SIZE_EPOUT(1), 0);
    assert_int_equal(out(k, 1, false, "xy"), USB_ACK);
    set(k, STARTEPOUT(1), 1);
    pass(k, 10 * VTIME_PER_US);
    assert_int_equal(get(k, ENDEPOUT(1)), 1);
    cable_free(k);
}

static void a_reset_ends_a_transfer(void **state)
{
    struct cable *k = cable_in_use();

    set_buffer(k, EPIN(0), RAM, 64);
    set(k, STARTEPIN(0), 1);
    periph_engine_reset(&k->c->p.engine, RESETREAS_DOG);
    pass(k, VTIME_PER_S);
    assert_int_equal(times(k, ENDEPIN(0)), 0);
    assert_int_equal(sched_next(&k->c->sched), VTIME_NEVER);
    cable_free(k);
}

/* --- isochronous --- */

static void iso_in_goes_a_frame_later(void **state)
{
    struct cable *k = cable_in_use();

    set(k, EPINEN, 1 | 1u << ISO);
    assert_int_equal(in(k, ISO), USB_SILENCE);
    set(k, ISOINCONFIG, 1);
    assert_int_equal(in(k, ISO), USB_ACK);
    assert_got(k, false, "");
    memcpy(k->ram, "sample", 6);
    set_buffer(k, EPIN(ISO), RAM, 6);
    set(k, STARTISOIN, 1);
    pass(k, 10 * VTIME_PER_US);
    assert_int_equal(get(k, ENDISOIN), 1);
    assert_int_equal(get(k, EPSTATUS), 1u << 8);
    assert_int_equal(in(k, ISO), USB_ACK);
    assert_got(k, false, "");
    sof(k, 1);
    assert_int_equal(in(k, ISO), USB_ACK);
    assert_got(k, false, "sample");
    assert_int_equal(in(k, ISO), USB_ACK);
    assert_got(k, false, "");
    sof(k, 2);
    assert_int_equal(in(k, ISO), USB_ACK);
    assert_got(k, false, ""); /* not again */
    cable_free(k);
}

static void iso_out_comes_a_frame_later(void **state)
{
    struct cable *k = cable_in_use();
    struct usb_packet big = {.size = 513};

    assert_int_equal(get(k, SIZE_ISOOUT), 0x10000);
    set(k, EPOUTEN, 1 | 1u << ISO);
    assert_int_equal(out(k, ISO, false, "sample"), USB_ACK);
    sof(k, 1);
    assert_int_equal(get(k, SIZE_ISOOUT), 6);
    set_buffer(k, EPOUT(ISO), RAM, 6);
    set(k, STARTISOOUT, 1);
    pass(k, 10 * VTIME_PER_US);
    assert_int_equal(get(k, ENDISOOUT), 1);
    assert_int_equal(get(k, EPSTATUS), 1u << 24);
    assert_memory_equal(k->ram, "sample", 6);
    assert_int_equal(out(k, ISO, false, ""), USB_ACK);
    sof(k, 2);
    assert_int_equal(get(k, SIZE_ISOOUT), 0x10000);
    sof(k, 3);
    assert_int_equal(get(k, SIZE_ISOOUT), 0);
    set(k, ISOSPLIT, 0x80);
    assert_int_equal(k->bus.device->out(k->bus.device_ctx, 0, ISO, &big, now(k)), USB_SILENCE);
    set(k, ISOSPLIT, 0);
    assert_int_equal(k->bus.device->out(k->bus.device_ctx, 0, ISO, &big, now(k)), USB_ACK);
    cable_free(k);
}

static void nonsense_from_the_host(void **state)
{
    struct cable *k = cable_in_use();
    struct usb_packet big = {.size = 65};

    set(k, EPOUTEN, 0x1FF);
    set(k, EPINEN, 0x1FF);
    set(k, SIZE_EPOUT(1), 0);
    assert_int_equal(k->bus.device->out(k->bus.device_ctx, 0, 1, &big, now(k)), USB_SILENCE);
    for (unsigned endpoint = 9; endpoint < 40; endpoint++) {
        assert_int_equal(in(k, endpoint), USB_SILENCE);
        assert_int_equal(out(k, endpoint, false, ""), USB_SILENCE);
    }
    cable_free(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_endpoint),
        cmocka_unit_test(out_endpoint),
        cmocka_unit_test(stalls_and_toggles),
        cmocka_unit_test(an_in_transfer_is_aborted),
        cmocka_unit_test(one_transfer_at_a_time),
        cmocka_unit_test(easydma_reaches_ram_only),
        cmocka_unit_test(a_reset_ends_a_transfer),
        cmocka_unit_test(iso_in_goes_a_frame_later),
        cmocka_unit_test(iso_out_comes_a_frame_later),
        cmocka_unit_test(nonsense_from_the_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
