/*
 * Image loading: Intel HEX and UF2, and which addresses may be loaded.
 */
#include "tests/unit/emu_image_test.h"

/* ---- Intel HEX ---- */

static bool parse_hex(struct image *img, const char *text) { return parse(img, text, strlen(text)); }

static void test_hex_records(void **state)
{
    struct image img;

    assert_true(parse_hex(&img, "\n:020000040000FA\r\n"
                                ":0404000001020304EE\n"
                                ":0404040005060708da\n" /* small letters, and adjacent to the one before */
                                "\n"
                                ":020000041000EA\n"
                                ":0410140078563412C4 \n"
                                ":0400000500000409EA\n"
                                ":00000001FF\n\n"));
    assert_int_equal(img.format, IMAGE_HEX);
    assert_int_equal(img.entry, 0x409);
    assert_int_equal(img.n_segments, 2);
    assert_segment(&img, 0, 0x400, "\1\2\3\4\5\6\7\10", 8);
    assert_segment(&img, 1, 0x10001014, "\x78\x56\x34\x12", 4);
    image_free(&img);
}

static void test_hex_segmented_addresses(void **state)
{
    struct image img;

    /* Segment 0x1000: offsets wrap at 64 KiB, back to 0x10000. CS:IP 0x1000:0x0234. */
    assert_true(parse_hex(&img, ":020000021000EC\n"
                                ":04FFFE0001020304F5\n"
                                ":0400000310000234B3\n"
                                ":00000001FF"));
    assert_int_equal(img.entry, 0x10234);
    assert_int_equal(img.n_segments, 2);
    assert_segment(&img, 0, 0x10000, "\3\4", 2);
    assert_segment(&img, 1, 0x1fffe, "\1\2", 2);
    image_free(&img);
}

static void test_hex_linear_addresses_do_not_wrap(void **state)
{
    struct image img;

    assert_true(parse_hex(&img, ":04FFFE0001020304F5\n:00000001FF\n"));
    assert_int_equal(img.n_segments, 1);
    assert_segment(&img, 0, 0xfffe, "\1\2\3\4", 4);
    image_free(&img);
}

static void test_hex_faults_name_the_line(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {":0404000001020304EF\n:00000001FF\n", "line 1: checksum is 0xef, should be 0xee"},
        {":00000001FF\n:0404000001020304EE\n", "line 2: a record after the end"},
        {"\n:0404000001020304EE\n", "no end record"},
        {":0404000001020304EE\nhello\n", "line 2: a record starts with ':'"},
        {":04040000010203x4EE\n", "line 1: holds something"},
        {":0404000001020304E\n", "line 1: record is cut short"},
        {":04040000010203\n", "line 1: record is cut short"},
        {":0404000001020304EE00\n", "line 1: record is longer"},
        {":", "line 1: record is cut short"},
        {":00000006FA\n", "line 1: unknown record type 0x06"},
        {":01000001FE00\n", "line 1: a record of type 1 has 0 bytes"},
        {":0100000400FB\n", "line 1: a record of type 4 has 2 bytes, not 1"},
        {":020000042000DA\n:0400000001020304F2\n", "line 2: bytes at 0x20000000-0x20000003 lie outside"},
        {":02000004FFFFFC\n:04FFFE0001020304F5\n", "line 2: bytes at 0xfffffffe-0x100000001 lie outside"},
        {":0404000001020304EE\n:0404020001020304EC\n:00000001FF\n", "test: overlapping contents differ at 0x00000402"},
        {":00000001FF\n", "nothing to load"},
    };

    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused(cases[i].text, strlen(cases[i].text), cases[i].why);
}

static void test_hex_truncated_anywhere_is_refused(void **state)
{
    static const char text[] = ":0404000001020304EE\r\n:0400000500000409EA\r\n:00000001FF";

    for (size_t size = 1; size < sizeof text - 1; size++)
        assert_refused(text, size, "");
}

static void test_hex_overlong_record(void **state)
{
    char text[1200] = ":FF";

    memset(text + 3, '0', sizeof text - 4);
    assert_refused(text, strlen(text), "line 1: record is too long");
}

/* ---- UF2 ---- */

struct uf2_block {
    uint32_t magic_first, magic_second, flags, addr, payload_size, number, n_blocks, family;
    uint8_t payload[476];
    uint32_t magic_last;
};

static void make_uf2(struct uf2_block *block, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        block[i] = (struct uf2_block){.magic_first = 0x0A324655,
                                      .magic_second = 0x9E5D5157,
                                      .flags = 0x2000,
                                      .addr = 0x26000 + 256 * i,
                                      .payload_size = 256,
                                      .number = i,
                                      .n_blocks = n,
                                      .family = 0xADA52840,
                                      .magic_last = 0x0AB16F30};
        memset(block[i].payload, 'a' + i, 256);
    }
}

static void test_uf2(void **state)
{
    struct uf2_block block[3];
    struct image img;
    uint8_t expected[512];

    make_uf2(block, 3);
    block[0].family = 0xD663823C; /* the bootloader's */
    block[1].flags = 0;           /* no family */
    block[1].family = 0;
    block[2].flags |= 1; /* not for flash */
    block[2].addr = 0x30000000;
    memset(expected, 'a', 256);
    memset(expected + 256, 'b', 256);
    assert_true(parse(&img, block, sizeof block));
    assert_int_equal(img.format, IMAGE_UF2);
    assert_int_equal(img.n_segments, 1);
    assert_segment(&img, 0, 0x26000, expected, 512);
    image_free(&img);
}

static void test_uf2_blocks_in_any_order(void **state)
{
    struct uf2_block block[2], swapped[2];
    struct image img;

    make_uf2(block, 2);
    swapped[0] = block[1];
    swapped[1] = block[0];
    assert_true(parse(&img, swapped, sizeof swapped));
    assert_int_equal(img.n_segments, 1);
    assert_int_equal(img.segment[0].data[0], 'a');
    assert_int_equal(img.segment[0].data[256], 'b');
    image_free(&img);
}

static void test_uf2_faults(void **state)
{
    static const struct {
        unsigned at;
        uint32_t value;
        const char *why;
    } cases[] = {
        {offsetof(struct uf2_block, magic_first), 0, "block 1: wrong magic"},
        {offsetof(struct uf2_block, magic_second), 0, "block 1: wrong magic"},
        {offsetof(struct uf2_block, magic_last), 0, "block 1: wrong magic"},
        {offsetof(struct uf2_block, family), 0xe48bff56, "block 1: for chip family 0xe48bff56"},
        {offsetof(struct uf2_block, payload_size), 477, "block 1: payload of 477 bytes"},
        {offsetof(struct uf2_block, payload_size), ~0u, "block 1: payload of 4294967295 bytes"},
        {offsetof(struct uf2_block, number), 0, "block 1: its number 0 is there already"},
        {offsetof(struct uf2_block, number), 2, "block 1: its number 2 is too large"},
        {offsetof(struct uf2_block, n_blocks), 3, "block 1: says the file has 3 blocks, it has 2"},
        {offsetof(struct uf2_block, addr), 0x100000, "bytes at 0x00100000"},
        {offsetof(struct uf2_block, addr), 0x26001, "overlapping contents differ"},
    };
    struct uf2_block block[2];

    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        make_uf2(block, 2);
        memcpy((uint8_t *)&block[1] + cases[i].at, &cases[i].value, 4);
        assert_refused(block, sizeof block, cases[i].why);
    }
    make_uf2(block, 1);
    block[0].payload_size = 0;
    assert_refused(block, 512, "nothing to load");
}

static void test_uf2_truncated_anywhere_is_refused(void **state)
{
    struct uf2_block block[2];

    make_uf2(block, 2);
    for (size_t size = 4; size < sizeof block; size++)
        assert_refused(block, size, "");
}

/* ---- ranges ---- */

static void test_adjacent_ranges_are_one(void **state)
{
    static const struct image_range ranges[] = {{0x1008, 8}, {0x1000, 8}};
    uint8_t raw[17] = {0};
    struct image img;

    assert_true(image_parse(&img, "x", raw, 16, 0x1000, ranges, 2, err));
    image_free(&img);
    assert_false(image_parse(&img, "x", raw, 17, 0x1000, ranges, 2, err));
    assert_false(image_parse(&img, "x", raw, 16, 0x0fff, ranges, 2, err));
    assert_false(image_parse(&img, "x", raw, 1, 0x1000, NULL, 0, err));
    assert_non_null(strstr(err, "there is none"));
}

static void test_empty_memory(void **state) { assert_refused("", 0, "is empty"); }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hex_records),
        cmocka_unit_test(test_hex_segmented_addresses),
        cmocka_unit_test(test_hex_linear_addresses_do_not_wrap),
        cmocka_unit_test(test_hex_faults_name_the_line),
        cmocka_unit_test(test_hex_truncated_anywhere_is_refused),
        cmocka_unit_test(test_hex_overlong_record),
        cmocka_unit_test(test_uf2),
        cmocka_unit_test(test_uf2_blocks_in_any_order),
        cmocka_unit_test(test_uf2_faults),
        cmocka_unit_test(test_uf2_truncated_anywhere_is_refused),
        cmocka_unit_test(test_adjacent_ranges_are_one),
        cmocka_unit_test(test_empty_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
