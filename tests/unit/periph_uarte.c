/* UARTE0 and UARTE1: EasyDMA both ways, buffers in advance, stopping and flushing; PS 6.34. */
#include "periph_fixture.h"

#define UART0      0x40002000u
#define UARTE0     0x40002000u
#define UARTE1     0x40028000u
#define STARTRX    0x000
#define STOPRX     0x004
#define STARTTX    0x008
#define STOPTX     0x00C
#define FLUSHRX    0x02C
#define RXDRDY     0x108
#define ENDRX      0x110
#define TXDRDY     0x11C
#define ENDTX      0x120
#define ERROR      0x124
#define RXTO       0x144
#define RXSTARTED  0x14C
#define TXSTARTED  0x150
#define TXSTOPPED  0x158
#define SHORTS     0x200
#define INTEN      0x300
#define ENABLE     0x500
#define UART_TXD   0x51C
#define PSEL_TXD   0x50C
#define PSEL_RXD   0x514
#define BAUDRATE   0x524
#define RXD_PTR    0x534
#define RXD_MAXCNT 0x538
#define RXD_AMOUNT 0x53C
#define TXD_PTR    0x544
#define TXD_MAXCNT 0x548
#define TXD_AMOUNT 0x54C

#define ENDRX_STARTRX (1u << 5)
#define ENDRX_STOPRX  (1u << 6)
#define FRAME         (10 * VTIME_PER_US) /* at 1 Mbaud */
#define RAM           0x20000000u
#define RAM_SIZE      0x1000u
#define PPI_CHENSET   0x4001F504u
#define PPI_EEP(n)    (0x4001F510u + 8 * (n))
#define PPI_TEP(n)    (0x4001F514u + 8 * (n))

struct wire {
    struct chip *c;
    struct uart_port port;
    struct stream *host[2]; /* ours, the port's */
    uint8_t ram[RAM_SIZE];
};

static struct wire *wire_new(void)
{
    struct wire *w = calloc(1, sizeof *w);

    assert_non_null(w);
    w->c = chip_new();
    bus_add_memory(
        &w->c->bus,
        &(struct bus_memory){
            .name = "RAM", .base = RAM, .size = RAM_SIZE, .data = w->ram, .guest_writable = true, .executable = true});
    stream_pair(w->host);
    uart_port_init(&w->port, w->host[1], EV_CONSOLE_UART0);
    uart_connect(&w->c->p.uarte0.m, &w->port);
    uart_connect(&w->c->p.uart0.m, &w->port);
    chip_write(w->c, UARTE0 + BAUDRATE, 0x10000000);
    chip_write(w->c, UARTE0 + PSEL_RXD, 8);
    chip_write(w->c, UARTE0 + ENABLE, 8);
    return w;
}

static void wire_free(struct wire *w)
{
    stream_close(w->host[0]);
    stream_close(w->host[1]);
    free(w->c);
    free(w);
}

static void start_tx(struct wire *w, uint32_t at, const char *text)
{
    if (at - RAM < RAM_SIZE)
        memcpy(w->ram + (at - RAM), text, strlen(text));
    chip_write(w->c, UARTE0 + TXD_PTR, at);
    chip_write(w->c, UARTE0 + TXD_MAXCNT, (uint32_t)strlen(text));
    chip_write(w->c, UARTE0 + STARTTX, 1);
}

static void set_rx(struct wire *w, uint32_t at, uint32_t size)
{
    chip_write(w->c, UARTE0 + RXD_PTR, at);
    chip_write(w->c, UARTE0 + RXD_MAXCNT, size);
}

static void feed(struct wire *w, const char *text)
{
    assert_int_equal(uart_port_feed(&w->port, text, (unsigned)strlen(text)), strlen(text));
}

static void assert_host_sees(struct wire *w, const char *text)
{
    char got[64] = {0};

    stream_read(w->host[0], got, sizeof got - 1);
    assert_string_equal(got, text);
}

static vtime when(struct wire *w, uint32_t event, unsigned nth)
{
    return chip_time_of(w->c, EV_EVENT, UARTE0 + event, nth);
}

static unsigned times(struct wire *w, uint32_t event) { return chip_count(w->c, EV_EVENT, UARTE0 + event); }

static void a_buffer_is_sent(void **state)
{
    struct wire *w = wire_new();

    chip_write(w->c, UARTE0 + INTEN, 1u << 8);
    start_tx(w, RAM + 0x101, "hello");
    assert_int_equal(chip_read(w->c, UARTE0 + TXSTARTED), 1);
    chip_run_to(w->c, 5 * FRAME - 1);
    assert_int_equal(times(w, ENDTX), 0);
    assert_false(w->c->line[2]);
    chip_run_to(w->c, 100 * FRAME);
    assert_int_equal(when(w, ENDTX, 0), 5 * FRAME);
    assert_true(w->c->line[2]);
    assert_int_equal(times(w, TXDRDY), 5);
    assert_int_equal(times(w, TXSTOPPED), 0);
    assert_int_equal(chip_read(w->c, UARTE0 + TXD_AMOUNT), 5);
    assert_host_sees(w, "hello");
    wire_free(w);
}

/* Software may set the next buffer as soon as TXSTARTED has come. */
static void the_next_buffer_is_set_in_advance(void **state)
{
    struct wire *w = wire_new();

    start_tx(w, RAM, "ab");
    memcpy(w->ram + 0x80, "cd", 2);
    chip_write(w->c, UARTE0 + TXD_PTR, RAM + 0x80);
    /* ENDTX → STARTTX through PPI: not a bit of idle time between the two */
    chip_write(w->c, PPI_EEP(0), UARTE0 + ENDTX);
    chip_write(w->c, PPI_TEP(0), UARTE0 + STARTTX);
    chip_write(w->c, PPI_CHENSET, 1);
    chip_run_to(w->c, 4 * FRAME);
    assert_host_sees(w, "abcd");
    assert_int_equal(when(w, ENDTX, 1), 4 * FRAME);
    wire_free(w);
}

/* As Zephyr's driver has it: ENDTX → STOPTX through PPI, and it waits for TXSTOPPED. */
static void endtx_stops_through_ppi(void **state)
{
    struct wire *w = wire_new();

    chip_write(w->c, PPI_EEP(3), UARTE0 + ENDTX);
    chip_write(w->c, PPI_TEP(3), UARTE0 + STOPTX);
    chip_write(w->c, PPI_CHENSET, 1u << 3);
    for (unsigned i = 1; i <= 3; i++) {
        start_tx(w, RAM, "z");
        chip_run_to(w->c, i * FRAME);
        assert_int_equal(when(w, TXSTOPPED, i - 1), i * FRAME);
    }
    assert_host_sees(w, "zzz");
    wire_free(w);
}

static void stoptx_lets_the_frame_out(void **state)
{
    struct wire *w = wire_new();

    start_tx(w, RAM, "hello");
    chip_run_to(w->c, FRAME + FRAME / 2);
    chip_write(w->c, UARTE0 + STOPTX, 1);
    assert_int_equal(chip_read(w->c, UARTE0 + TXSTOPPED), 0);
    chip_run_to(w->c, 10 * FRAME);
    assert_int_equal(when(w, ENDTX, 0), 2 * FRAME);
    assert_int_equal(when(w, TXSTOPPED, 0), 2 * FRAME);
    assert_int_equal(chip_read(w->c, UARTE0 + TXD_AMOUNT), 2);
    assert_host_sees(w, "he");
    chip_write(w->c, UARTE0 + STOPTX, 1); /* nothing to stop: the answer comes at once */
    assert_int_equal(times(w, TXSTOPPED), 2);
    wire_free(w);
}

static void an_empty_buffer_ends_at_once(void **state)
{
    struct wire *w = wire_new();

    start_tx(w, RAM, "");
    assert_int_equal(when(w, ENDTX, 0), 0);
    assert_int_equal(chip_read(w->c, UARTE0 + TXD_AMOUNT), 0);
    wire_free(w);
}

static void easydma_reaches_ram_only(void **state)
{
    struct wire *w = wire_new();

    start_tx(w, 0x00001000, "abc"); /* a string constant in flash */
    chip_run_to(w->c, 10 * FRAME);
    assert_int_equal(when(w, ENDTX, 0), 3 * FRAME);
    assert_host_sees(w, "");
    assert_true(chip_said(w->c, "UARTE0.TXD.PTR"));
    set_rx(w, 0x00001000, 2);
    chip_write(w->c, UARTE0 + STARTRX, 1);
    feed(w, "xy");
    chip_run_to(w->c, 20 * FRAME);
    assert_int_equal(times(w, ENDRX), 1);
    assert_true(chip_said(w->c, "UARTE0.RXD.PTR"));
    wire_free(w);
}

static void a_buffer_is_filled(void **state)
{
    struct wire *w = wire_new();

    set_rx(w, RAM + 0x10, 3);
    chip_write(w->c, UARTE0 + STARTRX, 1);
    assert_int_equal(chip_read(w->c, UARTE0 + RXSTARTED), 1);
    feed(w, "abc");
    chip_run_to(w->c, 2 * FRAME);
    assert_int_equal(times(w, ENDRX), 0);
    assert_memory_equal(w->ram + 0x10, "ab", 3); /* in RAM as they come */
    chip_run_to(w->c, 10 * FRAME);
    assert_int_equal(when(w, ENDRX, 0), 3 * FRAME);
    assert_int_equal(times(w, RXDRDY), 3);
    assert_int_equal(chip_read(w->c, UARTE0 + RXD_AMOUNT), 3);
    assert_memory_equal(w->ram + 0x10, "abc", 4);
    wire_free(w);
}

static void the_short_swaps_buffers_without_loss(void **state)
{
    struct wire *w = wire_new();

    chip_write(w->c, UARTE0 + SHORTS, ENDRX_STARTRX);
    set_rx(w, RAM, 4);
    chip_write(w->c, UARTE0 + STARTRX, 1);
    set_rx(w, RAM + 0x100, 4);
    feed(w, "12345678");
    chip_run_to(w->c, 8 * FRAME);
    assert_int_equal(times(w, ENDRX), 2);
    assert_memory_equal(w->ram, "1234", 5);
    assert_memory_equal(w->ram + 0x100, "5678", 5);
    assert_int_equal(times(w, ERROR), 0);
    wire_free(w);
}

static void bytes_without_a_buffer_wait_in_the_fifo(void **state)
{
    struct wire *w = wire_new();

    set_rx(w, RAM, 1);
    chip_write(w->c, UARTE0 + STARTRX, 1);
    feed(w, "a123456");
    chip_run_to(w->c, 7 * FRAME);
    assert_int_equal(times(w, ERROR), 0);
    feed(w, "7");
    chip_run_to(w->c, 8 * FRAME);
    assert_int_equal(times(w, ERROR), 1);
    set_rx(w, RAM + 1, 8);
    chip_write(w->c, UARTE0 + STARTRX, 1);
    assert_memory_equal(w->ram, "a123456", 8);
    wire_free(w);
}

static void stoprx_ends_the_buffer_then_tells(void **state)
{
    struct wire *w = wire_new();

    set_rx(w, RAM, 32);
    chip_write(w->c, UARTE0 + STARTRX, 1);
    feed(w, "ab");
    chip_run_to(w->c, 2 * FRAME);
    chip_write(w->c, UARTE0 + STOPRX, 1);
    chip_run_to(w->c, 50 * FRAME);
    assert_int_equal(when(w, ENDRX, 0), 6 * FRAME);
    assert_int_equal(when(w, RXTO, 0), 6 * FRAME);
    assert_int_equal(chip_read(w->c, UARTE0 + RXD_AMOUNT), 2);
    feed(w, "c");
    chip_run_to(w->c, 60 * FRAME);
    assert_int_equal(times(w, RXDRDY), 2); /* it is off */
    wire_free(w);
}

static void flushrx_brings_what_came_late(void **state)
{
    struct wire *w = wire_new();

    chip_write(w->c, UARTE0 + SHORTS, ENDRX_STOPRX);
    set_rx(w, RAM, 2);
    chip_write(w->c, UARTE0 + STARTRX, 1);
    feed(w, "ab1234567");
    chip_run_to(w->c, 20 * FRAME);
    assert_int_equal(times(w, ENDRX), 1);
    assert_int_equal(when(w, RXTO, 0), 6 * FRAME);
    set_rx(w, RAM + 0x40, 8);
    chip_write(w->c, UARTE0 + FLUSHRX, 1);
    assert_int_equal(times(w, ENDRX), 2);
    assert_int_equal(chip_read(w->c, UARTE0 + RXD_AMOUNT), 4);
    assert_memory_equal(w->ram + 0x40, "1234", 5);
    /* Nothing left: ENDRX comes all the same, AMOUNT stays. */
    chip_write(w->c, UARTE0 + FLUSHRX, 1);
    assert_int_equal(times(w, ENDRX), 3);
    assert_int_equal(chip_read(w->c, UARTE0 + RXD_AMOUNT), 4);
    wire_free(w);
}

static void enable_chooses_between_uart_and_uarte(void **state)
{
    struct wire *w = wire_new();

    chip_write(w->c, UART0 + ENABLE, 4);
    chip_write(w->c, UART0 + STARTTX, 1);
    assert_int_equal(times(w, TXSTARTED), 0);
    chip_write(w->c, UART0 + UART_TXD, 'u');
    chip_run_to(w->c, FRAME);
    assert_host_sees(w, "u");
    chip_write(w->c, UARTE0 + ENABLE, 8);
    start_tx(w, RAM, "e");
    chip_run_to(w->c, 2 * FRAME);
    assert_host_sees(w, "e");
    chip_write(w->c, UARTE0 + ENABLE, 0);
    start_tx(w, RAM, "x");
    chip_run_to(w->c, 3 * FRAME);
    assert_host_sees(w, "");
    wire_free(w);
}

static void uarte1_is_its_own(void **state)
{
    struct wire *w = wire_new();
    struct uart_port port;

    uart_port_init(&port, NULL, EV_CONSOLE_UART1);
    evlog_attach(&w->c->evlog, 1u << EV_CONSOLE, chip_record, w->c);
    uart_connect(&w->c->p.uarte1.m, &port);
    w->ram[0] = 'q';
    chip_write(w->c, UARTE1 + ENABLE, 8);
    chip_write(w->c, UARTE1 + INTEN, 1u << 8);
    chip_write(w->c, UARTE1 + TXD_PTR, RAM);
    chip_write(w->c, UARTE1 + TXD_MAXCNT, 1);
    chip_write(w->c, UARTE1 + STARTTX, 1);
    chip_run_to(w->c, VTIME_PER_MS);
    assert_int_equal(chip_time_of(w->c, EV_EVENT, UARTE1 + ENDTX, 0), 40 * VTIME_PER_US); /* 250 kbaud */
    assert_true(w->c->line[40]);
    assert_false(w->c->line[2]);
    assert_int_equal(chip_count(w->c, EV_CONSOLE, 'q'), 1);
    assert_host_sees(w, "");
    wire_free(w);
}

/* The host's bytes are kept while nobody listens, and a whole line of them arrives at the baud rate. */
static void the_hosts_stream_arrives_at_the_baud_rate(void **state)
{
    struct wire *w = wire_new();
    char text[300];

    memset(text, 'k', sizeof text);
    stream_write(w->host[0], text, sizeof text);
    chip_run_to(w->c, VTIME_PER_MS);
    set_rx(w, RAM, sizeof text);
    chip_write(w->c, UARTE0 + STARTRX, 1);
    chip_run_to(w->c, 20 * VTIME_PER_MS);
    assert_int_equal(when(w, ENDRX, 0), VTIME_PER_MS + 300 * FRAME);
    assert_memory_equal(w->ram, text, sizeof text);
    wire_free(w);
}

/* Between two buffers nothing typed is lost: it waits. */
static void typed_bytes_wait_for_a_buffer(void **state)
{
    struct wire *w = wire_new();

    stream_write(w->host[0], "0123456789abcdef", 16);
    set_rx(w, RAM, 1);
    chip_write(w->c, UARTE0 + STARTRX, 1);
    chip_run_to(w->c, 50 * FRAME);
    assert_int_equal(times(w, RXDRDY), 1);
    set_rx(w, RAM + 1, 15);
    chip_write(w->c, UARTE0 + STARTRX, 1);
    chip_run_to(w->c, 65 * FRAME);
    assert_int_equal(times(w, ENDRX), 2);
    assert_memory_equal(w->ram, "0123456789abcdef", 16);
    wire_free(w);
}

/* UARTE0's TXD at its own RXD, and at UARTE1's: a byte is there when its frame is over. */
static void wired_receivers_hear_the_sender(void **state)
{
    struct wire *w = wire_new();
    struct uart_port other;
    uart_port_init(&other, NULL, EV_CONSOLE_UART1);
    uart_port_join(&other, &w->port);
    uart_connect(&w->c->p.uarte1.m, &other);
    chip_write(w->c, UARTE1 + PSEL_RXD, 40);
    chip_write(w->c, UARTE1 + BAUDRATE, 0x10000000);
    chip_write(w->c, UARTE1 + ENABLE, 8);
    chip_write(w->c, UARTE1 + RXD_PTR, RAM + 0x200);
    chip_write(w->c, UARTE1 + RXD_MAXCNT, 2);
    chip_write(w->c, UARTE1 + STARTRX, 1);
    chip_write(w->c, UARTE0 + PSEL_TXD, 6);
    set_rx(w, RAM, 3);
    chip_write(w->c, UARTE0 + STARTRX, 1);
    start_tx(w, RAM + 0x100, "a");
    chip_run_to(w->c, 10 * FRAME);
    assert_int_equal(times(w, RXDRDY), 0);

    pins_join(&w->c->pins, 6, 8);
    pins_join(&w->c->pins, 8, 40);
    start_tx(w, RAM + 0x100, "bcd");
    chip_run_to(w->c, 20 * FRAME);
    assert_memory_equal(w->ram, "bcd", 3);
    assert_memory_equal(w->ram + 0x200, "bc", 2);
    assert_int_equal(when(w, ENDRX, 0), when(w, ENDTX, 1));
    assert_int_equal(chip_time_of(w->c, EV_EVENT, UARTE1 + ENDRX, 0), 12 * FRAME);

    chip_write(w->c, UARTE1 + BAUDRATE, 0x01D60000); /* now it understands nothing */
    start_tx(w, RAM + 0x100, "e");
    chip_run_to(w->c, 30 * FRAME);
    assert_int_equal(chip_count(w->c, EV_EVENT, UARTE1 + RXDRDY), 3);
    wire_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buffer_is_sent),
        cmocka_unit_test(the_next_buffer_is_set_in_advance),
        cmocka_unit_test(endtx_stops_through_ppi),
        cmocka_unit_test(stoptx_lets_the_frame_out),
        cmocka_unit_test(an_empty_buffer_ends_at_once),
        cmocka_unit_test(easydma_reaches_ram_only),
        cmocka_unit_test(a_buffer_is_filled),
        cmocka_unit_test(the_short_swaps_buffers_without_loss),
        cmocka_unit_test(bytes_without_a_buffer_wait_in_the_fifo),
        cmocka_unit_test(stoprx_ends_the_buffer_then_tells),
        cmocka_unit_test(flushrx_brings_what_came_late),
        cmocka_unit_test(enable_chooses_between_uart_and_uarte),
        cmocka_unit_test(uarte1_is_its_own),
        cmocka_unit_test(typed_bytes_wait_for_a_buffer),
        cmocka_unit_test(wired_receivers_hear_the_sender),
        cmocka_unit_test(the_hosts_stream_arrives_at_the_baud_rate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
