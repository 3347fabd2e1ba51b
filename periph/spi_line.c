#include "periph/spi_line.h"

enum {
    CONFIG_LSB_FIRST = 1 << 0,
    CONFIG_CPHA = 1 << 1,
    CONFIG_CPOL = 1 << 2,

    BYTE_BITS = 8,
};

/* SPIM3's codes that are no fraction of 16 MHz. */
#define FREQUENCY_M16 0x0A000000u
#define FREQUENCY_M32 0x14000000u

/* Units of time per byte are UNITS_PER_BYTE / FREQUENCY: 8 * 2^32 / 16 MHz in 1/512 µs. */
#define UNITS_PER_BYTE ((unsigned __int128)BYTE_BITS << 37)

/* --- byte times --- */

static uint64_t frequency(const struct spi_line *l)
{
    uint32_t value = periph_get(l->p, SPI_FREQUENCY);

    if (l->fast && value == FREQUENCY_M16)
        return UINT64_C(1) << 32;
    if (l->fast && value == FREQUENCY_M32)
        return UINT64_C(1) << 33;
    return value ? value : 1; /* inaccuracy 2 */
}

vtime spi_burst_end(const struct spi_burst *b, uint64_t n)
{
    return b->origin + (vtime)((n * UNITS_PER_BYTE + b->frequency - 1) / b->frequency);
}

uint64_t spi_burst_bytes(const struct spi_burst *b, vtime at)
{
    return at <= b->origin ? 0 : (uint64_t)((unsigned __int128)(at - b->origin) * b->frequency / UNITS_PER_BYTE);
}

/* --- pins --- */

unsigned spi_mode(uint32_t config) { return 1u << ((config & CONFIG_CPOL ? 2 : 0) + (config & CONFIG_CPHA ? 1 : 0)); }

bool spi_lsb_first(uint32_t config) { return config & CONFIG_LSB_FIRST; }

static void drive(struct spi_line *l, unsigned *held, unsigned pin, enum pin_drive level)
{
    pins_move(periph_doors(l->p)->pins, held, pin, PIN_FROM_PERIPHERAL, level);
}

/* Inaccuracy 1. */
static void update_pins(struct spi_line *l)
{
    bool idle_high = periph_get(l->p, SPI_CONFIG) & CONFIG_CPOL;

    drive(l, &l->sck, l->on ? psel_pin(l->p, SPI_PSEL_SCK) : PIN_NONE, idle_high ? PIN_HIGH : PIN_LOW);
    drive(l, &l->mosi, l->on ? psel_pin(l->p, SPI_PSEL_MOSI) : PIN_NONE, PIN_LOW);
}

void spi_line_init(struct spi_line *l, struct periph *p)
{
    l->p = p;
    l->sck = l->mosi = PIN_NONE;
}

void spi_line_enable(struct spi_line *l, bool on)
{
    l->on = on;
    update_pins(l);
}

/* --- transfers --- */

struct spi_burst spi_line_begin(struct spi_line *l, vtime from)
{
    uint32_t config = periph_get(l->p, SPI_CONFIG);

    l->wire = (struct spi_master){
        .sck = psel_pin(l->p, SPI_PSEL_SCK),
        .mosi = psel_pin(l->p, SPI_PSEL_MOSI),
        .miso = psel_pin(l->p, SPI_PSEL_MISO),
        .mode = spi_mode(config),
    };
    l->lsb_first = spi_lsb_first(config);
    l->loop = l->wire.mosi != PIN_NONE && pins_wired(periph_doors(l->p)->pins, l->wire.mosi, l->wire.miso);
    return (struct spi_burst){.origin = from, .frequency = frequency(l)};
}

uint8_t spi_reversed(uint8_t byte)
{
    byte = (uint8_t)((byte & 0x0F) << 4 | byte >> 4);
    byte = (uint8_t)((byte & 0x33) << 2 | (byte >> 2 & 0x33));
    return (uint8_t)((byte & 0x55) << 1 | (byte >> 1 & 0x55));
}

uint8_t spi_line_exchange(struct spi_line *l, uint8_t byte, vtime at)
{
    const struct doors *d = periph_doors(l->p);
    uint8_t first_bit_high = l->lsb_first ? spi_reversed(byte) : byte;
    int miso = d->spi ? spi_bus_exchange(d->spi, &l->wire, first_bit_high, at) : SPI_FLOATING;

    if (miso != SPI_FLOATING)
        return l->lsb_first ? spi_reversed((uint8_t)miso) : (uint8_t)miso;
    if (l->loop)
        return byte;
    return pins_level(d->pins, l->wire.miso) ? 0xFF : 0;
}

/* --- registers --- */

static void write_and_update(struct periph *p, uint32_t offset, uint32_t value)
{
    periph_set(p, offset, value);
    update_pins(&((struct spi_model *)p)->line);
}

void spi_model_write_psel_sck(struct periph *p, unsigned i, uint32_t value)
{
    write_and_update(p, SPI_PSEL_SCK, value);
}
void spi_model_write_psel_mosi(struct periph *p, unsigned i, uint32_t value)
{
    write_and_update(p, SPI_PSEL_MOSI, value);
}
void spi_model_write_config(struct periph *p, unsigned i, uint32_t value) { write_and_update(p, SPI_CONFIG, value); }
