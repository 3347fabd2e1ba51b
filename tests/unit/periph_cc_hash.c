/* CC_HASH: the standard's own examples, in one piece and in several, of any length; time; what is kept between. */
#include "periph_fixture.h"

#define ENABLE       0x5002A500u
#define CC(offset)   (0x5002B000u + (offset))
#define HASH_H(i)    CC(0x640 + 4 * (i))
#define PAD_AUTO     CC(0x684)
#define CONTROL      CC(0x7C0)
#define PAD          CC(0x7C4)
#define PAD_FORCE    CC(0x7C8)
#define CUR_LEN_0    CC(0x7CC)
#define CUR_LEN_1    CC(0x7D0)
#define SW_RESET     CC(0x7E4)
#define CRYPTO_CTL   CC(0x900)
#define CRYPTO_BUSY  CC(0x910)
#define IRR          CC(0xA00)
#define SRC_MEM_ADDR CC(0xC28)
#define SRC_MEM_SIZE CC(0xC2C)

#define RAM      0x20000000u
#define RAM_SIZE 0x1000u

enum { SHA1 = 1, SHA256 = 2, SHA224 = 10 };

static _Alignas(0x1000) uint8_t ram[RAM_SIZE];

/* FIPS 180-4, 5.3: what a driver writes to HASH_H first. */
static const struct start {
    uint32_t mode;
    unsigned words; /* of the digest */
    uint32_t h[8];
} sha1 = {SHA1, 5, {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0}},
  sha224 = {SHA224,
            7,
            {0xC1059ED8, 0x367CD507, 0x3070DD17, 0xF70E5939, 0xFFC00B31, 0x68581511, 0x64F98FA7, 0xBEFA4FA4}},
  sha256 = {
      SHA256, 8, {0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19}};

static struct chip *prepare(const struct start *s, const void *message, size_t size)
{
    struct chip *c = chip_new();

    bus_add_memory(&c->bus, &(struct bus_memory){
                                .name = "RAM", .base = RAM, .size = RAM_SIZE, .data = ram, .guest_writable = true});
    memcpy(ram, message, size);
    chip_write(c, ENABLE, 1);
    chip_write(c, CRYPTO_CTL, 7);
    chip_write(c, PAD, 1);
    chip_write(c, CUR_LEN_0, 0);
    chip_write(c, CUR_LEN_1, 0);
    chip_write(c, CONTROL, s->mode);
    for (unsigned i = 0; i < 8; i++)
        chip_write(c, HASH_H(i), s->h[i]);
    return c;
}

/* `size` bytes from `at` on; `last`: the message ends with them. */
static void digest(struct chip *c, uint32_t at, uint32_t size, bool last)
{
    chip_write(c, PAD_AUTO, last);
    if (!size) {
        chip_write(c, PAD_FORCE, 4);
        return;
    }
    chip_write(c, SRC_MEM_ADDR, RAM + at);
    chip_write(c, SRC_MEM_SIZE, size);
    chip_run_to(c, c->sched.now + VTIME_PER_MS);
    assert_int_equal(chip_read(c, CRYPTO_BUSY), 0);
}

static void assert_digest(struct chip *c, const struct start *s, const uint32_t *digest)
{
    for (unsigned i = 0; i < s->words; i++)
        assert_int_equal(chip_read(c, HASH_H(i)), digest[i]);
}

static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

static const struct example {
    const struct start *start;
    const char *message;
    uint32_t digest[8];
} examples[] = {
    {&sha1, "abc", {0xA9993E36, 0x4706816A, 0xBA3E2571, 0x7850C26C, 0x9CD0D89D}},
    {&sha1, two_blocks, {0x84983E44, 0x1C3BD26E, 0xBAAE4AA1, 0xF95129E5, 0xE54670F1}},
    {&sha1, "", {0xDA39A3EE, 0x5E6B4B0D, 0x3255BFEF, 0x95601890, 0xAFD80709}},
    {&sha224, "abc", {0x23097D22, 0x3405D822, 0x8642A477, 0xBDA255B3, 0x2AADBCE4, 0xBDA0B3F7, 0xE36C9DA7}},
    {&sha256, "abc", {0xBA7816BF, 0x8F01CFEA, 0x414140DE, 0x5DAE2223, 0xB00361A3, 0x96177A9C, 0xB410FF61, 0xF20015AD}},
    {&sha256,
     two_blocks,
     {0x248D6A61, 0xD20638B8, 0xE5C02693, 0x0C3E6039, 0xA33CE459, 0x64FF2167, 0xF6ECEDD4, 0x19DB06C1}},
    {&sha256, "", {0xE3B0C442, 0x98FC1C14, 0x9AFBF4C8, 0x996FB924, 0x27AE41E4, 0x649B934C, 0xA495991B, 0x7852B855}},
};

static void the_standards_examples(void **state)
{
    for (unsigned i = 0; i < sizeof examples / sizeof *examples; i++) {
        const struct example *e = &examples[i];
        struct chip *c = prepare(e->start, e->message, strlen(e->message));

        digest(c, 0, (uint32_t)strlen(e->message), true);
        assert_digest(c, e->start, e->digest);
        assert_int_equal(chip_read(c, CUR_LEN_0), strlen(e->message));
        assert_int_equal(c->n_messages, 0);
        free(c);
    }
}

/* However a message of any length is cut, the digest is the same. */
static void in_pieces(void **state)
{
    static const uint32_t cuts[] = {1, 63, 64, 65, 128, 300};
    uint8_t message[1000];

    for (unsigned i = 0; i < sizeof message; i++)
        message[i] = (uint8_t)(i * 7);
    for (uint32_t size = 0; size < sizeof message; size += 37) {
        struct chip *c = prepare(&sha256, message, size);
        uint32_t whole[8];

        digest(c, 0, size, true);
        for (unsigned i = 0; i < 8; i++)
            whole[i] = chip_read(c, HASH_H(i));
        free(c);
        for (unsigned k = 0; k < sizeof cuts / sizeof *cuts; k++) {
            c = prepare(&sha256, message, size);
            uint32_t at = 0;
            for (; size - at > cuts[k]; at += cuts[k])
                digest(c, at, cuts[k], false);
            digest(c, at, size - at, true);
            assert_digest(c, &sha256, whole);
            free(c);
        }
    }
}

/* A driver takes the state away between two pieces and brings it back, others having used the engine meanwhile. */
static void the_state_can_be_taken_away(void **state)
{
    struct chip *c = prepare(&sha256, two_blocks, 56);
    uint32_t h[8];

    memmove(ram + 64, ram, 56);
    memset(ram, 'x', 64);
    digest(c, 0, 64, false);
    for (unsigned i = 0; i < 8; i++) {
        h[i] = chip_read(c, HASH_H(i));
        chip_write(c, HASH_H(i), 0);
    }
    digest(c, 3, 20, false); /* half a block that is not ours */
    chip_write(c, CUR_LEN_0, 64);
    for (unsigned i = 0; i < 8; i++)
        chip_write(c, HASH_H(i), h[i]);
    digest(c, 64, 56, true);
    for (unsigned i = 0; i < 8; i++)
        h[i] = chip_read(c, HASH_H(i));
    free(c);
    c = prepare(&sha256, ram, 120);
    digest(c, 0, 120, true);
    assert_digest(c, &sha256, h);
    free(c);
}

static void a_block_takes_64_cycles(void **state)
{
    struct chip *c = prepare(&sha256, two_blocks, 56);

    chip_write(c, SRC_MEM_ADDR, RAM);
    chip_write(c, SRC_MEM_SIZE, 65);
    chip_run_to(c, 128 * VTIME_PER_CYCLE - 1);
    assert_int_equal(chip_read(c, CRYPTO_BUSY), 1);
    assert_int_equal(chip_read(c, IRR), 0);
    chip_run_to(c, 128 * VTIME_PER_CYCLE);
    assert_int_equal(chip_read(c, CRYPTO_BUSY), 0);
    assert_int_equal(chip_read(c, IRR), 1 << 6);
    free(c);
}

static void without_padding_nothing_is_added(void **state)
{
    struct chip *c = prepare(&sha256, two_blocks, 56);

    chip_write(c, PAD, 0);
    digest(c, 0, 56, true);
    assert_digest(c, &sha256, sha256.h);
    chip_write(c, PAD_FORCE, 4);
    assert_digest(c, &sha256, sha256.h);
    chip_write(c, SW_RESET, 1);
    assert_int_equal(chip_read(c, HASH_H(0)), 0);
    assert_int_equal(chip_read(c, PAD), 1);
    free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_standards_examples),           cmocka_unit_test(in_pieces),
        cmocka_unit_test(the_state_can_be_taken_away),      cmocka_unit_test(a_block_takes_64_cycles),
        cmocka_unit_test(without_padding_nothing_is_added),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
