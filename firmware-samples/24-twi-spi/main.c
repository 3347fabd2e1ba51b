/*
 * The serial buses and what hangs on them: a thermometer and a memory on I2C (TWIM0, and TWI1 without EasyDMA), an
 * accelerometer on SPI (SPIM3 with its own chip select), and SPIM2 with MOSI wired to MISO. `args` names the board, and
 * makes it hot.
 */
#include "console.h"

#include <stdbool.h>

enum {
    SCL = P0(27),
    SDA = P0(26),
    ALERT = 1, /* bits of port 1 */
    INT1 = 2,

    THERMOMETER = 0x48,
    MEMORY = 0x50,
    NOBODY = 0x33,

    WHO_AM_I = 0x0F,
    CTRL_REG1 = 0x20,
    CTRL_REG3 = 0x22,
    OUT_X_L = 0x28,
    READ = 0x80,
    INCREMENT = 0x40,
};

/* EasyDMA reaches RAM only. */
static uint8_t out[64], in[64];

/* ---- waiting ---- */

static volatile uint32_t wakes;

static void start_clock(void)
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

/* To ten microseconds, in which the core's own part drowns. */
static uint32_t tens(uint32_t us) { return us / 10 * 10; }

/* An interrupt that becomes pending wakes WFE, although none is enabled. While its line is high it cannot be cleared.
 */
static void sleep_until(const volatile uint32_t *event, const volatile uint32_t *other)
{
    while (!*event && !*other) {
        wfe();
        wakes++;
    }
}

static void told(volatile uint32_t *event, enum irqn n)
{
    event_clear(event);
    nvic_clear_pending(n);
}

static void wait_for_level(unsigned bit, unsigned level)
{
    while ((NRF_P1->IN >> bit & 1) != level)
        ;
}

/* ---- I2C ---- */

static void twim_init(void)
{
    NRF_TWIM0->PSEL_SCL = SCL;
    NRF_TWIM0->PSEL_SDA = SDA;
    NRF_TWIM0->FREQUENCY = TWIM_FREQUENCY_K400;
    NRF_TWIM0->INTENSET = TWIM_INT_STOPPED | TWIM_INT_ERROR;
    NRF_TWIM0->ENABLE = TWIM_ENABLE_ENABLED;
}

/* Writes `n_out` bytes of `out`, then reads `n_in` to `in`, with a repeated START between the two; returns ERRORSRC. */
static uint32_t twim(uint8_t address, unsigned n_out, unsigned n_in)
{
    NRF_TWIM0->ADDRESS = address;
    NRF_TWIM0->TXD_PTR = (uint32_t)out;
    NRF_TWIM0->TXD_MAXCNT = n_out;
    NRF_TWIM0->RXD_PTR = (uint32_t)in;
    NRF_TWIM0->RXD_MAXCNT = n_in;
    NRF_TWIM0->SHORTS = TWIM_SHORTS_LASTRX_STOP | (n_in ? TWIM_SHORTS_LASTTX_STARTRX : TWIM_SHORTS_LASTTX_STOP);
    NRF_TWIM0->TASKS_STARTTX = 1;
    sleep_until(&NRF_TWIM0->EVENTS_STOPPED, &NRF_TWIM0->EVENTS_ERROR);
    if (NRF_TWIM0->EVENTS_ERROR) {
        told(&NRF_TWIM0->EVENTS_ERROR, SPI0_TWI0_IRQn);
        NRF_TWIM0->TASKS_STOP = 1;
        sleep_until(&NRF_TWIM0->EVENTS_STOPPED, &NRF_TWIM0->EVENTS_STOPPED);
    }
    told(&NRF_TWIM0->EVENTS_STOPPED, SPI0_TWI0_IRQn);
    uint32_t error = NRF_TWIM0->ERRORSRC;
    NRF_TWIM0->ERRORSRC = error;
    return error;
}

static void print_celsius(const char *what, unsigned high, unsigned low)
{
    print("%s: %d.%04d C\n", what, (int)(int8_t)high, (low >> 4) * 625);
}

static void measure(void)
{
    out[0] = 0; /* the temperature's register */
    uint32_t before = microseconds(), error = twim(THERMOMETER, 1, 2);
    print("TWIM0: error %x, sent %u, received %u, %u us\n", error, NRF_TWIM0->TXD_AMOUNT, NRF_TWIM0->RXD_AMOUNT,
          tens(microseconds() - before));
    print_celsius("thermometer", in[0], in[1]);
    print("nobody at 0x%x: error %x\n", NOBODY, twim(NOBODY, 1, 2));
}

/* The memory does not acknowledge its address while it writes. */
static void remember(const char *text)
{
    unsigned n = 0;
    out[0] = 0x12;
    out[1] = 0x00;
    for (; text[n]; n++)
        out[2 + n] = (uint8_t)text[n];
    uint32_t error = twim(MEMORY, 2 + n, 0), before = microseconds(), refused = 0;
    while (twim(MEMORY, 2, 0))
        refused++;
    print("memory: write error %x, busy for %u ms, refused meanwhile: %s\n", error,
          (microseconds() - before + 500) / 1000, refused ? "yes" : "no");
    twim(MEMORY, 2, n);
    in[n] = 0;
    print("memory: %s\n", (const char *)in);
}

/* ---- I2C without EasyDMA ---- */

static uint8_t twi_receive(bool last)
{
    NRF_TWI1->SHORTS = last ? TWI_SHORTS_BB_STOP : TWI_SHORTS_BB_SUSPEND;
    NRF_TWI1->TASKS_RESUME = 1;
    while (!NRF_TWI1->EVENTS_RXDREADY)
        ;
    event_clear(&NRF_TWI1->EVENTS_RXDREADY);
    return (uint8_t)NRF_TWI1->RXD;
}

static void measure_byte_by_byte(void)
{
    NRF_TWIM0->ENABLE = 0; /* it has the pins */
    NRF_TWI1->PSEL_SCL = SCL;
    NRF_TWI1->PSEL_SDA = SDA;
    NRF_TWI1->FREQUENCY = TWIM_FREQUENCY_K100;
    NRF_TWI1->ADDRESS = THERMOMETER;
    NRF_TWI1->ENABLE = TWI_ENABLE_ENABLED;
    NRF_TWI1->TASKS_STARTTX = 1;
    NRF_TWI1->TXD = 3; /* the upper limit's register */
    while (!NRF_TWI1->EVENTS_TXDSENT)
        ;
    NRF_TWI1->SHORTS = TWI_SHORTS_BB_SUSPEND;
    NRF_TWI1->TASKS_STARTRX = 1;
    uint8_t high = twi_receive(false), low = twi_receive(true);
    while (!NRF_TWI1->EVENTS_STOPPED)
        ;
    print_celsius("TWI1: limit", high, low);
    NRF_TWI1->ENABLE = 0;
}

/* ---- SPI ---- */

static void spim_init(struct nrf_spim *spim, uint32_t sck, uint32_t mosi, uint32_t miso)
{
    spim->PSEL_SCK = sck;
    spim->PSEL_MOSI = mosi;
    spim->PSEL_MISO = miso;
    spim->FREQUENCY = (uint32_t)SPIM_FREQUENCY_M8;
    spim->INTENSET = SPIM_INT_END;
    spim->ORC = 0xFF;
}

static void spim(struct nrf_spim *spim, enum irqn n, unsigned n_out, unsigned n_in)
{
    spim->TXD_PTR = (uint32_t)out;
    spim->TXD_MAXCNT = n_out;
    spim->RXD_PTR = (uint32_t)in;
    spim->RXD_MAXCNT = n_in;
    spim->TASKS_START = 1;
    sleep_until(&spim->EVENTS_END, &spim->EVENTS_END);
    told(&spim->EVENTS_END, n);
}

static void set_register(uint8_t address, uint8_t value)
{
    out[0] = address;
    out[1] = value;
    spim(NRF_SPIM3, SPIM3_IRQn, 2, 0);
}

static void get_registers(uint8_t address, unsigned n)
{
    out[0] = address | READ | INCREMENT;
    spim(NRF_SPIM3, SPIM3_IRQn, 1, 1 + n);
}

static int milli_g(unsigned axis) { return (int16_t)(in[2 + 2 * axis] << 8 | in[1 + 2 * axis]) / 64 * 4; }

static void accelerate(void)
{
    spim_init(NRF_SPIM3, P1(15), P1(13), P1(14));
    NRF_SPIM3->PSEL_CSN = P1(12);
    NRF_SPIM3->CONFIG = SPIM_CONFIG_CPOL | SPIM_CONFIG_CPHA;
    NRF_SPIM3->ENABLE = SPIM_ENABLE_ENABLED;
    get_registers(WHO_AM_I, 1);
    print("SPIM3: it is %x\n", in[1]);
    set_register(CTRL_REG3, 0x10); /* data ready to INT1 */
    set_register(CTRL_REG1, 0x57); /* 100 Hz, three axes */
    uint32_t before = microseconds();
    wait_for_level(INT1, 1);
    uint32_t waited = microseconds() - before;
    get_registers(OUT_X_L, 6);
    print("accelerometer: after %u ms x %d y %d z %d mg, INT1 %u\n", (waited + 500) / 1000, milli_g(0), milli_g(1),
          milli_g(2), NRF_P1->IN >> INT1 & 1);
    set_register(CTRL_REG1, 0x00);
}

static void loop_back(void)
{
    static const char text[] = "there and back";
    spim_init(NRF_SPIM2, P0(5), P0(3), P0(4));
    NRF_SPIM2->ENABLE = SPIM_ENABLE_ENABLED;
    for (unsigned i = 0; i < sizeof text; i++)
        out[i] = (uint8_t)text[i];
    uint32_t before = microseconds();
    spim(NRF_SPIM2, SPI2_IRQn, sizeof text, sizeof text);
    print("SPIM2: %s, %u us\n", (const char *)in, tens(microseconds() - before));
}

int main(void)
{
    console_init();
    SCB->SCR = SCR_SEVONPEND;
    NRF_P1->PIN_CNF[ALERT] = GPIO_PIN_CNF_PULLUP; /* inputs */
    NRF_P1->PIN_CNF[INT1] = 0;
    start_clock();
    twim_init();
    measure();
    remember("not forgotten");
    measure_byte_by_byte();
    accelerate();
    loop_back();
    print("slept: %s\n", wakes ? "yes" : "no");

    wait_for_level(ALERT, 0);
    twim_init();
    out[0] = 0;
    twim(THERMOMETER, 1, 2);
    print_celsius("alert", in[0], in[1]);
    finish();
}
