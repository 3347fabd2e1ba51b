/* USBD on a cable: supply, attachment, the state of the bus, control transfers; PS 6.35. */
#include "periph_usbd_fixture.h"

/* --- supply and attachment --- */

static void ready_needs_enable_and_vbus(void **state)
{
    struct cable *k = cable_new();

    set(k, ENABLE, 1);
    pass(k, VTIME_PER_S);
    assert_int_equal(get(k, EVENTCAUSE), 0);
    usbd_set_vbus(&k->c->p.usbd, true);
    pass(k, USBD_READY_TIME - 1);
    assert_int_equal(times(k, USBEVENT), 0);
    pass(k, 1);
    assert_int_equal(get(k, EVENTCAUSE), READY);
    assert_int_equal(get(k, USBEVENT), 1);
    assert_int_equal(chip_time_of(k->c, EV_EVENT, USBD + USBEVENT, 0), VTIME_PER_S + USBD_READY_TIME);
    set(k, EVENTCAUSE, 0);
    assert_int_equal(get(k, EVENTCAUSE), READY);
    set(k, EVENTCAUSE, READY);
    assert_int_equal(get(k, EVENTCAUSE), 0);
    cable_free(k);
}

static void pull_up_attaches(void **state)
{
    struct cable *k = cable_new();

    usbd_set_vbus(&k->c->p.usbd, true);
    set(k, USBPULLUP, 1);
    set(k, ENABLE, 1);
    assert_false(k->attached);
    pass(k, USBD_READY_TIME);
    assert_true(k->attached);
    set(k, USBPULLUP, 0);
    assert_false(k->attached);
    set(k, USBPULLUP, 1);
    assert_true(k->attached);
    set(k, ENABLE, 0);
    assert_false(k->attached);
    set(k, ENABLE, 1);
    pass(k, USBD_READY_TIME);
    assert_true(k->attached);
    usbd_set_vbus(&k->c->p.usbd, false);
    assert_false(k->attached);
    usbd_set_vbus(&k->c->p.usbd, true);
    pass(k, USBD_READY_TIME);
    assert_true(k->attached);
    periph_engine_reset(&k->c->p.engine, RESETREAS_SREQ);
    assert_false(k->attached);
    set(k, ENABLE, 1); /* VBUS is still there */
    pass(k, USBD_READY_TIME);
    assert_int_equal(get(k, EVENTCAUSE), READY);
    cable_free(k);
}

static void errata_pokes_are_silent(void **state)
{
    struct cable *k = cable_new();

    chip_write(k->c, 0x4006EC00, 0x9375);
    chip_write(k->c, 0x4006EC14, 0xC0);
    chip_write(k->c, 0x4006ED14, 3);
    set(k, CORE_INDEX, 0x7E3);
    set(k, CORE_DATA, 0x40);
    set(k, 0xC1C, 0x82);
    assert_int_equal(k->c->n_messages, 0);
    cable_free(k);
}

/* --- the bus --- */

static void bus_reset_forgets(void **state)
{
    struct cable *k = cable_in_use();

    set(k, EPINEN, 0x1FF);
    set(k, EPOUTEN, 0x1FF);
    set(k, SIZE_EPOUT(1), 0);
    load_in(k, 1, "old");
    assert_int_equal(setup(k, "\x00\x05\x2A\x00\x00\x00\x00\x00"), USB_ACK);
    assert_int_equal(in(k, 0), USB_ACK);
    assert_int_equal(get(k, USBADDR), 42);
    k->bus.device->reset(k->bus.device_ctx, true, now(k));
    assert_int_equal(get(k, USBRESET), 1);
    assert_int_equal(get(k, USBADDR), 0);
    assert_int_equal(get(k, EPINEN), 1);
    assert_int_equal(get(k, EPOUTEN), 1);
    k->address = 0;
    assert_int_equal(setup(k, "\x80\x06\x00\x01\x00\x00\x12\x00"), USB_SILENCE); /* it lasts */
    k->bus.device->reset(k->bus.device_ctx, false, now(k));
    assert_int_equal(setup(k, "\x80\x06\x00\x01\x00\x00\x12\x00"), USB_ACK);
    assert_int_equal(in(k, 1), USB_SILENCE);
    set(k, EPINEN, 3);
    set(k, EPOUTEN, 3);
    assert_int_equal(in(k, 1), USB_NAK);
    assert_int_equal(out(k, 1, false, "x"), USB_NAK);
    cable_free(k);
}

static void an_idle_bus_is_suspended(void **state)
{
    struct cable *k = cable_in_use();

    pass(k, USBD_SUSPEND_TIME - 1);
    assert_int_equal(get(k, EVENTCAUSE), 0);
    sof(k, 1);
    pass(k, USBD_SUSPEND_TIME - 1);
    assert_int_equal(get(k, EVENTCAUSE), 0);
    pass(k, 1);
    assert_int_equal(get(k, EVENTCAUSE), SUSPEND);
    set(k, EVENTCAUSE, SUSPEND);
    k->bus.device->resume(k->bus.device_ctx, now(k));
    assert_int_equal(get(k, EVENTCAUSE), RESUME);
    set(k, EVENTCAUSE, RESUME);
    sof(k, 2);
    assert_int_equal(get(k, EVENTCAUSE), 0);
    pass(k, USBD_SUSPEND_TIME);
    sof(k, 3);
    assert_int_equal(get(k, EVENTCAUSE), SUSPEND | RESUME);
    cable_free(k);
}

static void remote_wakeup(void **state)
{
    struct cable *k = cable_in_use();

    pass(k, USBD_SUSPEND_TIME);
    set(k, EVENTCAUSE, SUSPEND);
    set(k, LOWPOWER, 1);
    set(k, LOWPOWER, 0);
    pass(k, USBD_READY_TIME);
    assert_int_equal(get(k, EVENTCAUSE), USBWUALLOWED);
    set(k, DPDMVALUE, 2);
    set(k, DPDMDRIVE, 1);
    assert_int_equal(k->wakeups, 0);
    set(k, DPDMVALUE, 1);
    set(k, DPDMDRIVE, 1);
    assert_int_equal(k->wakeups, 1);
    cable_free(k);
}

static void frames_are_counted(void **state)
{
    struct cable *k = cable_in_use();

    set(k, INTENSET, 1u << 21);
    sof(k, 0x7FF);
    assert_int_equal(get(k, FRAMECNTR), 0x7FF);
    assert_int_equal(get(k, SOF), 1);
    assert_true(k->c->line[IRQ]);
    cable_free(k);
}

/* --- control transfers --- */

static void setup_is_shown(void **state)
{
    struct cable *k = cable_in_use();

    assert_int_equal(setup(k, "\x80\x06\x34\x12\x78\x56\xBC\x9A"), USB_ACK);
    assert_int_equal(get(k, EP0SETUP), 1);
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(get(k, BMREQUESTTYPE + 4 * i), (uint8_t) "\x80\x06\x34\x12\x78\x56\xBC\x9A"[i]);
    k->address = 1;
    assert_int_equal(setup(k, "\x80\x06\x00\x00\x00\x00\x00\x00"), USB_SILENCE);
    cable_free(k);
}

static void control_read(void **state)
{
    struct cable *k = cable_in_use();

    assert_int_equal(setup(k, "\x80\x06\x00\x02\x00\x00\x20\x00"), USB_ACK);
    assert_int_equal(in(k, 0), USB_NAK);
    load_in(k, 0, "first");
    assert_int_equal(in(k, 0), USB_ACK);
    assert_got(k, true, "first");
    assert_int_equal(get(k, EP0DATADONE), 1);
    assert_int_equal(get(k, EPDATASTATUS), 0);
    assert_int_equal(times(k, EPDATA), 0);
    assert_int_equal(in(k, 0), USB_NAK);
    load_in(k, 0, "2nd");
    assert_int_equal(in(k, 0), USB_ACK);
    assert_got(k, false, "2nd");
    assert_int_equal(out(k, 0, true, ""), USB_NAK);
    set(k, EP0STATUS, 1);
    assert_int_equal(out(k, 0, true, ""), USB_ACK);
    assert_int_equal(times(k, EP0DATADONE), 2);
    cable_free(k);
}

static void control_write(void **state)
{
    struct cable *k = cable_in_use();

    set(k, SHORTS, 1u << 1 | 1u << 3); /* EP0DATADONE → STARTEPOUT[0], ENDEPOUT[0] → EP0STATUS */
    set_buffer(k, EPOUT(0), RAM + 0x100, 64);
    assert_int_equal(setup(k, "\x21\x20\x00\x00\x00\x00\x07\x00"), USB_ACK);
    assert_int_equal(out(k, 0, true, "9600,8N"), USB_NAK);
    set(k, EP0RCVOUT, 1);
    assert_int_equal(out(k, 0, true, "9600,8N"), USB_ACK);
    assert_int_equal(get(k, SIZE_EPOUT(0)), 7);
    assert_int_equal(get(k, EP0DATADONE), 1);
    assert_int_equal(in(k, 0), USB_NAK);
    assert_int_equal(get(k, ENDEPOUT(0)), 0);
    pass(k, USBD_DMA_TIME + 7 * USBD_DMA_BYTE);
    assert_int_equal(get(k, ENDEPOUT(0)), 1);
    assert_int_equal(get(k, EPOUT(0) + AMOUNT), 7);
    assert_memory_equal(k->ram + 0x100, "9600,8N", 7);
    assert_int_equal(out(k, 0, false, "more"), USB_NAK); /* needs EP0RCVOUT each time */
    assert_int_equal(in(k, 0), USB_ACK);
    assert_got(k, true, "");
    cable_free(k);
}

static void without_data_only_a_status(void **state)
{
    struct cable *k = cable_in_use();

    assert_int_equal(setup(k, "\x00\x09\x01\x00\x00\x00\x00\x00"), USB_ACK);
    assert_int_equal(in(k, 0), USB_NAK);
    set(k, EP0STATUS, 1);
    assert_int_equal(in(k, 0), USB_ACK);
    assert_got(k, true, "");
    assert_int_equal(get(k, EP0DATADONE), 0);
    assert_int_equal(in(k, 0), USB_NAK);
    cable_free(k);
}

/* A status that was allowed before SETUP is none for the new transfer; so with a stall. */
static void setup_begins_anew(void **state)
{
    struct cable *k = cable_in_use();

    set(k, EP0STATUS, 1);
    set(k, EP0STALL, 1);
    assert_int_equal(in(k, 0), USB_STALL);
    assert_int_equal(out(k, 0, true, ""), USB_STALL);
    load_in(k, 0, "stale");
    assert_int_equal(setup(k, "\x00\x09\x01\x00\x00\x00\x00\x00"), USB_ACK);
    assert_int_equal(in(k, 0), USB_NAK);
    assert_int_equal(setup(k, "\x80\x06\x00\x01\x00\x00\x12\x00"), USB_ACK);
    assert_int_equal(in(k, 0), USB_NAK);
    cable_free(k);
}

static void set_address_is_hardware(void **state)
{
    struct cable *k = cable_in_use();

    assert_int_equal(setup(k, "\x00\x05\x07\x00\x00\x00\x00\x00"), USB_ACK);
    assert_int_equal(get(k, EP0SETUP), 1);
    assert_int_equal(get(k, USBADDR), 0);
    assert_int_equal(in(k, 0), USB_ACK);
    assert_int_equal(get(k, USBADDR), 7);
    assert_int_equal(setup(k, "\x80\x06\x00\x01\x00\x00\x12\x00"), USB_SILENCE);
    k->address = 7;
    assert_int_equal(setup(k, "\x80\x06\x00\x01\x00\x00\x12\x00"), USB_ACK);
    cable_free(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ready_needs_enable_and_vbus),
        cmocka_unit_test(pull_up_attaches),
        cmocka_unit_test(errata_pokes_are_silent),
        cmocka_unit_test(bus_reset_forgets),
        cmocka_unit_test(an_idle_bus_is_suspended),
        cmocka_unit_test(remote_wakeup),
        cmocka_unit_test(frames_are_counted),
        cmocka_unit_test(setup_is_shown),
        cmocka_unit_test(control_read),
        cmocka_unit_test(control_write),
        cmocka_unit_test(without_data_only_a_status),
        cmocka_unit_test(setup_begins_anew),
        cmocka_unit_test(set_address_is_hardware),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
