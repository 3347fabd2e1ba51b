/*
 * The flash chip behind QSPI: identified and switched to four lines by custom instructions, erased, written and read by
 * EasyDMA, and executed in place. A function comes with the image, another one is written here.
 */
#include <stdbool.h>

#include "console.h"

enum {
    READ_ID = 0x9F,
    READ_STATUS = 0x05,
    WRITE_STATUS = 0x01,
    STATUS_WIP = 1 << 0,
    STATUS_QE = 1 << 6,

    SECTOR = 0x10000,
    CODE = 0x20000,
    WORDS = 256, /* four pages */
};

static uint32_t buffer[WORDS], copy[WORDS];

__attribute__((section(".xip"), noinline)) static uint32_t greatest_common_divisor(uint32_t a, uint32_t b)
{
    while (b) {
        uint32_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

__attribute__((noinline, aligned(4))) static uint32_t sum_of_squares(uint32_t n)
{
    uint32_t sum = 0;

    for (uint32_t i = 1; i <= n; i++)
        sum += i * i;
    return sum;
}

static void wait_ready(void)
{
    while (!NRF_QSPI->EVENTS_READY)
        ;
    event_clear(&NRF_QSPI->EVENTS_READY);
}

static void timer_init(void)
{
    NRF_TIMER0->BITMODE = TIMER_BITMODE_32;
    NRF_TIMER0->PRESCALER = 4; /* 1 MHz */
    NRF_TIMER0->TASKS_START = 1;
}

static uint32_t microseconds(void)
{
    NRF_TIMER0->TASKS_CAPTURE[0] = 1;
    return NRF_TIMER0->CC[0];
}

static void qspi_init(void)
{
    static const uint8_t io[] = {P0(20), P0(21), P0(22), P0(23)};

    NRF_QSPI->PSEL_SCK = P0(19);
    NRF_QSPI->PSEL_CSN = P0(17);
    for (unsigned i = 0; i < 4; i++)
        NRF_QSPI->PSEL_IO[i] = io[i];
    NRF_QSPI->IFCONFIG0 = QSPI_READOC_READ4IO | QSPI_WRITEOC_PP4IO;
    NRF_QSPI->IFCONFIG1 = QSPI_SCKDELAY_62NS | QSPI_SCKFREQ_16MHZ;
    NRF_QSPI->ENABLE = 1;
    NRF_QSPI->TASKS_ACTIVATE = 1;
    wait_ready();
}

static uint32_t instruct(uint32_t instruction, uint32_t data)
{
    NRF_QSPI->CINSTRDAT0 = data;
    NRF_QSPI->CINSTRCONF = instruction;
    wait_ready();
    return NRF_QSPI->CINSTRDAT0;
}

static uint32_t flash_status(void) { return instruct(QSPI_CINSTR(READ_STATUS, 1), 0) & 0xFF; }

static void wait_flash(void)
{
    while (flash_status() & STATUS_WIP)
        ;
}

static void flash_erase(uint32_t address)
{
    NRF_QSPI->ERASE_PTR = address;
    NRF_QSPI->ERASE_LEN = QSPI_ERASE_4KB;
    NRF_QSPI->TASKS_ERASESTART = 1;
    wait_ready();
    wait_flash();
}

static void flash_write(uint32_t address, const uint32_t *from, uint32_t bytes)
{
    NRF_QSPI->WRITE_DST = address;
    NRF_QSPI->WRITE_SRC = (uint32_t)from;
    NRF_QSPI->WRITE_CNT = bytes;
    NRF_QSPI->TASKS_WRITESTART = 1;
    wait_ready();
    wait_flash();
}

static void flash_read(uint32_t address, uint32_t *to, uint32_t bytes)
{
    NRF_QSPI->READ_SRC = address;
    NRF_QSPI->READ_DST = (uint32_t)to;
    NRF_QSPI->READ_CNT = bytes;
    NRF_QSPI->TASKS_READSTART = 1;
    wait_ready();
}

static const volatile uint32_t *in_place(uint32_t address) { return (const volatile uint32_t *)(QSPI_XIP + address); }

static unsigned equal_words(const volatile uint32_t *a, const uint32_t *b)
{
    unsigned n = 0;

    for (unsigned i = 0; i < WORDS; i++)
        n += a[i] == b[i];
    return n;
}

static void show_identity(void)
{
    uint32_t id = instruct(QSPI_CINSTR(READ_ID, 3), 0);

    print("flash: %02x %02x %02x\n", id & 0xFF, id >> 8 & 0xFF, id >> 16 & 0xFF);
    instruct(QSPI_CINSTR(WRITE_STATUS, 1) | QSPI_CINSTR_WREN | QSPI_CINSTR_WIPWAIT, STATUS_QE);
    wait_flash();
    print("status with quad enable: %02x\n", flash_status());
}

static void show_data(void)
{
    uint32_t start = microseconds(), erased, written, read;

    flash_erase(SECTOR);
    erased = microseconds();
    for (unsigned i = 0; i < WORDS; i++)
        buffer[i] = i * 0x01234567;
    flash_write(SECTOR, buffer, sizeof buffer);
    written = microseconds();
    flash_read(SECTOR, copy, sizeof copy);
    read = microseconds();
    print("read back: %u of %u words, in place: %u\n", equal_words(copy, buffer), WORDS,
          equal_words(in_place(SECTOR), buffer));
    print("erase %s, write %s, read %s\n", erased - start >= 48000 ? "takes its 48 ms" : "is too fast",
          written - erased >= 4 * 896 ? "its four times 0.9 ms" : "is too fast",
          read - written >= 128 && read - written < 160 ? "128 us and some" : "is wrong");
    flash_erase(SECTOR);
    print("erased again: %08x\n", *in_place(SECTOR));
}

static void show_code(void)
{
    uint32_t (*volatile gcd)(uint32_t, uint32_t) = greatest_common_divisor;
    const uint32_t *code = (const uint32_t *)((uint32_t)sum_of_squares & ~1u);
    uint32_t (*squares)(uint32_t) = (uint32_t(*)(uint32_t))(QSPI_XIP + CODE + 1);

    print("at %08x, with the image: gcd(2310, 1365) = %u\n", (uint32_t)gcd & ~1u, gcd(2310, 1365));
    for (unsigned i = 0; i < 16; i++)
        buffer[i] = code[i];
    flash_erase(CODE);
    flash_write(CODE, buffer, 64);
    print("at %08x, written here: 1 + 4 + ... + 10000 = %u\n", (uint32_t)squares & ~1u, squares(100));
}

int main(void)
{
    console_init();
    timer_init();
    qspi_init();
    show_identity();
    show_data();
    show_code();
    finish();
}
