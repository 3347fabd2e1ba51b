/* UART0: bit times, the receive FIFO, flow control, stopping; PS 6.33. */
#include "periph_fixture.h"

#define UART0    0x40002000u
#define STARTRX  0x000
#define STOPRX   0x004
#define STARTTX  0x008
#define STOPTX   0x00C
#define SUSPEND  0x01C
#define CTS      0x100
#define NCTS     0x104
#define RXDRDY   0x108
#define TXDRDY   0x11C
#define ERROR    0x124
#define RXTO     0x144
#define SHORTS   0x200
#define INTENSET 0x304
#define ERRORSRC 0x480
#define ENABLE   0x500
#define PSEL_RTS 0x508
#define PSEL_TXD 0x50C
#define PSEL_CTS 0x510
#define PSEL_RXD 0x514
#define RXD      0x518
#define TXD      0x51C
#define BAUDRATE 0x524
#define CONFIG   0x56C

#define BAUD_1M      0x10000000u
#define BAUD_115200  0x01D7E000u
#define PARITY       (7u << 1)
#define TWO_STOPS    (1u << 4)
#define FRAME        (10 * VTIME_PER_US) /* at 1 Mbaud */
#define PIN_TXD      6
#define PIN_RTS      5
#define PIN_CTS      7
#define PIN_RXD      8
#define DISCONNECTED 0x80000000u

struct wire {
    struct chip *c;
    struct uart_port port;
    struct stream *host[2]; /* ours, the port's */
};

static struct wire *wire_new(void)
{
    struct wire *w = calloc(1, sizeof *w);

    assert_non_null(w);
    w->c = chip_new();
    evlog_attach(&w->c->evlog, 1u << EV_CONSOLE, chip_record, w->c);
    stream_pair(w->host);
    uart_port_init(&w->port, w->host[1], EV_CONSOLE_UART0);
    uart_connect(&w->c->p.uart0.m, &w->port);
    chip_write(w->c, UART0 + BAUDRATE, BAUD_1M);
    chip_write(w->c, UART0 + PSEL_TXD, PIN_TXD);
    chip_write(w->c, UART0 + PSEL_RXD, PIN_RXD);
    chip_write(w->c, UART0 + ENABLE, 4);
    return w;
}

static void wire_free(struct wire *w)
{
    stream_close(w->host[0]);
    stream_close(w->host[1]);
    free(w->c);
    free(w);
}

static void send(struct wire *w, uint8_t byte)
{
    chip_write(w->c, UART0 + TXDRDY, 0);
    chip_write(w->c, UART0 + TXD, byte);
}

/* Runs until the byte is out; returns when that was. */
static vtime send_and_wait(struct wire *w, uint8_t byte)
{
    send(w, byte);
    while (!chip_read(w->c, UART0 + TXDRDY))
        chip_run_to(w->c, sched_next(&w->c->sched));
    return w->c->sched.now;
}

static void assert_host_sees(struct wire *w, const char *text)
{
    char got[64] = {0};

    stream_read(w->host[0], got, sizeof got - 1);
    assert_string_equal(got, text);
}

static void a_frame_takes_its_bits(void **state)
{
    static const struct {
        uint32_t config;
        unsigned bits;
    } cases[] = {{0, 10}, {PARITY, 11}, {TWO_STOPS, 11}, {PARITY | TWO_STOPS, 12}, {2 << 1, 10}};

    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct wire *w = wire_new();

        chip_write(w->c, UART0 + CONFIG, cases[i].config);
        chip_write(w->c, UART0 + STARTTX, 1);
        assert_int_equal(send_and_wait(w, 'x'), cases[i].bits * VTIME_PER_US);
        assert_int_equal(chip_count(w->c, EV_CONSOLE, 'x'), 1);
        assert_host_sees(w, "x");
        wire_free(w);
    }
}

/* 115200 baud does not divide the clock: 30924800 * 16 MHz / 2^32. */
static void rounding_does_not_accumulate(void **state)
{
    struct wire *w = wire_new();
    vtime end = 0;

    chip_write(w->c, UART0 + BAUDRATE, BAUD_115200);
    chip_write(w->c, UART0 + STARTTX, 1);
    for (unsigned n = 1; n <= 1000; n++) {
        end = send_and_wait(w, 'a');
        if (n == 1)
            assert_int_equal(end, 44443);
        if (n == 3)
            assert_int_equal(end, 133329);
    }
    assert_int_equal(end, 44442957);
    wire_free(w);
}

static void txd_written_early_waits(void **state)
{
    struct wire *w = wire_new();

    chip_write(w->c, UART0 + STARTTX, 1);
    send(w, 'a');
    send(w, 'b');
    chip_run_to(w->c, FRAME);
    assert_host_sees(w, "a");
    chip_run_to(w->c, 2 * FRAME);
    assert_host_sees(w, "b");
    assert_int_equal(chip_time_of(w->c, EV_EVENT, UART0 + TXDRDY, 1), 2 * FRAME);
    wire_free(w);
}

static void nothing_is_sent_unless_started(void **state)
{
    struct wire *w = wire_new();

    send(w, 'a');
    chip_run_to(w->c, 10 * FRAME);
    assert_true(chip_said(w->c, "UART0.TXD"));
    chip_write(w->c, UART0 + STARTTX, 1);
    send(w, 'b');
    chip_run_to(w->c, 10 * FRAME + FRAME / 2);
    chip_write(w->c, UART0 + STOPTX, 1);
    chip_run_to(w->c, 20 * FRAME);
    assert_host_sees(w, "");
    assert_int_equal(chip_count(w->c, EV_EVENT, UART0 + TXDRDY), 0);
    wire_free(w);
}

static void received_bytes_come_back_to_back(void **state)
{
    struct wire *w = wire_new();

    chip_write(w->c, UART0 + INTENSET, 1u << 2);
    chip_write(w->c, UART0 + STARTRX, 1);
    chip_run_to(w->c, 300 * VTIME_PER_US);
    uart_port_feed(&w->port, "abc", 3);
    chip_run_to(w->c, 300 * VTIME_PER_US + 3 * FRAME);
    assert_int_equal(chip_time_of(w->c, EV_EVENT, UART0 + RXDRDY, 0), 300 * VTIME_PER_US + FRAME);
    assert_true(w->c->line[2]);
    /* The others wait in the FIFO until RXD is read; then each is announced. */
    assert_int_equal(chip_count(w->c, EV_EVENT, UART0 + RXDRDY), 1);
    for (const char *t = "abc"; *t; t++) {
        chip_write(w->c, UART0 + RXDRDY, 0);
        assert_int_equal(chip_read(w->c, UART0 + RXD), *t);
    }
    assert_int_equal(chip_count(w->c, EV_EVENT, UART0 + RXDRDY), 3);
    chip_write(w->c, UART0 + RXDRDY, 0);
    assert_int_equal(chip_read(w->c, UART0 + RXD), 'c'); /* nothing new */
    assert_int_equal(chip_read(w->c, UART0 + RXDRDY), 0);
    wire_free(w);
}

/* What the host types comes when the byte before it was read: nothing overruns. */
static void typed_bytes_wait_for_the_firmware(void **state)
{
    struct wire *w = wire_new();

    chip_write(w->c, UART0 + STARTRX, 1);
    chip_run_to(w->c, 300 * VTIME_PER_US);
    stream_write(w->host[0], "ab\nc", 4);
    chip_run_to(w->c, VTIME_PER_MS + 9 * FRAME);
    assert_int_equal(chip_time_of(w->c, EV_EVENT, UART0 + RXDRDY, 0), VTIME_PER_MS + FRAME);
    uart_port_feed(&w->port, "!", 1); /* does not wait */
    chip_run_to(w->c, VTIME_PER_MS + 10 * FRAME);
    for (const char *t = "a!"; *t; t++)
        assert_int_equal(chip_read(w->c, UART0 + RXD), *t);
    for (const char *t = "b\nc"; *t; t++) {
        chip_run_to(w->c, w->c->sched.now + FRAME);
        assert_int_equal(chip_read(w->c, UART0 + RXD), *t);
    }
    assert_int_equal(chip_read(w->c, UART0 + ERRORSRC), 0);
    wire_free(w);
}

/* One line after another, each when the chip has been quiet for a while. */
static void typed_lines_wait_for_silence(void **state)
{
    struct wire *w = wire_new();
    vtime quiet;

    w->port.lines = true;
    chip_write(w->c, UART0 + STARTTX, 1);
    chip_write(w->c, UART0 + STARTRX, 1);
    stream_write(w->host[0], "a\r\nb", 4);
    chip_run_to(w->c, UART_LINE_PAUSE - VTIME_PER_MS);
    quiet = send_and_wait(w, '>') + UART_LINE_PAUSE;
    chip_run_to(w->c, quiet + FRAME - 1);
    assert_int_equal(chip_count(w->c, EV_EVENT, UART0 + RXDRDY), 0);
    for (const char *t = "a\r\n"; *t; t++) { /* a line goes on without a pause, and \r\n is one end */
        quiet = quiet + FRAME;
        chip_run_to(w->c, quiet);
        assert_int_equal(chip_read(w->c, UART0 + RXD), *t);
    }
    chip_run_to(w->c, quiet + UART_LINE_PAUSE + FRAME - 1);
    assert_int_equal(chip_count(w->c, EV_EVENT, UART0 + RXDRDY), 3);
    chip_run_to(w->c, quiet + UART_LINE_PAUSE + FRAME);
    assert_int_equal(chip_read(w->c, UART0 + RXD), 'b');
    wire_free(w);
}

static void a_debugger_does_not_take_bytes(void **state)
{
    struct wire *w = wire_new();
    uint32_t value = 0;

    chip_write(w->c, UART0 + STARTRX, 1);
    uart_port_feed(&w->port, "xy", 2);
    chip_run_to(w->c, 2 * FRAME);
    for (unsigned i = 0; i < 3; i++) {
        bus_peek(&w->c->bus, UART0 + RXD, &value, 4);
        assert_int_equal(value, 'x');
    }
    assert_int_equal(chip_read(w->c, UART0 + RXD), 'x');
    assert_int_equal(chip_read(w->c, UART0 + RXD), 'y');
    wire_free(w);
}

static void the_seventh_unread_byte_is_lost(void **state)
{
    struct wire *w = wire_new();

    chip_write(w->c, UART0 + STARTRX, 1);
    assert_int_equal(uart_port_feed(&w->port, "1234567", 7), 7);
    chip_run_to(w->c, 6 * FRAME);
    assert_int_equal(chip_read(w->c, UART0 + ERROR), 0);
    chip_run_to(w->c, 7 * FRAME);
    assert_int_equal(chip_read(w->c, UART0 + ERROR), 1);
    assert_int_equal(chip_read(w->c, UART0 + ERRORSRC), 1);
    chip_write(w->c, UART0 + ERRORSRC, 1);
    assert_int_equal(chip_read(w->c, UART0 + ERRORSRC), 0);
    for (const char *t = "123456"; *t; t++)
        assert_int_equal(chip_read(w->c, UART0 + RXD), *t);
    assert_int_equal(chip_read(w->c, UART0 + RXD), '6');
    wire_free(w);
}

static void the_receiver_stops_after_four_frames(void **state)
{
    struct wire *w = wire_new();

    chip_write(w->c, UART0 + STARTRX, 1);
    uart_port_feed(&w->port, "123456", 6);
    chip_run_to(w->c, FRAME);
    chip_read(w->c, UART0 + RXD);
    chip_write(w->c, UART0 + STOPRX, 1);
    chip_run_to(w->c, 20 * FRAME);
    assert_int_equal(chip_time_of(w->c, EV_EVENT, UART0 + RXTO, 0), 5 * FRAME);
    for (const char *t = "2345"; *t; t++)
        assert_int_equal(chip_read(w->c, UART0 + RXD), *t);
    assert_int_equal(chip_read(w->c, UART0 + RXD), '5');
    /* What was cut off is not lost: it comes when the receiver is on again. */
    chip_write(w->c, UART0 + STARTRX, 1);
    chip_run_to(w->c, 21 * FRAME);
    assert_int_equal(chip_read(w->c, UART0 + RXD), '6');
    wire_free(w);
}

static void suspend_lets_the_frame_out(void **state)
{
    struct wire *w = wire_new();

    chip_write(w->c, UART0 + STARTTX, 1);
    chip_write(w->c, UART0 + STARTRX, 1);
    send(w, 'a');
    chip_run_to(w->c, FRAME / 2);
    chip_write(w->c, UART0 + SUSPEND, 1);
    chip_run_to(w->c, 6 * FRAME);
    assert_host_sees(w, "a");
    assert_int_equal(chip_time_of(w->c, EV_EVENT, UART0 + RXTO, 0), 4 * FRAME + FRAME / 2);
    send(w, 'b');
    chip_run_to(w->c, 10 * FRAME);
    assert_host_sees(w, "");
    wire_free(w);
}

static void flow_control_makes_the_port_wait(void **state)
{
    struct wire *w = wire_new();

    chip_write(w->c, UART0 + PSEL_RTS, PIN_RTS);
    chip_write(w->c, UART0 + CONFIG, 1);
    assert_true(pins_level(&w->c->pins, PIN_RTS));
    chip_write(w->c, UART0 + STARTRX, 1);
    assert_false(pins_level(&w->c->pins, PIN_RTS));
    uart_port_feed(&w->port, "123456789", 9);
    chip_run_to(w->c, 20 * FRAME);
    assert_true(pins_level(&w->c->pins, PIN_RTS));
    assert_int_equal(chip_read(w->c, UART0 + ERROR), 0);
    for (const char *t = "123456789"; *t; t++) {
        assert_int_equal(chip_read(w->c, UART0 + RXD), *t);
        chip_run_to(w->c, w->c->sched.now + 10 * FRAME);
    }
    assert_int_equal(chip_read(w->c, UART0 + ERROR), 0);
    wire_free(w);
}

static void cts_holds_the_transmitter(void **state)
{
    struct wire *w = wire_new();

    chip_write(w->c, UART0 + PSEL_CTS, PIN_CTS);
    chip_write(w->c, UART0 + CONFIG, 1);
    pins_drive(&w->c->pins, PIN_CTS, PIN_FROM_OUTSIDE, PIN_HIGH);
    assert_int_equal(chip_read(w->c, UART0 + NCTS), 1);
    chip_write(w->c, UART0 + STARTTX, 1);
    send(w, 'a');
    chip_run_to(w->c, 30 * FRAME);
    assert_host_sees(w, "");
    pins_drive(&w->c->pins, PIN_CTS, PIN_FROM_OUTSIDE, PIN_LOW);
    assert_int_equal(chip_read(w->c, UART0 + CTS), 1);
    chip_run_to(w->c, 31 * FRAME);
    assert_host_sees(w, "a");
    wire_free(w);
}

static void cts_starts_the_receiver_by_short(void **state)
{
    struct wire *w = wire_new();

    chip_write(w->c, UART0 + PSEL_CTS, PIN_CTS);
    pins_drive(&w->c->pins, PIN_CTS, PIN_FROM_OUTSIDE, PIN_HIGH);
    chip_write(w->c, UART0 + SHORTS, 1u << 3);
    uart_port_feed(&w->port, "a", 1);
    chip_run_to(w->c, 5 * FRAME);
    assert_int_equal(chip_read(w->c, UART0 + RXDRDY), 0);
    pins_drive(&w->c->pins, PIN_CTS, PIN_FROM_OUTSIDE, PIN_LOW);
    chip_run_to(w->c, 6 * FRAME);
    assert_int_equal(chip_read(w->c, UART0 + RXDRDY), 1);
    wire_free(w);
}

static void enable_takes_and_gives_back_the_pin(void **state)
{
    struct wire *w = wire_new();

    assert_true(pins_level(&w->c->pins, PIN_TXD));
    chip_write(w->c, UART0 + PSEL_TXD, PIN_TXD + 1); /* late, as some drivers do */
    assert_false(pins_level(&w->c->pins, PIN_TXD));
    assert_true(pins_level(&w->c->pins, PIN_TXD + 1));
    chip_write(w->c, UART0 + PSEL_TXD, DISCONNECTED | PIN_TXD);
    assert_false(pins_level(&w->c->pins, PIN_TXD + 1));
    assert_false(pins_level(&w->c->pins, PIN_TXD));
    chip_write(w->c, UART0 + PSEL_TXD, PIN_TXD);
    chip_write(w->c, UART0 + ENABLE, 0);
    assert_false(pins_level(&w->c->pins, PIN_TXD));
    wire_free(w);
}

static void reset_ends_everything(void **state)
{
    struct wire *w = wire_new();

    chip_write(w->c, UART0 + STARTTX, 1);
    chip_write(w->c, UART0 + STARTRX, 1);
    send(w, 'a');
    uart_port_feed(&w->port, "b", 1);
    periph_engine_reset(&w->c->p.engine, RESETREAS_SREQ);
    assert_int_equal(sched_next(&w->c->sched), VTIME_NEVER);
    assert_int_equal(chip_read(w->c, UART0 + BAUDRATE), 0x04000000);
    assert_int_equal(chip_read(w->c, UART0 + PSEL_TXD), 0xFFFFFFFF);
    assert_false(pins_level(&w->c->pins, PIN_TXD));
    wire_free(w);
}

/* Nothing comes in without a pin, and nothing is lost: it comes once there is one. */
static void receiving_takes_a_pin(void **state)
{
    struct wire *w = wire_new();

    chip_write(w->c, UART0 + PSEL_RXD, DISCONNECTED);
    chip_write(w->c, UART0 + STARTRX, 1);
    assert_true(stream_write(w->host[0], "xy", 2));
    chip_run_to(w->c, 5 * VTIME_PER_MS);
    assert_int_equal(chip_read(w->c, UART0 + RXDRDY), 0);
    chip_write(w->c, UART0 + PSEL_RXD, PIN_RXD);
    chip_run_to(w->c, 5 * VTIME_PER_MS + FRAME);
    assert_int_equal(chip_read(w->c, UART0 + RXD), 'x');
    wire_free(w);
}

/* Without a stream the receiver needs no time at all, so that a sleeping chip can be seen to sleep for ever. */
static void no_stream_no_polling(void **state)
{
    struct wire *w = wire_new();

    w->port.stream = NULL;
    chip_write(w->c, UART0 + STARTRX, 1);
    assert_int_equal(sched_next(&w->c->sched), VTIME_NEVER);
    uart_port_feed(&w->port, "a", 1);
    assert_int_equal(sched_next(&w->c->sched), FRAME);
    wire_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(receiving_takes_a_pin),
        cmocka_unit_test(typed_bytes_wait_for_the_firmware),
        cmocka_unit_test(typed_lines_wait_for_silence),
        cmocka_unit_test(a_frame_takes_its_bits),
        cmocka_unit_test(rounding_does_not_accumulate),
        cmocka_unit_test(txd_written_early_waits),
        cmocka_unit_test(nothing_is_sent_unless_started),
        cmocka_unit_test(received_bytes_come_back_to_back),
        cmocka_unit_test(a_debugger_does_not_take_bytes),
        cmocka_unit_test(the_seventh_unread_byte_is_lost),
        cmocka_unit_test(the_receiver_stops_after_four_frames),
        cmocka_unit_test(suspend_lets_the_frame_out),
        cmocka_unit_test(flow_control_makes_the_port_wait),
        cmocka_unit_test(cts_holds_the_transmitter),
        cmocka_unit_test(cts_starts_the_receiver_by_short),
        cmocka_unit_test(enable_takes_and_gives_back_the_pin),
        cmocka_unit_test(reset_ends_everything),
        cmocka_unit_test(no_stream_no_polling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
