/* NVMC, UICR, FICR: writing and erasing flash, how long it takes and who waits; PS 4.3 to 4.5. */
#include "periph_fixture.h"

#include "periph/ficr.h"
#include "periph/uicr.h"

#define NVMC         0x4001E000u
#define READY        0x400
#define READYNEXT    0x408
#define CONFIG       0x504
#define ERASEPAGE    0x508
#define ERASEALL     0x50C
#define ERASEUICR    0x514
#define ERASEPARTIAL 0x518
#define PARTIALCFG   0x51C
#define REN          0
#define WEN          1
#define EEN          2
#define IN_RAM       0x20000100u
#define IN_FLASH     0x00000100u
#define WRITE        (41 * VTIME_PER_US)
#define PAGE         (85 * VTIME_PER_MS)

struct memories {
    struct chip *c;
    uint8_t *flash, *uicr;
    vtime stalled_until;
    unsigned changes;
    uint32_t changed, changed_size;
};

static void stall(void *ctx, vtime until) { ((struct memories *)ctx)->stalled_until = until; }

static void changed(void *ctx, uint32_t addr, uint32_t size)
{
    struct memories *m = ctx;

    m->changes++;
    m->changed = addr;
    m->changed_size = size;
}

static void add(struct memories *m, const char *name, uint32_t base, uint32_t size, uint8_t *data)
{
    bus_add_memory(&m->c->bus, &(struct bus_memory){.name = name,
                                                    .base = base,
                                                    .size = size,
                                                    .data = data,
                                                    .executable = true,
                                                    .write = nvmc_flash_write,
                                                    .ctx = &m->c->p.nvmc});
}

static struct memories *memories_new(void)
{
    struct memories *m = calloc(1, sizeof *m);

    assert_non_null(m);
    m->c = chip_new();
    m->flash = malloc(NVMC_FLASH_SIZE);
    m->uicr = malloc(UICR_SIZE);
    assert_true(m->flash && m->uicr);
    memset(m->flash, 0xFF, NVMC_FLASH_SIZE);
    uicr_erase(m->uicr);
    add(m, "flash", 0, NVMC_FLASH_SIZE, m->flash);
    add(m, "UICR", UICR_BASE, UICR_SIZE, m->uicr);
    m->c->doors.sys.stall_cpu = stall;
    m->c->doors.sys.ctx = m;
    m->c->bus.memory_changed = changed;
    m->c->bus.memory_changed_ctx = m;
    m->c->core.pc = IN_FLASH;
    return m;
}

static void memories_free(struct memories *m)
{
    free(m->flash);
    free(m->uicr);
    free(m->c);
    free(m);
}

static void set(struct memories *m, uint32_t reg, uint32_t value) { chip_write(m->c, NVMC + reg, value); }
static uint32_t get(struct memories *m, uint32_t reg) { return chip_read(m->c, NVMC + reg); }

static void writing_clears_bits(void **state)
{
    struct memories *m = memories_new();

    set(m, CONFIG, WEN);
    chip_write(m->c, 0x2000, 0xFF00FF00);
    chip_write(m->c, 0x2000, 0x12345678);
    assert_int_equal(chip_read(m->c, 0x2000), 0x12005600);
    assert_int_equal(m->changed, 0x2000);
    assert_int_equal(m->changed_size, 4);
    memories_free(m);
}

static void writing_has_to_be_allowed(void **state)
{
    struct memories *m = memories_new();

    assert_true(bus_write(&m->c->bus, 0x2000, 0, 4)); /* has no effect */
    assert_true(chip_said(m->c, "flash written while WEN is not Wen"));
    set(m, CONFIG, EEN);
    assert_true(bus_write(&m->c->bus, 0x2000, 0, 1));
    set(m, CONFIG, WEN);
    assert_false(bus_write(&m->c->bus, 0x2000, 0, 1));
    assert_false(bus_write(&m->c->bus, 0x2002, 0, 2));
    assert_int_equal(chip_read(m->c, 0x2000), 0xFFFFFFFF);
    assert_int_equal(m->stalled_until, 0);
    assert_true(bus_write(&m->c->bus, 0x2000, 0, 4));
    set(m, CONFIG, REN);
    assert_true(bus_write(&m->c->bus, 0x2004, 0, 4));
    assert_int_equal(chip_read(m->c, 0x2004), 0xFFFFFFFF);
    memories_free(m);
}

static void code_in_flash_waits(void **state)
{
    struct memories *m = memories_new();

    chip_run_to(m->c, 1000);
    set(m, CONFIG, WEN);
    chip_write(m->c, 0x2000, 1);
    assert_int_equal(m->stalled_until, 1000 + WRITE);
    chip_run_to(m->c, m->stalled_until);
    assert_int_equal(get(m, READY), 1);
    set(m, CONFIG, EEN);
    set(m, ERASEPAGE, 0x2000);
    assert_int_equal(m->stalled_until, 1000 + WRITE + PAGE);
    memories_free(m);
}

static void code_in_ram_polls(void **state)
{
    struct memories *m = memories_new();

    m->c->core.pc = IN_RAM;
    set(m, CONFIG, WEN);
    chip_write(m->c, 0x2000, 1);
    assert_int_equal(m->stalled_until, 0);
    assert_int_equal(get(m, READY), 0);
    assert_int_equal(get(m, READYNEXT), 1);
    chip_write(m->c, 0x2004, 2); /* waits behind the first */
    assert_int_equal(m->stalled_until, 0);
    assert_int_equal(get(m, READYNEXT), 0);
    chip_write(m->c, 0x2008, 3); /* has to wait for the place */
    assert_int_equal(m->stalled_until, WRITE);
    chip_run_to(m->c, 3 * WRITE - 1);
    assert_int_equal(get(m, READY), 0);
    assert_int_equal(get(m, READYNEXT), 1);
    chip_run_to(m->c, 3 * WRITE);
    assert_int_equal(get(m, READY), 1);
    memories_free(m);
}

static void a_page_is_erased(void **state)
{
    struct memories *m = memories_new();

    memset(m->flash, 0, NVMC_FLASH_SIZE);
    set(m, CONFIG, EEN);
    set(m, ERASEPAGE, 0x3000);
    assert_int_equal(m->changed, 0x3000);
    assert_int_equal(m->changed_size, 0x1000);
    assert_int_equal(chip_read(m->c, 0x2FFC), 0);
    assert_int_equal(chip_read(m->c, 0x3000), 0xFFFFFFFF);
    assert_int_equal(chip_read(m->c, 0x3FFC), 0xFFFFFFFF);
    assert_int_equal(chip_read(m->c, 0x4000), 0);
    memories_free(m);
}

static void erasing_has_to_be_allowed(void **state)
{
    struct memories *m = memories_new();

    memset(m->flash, 0, NVMC_FLASH_SIZE);
    memset(m->uicr, 0, UICR_SIZE);
    for (unsigned config = REN; config <= WEN; config++) {
        set(m, CONFIG, config);
        set(m, ERASEPAGE, 0x3000);
        set(m, ERASEALL, 1);
        set(m, ERASEUICR, 1);
        set(m, ERASEPARTIAL, 0x3000);
    }
    set(m, CONFIG, EEN);
    set(m, ERASEPAGE, 0x3004);
    set(m, ERASEPAGE, 0x100000);
    set(m, ERASEALL, 0);
    assert_int_equal(m->changes, 0);
    assert_int_equal(m->stalled_until, 0);
    memories_free(m);
}

static void partial_erases_add_up(void **state)
{
    struct memories *m = memories_new();

    memset(m->flash, 0, NVMC_FLASH_SIZE);
    set(m, CONFIG, EEN);
    assert_int_equal(get(m, PARTIALCFG), 10);
    for (unsigned i = 1; i <= 8; i++) {
        set(m, ERASEPARTIAL, 0x3000);
        assert_int_equal(m->stalled_until, i * 10 * VTIME_PER_MS);
        chip_run_to(m->c, m->stalled_until);
    }
    set(m, ERASEPARTIAL, 0x5000); /* another page's account */
    assert_int_equal(chip_read(m->c, 0x3000), 0);
    set(m, PARTIALCFG, 5);
    set(m, ERASEPARTIAL, 0x3000);
    assert_int_equal(chip_read(m->c, 0x3000), 0xFFFFFFFF);
    assert_int_equal(chip_read(m->c, 0x5000), 0);
    assert_int_equal(m->changes, 1);
    memories_free(m);
}

static void acl_protects_its_area(void **state)
{
    const uint32_t acl1 = 0x810, addr = 0x0, size = 0x4, perm = 0x8;
    struct memories *m = memories_new();

    memset(m->flash, 0, 0x5000);
    set(m, acl1 + addr, 0x2000);
    set(m, acl1 + size, 0x2000);
    set(m, acl1 + perm, 2);
    set(m, acl1 + perm, 0); /* once only */
    assert_int_equal(get(m, acl1 + perm), 2);
    set(m, CONFIG, WEN);
    assert_true(bus_write(&m->c->bus, 0x1FFC, 0, 4));
    assert_false(bus_write(&m->c->bus, 0x2000, 0, 4));
    assert_false(bus_write(&m->c->bus, 0x3FFC, 0, 4));
    assert_true(bus_write(&m->c->bus, 0x4000, 0, 4));
    set(m, CONFIG, EEN);
    for (uint32_t page = 0x1000; page < 0x5000; page += 0x1000) {
        bool erased = page < 0x2000 || page >= 0x4000;

        set(m, ERASEPAGE, page);
        assert_int_equal(chip_read(m->c, page), erased ? 0xFFFFFFFF : 0);
    }
    set(m, ERASEALL, 1);
    assert_int_equal(chip_read(m->c, 0x0), 0);
    periph_engine_reset(&m->c->p.engine, RESETREAS_SREQ);
    set(m, CONFIG, EEN);
    set(m, ERASEALL, 1);
    assert_int_equal(chip_read(m->c, 0x2000), 0xFFFFFFFF);
    memories_free(m);
}

static void uicr_is_written_and_erased(void **state)
{
    struct memories *m = memories_new();

    assert_int_equal(uicr_reset_pin(m->uicr), PIN_NONE);
    set(m, CONFIG, WEN);
    chip_write(m->c, UICR_BASE + UICR_PSELRESET, 18);
    assert_int_equal(uicr_reset_pin(m->uicr), PIN_NONE); /* both have to say so */
    chip_write(m->c, UICR_BASE + UICR_PSELRESET + 4, 18);
    assert_int_equal(uicr_reset_pin(m->uicr), 18);
    assert_true(uicr_nfc_pins(m->uicr));
    chip_write(m->c, UICR_BASE + UICR_NFCPINS, 0xFFFFFFFE);
    assert_false(uicr_nfc_pins(m->uicr));
    /* It survives SYSRESETREQ, and an erase of flash pages. */
    periph_engine_reset(&m->c->p.engine, RESETREAS_SREQ);
    assert_int_equal(chip_read(m->c, UICR_BASE + UICR_PSELRESET), 18);
    set(m, CONFIG, EEN);
    set(m, ERASEPAGE, UICR_BASE);
    assert_int_equal(chip_read(m->c, UICR_BASE + UICR_PSELRESET), 18);
    set(m, ERASEUICR, 1);
    assert_int_equal(chip_read(m->c, UICR_BASE + UICR_PSELRESET), 0xFFFFFFFF);
    assert_int_equal(m->stalled_until, PAGE);
    memories_free(m);
}

static void eraseall_erases_all(void **state)
{
    struct memories *m = memories_new();

    memset(m->flash, 0, NVMC_FLASH_SIZE);
    memset(m->uicr, 0, UICR_SIZE);
    set(m, CONFIG, EEN);
    set(m, ERASEALL, 1);
    assert_int_equal(m->stalled_until, 169 * VTIME_PER_MS);
    for (uint32_t i = 0; i < NVMC_FLASH_SIZE; i++)
        assert_int_equal(m->flash[i], 0xFF);
    for (uint32_t i = 0; i < UICR_SIZE; i++)
        assert_int_equal(m->uicr[i], 0xFF);
    memories_free(m);
}

static void reset_makes_it_ready(void **state)
{
    struct memories *m = memories_new();

    set(m, CONFIG, EEN);
    set(m, ERASEPAGE, 0x3000);
    assert_int_equal(get(m, READY), 0);
    periph_engine_reset(&m->c->p.engine, RESETREAS_SREQ);
    assert_int_equal(get(m, READY), 1);
    assert_int_equal(get(m, CONFIG), REN);
    memories_free(m);
}

static uint32_t word(const uint8_t *image, uint32_t offset)
{
    uint32_t value;

    memcpy(&value, image + offset, sizeof value);
    return value;
}

static void ficr_tells_the_chip(void **state)
{
    static uint8_t a[FICR_SIZE], b[FICR_SIZE], again[FICR_SIZE];

    ficr_fill(a, 1);
    ficr_fill(b, 2);
    ficr_fill(again, 1);
    assert_memory_equal(a, again, sizeof a);
    assert_int_equal(word(a, 0x010) * word(a, 0x014), NVMC_FLASH_SIZE);
    assert_int_equal(word(a, 0x100), 0x52840);
    assert_int_equal(word(a, 0x104), 'A' << 24 | 'A' << 16 | 'D' << 8 | '0');
    assert_int_equal(word(a, 0x110), 1024);
    assert_int_equal(word(a, 0x130), 8);
    assert_int_equal(word(a, 0x134), 3);
    assert_int_equal(word(a, 0x0A0) & 1, 1);        /* a random static address … */
    assert_int_equal(word(a, 0x0A8) >> 16, 0xFFFF); /* … of 48 bits */
    assert_int_equal(a[0x450], 0x5F);
    assert_int_not_equal(word(a, 0x060), word(b, 0x060));
    assert_int_equal(word(a, 0x404), word(b, 0x404));
    assert_int_equal(word(a, 0x200), 0xFFFFFFFF);
}

/* TEMP's coefficients come from FICR at start-up: they have to be those that TEMP itself starts with. */
static void ficr_and_temp_agree(void **state)
{
    static uint8_t image[FICR_SIZE];
    struct chip *c = chip_new();
    static const struct {
        uint32_t ficr, temp, n;
    } part[] = {{0x404, 0x520, 6}, {0x41C, 0x540, 6}, {0x434, 0x560, 5}};

    ficr_fill(image, 1);
    for (unsigned i = 0; i < 3; i++)
        for (uint32_t k = 0; k < part[i].n; k++)
            assert_int_equal(word(image, part[i].ficr + 4 * k), chip_read(c, 0x4000C000 + part[i].temp + 4 * k));
    free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writing_clears_bits),   cmocka_unit_test(writing_has_to_be_allowed),
        cmocka_unit_test(code_in_flash_waits),   cmocka_unit_test(code_in_ram_polls),
        cmocka_unit_test(a_page_is_erased),      cmocka_unit_test(erasing_has_to_be_allowed),
        cmocka_unit_test(partial_erases_add_up), cmocka_unit_test(uicr_is_written_and_erased),
        cmocka_unit_test(eraseall_erases_all),   cmocka_unit_test(reset_makes_it_ready),
        cmocka_unit_test(ficr_tells_the_chip),   cmocka_unit_test(ficr_and_temp_agree),
        cmocka_unit_test(acl_protects_its_area),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
