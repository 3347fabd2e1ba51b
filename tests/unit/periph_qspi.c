/* QSPI: what goes over the wire to a flash that only records, when, and what comes back; PS 6.19. */
#include "periph_fixture.h"

#define QSPI       0x40029000u
#define ACTIVATE   0x000
#define READSTART  0x004
#define WRITESTART 0x008
#define ERASESTART 0x00C
#define DEACTIVATE 0x010
#define READY      0x100
#define INTENSET   0x304
#define ENABLE     0x500
#define READ_SRC   0x504
#define READ_DST   0x508
#define READ_CNT   0x50C
#define WRITE_DST  0x510
#define WRITE_SRC  0x514
#define WRITE_CNT  0x518
#define ERASE_PTR  0x51C
#define ERASE_LEN  0x520
#define XIPOFFSET  0x540
#define IFCONFIG0  0x544
#define IFCONFIG1  0x600
#define STATUS     0x604
#define CINSTRCONF 0x634
#define CINSTRDAT0 0x638
#define CINSTRDAT1 0x63C

#define READOC(n)    (n)
#define WRITEOC(n)   ((n) << 3)
#define ADDRMODE_32  (1u << 6)
#define DPMENABLE    (1u << 7)
#define PPSIZE_512   (1u << 12)
#define DPMEN        (1u << 24)
#define SCKFREQ(n)   ((uint32_t)(n) << 28)
#define LENGTH(n)    ((n) << 8)
#define WIPWAIT      (1u << 14)
#define WREN         (1u << 15)
#define LFEN         (1u << 16)
#define LFSTOP       (1u << 17)
#define STATUS_DPM   (1u << 2)
#define STATUS_READY (1u << 3)
#define SCK          16 /* one clock at 32 MHz */
#define RDSR_CLOCKS  16

#define RAM      0x20000000u
#define RAM_SIZE 0x1000u

enum { MAX_BYTES = 4096 };

/* Answers every byte with its number in the frame, RDSR with `status`. */
struct fake {
    struct chip *c;
    uint8_t ram[RAM_SIZE];
    uint8_t byte[MAX_BYTES]; /* frames without RDSR, each behind its length */
    unsigned n, frame;       /* `frame`: where the present one began */
    unsigned frames, status_reads;
    bool selected;
    uint8_t status;
    vtime ready;
    uint32_t shown;
    vtime busy_for; /* after each frame that is longer than one byte, from its end */
};

static void on_select(void *ctx, bool selected, vtime at)
{
    struct fake *f = ctx;

    if (selected == f->selected)
        return;
    f->selected = selected;
    if (selected) {
        f->frame = f->n++;
    } else if (f->byte[f->frame + 1] == 0x05 && f->n - f->frame == 3) {
        f->n = f->frame;
        f->status_reads++;
    } else {
        f->byte[f->frame] = (uint8_t)(f->n - f->frame - 1);
        f->frames++;
        if (f->n - f->frame > 2 && f->busy_for)
            f->ready = at + f->busy_for;
    }
}

static int on_exchange(void *ctx, uint8_t out, vtime at)
{
    struct fake *f = ctx;

    assert_true(f->selected);
    assert_int_equal(at, f->c->sched.now);
    if (f->n < MAX_BYTES)
        f->byte[f->n++] = out;
    if (f->byte[f->frame + 1] == 0x05)
        return f->status;
    return f->n - f->frame < 3 ? -1 : (int)(f->n - f->frame - 2) & 0xFF;
}

static void on_show(void *ctx, uint32_t address) { ((struct fake *)ctx)->shown = address; }

static vtime on_ready(void *ctx) { return ((struct fake *)ctx)->ready; }

static void write(struct fake *f, uint32_t offset, uint32_t value) { chip_write(f->c, QSPI + offset, value); }
static uint32_t read(struct fake *f, uint32_t offset) { return chip_read(f->c, QSPI + offset); }

/* Runs until READY; how long that took. */
static vtime until_ready(struct fake *f)
{
    vtime from = f->c->sched.now;

    assert_int_equal(read(f, READY), 0);
    while (!read(f, READY)) {
        assert_true(sched_next(&f->c->sched) != VTIME_NEVER);
        chip_run_to(f->c, sched_next(&f->c->sched));
    }
    write(f, READY, 0);
    return f->c->sched.now - from;
}

/* Activated, without SCKDELAY. */
static struct fake *fake_new(void)
{
    struct fake *f = calloc(1, sizeof *f);

    assert_non_null(f);
    f->c = chip_new();
    bus_add_memory(
        &f->c->bus,
        &(struct bus_memory){.name = "RAM", .base = RAM, .size = RAM_SIZE, .data = f->ram, .guest_writable = true});
    qspi_connect(&f->c->p.qspi,
                 &(struct qspi_flash){
                     .select = on_select, .exchange = on_exchange, .ready = on_ready, .show = on_show, .ctx = f});
    write(f, ENABLE, 1);
    write(f, IFCONFIG1, 0);
    write(f, ACTIVATE, 1);
    assert_int_equal(until_ready(f), RDSR_CLOCKS * SCK);
    return f;
}

static void fake_free(struct fake *f)
{
    free(f->c);
    free(f);
}

/* The nth frame that was sent begins with these bytes and has so many. */
static void expect_frame(struct fake *f, unsigned nth, unsigned length, const uint8_t *bytes, unsigned n)
{
    unsigned at = 0;

    assert_true(nth < f->frames);
    while (nth--)
        at += 1u + f->byte[at];
    assert_int_equal(f->byte[at], length);
    assert_memory_equal(f->byte + at + 1, bytes, n);
}

#define EXPECT(f, nth, length, ...)                                \
    do {                                                           \
        const uint8_t expected_[] = {__VA_ARGS__};                 \
        expect_frame(f, nth, length, expected_, sizeof expected_); \
    } while (0)

static void activation(void **state)
{
    struct fake *f = fake_new();

    assert_int_equal(f->status_reads, 1);
    assert_int_equal(read(f, STATUS), STATUS_READY);
    write(f, DEACTIVATE, 1);
    assert_int_equal(read(f, READY), 1);
    assert_int_equal(read(f, STATUS), 0);
    write(f, READY, 0);
    write(f, READSTART, 1);
    assert_true(chip_said(f->c, "before ACTIVATE"));
    assert_int_equal(sched_next(&f->c->sched), VTIME_NEVER);
    f->status = 0x40;
    write(f, INTENSET, 1);
    write(f, ACTIVATE, 1);
    assert_int_equal(read(f, STATUS), 0);
    chip_run_to(f->c, VTIME_PER_MS);
    assert_true(f->c->line[41]);
    assert_int_equal(read(f, STATUS), 0x40u << 24 | STATUS_READY);
    fake_free(f);
}

static void reads_and_their_times(void **state)
{
    static const struct {
        uint32_t config;
        uint8_t opcode;
        unsigned length; /* of the frame, without data */
        unsigned clocks; /* without data */
        unsigned per_byte;
    } cases[] = {
        {READOC(0), 0x0B, 5, 8 + 24 + 8, 8}, {READOC(1), 0x3B, 5, 8 + 24 + 8, 4},
        {READOC(2), 0xBB, 5, 8 + 12 + 4, 4}, {READOC(3), 0x6B, 5, 8 + 24 + 8, 2},
        {READOC(4), 0xEB, 7, 8 + 6 + 6, 2},  {READOC(4) | ADDRMODE_32, 0xEB, 7, 8 + 8 + 6, 2},
    };
    struct fake *f = fake_new();

    write(f, READ_SRC, 0x123454);
    write(f, READ_DST, RAM + 0x100);
    write(f, READ_CNT, 16);
    write(f, IFCONFIG1, SCKFREQ(3));
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        write(f, IFCONFIG0, cases[i].config);
        memset(f->ram, 0, sizeof f->ram);
        write(f, READSTART, 1);
        assert_int_equal(read(f, STATUS) & STATUS_READY, 0);
        assert_int_equal(until_ready(f), (RDSR_CLOCKS + cases[i].clocks + 16 * cases[i].per_byte) * SCK * 4);
        EXPECT(f, i, cases[i].length + 16, cases[i].opcode, 0x12, 0x34, 0x54, 0);
        assert_int_equal(f->ram[0xFF], 0);
        for (unsigned k = 0; k < 16; k++)
            assert_int_equal(f->ram[0x100 + k], cases[i].length + k);
        assert_int_equal(f->ram[0x110], 0);
    }
    fake_free(f);
}

static void csn_stays_high_for_sckdelay(void **state)
{
    struct fake *f = fake_new();

    write(f, READ_DST, RAM);
    write(f, READ_CNT, 4);
    write(f, IFCONFIG1, 10);
    write(f, READSTART, 1);
    assert_int_equal(until_ready(f), (RDSR_CLOCKS + 40 + 32) * SCK + 2 * 10 * 32);
    fake_free(f);
}

static void a_write_goes_page_by_page(void **state)
{
    struct fake *f = fake_new();

    for (unsigned i = 0; i < RAM_SIZE; i++)
        f->ram[i] = (uint8_t)(i * 7);
    f->busy_for = VTIME_PER_MS;
    write(f, IFCONFIG0, WRITEOC(3));
    write(f, WRITE_SRC, RAM + 8);
    write(f, WRITE_DST, 0x0100F8);
    write(f, WRITE_CNT, 0x10);
    write(f, WRITESTART, 1);
    /* 8 bytes, a busy flash, 8 bytes */
    assert_int_equal(until_ready(f), 2 * (RDSR_CLOCKS + 8 + 8 + 6 + 16) * SCK + VTIME_PER_MS);
    assert_int_equal(f->frames, 4);
    EXPECT(f, 0, 1, 0x06);
    EXPECT(f, 1, 12, 0x38, 0x01, 0x00, 0xF8, 56, 63, 70);
    EXPECT(f, 2, 1, 0x06);
    EXPECT(f, 3, 12, 0x38, 0x01, 0x01, 0x00, 112, 119);
    assert_true(f->ready > f->c->sched.now); /* READY does not wait for the last page */
    write(f, IFCONFIG0, WRITEOC(0) | PPSIZE_512);
    write(f, WRITESTART, 1);
    until_ready(f);
    EXPECT(f, 5, 20, 0x02, 0x01, 0x00, 0xF8, 56);
    fake_free(f);
}

static void erases(void **state)
{
    struct fake *f = fake_new();

    f->busy_for = 5 * VTIME_PER_MS;
    write(f, ERASE_PTR, 0x234000);
    write(f, ERASE_LEN, 0);
    write(f, ERASESTART, 1);
    assert_int_equal(until_ready(f), (RDSR_CLOCKS + 40) * SCK);
    EXPECT(f, 0, 1, 0x06);
    EXPECT(f, 1, 4, 0x20, 0x23, 0x40, 0x00);
    write(f, ERASE_LEN, 1); /* waits for the one before */
    write(f, ERASESTART, 1);
    assert_int_equal(until_ready(f), 5 * VTIME_PER_MS + (RDSR_CLOCKS + 40) * SCK);
    EXPECT(f, 3, 4, 0xD8, 0x23, 0x40, 0x00);
    write(f, ERASE_LEN, 2);
    write(f, ERASESTART, 1);
    until_ready(f);
    EXPECT(f, 5, 1, 0xC7);
    fake_free(f);
}

static void custom_instructions(void **state)
{
    struct fake *f = fake_new();

    write(f, CINSTRCONF, 0x9F | LENGTH(4));
    assert_int_equal(until_ready(f), 32 * SCK);
    EXPECT(f, 0, 4, 0x9F, 0, 0, 0);
    assert_int_equal(read(f, CINSTRDAT0), 0x00030201);
    write(f, CINSTRDAT0, 0x44332211);
    write(f, CINSTRDAT1, 0x88776655);
    write(f, CINSTRCONF, 0x01 | LENGTH(9) | WREN);
    assert_int_equal(until_ready(f), 80 * SCK);
    EXPECT(f, 1, 1, 0x06);
    EXPECT(f, 2, 9, 0x01, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88);
    assert_int_equal(read(f, CINSTRDAT0), 0x04030201);
    assert_int_equal(read(f, CINSTRDAT1), 0x08070605);
    f->status = 0x42;
    write(f, CINSTRDAT0, 0);
    write(f, CINSTRCONF, 0x05 | LENGTH(2));
    until_ready(f);
    assert_int_equal(read(f, CINSTRDAT0), 0x42);
    fake_free(f);
}

static void waiting_for_the_flash_or_not(void **state)
{
    struct fake *f = fake_new();

    f->ready = f->c->sched.now + VTIME_PER_MS;
    write(f, CINSTRCONF, 0x66 | LENGTH(1));
    assert_int_equal(until_ready(f), 8 * SCK);
    write(f, CINSTRCONF, 0x99 | LENGTH(1) | WIPWAIT);
    assert_int_equal(until_ready(f), VTIME_PER_MS - 8 * SCK + (RDSR_CLOCKS + 8) * SCK);
    write(f, CINSTRCONF, 0x01 | LENGTH(1));
    write(f, READSTART, 1);
    assert_true(chip_said(f->c, "before READY"));
    fake_free(f);
}

static void a_long_frame_keeps_the_flash_selected(void **state)
{
    struct fake *f = fake_new();

    write(f, CINSTRDAT0, 0x030201);
    write(f, CINSTRCONF, 0x02 | LENGTH(4) | LFEN | WREN);
    assert_int_equal(until_ready(f), 40 * SCK);
    write(f, CINSTRDAT0, 0xBBAA);
    write(f, CINSTRCONF, LENGTH(3) | LFEN | WREN | WIPWAIT);
    until_ready(f);
    assert_true(f->selected);
    write(f, CINSTRDAT0, 0xCC);
    write(f, CINSTRCONF, LENGTH(2) | LFEN | LFSTOP);
    until_ready(f);
    assert_false(f->selected);
    assert_int_equal(f->frames, 2);
    EXPECT(f, 1, 7, 0x02, 1, 2, 3, 0xAA, 0xBB, 0xCC);
    fake_free(f);
}

static void deep_power_down_by_the_interface(void **state)
{
    struct fake *f = fake_new();

    write(f, IFCONFIG1, DPMEN); /* not enabled */
    assert_int_equal(f->frames, 0);
    write(f, IFCONFIG1, 0);
    write(f, IFCONFIG0, DPMENABLE);
    write(f, IFCONFIG1, DPMEN);
    EXPECT(f, 0, 1, 0xB9);
    assert_true(read(f, STATUS) & STATUS_DPM);
    write(f, IFCONFIG1, 0);
    EXPECT(f, 1, 1, 0xAB);
    assert_false(read(f, STATUS) & STATUS_DPM);
    fake_free(f);
}

static void xip_begins_where_xipoffset_says(void **state)
{
    struct fake *f = fake_new();

    f->shown = 1;
    write(f, XIPOFFSET, 0x123000);
    assert_int_equal(f->shown, 0x123000);
    write(f, XIPOFFSET, 0x234567);
    assert_int_equal(f->shown, 0x234000);
    assert_int_equal(read(f, XIPOFFSET), 0x234567);
    assert_true(chip_said(f->c, "multiple of 4 KiB"));
    periph_engine_reset(&f->c->p.engine, RESETREAS_SREQ);
    assert_int_equal(f->shown, 0);
    fake_free(f);
}

static void bad_addresses(void **state)
{
    struct fake *f = fake_new();

    write(f, READ_DST, RAM + RAM_SIZE - 4);
    write(f, READ_CNT, 0x1FFFFF);
    write(f, READSTART, 1);
    until_ready(f);
    assert_true(chip_said(f->c, "EasyDMA reaches RAM only: data lost"));
    assert_true(chip_said(f->c, "multiple of 4"));
    write(f, WRITE_SRC, 0x1000);
    write(f, WRITE_CNT, 8);
    write(f, WRITESTART, 1);
    until_ready(f);
    assert_true(chip_said(f->c, "nothing is written"));
    write(f, WRITE_CNT, 0);
    write(f, WRITESTART, 1);
    until_ready(f);
    fake_free(f);
}

static void reset_and_no_flash(void **state)
{
    struct fake *f = fake_new();

    write(f, CINSTRCONF, 0x02 | LENGTH(4) | LFEN);
    until_ready(f);
    write(f, READSTART, 1);
    periph_engine_reset(&f->c->p.engine, RESETREAS_SREQ);
    assert_false(f->selected);
    assert_int_equal(sched_next(&f->c->sched), VTIME_NEVER);
    assert_int_equal(read(f, STATUS), 0);
    qspi_connect(&f->c->p.qspi, &(struct qspi_flash){0});
    write(f, ENABLE, 1);
    write(f, ACTIVATE, 1);
    until_ready(f);
    write(f, CINSTRCONF, 0x9F | LENGTH(4));
    until_ready(f);
    assert_int_equal(read(f, CINSTRDAT0), 0);
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activation),
        cmocka_unit_test(reads_and_their_times),
        cmocka_unit_test(csn_stays_high_for_sckdelay),
        cmocka_unit_test(a_write_goes_page_by_page),
        cmocka_unit_test(erases),
        cmocka_unit_test(custom_instructions),
        cmocka_unit_test(waiting_for_the_flash_or_not),
        cmocka_unit_test(a_long_frame_keeps_the_flash_selected),
        cmocka_unit_test(deep_power_down_by_the_interface),
        cmocka_unit_test(xip_begins_where_xipoffset_says),
        cmocka_unit_test(bad_addresses),
        cmocka_unit_test(reset_and_no_flash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
