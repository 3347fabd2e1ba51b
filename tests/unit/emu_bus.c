/* The address map: lookup, access sizes and alignment, write permission, EasyDMA, and the debugger's view. */
#include "emu/bus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

enum {
    PAGE = 4096,
    FLASH = 0x00000000,
    RAM = 0x20000000,
    ALIAS = 0x00800000, /* writable, but outside the RAM region */
    DEVICE = 0x40000000,
    NEIGHBOUR = 0x40000010, /* starts where DEVICE ends */
    NOWHERE = 0x30000000,
};

struct access {
    char what; /* r, w, p(eek), P(oke) */
    uint32_t offset, value;
    unsigned size;
};

struct fixture {
    struct bus bus;
    uint8_t flash[PAGE], ram[PAGE], alias[PAGE];
    struct access access[16];
    unsigned n_access;
    unsigned n_changed;
    uint32_t changed_addr, changed_size;
    bool flash_write_accepted;
};

static void note(struct fixture *f, struct access a) { f->access[f->n_access++] = a; }

/* Every byte of a register reads as its offset, with rubbish above the access. */
static uint32_t on_read(void *ctx, uint32_t offset, unsigned size)
{
    note(ctx, (struct access){'r', offset, 0, size});
    uint32_t word = offset | (offset + 1) << 8 | (offset + 2) << 16 | (offset + 3) << 24;
    return size == 4 ? word : size == 2 ? (word & 0xFFFF) | 0xABCD0000 : (word & 0xFF) | 0xABCDEF00;
}
static void on_write(void *ctx, uint32_t offset, uint32_t value, unsigned size)
{
    note(ctx, (struct access){'w', offset, value, size});
}
static uint32_t on_peek(void *ctx, uint32_t offset)
{
    note(ctx, (struct access){'p', offset, 0, 4});
    return 0x44332211 + offset;
}
static void on_poke(void *ctx, uint32_t offset, uint32_t value) { note(ctx, (struct access){'P', offset, value, 4}); }
static bool on_flash_write(void *ctx, uint32_t addr, uint32_t value, unsigned size)
{
    note(ctx, (struct access){'w', addr, value, size});
    return ((struct fixture *)ctx)->flash_write_accepted;
}
static void on_changed(void *ctx, uint32_t addr, uint32_t size)
{
    struct fixture *f = ctx;
    f->n_changed++;
    f->changed_addr = addr;
    f->changed_size = size;
}

static void setup(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    bus_init(&f->bus);
    f->bus.memory_changed = on_changed;
    f->bus.memory_changed_ctx = f;
    bus_add_memory(&f->bus, &(struct bus_memory){.name = "flash",
                                                 .base = FLASH,
                                                 .size = PAGE,
                                                 .data = f->flash,
                                                 .executable = true,
                                                 .write = on_flash_write,
                                                 .ctx = f});
    bus_add_memory(
        &f->bus,
        &(struct bus_memory){
            .name = "RAM", .base = RAM, .size = PAGE, .data = f->ram, .guest_writable = true, .executable = true});
    bus_add_memory(
        &f->bus,
        &(struct bus_memory){.name = "alias", .base = ALIAS, .size = PAGE, .data = f->alias, .guest_writable = true});
    /* In the wrong order: the bus sorts. */
    bus_add_device(
        &f->bus,
        &(struct bus_device){
            .name = "neighbour", .base = NEIGHBOUR, .size = 0x10, .read = on_read, .write = on_write, .ctx = f});
    bus_add_device(&f->bus, &(struct bus_device){.name = "device",
                                                 .base = DEVICE,
                                                 .size = 0x10,
                                                 .read = on_read,
                                                 .write = on_write,
                                                 .peek = on_peek,
                                                 .poke = on_poke,
                                                 .ctx = f});
}

static void assert_access(const struct fixture *f, unsigned i, struct access want)
{
    assert_true(i < f->n_access);
    assert_int_equal(f->access[i].what, want.what);
    assert_int_equal(f->access[i].offset, want.offset);
    assert_int_equal(f->access[i].value, want.value);
    assert_int_equal(f->access[i].size, want.size);
}

static void lookup(void **state)
{
    struct fixture f;
    setup(&f);
    assert_string_equal(bus_memory_at(&f.bus, RAM + PAGE - 1)->name, "RAM");
    assert_null(bus_memory_at(&f.bus, RAM + PAGE));
    assert_null(bus_memory_at(&f.bus, RAM - 1));
    assert_string_equal(bus_device_at(&f.bus, DEVICE)->name, "device");
    assert_string_equal(bus_device_at(&f.bus, NEIGHBOUR - 1)->name, "device");
    assert_string_equal(bus_device_at(&f.bus, NEIGHBOUR)->name, "neighbour");
    assert_null(bus_device_at(&f.bus, NEIGHBOUR + 0x10));
    assert_null(bus_device_at(&f.bus, DEVICE - 1));
    assert_ptr_equal(bus_host(&f.bus, RAM + 4, PAGE - 4), f.ram + 4);
    assert_null(bus_host(&f.bus, RAM + 4, PAGE - 3));
    assert_null(bus_host(&f.bus, DEVICE, 4));
}

static void lookup_among_many(void **state)
{
    struct fixture f = {0};
    bus_init(&f.bus);
    for (unsigned i = 0; i < BUS_MAX_DEVICES; i++) /* 37 is coprime to 96: a shuffle */
        bus_add_device(&f.bus, &(struct bus_device){.name = "d",
                                                    .base = DEVICE + i * 37 % BUS_MAX_DEVICES * 0x1000,
                                                    .size = 0x800,
                                                    .read = on_read,
                                                    .write = on_write});
    for (uint32_t i = 0; i < BUS_MAX_DEVICES; i++) {
        assert_int_equal(bus_device_at(&f.bus, DEVICE + i * 0x1000 + 0x7FF)->base, DEVICE + i * 0x1000);
        assert_null(bus_device_at(&f.bus, DEVICE + i * 0x1000 + 0x800));
    }
}

static void memory_reads_and_writes(void **state)
{
    struct fixture f;
    setup(&f);
    uint32_t v;
    assert_true(bus_write(&f.bus, RAM + 1, 0x44332211, 4)); /* unaligned */
    assert_memory_equal(f.ram, "\0\x11\x22\x33\x44\0", 6);
    assert_true(bus_read(&f.bus, RAM + 1, &v, 4));
    assert_int_equal(v, 0x44332211);
    assert_true(bus_read(&f.bus, RAM + 3, &v, 2));
    assert_int_equal(v, 0x4433);
    assert_true(bus_write(&f.bus, RAM + 2, 0xFFFFFF99, 1));
    assert_true(bus_read(&f.bus, RAM, &v, 4));
    assert_int_equal(v, 0x33991100);
}

static void faults(void **state)
{
    struct fixture f;
    setup(&f);
    uint32_t v = 7;
    assert_false(bus_read(&f.bus, NOWHERE, &v, 4));
    assert_false(bus_write(&f.bus, NOWHERE, 0, 1));
    assert_false(bus_read(&f.bus, RAM + PAGE - 2, &v, 4));
    assert_false(bus_write(&f.bus, RAM + PAGE - 2, ~0u, 4));
    assert_int_equal(f.ram[PAGE - 2], 0);
    assert_false(bus_read(&f.bus, RAM - 2, &v, 4));
    assert_false(bus_read(&f.bus, 0xFFFFFFFE, &v, 4)); /* does not wrap into flash */
    assert_int_equal(v, 7);
}

static void device_accesses(void **state)
{
    struct fixture f;
    setup(&f);
    uint32_t v;
    assert_true(bus_read(&f.bus, DEVICE + 4, &v, 4));
    assert_int_equal(v, 0x07060504);
    assert_true(bus_read(&f.bus, DEVICE + 2, &v, 2));
    assert_int_equal(v, 0x0302);
    assert_true(bus_read(&f.bus, DEVICE + 3, &v, 1));
    assert_int_equal(v, 0x03);
    assert_access(&f, 0, (struct access){'r', 4, 0, 4});
    assert_access(&f, 1, (struct access){'r', 2, 0, 2});
    assert_access(&f, 2, (struct access){'r', 3, 0, 1});
    assert_true(bus_write(&f.bus, NEIGHBOUR, 0x12345678, 2));
    assert_access(&f, 3, (struct access){'w', 0, 0x5678, 2});
    assert_int_equal(f.n_access, 4);
}

static void unaligned_device_accesses_are_split(void **state)
{
    struct fixture f;
    setup(&f);
    uint32_t v;
    assert_true(bus_read(&f.bus, DEVICE + 1, &v, 4));
    assert_int_equal(v, 0x04030201);
    assert_access(&f, 0, (struct access){'r', 1, 0, 1});
    assert_access(&f, 1, (struct access){'r', 2, 0, 2});
    assert_access(&f, 2, (struct access){'r', 4, 0, 1});
    assert_true(bus_write(&f.bus, DEVICE + 0xE, 0x44332211, 4)); /* into the neighbour */
    assert_access(&f, 3, (struct access){'w', 0xE, 0x2211, 2});
    assert_access(&f, 4, (struct access){'w', 0, 0x4433, 2});
    assert_true(bus_read(&f.bus, DEVICE + 5, &v, 2));
    assert_int_equal(v, 0x0605);
    assert_int_equal(f.n_access, 7);
    assert_false(bus_read(&f.bus, NEIGHBOUR + 0xE, &v, 4));
}

static void read_only_memory_has_its_own_writer(void **state)
{
    struct fixture f;
    setup(&f);
    assert_false(bus_write(&f.bus, FLASH + 8, 1, 4));
    assert_int_equal(f.n_changed, 0);
    f.flash_write_accepted = true;
    assert_true(bus_write(&f.bus, FLASH + 8, 0xCAFE, 4));
    assert_access(&f, 1, (struct access){'w', FLASH + 8, 0xCAFE, 4});
    assert_int_equal(f.n_changed, 1);
    f.bus.memory[0].write = NULL;
    assert_false(bus_write(&f.bus, FLASH + 8, 1, 4));
    assert_int_equal(f.flash[8], 0);
}

static void changes_of_executable_memory_are_told(void **state)
{
    struct fixture f;
    setup(&f);
    bus_write(&f.bus, RAM + 4, 1, 2);
    assert_int_equal(f.n_changed, 1);
    assert_int_equal(f.changed_addr, RAM + 4);
    assert_int_equal(f.changed_size, 2);
    bus_dma_write(&f.bus, RAM + 8, "abcdef", 6);
    assert_int_equal(f.n_changed, 2);
    assert_int_equal(f.changed_size, 6);
    bus_poke(&f.bus, FLASH, "abc", 3);
    assert_int_equal(f.n_changed, 3);
    assert_int_equal(f.changed_addr, FLASH);
    bus_write(&f.bus, ALIAS, 1, 4); /* not executable */
    bus_write(&f.bus, DEVICE, 1, 4);
    uint32_t v;
    bus_read(&f.bus, RAM, &v, 4);
    assert_int_equal(f.n_changed, 3);
}

static void dma_reaches_ram_only(void **state)
{
    struct fixture f;
    setup(&f);
    char got[8] = "";
    assert_true(bus_dma_write(&f.bus, RAM + PAGE - 4, "abcd", 4));
    assert_true(bus_dma_read(&f.bus, RAM + PAGE - 4, got, 4));
    assert_string_equal(got, "abcd");
    assert_false(bus_dma_write(&f.bus, RAM + PAGE - 4, "vwxyz", 5));
    assert_memory_equal(f.ram + PAGE - 4, "abcd", 4); /* nothing of it */
    assert_false(bus_dma_read(&f.bus, FLASH, got, 4));
    assert_false(bus_dma_write(&f.bus, FLASH, got, 4));
    assert_false(bus_dma_read(&f.bus, ALIAS, got, 4));
    assert_false(bus_dma_read(&f.bus, DEVICE, got, 4));
    assert_true(bus_dma_read(&f.bus, 0, got, 0));
    assert_int_equal(f.n_access, 0);
}

static void peek_and_poke_have_no_side_effects(void **state)
{
    struct fixture f;
    setup(&f);
    uint8_t got[8];
    assert_int_equal(bus_poke(&f.bus, FLASH + PAGE - 2, "abcd", 4), 2); /* whatever the attributes, to the end */
    assert_int_equal(bus_peek(&f.bus, FLASH + PAGE - 2, got, 4), 2);
    assert_memory_equal(got, "ab", 2);
    assert_int_equal(bus_peek(&f.bus, NOWHERE, got, 4), 0);
    assert_int_equal(f.n_access, 0);

    assert_int_equal(bus_peek(&f.bus, DEVICE + 2, got, 4), 4);
    assert_memory_equal(got, "\x33\x44\x15\x22", 4);
    assert_access(&f, 0, (struct access){'p', 0, 0, 4});
    assert_access(&f, 1, (struct access){'p', 4, 0, 4});
    assert_int_equal(bus_poke(&f.bus, DEVICE + 4, "\x01\x02\x03\x04\xAA", 5), 5);
    assert_access(&f, 2, (struct access){'P', 4, 0x04030201, 4});
    assert_access(&f, 3, (struct access){'p', 8, 0, 4}); /* the other bytes of the word stay */
    assert_access(&f, 4, (struct access){'P', 8, 0x443322AA, 4});
}

static void peek_without_a_view_reads_zero(void **state)
{
    struct fixture f;
    setup(&f);
    uint8_t got[32];
    memset(got, 0xFF, sizeof got);
    assert_int_equal(bus_peek(&f.bus, NEIGHBOUR + 0xC, got, 32), 4);
    assert_memory_equal(got, "\0\0\0\0\xFF", 5);
    assert_int_equal(bus_poke(&f.bus, NEIGHBOUR, got, 4), 4);
    assert_int_equal(f.n_access, 0);
}

static void peek_ends_at_the_end_of_the_map(void **state)
{
    struct fixture f;
    setup(&f);
    bus_add_device(&f.bus, &(struct bus_device){
                               .name = "last", .base = 0xFFFFF000, .size = PAGE, .read = on_read, .write = on_write});
    uint8_t got[8];
    assert_int_equal(bus_peek(&f.bus, 0xFFFFFFFC, got, 8), 4);
    assert_int_equal(bus_poke(&f.bus, 0xFFFFFFFC, got, 8), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lookup),
        cmocka_unit_test(lookup_among_many),
        cmocka_unit_test(memory_reads_and_writes),
        cmocka_unit_test(faults),
        cmocka_unit_test(device_accesses),
        cmocka_unit_test(unaligned_device_accesses_are_split),
        cmocka_unit_test(read_only_memory_has_its_own_writer),
        cmocka_unit_test(changes_of_executable_memory_are_told),
        cmocka_unit_test(dma_reaches_ram_only),
        cmocka_unit_test(peek_and_poke_have_no_side_effects),
        cmocka_unit_test(peek_without_a_view_reads_zero),
        cmocka_unit_test(peek_ends_at_the_end_of_the_map),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
