/* The USB host on a device of ours: times, enumeration, what it does about errors, the console. */
#include "host_usb_device.h"

#define INTERFACE(n, alt, eps, class, sub, protocol) 9, 4, n, alt, eps, class, sub, protocol, 0
#define ENDPOINT(address, type, size)                7, 5, address, type, size, 0, 0
#define UNION(control, data)                         5, 0x24, 6, control, data
#define CALL(data)                                   5, 0x24, 1, 0, data
#define ASSOCIATION(first, count)                    8, 11, first, count, 2, 2, 0, 0
#define CONFIGURATION(size)                          9, 2, (size)&0xFF, (size) >> 8, 2, 1, 0, 0x80, 50

static const uint8_t plain[] = {
    CONFIGURATION(58),
    INTERFACE(0, 0, 1, 2, 2, 1),
    UNION(0, 1),
    ENDPOINT(0x81, 3, 8),
    INTERFACE(1, 0, 2, 10, 0, 0),
    ENDPOINT(0x82, 2, 64),
    ENDPOINT(0x03, 2, 64),
    5,
    0x24,
    0,
    0x10,
    1,
};

/* --- descriptors --- */

static bool find(const uint8_t *config, unsigned size, struct usb_acm *acm)
{
    /* Exactly as long as it is, so that a sanitizer sees a read behind it. */
    uint8_t *copy = malloc(size ? size : 1);

    assert_non_null(copy);
    memcpy(copy, config, size);
    bool found = usb_find_acm(copy, size, acm);
    free(copy);
    return found;
}

static void a_serial_port_is_found(void **state)
{
    struct usb_acm a;

    assert_true(find(plain, sizeof plain, &a));
    assert_int_equal(a.control, 0);
    assert_int_equal(a.data, 1);
    assert_int_equal(a.alternate, 0);
    assert_int_equal(a.in, 0x82);
    assert_int_equal(a.out, 0x03);
    assert_int_equal(a.notify, 0x81);
    assert_int_equal(a.in_size, 64);
    assert_int_equal(a.out_size, 64);
    assert_int_equal(a.notify_size, 8);
}

/* Storage, RNDIS, and then two serial ports, the first with another setting of its data interface. */
static void the_first_of_a_composite_device(void **state)
{
    static const uint8_t config[] = {
        CONFIGURATION(0),
        INTERFACE(0, 0, 2, 8, 6, 0x50),
        ENDPOINT(0x81, 2, 64),
        ENDPOINT(0x01, 2, 64),
        INTERFACE(1, 0, 1, 2, 2, 0xFF),
        UNION(1, 2),
        ENDPOINT(0x82, 3, 8),
        INTERFACE(2, 0, 2, 10, 0, 0),
        ENDPOINT(0x83, 2, 64),
        ENDPOINT(0x03, 2, 64),
        ASSOCIATION(3, 2),
        INTERFACE(3, 0, 1, 2, 2, 0),
        UNION(3, 4),
        ENDPOINT(0x84, 3, 16),
        INTERFACE(4, 0, 0, 10, 0, 0),
        INTERFACE(4, 1, 2, 10, 0, 0),
        ENDPOINT(0x05, 2, 32),
        ENDPOINT(0x85, 2, 16),
        ASSOCIATION(5, 2),
        INTERFACE(5, 0, 0, 2, 2, 0),
        UNION(5, 6),
        INTERFACE(6, 0, 2, 10, 0, 0),
        ENDPOINT(0x86, 2, 64),
        ENDPOINT(0x06, 2, 64),
    };
    struct usb_acm a;

    assert_true(find(config, sizeof config, &a));
    assert_int_equal(a.control, 3);
    assert_int_equal(a.data, 4);
    assert_int_equal(a.alternate, 1);
    assert_int_equal(a.in, 0x85);
    assert_int_equal(a.in_size, 16);
    assert_int_equal(a.out, 0x05);
    assert_int_equal(a.out_size, 32);
    assert_int_equal(a.notify, 0x84);
}

static void the_data_interface_by_other_means(void **state)
{
    static const uint8_t by_call[] = {
        CONFIGURATION(0),
        INTERFACE(0, 0, 0, 2, 2, 0),
        CALL(3),
        INTERFACE(2, 0, 2, 10, 0, 0),
        ENDPOINT(0x81, 2, 64),
        ENDPOINT(0x01, 2, 64),
        INTERFACE(3, 0, 2, 10, 0, 0),
        ENDPOINT(0x82, 2, 64),
        ENDPOINT(0x02, 2, 64),
    };
    static const uint8_t by_order[] = {
        CONFIGURATION(0),      INTERFACE(0, 0, 0, 2, 2, 0), INTERFACE(1, 0, 0, 3, 0, 0), INTERFACE(7, 0, 2, 10, 0, 0),
        ENDPOINT(0x81, 2, 64), ENDPOINT(0x01, 2, 64),
    };
    static const uint8_t half_a_port[] = {
        CONFIGURATION(0), INTERFACE(0, 0, 0, 2, 2, 0), UNION(0, 1), INTERFACE(1, 0, 1, 10, 0, 0), ENDPOINT(0x81, 2, 64),
    };
    struct usb_acm a;

    assert_true(find(by_call, sizeof by_call, &a));
    assert_int_equal(a.data, 3);
    assert_int_equal(a.out, 0x02);
    assert_true(find(by_order, sizeof by_order, &a));
    assert_int_equal(a.data, 7);
    assert_false(find(half_a_port, sizeof half_a_port, &a));
}

static void broken_descriptors(void **state)
{
    uint8_t config[sizeof plain];
    struct usb_acm a;

    for (unsigned size = 0; size < sizeof plain - 5; size++)
        assert_false(find(plain, size, &a));
    for (unsigned at = 0; at < sizeof plain; at++)
        for (unsigned value = 0; value < 256; value++) {
            memcpy(config, plain, sizeof plain);
            config[at] = (uint8_t)value;
            find(config, sizeof config, &a);
        }
}

/* --- the port --- */

static void reset_after_a_steady_connection(void **state)
{
    struct device *d = device_new(plain, sizeof plain);

    device_run_to(d, VTIME_PER_S);
    usb_bus_attach(&d->bus, true, d->sched.now);
    device_pass(d, 60 * VTIME_PER_MS);
    usb_bus_attach(&d->bus, false, d->sched.now);
    usb_bus_attach(&d->bus, true, d->sched.now);
    device_pass(d, 100 * VTIME_PER_MS - 1);
    assert_int_equal(d->resets, 0);
    device_pass(d, 100 * VTIME_PER_MS);
    assert_int_equal(d->reset_at, VTIME_PER_S + 160 * VTIME_PER_MS);
    assert_int_equal(d->released_at, VTIME_PER_S + 170 * VTIME_PER_MS);
    assert_int_equal(d->first_sof, d->released_at);
    assert_true(d->request_at[0] > d->released_at + 10 * VTIME_PER_MS);
    assert_true(d->request_at[0] < d->released_at + 11 * VTIME_PER_MS);
    device_pass(d, 5 * VTIME_PER_S);
    assert_int_equal(d->last_frame, (d->sofs - 1) % USB_FRAMES);
    usb_bus_attach(&d->bus, false, d->sched.now);
    assert_int_equal(sched_next(&d->sched), VTIME_NEVER);
    free(d);
}

/* --- enumeration --- */

static void enumerate(struct device *d)
{
    usb_bus_attach(&d->bus, true, d->sched.now);
    device_pass(d, 150 * VTIME_PER_MS);
}

static void assert_requests(const struct device *d, const uint8_t (*expected)[8], unsigned n)
{
    assert_int_equal(d->n_requests, n);
    for (unsigned i = 0; i < n; i++)
        assert_memory_equal(d->request[i], expected[i], 8);
}

static void what_is_asked(void **state)
{
    static const uint8_t expected[][8] = {
        {0x80, 6, 0, 1, 0, 0, 64, 0},
        {0, 5, 1, 0, 0, 0, 0, 0},
        {0x80, 6, 0, 1, 0, 0, 18, 0},
        {0x80, 6, 0, 2, 0, 0, 9, 0},
        {0x80, 6, 0, 2, 0, 0, sizeof plain, 0},
        {0x80, 6, 2, 3, 0x09, 0x04, 255, 0},
        {0, 9, 1, 0, 0, 0, 0, 0},
        {0x21, 0x20, 0, 0, 0, 0, 7, 0},
        {0x21, 0x22, 3, 0, 0, 0, 0, 0},
    };
    static const uint8_t line_coding[] = {0x00, 0xC2, 0x01, 0x00, 0, 0, 8};
    uint8_t config[sizeof plain];
    struct device *d = device_new(config, sizeof config);

    memcpy(config, plain, sizeof plain);
    config[2] = sizeof plain;
    enumerate(d);
    assert_requests(d, expected, 9);
    assert_int_equal(d->address, 1);
    assert_true(d->request_at[2] >= d->request_at[1] + 2 * VTIME_PER_MS);
    assert_memory_equal(d->control_out, line_coding, sizeof line_coding);
    assert_int_equal(d->control_out_size, sizeof line_coding);
    assert_true(d->cdc.open);
    assert_non_null(strstr(d->said, "USB: device 1234:5678 \"Gadg?t\" configured, console on interface 0"));
    free(d);
}

/* One bit is 1/12 µs: SETUP is 164 of them, SOF and the gap behind it 37. */
static void bits_take_their_time(void **state)
{
    struct device *d = device_new(plain, sizeof plain);

    enumerate(d);
    assert_int_equal(d->request_at[0] - d->first_sof, 10 * VTIME_PER_MS + 37 * 512 / 12 + 1 + 162 * 512 / 12);
    free(d);
}

static void small_packets_and_slow_devices(void **state)
{
    struct device *d = device_new(plain, sizeof plain);

    d->packet_size = 8;
    d->hold = 3;
    usb_bus_attach(&d->bus, true, 0);
    device_pass(d, 500 * VTIME_PER_MS);
    assert_true(d->cdc.open);
    assert_int_equal(d->resets, 1);
    free(d);
}

/* What the device sends once more, because our ACK was lost, counts once. */
static void lost_acknowledgements(void **state)
{
    struct device *d = device_new(plain, sizeof plain);

    d->packet_size = 8;
    d->lose_acks = 12;
    usb_bus_attach(&d->bus, true, 0);
    device_pass(d, 500 * VTIME_PER_MS);
    assert_true(d->cdc.open);
    assert_int_equal(d->lose_acks, 0);
    assert_int_equal(d->resets, 1);
    assert_non_null(strstr(d->said, "1234:5678 \"Gadg?t\""));
    free(d);
}

static void a_device_without_a_serial_port(void **state)
{
    static const uint8_t config[] = {CONFIGURATION(18), INTERFACE(0, 0, 0, 3, 0, 0)};
    struct device *d = device_new(config, sizeof config);

    enumerate(d);
    assert_false(d->cdc.open);
    assert_int_equal(d->n_requests, 7);
    assert_non_null(strstr(d->said, "configured, without a CDC-ACM function"));
    free(d);
}

static void optional_requests_may_stall(void **state)
{
    struct device *d = device_new(plain, sizeof plain);

    d->stall = 0x20; /* SET_LINE_CODING */
    enumerate(d);
    assert_true(d->cdc.open);
    free(d);
}

static void others_are_tried_three_times(void **state)
{
    struct device *d = device_new(plain, sizeof plain);

    d->stall = 9; /* SET_CONFIGURATION */
    usb_bus_attach(&d->bus, true, 0);
    device_pass(d, VTIME_PER_S);
    assert_false(d->cdc.open);
    assert_int_equal(d->resets, 3);
    assert_non_null(strstr(d->said, "USB: the device refuses SET_CONFIGURATION"));
    d->stall = -1;
    usb_bus_attach(&d->bus, false, d->sched.now);
    enumerate(d); /* plugged in anew */
    assert_true(d->cdc.open);
    d->stall = 9;
    usb_bus_attach(&d->bus, false, d->sched.now);
    usb_bus_attach(&d->bus, true, d->sched.now);
    device_pass(d, VTIME_PER_S);
    assert_int_equal(d->resets, 3 + 1 + 3);
    free(d);
}

static void silence(void **state)
{
    struct device *d = device_new(plain, sizeof plain);

    d->silent = true;
    usb_bus_attach(&d->bus, true, 0);
    device_pass(d, VTIME_PER_S);
    assert_int_equal(d->resets, 3);
    assert_non_null(strstr(d->said, "USB: the device does not answer GET_DESCRIPTOR (device)"));
    free(d);
}

static void eternal_nak(void **state)
{
    struct device *d = device_new(plain, sizeof plain);

    d->mute = 6;
    usb_bus_attach(&d->bus, true, 0);
    device_pass(d, 5 * VTIME_PER_S);
    assert_int_equal(d->resets, 1);
    device_pass(d, 11 * VTIME_PER_S);
    assert_int_equal(d->resets, 3);
    assert_non_null(strstr(d->said, "does not answer"));
    free(d);
}

static void nonsense_from_the_device(void **state)
{
    struct device *d = device_new(plain, sizeof plain);

    d->lies = true;
    usb_bus_attach(&d->bus, true, 0);
    device_pass(d, VTIME_PER_S);
    assert_int_equal(d->resets, 3);
    assert_non_null(strstr(d->said, "no sensible answer to GET_DESCRIPTOR (device)"));
    free(d);
}

/* --- the console --- */

static struct device *open_console(void)
{
    struct device *d = device_new(plain, sizeof plain);

    enumerate(d);
    assert_true(d->cdc.open);
    return d;
}

static void say(struct device *d, const char *text)
{
    d->in_text = text;
    usb_bus_ready(&d->bus, d->sched.now);
    device_pass(d, VTIME_PER_MS);
}

static void what_the_device_says(void **state)
{
    struct device *d = open_console();

    say(d, "hello ");
    say(d, "world\n");
    say(d, "");
    assert_int_equal(d->in_acks, 3);
    assert_string_equal(d->shown, "hello world\n");
    d->in_data1 = !d->in_data1; /* sent once more: the host's ACK was lost */
    say(d, "world\n");
    assert_string_equal(d->shown, "hello world\n");
    say(d, "!");
    assert_string_equal(d->shown, "hello world\n!");
    d->in_endpoint = 1;
    d->in_data1 = false;
    say(d, "state"); /* a notification */
    assert_null(d->in_text);
    assert_string_equal(d->shown, "hello world\n!");
    free(d);
}

/* A packet of 64 bytes takes 52 µs; before it the notification endpoint is asked, which takes 6. */
static void speed(void **state)
{
    static const char text[] = "0123456789012345678901234567890123456789012345678901234567890123";
    struct device *d = open_console();
    unsigned n = 0;

    for (; n < 15; n++) {
        d->in_text = text;
        usb_bus_ready(&d->bus, d->sched.now);
        device_pass(d, 58 * VTIME_PER_US);
    }
    assert_true(d->in_acks >= n - 1);
    assert_true(d->in_acks <= n);
    free(d);
}

static void an_idle_device_is_left_alone(void **state)
{
    struct device *d = open_console();
    unsigned polls;

    device_pass(d, 10 * VTIME_PER_MS);
    polls = d->in_polls[1] + d->in_polls[2];
    device_pass(d, VTIME_PER_S);
    assert_int_equal(d->in_polls[1] + d->in_polls[2], polls);
    free(d);
}

static void what_is_typed(void **state)
{
    struct device *d = open_console();
    char text[200];

    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    d->typed = text;
    assert_int_equal(usb_cdc_feed(&d->cdc, "fed ", 4), 4);
    device_pass(d, USB_FRAME / 2);
    device_pass(d, USB_FRAME);
    assert_memory_equal(d->out, "fed ", 4);
    device_pass(d, 2 * USB_FRAME);
    assert_int_equal(d->out_packets, 3);
    device_pass(d, 10 * USB_FRAME);
    assert_int_equal(d->out_packets, 5);
    assert_int_equal(d->n_out, 4 + 199);
    free(d);
}

static void a_busy_device_is_asked_again(void **state)
{
    struct device *d = open_console();
    vtime start = d->sched.now;

    d->typed = "x";
    d->refuse_out = 5;
    device_pass(d, 20 * USB_FRAME);
    assert_int_equal(d->n_out, 1);
    assert_true(d->out_at > start + 5 * USB_FRAME);
    free(d);
}

static void feeding_is_limited(void **state)
{
    static const uint8_t bytes[USB_CDC_FED + 10];
    struct device *d = open_console();

    assert_int_equal(usb_cdc_feed(&d->cdc, bytes, sizeof bytes), USB_CDC_FED);
    assert_int_equal(usb_cdc_feed(&d->cdc, bytes, 1), 0);
    device_pass(d, VTIME_PER_S);
    assert_int_equal(d->n_out, USB_CDC_FED);
    free(d);
}

static void a_reset_of_the_device(void **state)
{
    struct device *d = open_console();

    usb_bus_attach(&d->bus, false, d->sched.now);
    assert_false(d->cdc.open);
    assert_int_equal(usb_cdc_feed(&d->cdc, "later", 5), 5);
    device_pass(d, VTIME_PER_S);
    enumerate(d);
    assert_true(d->cdc.open);
    assert_memory_equal(d->out, "later", 5);
    say(d, "back");
    assert_string_equal(d->shown, "back");
    free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_serial_port_is_found),
        cmocka_unit_test(the_first_of_a_composite_device),
        cmocka_unit_test(the_data_interface_by_other_means),
        cmocka_unit_test(broken_descriptors),
        cmocka_unit_test(reset_after_a_steady_connection),
        cmocka_unit_test(what_is_asked),
        cmocka_unit_test(bits_take_their_time),
        cmocka_unit_test(small_packets_and_slow_devices),
        cmocka_unit_test(lost_acknowledgements),
        cmocka_unit_test(a_device_without_a_serial_port),
        cmocka_unit_test(optional_requests_may_stall),
        cmocka_unit_test(others_are_tried_three_times),
        cmocka_unit_test(silence),
        cmocka_unit_test(eternal_nak),
        cmocka_unit_test(nonsense_from_the_device),
        cmocka_unit_test(what_the_device_says),
        cmocka_unit_test(speed),
        cmocka_unit_test(an_idle_device_is_left_alone),
        cmocka_unit_test(what_is_typed),
        cmocka_unit_test(a_busy_device_is_asked_again),
        cmocka_unit_test(feeding_is_limited),
        cmocka_unit_test(a_reset_of_the_device),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
