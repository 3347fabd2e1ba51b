/* CRYPTOCELL: what drivers know it by, clocks; AES and bypass through the DMA. CC_RNG has tests of its own. */
#include "periph_fixture.h"

#define ENABLE        0x5002A500u
#define CC(offset)    (0x5002B000u + (offset))
#define AES_KEY_0     CC(0x400)
#define AES_IV_0      CC(0x440)
#define AES_CTR       CC(0x460)
#define AES_REMAINING CC(0x4BC)
#define AES_CONTROL   CC(0x4C0)
#define AES_CMAC_KICK CC(0x524)
#define AES_CLK       CC(0x810)
#define CLK_STATUS    CC(0x824)
#define CRYPTO_CTL    CC(0x900)
#define CRYPTO_BUSY   CC(0x910)
#define IRR           CC(0xA00)
#define ICR           CC(0xA08)
#define SRC_MEM_ADDR  CC(0xC28)
#define SRC_MEM_SIZE  CC(0xC2C)
#define SRC_SRAM_ADDR CC(0xC30)
#define SRC_SRAM_SIZE CC(0xC34)
#define DST_MEM_ADDR  CC(0xD28)
#define DST_MEM_SIZE  CC(0xD2C)
#define DST_SRAM_ADDR CC(0xD30)
#define DST_SRAM_SIZE CC(0xD34)

#define RAM      0x20000000u
#define RAM_SIZE 0x1000u

static _Alignas(0x1000) uint8_t ram[RAM_SIZE];

static struct chip *with_ram(void)
{
    struct chip *c = chip_new();

    memset(ram, 0xEE, sizeof ram);
    bus_add_memory(&c->bus, &(struct bus_memory){
                                .name = "RAM", .base = RAM, .size = RAM_SIZE, .data = ram, .guest_writable = true});
    chip_write(c, ENABLE, 1);
    return c;
}

/* --- who is there --- */

/* What drivers compare before they do anything. */
static void drivers_recognize_it(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, ENABLE, 1);
    assert_int_equal(chip_read(c, ENABLE), 1);
    assert_int_equal(chip_read(c, CC(0x928)) >> 24, 0xF0);
    assert_int_equal(chip_read(c, CC(0xA24)), 0x20E00000);
    assert_int_equal(chip_read(c, CRYPTO_BUSY), 0);
    assert_int_equal(chip_read(c, CC(0x0B4)), 1); /* PKA_DONE */
    free(c);
}

static void clocks_show_in_their_status(void **state)
{
    struct chip *c = chip_new();

    assert_int_equal(chip_read(c, CLK_STATUS), 0x100);
    chip_write(c, AES_CLK, 1);
    chip_write(c, CC(0x858), 1);
    assert_int_equal(chip_read(c, CLK_STATUS), 0x181);
    chip_write(c, AES_CLK, 0);
    assert_int_equal(chip_read(c, CLK_STATUS), 0x180);
    free(c);
}

/* --- AES --- */

static const uint8_t key[16] = {0x2B, 0x7E, 0x15, 0x16, 0x28, 0xAE, 0xD2, 0xA6,
                                0xAB, 0xF7, 0x15, 0x88, 0x09, 0xCF, 0x4F, 0x3C};
static const uint8_t ascending[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
static const uint8_t counter[16] = {0xF0, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7,
                                    0xF8, 0xF9, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF};
static const uint8_t zeros[16];
static const uint8_t text[40] = {0x6B, 0xC1, 0xBE, 0xE2, 0x2E, 0x40, 0x9F, 0x96, 0xE9, 0x3D, 0x7E, 0x11, 0x73, 0x93,
                                 0x17, 0x2A, 0xAE, 0x2D, 0x8A, 0x57, 0x1E, 0x03, 0xAC, 0x9C, 0x9E, 0xB7, 0x6F, 0xAC,
                                 0x45, 0xAF, 0x8E, 0x51, 0x30, 0xC8, 0x1C, 0x46, 0xA3, 0x5C, 0xE4, 0x11};

enum { ECB = 0 << 2, CBC = 1 << 2, CTR = 2 << 2, CBC_MAC = 3 << 2, CMAC = 7 << 2, DECRYPT = 1 };

static void put_bytes(struct chip *c, uint32_t at, const uint8_t bytes[16])
{
    for (unsigned i = 0; i < 16; i += 4)
        chip_write(c, at + i,
                   bytes[i] | (uint32_t)bytes[i + 1] << 8 | (uint32_t)bytes[i + 2] << 16 |
                       (uint32_t)bytes[i + 3] << 24);
}

static void assert_bytes(struct chip *c, uint32_t at, const uint8_t bytes[16])
{
    for (unsigned i = 0; i < 16; i++)
        assert_int_equal(chip_read(c, at + i / 4 * 4) >> 8 * (i % 4) & 0xFF, bytes[i]);
}

/* RAM + 0x101 to RAM + 0x202: no alignment is needed. */
static void run_dma(struct chip *c, uint32_t from, uint32_t size)
{
    chip_write(c, DST_MEM_ADDR, RAM + 0x202);
    chip_write(c, DST_MEM_SIZE, size);
    chip_write(c, SRC_MEM_ADDR, from);
    chip_write(c, SRC_MEM_SIZE, size);
    assert_int_equal(chip_read(c, CRYPTO_BUSY), 1);
    chip_run_to(c, c->sched.now + (size + 15) / 16 * 40 * VTIME_PER_CYCLE);
    assert_int_equal(chip_read(c, CRYPTO_BUSY), 0);
}

static struct chip *prepare_aes(uint32_t control, const uint8_t iv[16])
{
    struct chip *c = with_ram();

    chip_write(c, CRYPTO_CTL, 1);
    chip_write(c, AES_CONTROL, control);
    put_bytes(c, AES_KEY_0, key);
    put_bytes(c, control == CTR ? AES_CTR : AES_IV_0, iv);
    memcpy(ram + 0x101, text, sizeof text);
    return c;
}

/* NIST SP 800-38A: F.1.1, F.2.1, F.5.1. */
static void aes_encrypts_and_decrypts(void **state)
{
    static const struct {
        uint32_t control;
        const uint8_t *iv;
        uint8_t out[32];
    } row[] = {
        {ECB, zeros, {0x3A, 0xD7, 0x7B, 0xB4, 0x0D, 0x7A, 0x36, 0x60, 0xA8, 0x9E, 0xCA, 0xF3, 0x24, 0x66, 0xEF, 0x97,
                      0xF5, 0xD3, 0xD5, 0x85, 0x03, 0xB9, 0x69, 0x9D, 0xE7, 0x85, 0x89, 0x5A, 0x96, 0xFD, 0xBA, 0xAF}},
        {CBC, ascending, {0x76, 0x49, 0xAB, 0xAC, 0x81, 0x19, 0xB2, 0x46, 0xCE, 0xE9, 0x8E,
                          0x9B, 0x12, 0xE9, 0x19, 0x7D, 0x50, 0x86, 0xCB, 0x9B, 0x50, 0x72,
                          0x19, 0xEE, 0x95, 0xDB, 0x11, 0x3A, 0x91, 0x76, 0x78, 0xB2}},
        {CTR, counter, {0x87, 0x4D, 0x61, 0x91, 0xB6, 0x20, 0xE3, 0x26, 0x1B, 0xEF, 0x68,
                        0x64, 0x99, 0x0D, 0xB6, 0xCE, 0x98, 0x06, 0xF6, 0x6B, 0x79, 0x70,
                        0xFD, 0xFF, 0x86, 0x17, 0x18, 0x7B, 0xB9, 0xFF, 0xFD, 0xFF}},
    };

    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        struct chip *c = prepare_aes(row[i].control, row[i].iv);

        run_dma(c, RAM + 0x101, 16);
        assert_memory_equal(ram + 0x202, row[i].out, 16);
        run_dma(c, RAM + 0x111, 16); /* goes on where the first left off */
        assert_memory_equal(ram + 0x202, row[i].out + 16, 16);
        assert_int_equal(chip_read(c, IRR), 1 << 6 | 1 << 7);
        chip_write(c, ICR, 1 << 6 | 1 << 7);
        assert_int_equal(chip_read(c, IRR), 0);
        free(c);

        c = prepare_aes(row[i].control | (row[i].control == CTR ? 0 : DECRYPT), row[i].iv);
        memcpy(ram + 0x101, row[i].out, 32);
        run_dma(c, RAM + 0x101, 32);
        assert_memory_equal(ram + 0x202, text, 32);
        free(c);
    }
}

static void ctr_takes_part_of_a_block(void **state)
{
    struct chip *c = prepare_aes(CTR, counter);

    run_dma(c, RAM + 0x101, 5);
    assert_memory_equal(ram + 0x202, "\x87\x4D\x61\x91\xB6\xEE", 6);
    free(c);
}

/* RFC 4493, section 4. Messages of 0, 16 and 40 bytes; the last in two pieces. */
static void cmac(void **state)
{
    static const uint8_t of_0[16] = {0xBB, 0x1D, 0x69, 0x29, 0xE9, 0x59, 0x37, 0x28,
                                     0x7F, 0xA3, 0x7D, 0x12, 0x9B, 0x75, 0x67, 0x46};
    static const uint8_t of_16[16] = {0x07, 0x0A, 0x16, 0xB4, 0x6B, 0x4D, 0x41, 0x44,
                                      0xF7, 0x9B, 0xDD, 0x9D, 0xD0, 0x4A, 0x28, 0x7C};
    static const uint8_t of_40[16] = {0xDF, 0xA6, 0x67, 0x47, 0xDE, 0x9A, 0xE6, 0x30,
                                      0x30, 0xCA, 0x32, 0x61, 0x14, 0x97, 0xC8, 0x27};
    struct chip *c = prepare_aes(CMAC, zeros);

    chip_write(c, AES_CMAC_KICK, 1);
    assert_bytes(c, AES_IV_0, of_0);

    put_bytes(c, AES_IV_0, zeros);
    chip_write(c, AES_REMAINING, 16);
    run_dma(c, RAM + 0x101, 16);
    assert_bytes(c, AES_IV_0, of_16);

    put_bytes(c, AES_IV_0, zeros);
    chip_write(c, AES_REMAINING, 0);
    run_dma(c, RAM + 0x101, 16);
    chip_write(c, AES_REMAINING, 24);
    run_dma(c, RAM + 0x111, 24);
    assert_bytes(c, AES_IV_0, of_40);
    assert_int_equal(ram[0x202], 0xEE); /* a MAC has no output */
    assert_int_equal(chip_read(c, IRR), 1 << 6);
    free(c);
}

static void cbc_mac_is_cbc_without_output(void **state)
{
    struct chip *c = prepare_aes(CBC, zeros);
    uint8_t last[16];

    run_dma(c, RAM + 0x101, 32);
    memcpy(last, ram + 0x202 + 16, 16);
    free(c);
    c = prepare_aes(CBC_MAC, zeros);
    run_dma(c, RAM + 0x101, 32);
    assert_bytes(c, AES_IV_0, last);
    free(c);
}

static void a_mode_that_does_not_exist(void **state)
{
    struct chip *c = prepare_aes(5 << 2, zeros);

    run_dma(c, RAM + 0x101, 16);
    assert_true(chip_said(c, "CC_AES.AES_CONTROL: MODE_KEY0"));
    free(c);
}

/* --- DMA --- */

static void bypass_copies_between_ram_and_sram(void **state)
{
    struct chip *c = with_ram();

    memcpy(ram, "0123456789", 10);
    chip_write(c, CRYPTO_CTL, 0);
    chip_write(c, DST_SRAM_ADDR, 0x7FD); /* around its end */
    chip_write(c, DST_SRAM_SIZE, 10);
    chip_write(c, SRC_MEM_ADDR, RAM);
    chip_write(c, SRC_MEM_SIZE, 10);
    assert_int_equal(chip_read(c, CC(0xC20)), 1);
    assert_int_equal(chip_read(c, CC(0xC38)), 0);
    assert_int_equal(chip_read(c, CC(0xD38)), 1);
    chip_run_to(c, 3 * VTIME_PER_CYCLE);
    assert_int_equal(chip_read(c, IRR), 1 << 6 | 1 << 5);
    chip_write(c, ICR, 0xFFFFFFFF);

    chip_write(c, DST_MEM_ADDR, RAM + 0x100);
    chip_write(c, DST_MEM_SIZE, 10);
    chip_write(c, SRC_SRAM_ADDR, 0x7FD);
    chip_write(c, SRC_SRAM_SIZE, 10);
    assert_int_equal(chip_read(c, CC(0xC38)), 1);
    chip_run_to(c, 6 * VTIME_PER_CYCLE);
    assert_int_equal(chip_read(c, IRR), 1 << 4 | 1 << 7);
    assert_memory_equal(ram + 0x100, "0123456789\xEE", 11);
    free(c);
}

static void the_destination_has_a_size(void **state)
{
    struct chip *c = with_ram();

    memset(ram, 'x', 600);
    chip_write(c, DST_MEM_ADDR, RAM + 0x800);
    chip_write(c, DST_MEM_SIZE, 300);
    chip_write(c, SRC_MEM_ADDR, RAM);
    chip_write(c, SRC_MEM_SIZE, 600);
    chip_run_to(c, VTIME_PER_MS);
    for (unsigned i = 0; i < 320; i++)
        assert_int_equal(ram[0x800 + i], i < 300 ? 'x' : 0xEE);
    free(c);
}

static void addresses_outside_ram_are_an_error(void **state)
{
    static const struct {
        uint32_t from, to, size;
    } row[] = {{0x10000000, RAM, 16},         {RAM, 0, 16},           {RAM + RAM_SIZE - 8, RAM, 16},
               {RAM, RAM + RAM_SIZE - 8, 16}, {RAM, RAM, 0x3FFFFFFF}, {0xFFFFFFF8, RAM, 16}};

    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        struct chip *c = with_ram();

        chip_write(c, DST_MEM_ADDR, row[i].to);
        chip_write(c, DST_MEM_SIZE, row[i].size);
        chip_write(c, SRC_MEM_ADDR, row[i].from);
        chip_write(c, SRC_MEM_SIZE, row[i].size);
        chip_run_to(c, 100 * VTIME_PER_S);
        assert_int_equal(chip_read(c, IRR) & 1 << 8, 1 << 8);
        assert_int_equal(chip_read(c, CRYPTO_BUSY), 0);
        assert_true(chip_said(c, "the DMA left RAM"));
        free(c);
    }
}

static void dma_needs_power(void **state)
{
    struct chip *c = with_ram();

    chip_write(c, ENABLE, 0);
    chip_write(c, SRC_MEM_ADDR, RAM);
    chip_write(c, SRC_MEM_SIZE, 16);
    assert_int_equal(chip_read(c, CRYPTO_BUSY), 0);
    assert_true(chip_said(c, "CC_DIN.SRC_MEM_SIZE: written while CRYPTOCELL.ENABLE is 0"));
    free(c);
}

/* ChaCha: it ends, so that a driver does, and says that it is not there. */
static void other_engines_end_without_a_result(void **state)
{
    struct chip *c = with_ram();

    memset(ram, 'x', 16);
    chip_write(c, CRYPTO_CTL, 0x10);
    chip_write(c, DST_MEM_ADDR, RAM + 0x100);
    chip_write(c, DST_MEM_SIZE, 16);
    chip_write(c, SRC_MEM_ADDR, RAM);
    chip_write(c, SRC_MEM_SIZE, 16);
    chip_run_to(c, VTIME_PER_MS);
    assert_true(chip_said(c, "CC_CTL.CRYPTO_CTL: mode 0x10 is not modelled"));
    assert_int_equal(ram[0x100], 0xEE);
    assert_int_equal(chip_read(c, IRR) & 1 << 6, 1 << 6);
    free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drivers_recognize_it),
        cmocka_unit_test(clocks_show_in_their_status),
        cmocka_unit_test(aes_encrypts_and_decrypts),
        cmocka_unit_test(ctr_takes_part_of_a_block),
        cmocka_unit_test(cmac),
        cmocka_unit_test(cbc_mac_is_cbc_without_output),
        cmocka_unit_test(a_mode_that_does_not_exist),
        cmocka_unit_test(bypass_copies_between_ram_and_sram),
        cmocka_unit_test(the_destination_has_a_size),
        cmocka_unit_test(addresses_outside_ram_are_an_error),
        cmocka_unit_test(dma_needs_power),
        cmocka_unit_test(other_engines_end_without_a_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
