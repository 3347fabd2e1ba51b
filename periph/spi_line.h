/*
 * What the SPI masters have in common, SPI0–2 (PS 6.24) and SPIM0–3 (PS 6.25): pins, mode, bit order, byte times, and
 * the way to the devices on the wires (emu/serial_bus.h).
 *
 * A bit lasts 2^32 / (FREQUENCY * 16 MHz), which is exact for every documented rate; SPIM3's two fastest have codes of
 * their own. The end of the n-th of consecutive bytes is computed from n.
 *
 * When no device drives MISO, a master whose MISO is wired to its MOSI reads what it sends; else it reads the pin's
 * level, eight times.
 *
 * Inaccuracies
 *   1. SCK and MOSI rest at their idle levels: the bits of a byte are not seen on the pins.
 *   2. FREQUENCY values that are not documented divide 16 MHz as the documented ones do.
 *   3. The configuration of the pins in GPIO is not looked at, on which the chip depends (PS 6.25.3).
 */
#ifndef PERIPH_SPI_LINE_H
#define PERIPH_SPI_LINE_H

#include "periph/psel.h"

enum {
    SPI_PSEL_SCK = 0x508,
    SPI_PSEL_MOSI = 0x50C,
    SPI_PSEL_MISO = 0x510,
    SPI_FREQUENCY = 0x524,
    SPI_CONFIG = 0x554,
};

struct spi_line {
    struct periph *p;
    bool on;                /* the peripheral is enabled and has its pins */
    bool fast;              /* SPIM3: 16 and 32 Mbps exist */
    bool lsb_first, loop;   /* loop: MISO is wired to MOSI */
    struct spi_master wire; /* pins and mode of the present transfer */
    unsigned sck, mosi;     /* pins that are driven, or PIN_NONE */
};

/* Consecutive bytes at one rate. */
struct spi_burst {
    vtime origin;       /* start of the first byte */
    uint64_t frequency; /* as in the register, of 33 bits */
};

/* What CONFIG says: one SPI_MODE_…, and whether bit 0 is first on the wire. */
unsigned spi_mode(uint32_t config);
bool spi_lsb_first(uint32_t config);
/* The byte with its bits in the other order. */
uint8_t spi_reversed(uint8_t byte);

/* To be called by the model's init, reset and enabled functions. */
void spi_line_init(struct spi_line *l, struct periph *p);
void spi_line_enable(struct spi_line *l, bool on);

/* Takes over pins, mode and rate: bytes follow each other from `from` on. */
struct spi_burst spi_line_begin(struct spi_line *l, vtime from);
/* When `n` bytes of a burst are over. */
vtime spi_burst_end(const struct spi_burst *b, uint64_t n);
/* How many bytes of it are over at `at`. */
uint64_t spi_burst_bytes(const struct spi_burst *b, vtime at);

/* Sends a byte and receives one; `at`: when it is over. */
uint8_t spi_line_exchange(struct spi_line *l, uint8_t byte, vtime at);

/* What the structs of both models begin with; the functions write registers that concern the line. */
struct spi_model {
    struct periph p;
    struct spi_line line;
};
void spi_model_write_psel_sck(struct periph *p, unsigned i, uint32_t value);
void spi_model_write_psel_mosi(struct periph *p, unsigned i, uint32_t value);
void spi_model_write_config(struct periph *p, unsigned i, uint32_t value);

/* The registers that SPI and SPIM have in common. */
#define SPI_LINE_REGS                                                                                                \
    {.offset = PERIPH_ENABLE, .name = "ENABLE", .mask = 0xF},                                                        \
        PSEL_REG(SPI_PSEL_SCK, "PSEL.SCK", spi_model_write_psel_sck),                                                \
        PSEL_REG(SPI_PSEL_MOSI, "PSEL.MOSI", spi_model_write_psel_mosi), PSEL_REG(SPI_PSEL_MISO, "PSEL.MISO", NULL), \
        {.offset = SPI_FREQUENCY, .name = "FREQUENCY", .reset = 0x04000000},                                         \
    {                                                                                                                \
        .offset = SPI_CONFIG, .name = "CONFIG", .mask = 7, .write = spi_model_write_config                           \
    }

#endif
