/*
 * The two probes: what they answer to the messages that OpenOCD's drivers send, in whatever pieces they come.
 */
#include "swd/jlink.h"
#include "tests/unit/swd_host.h"

struct rig {
    struct swd_host host; /* its chip and port */
    struct swd_probe probe;
    const struct swd_probe_kind *kind;
    uint8_t got[40000];
    size_t n;
};

static void keep(void *ctx, const uint8_t *bytes, size_t size)
{
    struct rig *r = ctx;
    assert_true(r->n + size <= sizeof r->got);
    memcpy(r->got + r->n, bytes, size);
    r->n += size;
}

static struct rig *rig(const struct swd_probe_kind *kind)
{
    static struct rig r;
    memset(&r, 0, sizeof r);
    host_begin(&r.host);
    swd_probe_init(&r.probe, &r.host.port);
    r.kind = kind;
    r.probe.send = keep;
    r.probe.send_ctx = &r;
    kind->connected(&r.probe);
    return &r;
}

/* Sends, and forgets what was answered before. */
static bool say(struct rig *r, const void *bytes, size_t size)
{
    r->n = 0;
    return r->kind->feed(&r->probe, bytes, size);
}
#define SAY(r, ...) say(r, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

#define EXPECT(r, ...)                                            \
    do {                                                          \
        const uint8_t expected[] = {__VA_ARGS__};                 \
        assert_int_equal((r)->n, sizeof expected);                \
        assert_memory_equal((r)->got, expected, sizeof expected); \
    } while (0)

/* ---- J-Link ------------------------------------------------------------------------------------------------------ */

static void test_jlink_greets(void **state)
{
    struct rig *r = rig(&swd_jlink);
    assert_int_equal(r->got[0], 0);
    assert_int_equal(r->n, 4u + r->got[3]);
    assert_memory_equal(r->got + 4, "J-Link", 6);
}

static void test_jlink_tells_what_it_is(void **state)
{
    struct rig *r = rig(&swd_jlink);
    assert_true(SAY(r, 7, 0x01));
    assert_int_equal(r->n, 2u + (r->got[0] | r->got[1] << 8));
    assert_true(SAY(r, 7, 0xE8));
    EXPECT(r, 0x02, 0x02, 0x02, 0x00);
    assert_true(SAY(r, 7, 0x07));
    EXPECT(r, 3300 & 0xFF, 3300 >> 8, 0, 0, 0, 1, 1, 1);
    assert_true(SAY(r, 7, 0xC7, 0xFF));
    EXPECT(r, 2, 0, 0, 0);
    assert_true(SAY(r, 7, 0xC7, 1));
    assert_int_equal(r->n, 4);
}

static void test_jlink_sets_speed_and_reset(void **state)
{
    struct rig *r = rig(&swd_jlink);
    assert_true(SAY(r, 7, 0x05, 4000 & 0xFF, 4000 >> 8, 7, 0xDC));
    assert_int_equal(r->n, 0);
    assert_int_equal(r->host.port.hz, 4000000);
    assert_true(r->host.chip.pin_low);
    assert_true(SAY(r, 7, 0xDD, 7, 0x05, 0, 0));
    assert_false(r->host.chip.pin_low);
    assert_int_equal(r->host.port.hz, SWD_MAX_HZ); /* none: as fast as it can */
}

/* Line reset, idle, and a read of DPIDR: 52 + 8 + 46 clocks. */
static size_t identify(uint8_t message[64])
{
    enum { BITS = 52 + 8 + 46, BYTES = (BITS + 7) / 8 };
    memset(message, 0, 64);
    uint8_t *drives = message + 5, *out = drives + BYTES;
    memcpy(message, (const uint8_t[]){7, 0xCF, 0, BITS, 0}, 5);
    for (unsigned i = 0; i < 68; i++) {
        unsigned header = host_header(false, true, SWD_DP_IDR);
        bool bit = i < 52 || (i >= 60 && (header >> (i - 60) & 1));
        drives[i / 8] |= (uint8_t)(1 << i % 8);
        out[i / 8] |= (uint8_t)(bit << i % 8);
    }
    return 5 + 2 * BYTES;
}

static uint32_t bits_at(const uint8_t *b, unsigned first, unsigned n)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < n; i++)
        v |= (uint32_t)(b[(first + i) / 8] >> (first + i) % 8 & 1) << i;
    return v;
}

static void test_jlink_moves_the_wire(void **state)
{
    uint8_t message[64];
    size_t size = identify(message);
    struct rig *r = rig(&swd_jlink);
    assert_true(say(r, message, size));
    assert_int_equal(r->n, 14 + 1);
    assert_int_equal(bits_at(r->got, 68, 3), SWD_ACK_OK);
    assert_int_equal(bits_at(r->got, 71, 32), SWD_DPIDR);
    assert_int_equal(r->got[14], 0);
    assert_int_equal(r->host.port.dp.edges, 106);
}

static void test_jlink_takes_messages_in_pieces(void **state)
{
    uint8_t message[64];
    size_t size = identify(message);
    struct rig *r = rig(&swd_jlink);
    r->n = 0;
    for (size_t i = 0; i < size; i++) {
        assert_int_equal(r->n, 0);
        assert_true(r->kind->feed(&r->probe, message + i, 1));
    }
    assert_int_equal(bits_at(r->got, 71, 32), SWD_DPIDR);
}

static void test_jlink_longest_message(void **state)
{
    static uint8_t message[5 + 2 * 8192] = {7, 0xCF, 0, 0xFF, 0xFF};
    struct rig *r = rig(&swd_jlink);
    assert_true(say(r, message, sizeof message));
    assert_int_equal(r->n, 8192 + 1);
    assert_int_equal(r->host.port.dp.edges, 65535);
    assert_true(SAY(r, 7, 0xCF, 0, 0, 0)); /* and the shortest */
    EXPECT(r, 0);
}

static void test_jlink_hangs_up_on_strangers(void **state)
{
    assert_false(say(rig(&swd_jlink), "GET / HTTP/1.1\r\n", 16));
    assert_false(SAY(rig(&swd_jlink), 7, 0x99));
    assert_false(SAY(rig(&swd_jlink), 7, 0x07, 7, 0x99, 1, 2, 3));
}

static void test_jlink_advert(void **state)
{
    uint8_t a[JLINK_ADVERT_SIZE];
    jlink_advert(a);
    assert_memory_equal(a, "Found", 5);
    assert_memory_equal(a + 16, ((const uint8_t[]){127, 0, 0, 1}), 4);
    assert_int_equal(bits_at(a + 48, 0, 32), JLINK_SERIAL);
}

/* ---- Bus Pirate -------------------------------------------------------------------------------------------------- */

static struct rig *raw_rig(void)
{
    static const uint8_t zeros[20];
    struct rig *r = rig(&swd_buspirate);
    assert_true(say(r, zeros, 19));
    assert_int_equal(r->n, 0);
    assert_true(say(r, zeros, 1));
    EXPECT(r, 'B', 'B', 'I', 'O', '1');
    assert_true(SAY(r, 0x05));
    EXPECT(r, 'R', 'A', 'W', '1');
    assert_true(SAY(r, 0x8A, 0x63, 0x48));
    EXPECT(r, 1, 1, 1);
    assert_int_equal(r->host.port.hz, 400000);
    return r;
}

static void test_buspirate_moves_the_wire(void **state)
{
    struct rig *r = raw_rig();
    assert_true(SAY(r, 0x17, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00)); /* line reset */
    assert_int_equal(r->n, 9);
    assert_true(SAY(r, 0x10, (uint8_t)host_header(false, true, SWD_DP_IDR), 0x07, 0x07, 0x07));
    EXPECT(r, 1, 1, 1, 0, 0);
    assert_true(SAY(r, 0x06, 0x06, 0x06, 0x06, 0x07, 0x21));
    EXPECT(r, 0x77, 0x14, 0xA0, 0x2B, 0, 1);
}

static void test_buspirate_goes_back(void **state)
{
    struct rig *r = raw_rig();
    assert_true(SAY(r, 0x00));
    EXPECT(r, 'B', 'B', 'I', 'O', '1');
    assert_true(SAY(r, 0x0F));
    EXPECT(r, 1);
    assert_true(SAY(r, 0x05, 0x06));
    assert_int_equal(r->n, 0);
}

static void test_buspirate_pins(void **state)
{
    struct rig *r = raw_rig();
    assert_true(SAY(r, 0x4A));
    assert_true(r->host.chip.pin_low);
    assert_true(SAY(r, 0x48));
    assert_false(r->host.chip.pin_low);
    uint64_t before = r->host.port.dp.edges;
    assert_true(SAY(r, 0x2F, 0x0D, 0x09, 0x08));
    EXPECT(r, 1, 1, 1, 1);
    assert_int_equal(r->host.port.dp.edges - before, 17);
}

static void test_buspirate_most_significant_bit_first(void **state)
{
    struct rig *r = raw_rig();
    assert_true(SAY(r, 0x88, 0x16, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x10, 0x00));
    assert_true(SAY(r, 0x10, 0xA5, 0x07, 0x07, 0x07)); /* DPIDR's header is the same from both ends */
    EXPECT(r, 1, 1, 1, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jlink_greets),
        cmocka_unit_test(test_jlink_tells_what_it_is),
        cmocka_unit_test(test_jlink_sets_speed_and_reset),
        cmocka_unit_test(test_jlink_moves_the_wire),
        cmocka_unit_test(test_jlink_takes_messages_in_pieces),
        cmocka_unit_test(test_jlink_longest_message),
        cmocka_unit_test(test_jlink_hangs_up_on_strangers),
        cmocka_unit_test(test_jlink_advert),
        cmocka_unit_test(test_buspirate_moves_the_wire),
        cmocka_unit_test(test_buspirate_goes_back),
        cmocka_unit_test(test_buspirate_pins),
        cmocka_unit_test(test_buspirate_most_significant_bit_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
