/*
 * The peripherals that are modelled: one line each, with the model's struct, its description, and where the chip has it
 * (PS 4.2.3 "Peripheral instantiation"). Everything else of the chip answers by name (periph/named.h).
 *
 * `struct peripherals` is all of them with their slots and the engine; copying it is a snapshot.
 */
#ifndef PERIPH_CATALOGUE_H
#define PERIPH_CATALOGUE_H

#include "periph/acl.h"
#include "periph/approtect.h"
#include "periph/cc_aes.h"
#include "periph/cc_dma.h"
#include "periph/cc_hash.h"
#include "periph/cc_rng.h"
#include "periph/clock.h"
#include "periph/cryptocell.h"
#include "periph/ecb.h"
#include "periph/egu.h"
#include "periph/engine.h"
#include "periph/gpio.h"
#include "periph/gpiote.h"
#include "periph/named.h"
#include "periph/nvmc.h"
#include "periph/power.h"
#include "periph/ppi.h"
#include "periph/pwm.h"
#include "periph/qspi.h"
#include "periph/rng.h"
#include "periph/rtc.h"
#include "periph/saadc.h"
#include "periph/spi.h"
#include "periph/spim.h"
#include "periph/spis.h"
#include "periph/temp.h"
#include "periph/timer.h"
#include "periph/twi.h"
#include "periph/twim.h"
#include "periph/twis.h"
#include "periph/uart.h"
#include "periph/uarte.h"
#include "periph/usbd.h"
#include "periph/wdt.h"

/* X(member, struct, description, name, number, base, irqn). Instances at one page share a slot; of exclusive ones the
 * first answers while none is enabled. */
#define PERIPH_CATALOGUE(X)                                                               \
    X(clock, clock, clock_desc, "CLOCK", 0, 0x40000000, 0)                                \
    X(power, power, power_desc, "POWER", 0, 0x40000000, 0)                                \
    X(approtect, approtect, approtect_desc, "APPROTECT", 0, 0x40000000, 0)                \
    X(uart0, uart, uart_desc, "UART0", 0, 0x40002000, 2)                                  \
    X(uarte0, uarte, uarte_desc, "UARTE0", 0, 0x40002000, 2)                              \
    X(spi0, spi, spi_desc, "SPI0", 0, 0x40003000, 3)                                      \
    X(spim0, spim, spim_desc, "SPIM0", 0, 0x40003000, 3)                                  \
    X(spis0, spis, spis_desc, "SPIS0", 0, 0x40003000, 3)                                  \
    X(twi0, twi, twi_desc, "TWI0", 0, 0x40003000, 3)                                      \
    X(twim0, twim, twim_desc, "TWIM0", 0, 0x40003000, 3)                                  \
    X(twis0, twis, twis_desc, "TWIS0", 0, 0x40003000, 3)                                  \
    X(spi1, spi, spi_desc, "SPI1", 1, 0x40004000, 4)                                      \
    X(spim1, spim, spim_desc, "SPIM1", 1, 0x40004000, 4)                                  \
    X(spis1, spis, spis_desc, "SPIS1", 1, 0x40004000, 4)                                  \
    X(twi1, twi, twi_desc, "TWI1", 1, 0x40004000, 4)                                      \
    X(twim1, twim, twim_desc, "TWIM1", 1, 0x40004000, 4)                                  \
    X(twis1, twis, twis_desc, "TWIS1", 1, 0x40004000, 4)                                  \
    X(gpiote, gpiote, gpiote_desc, "GPIOTE", 0, 0x40006000, 6)                            \
    X(saadc, saadc, saadc_desc, "SAADC", 0, 0x40007000, 7)                                \
    X(timer0, timer, timer_desc_4, "TIMER0", 0, 0x40008000, 8)                            \
    X(timer1, timer, timer_desc_4, "TIMER1", 1, 0x40009000, 9)                            \
    X(timer2, timer, timer_desc_4, "TIMER2", 2, 0x4000A000, 10)                           \
    X(rtc0, rtc, rtc_desc_3, "RTC0", 0, 0x4000B000, 11)                                   \
    X(temp, temp, temp_desc, "TEMP", 0, 0x4000C000, 12)                                   \
    X(rng, rng, rng_desc, "RNG", 0, 0x4000D000, 13)                                       \
    X(ecb, ecb, ecb_desc, "ECB", 0, 0x4000E000, 14)                                       \
    X(wdt, wdt, wdt_desc, "WDT", 0, 0x40010000, 16)                                       \
    X(rtc1, rtc, rtc_desc_4, "RTC1", 1, 0x40011000, 17)                                   \
    X(egu0, egu, egu_desc, "EGU0", 0, 0x40014000, 20)                                     \
    X(egu1, egu, egu_desc, "EGU1", 1, 0x40015000, 21)                                     \
    X(egu2, egu, egu_desc, "EGU2", 2, 0x40016000, 22)                                     \
    X(egu3, egu, egu_desc, "EGU3", 3, 0x40017000, 23)                                     \
    X(egu4, egu, egu_desc, "EGU4", 4, 0x40018000, 24)                                     \
    X(egu5, egu, egu_desc, "EGU5", 5, 0x40019000, 25)                                     \
    X(timer3, timer, timer_desc_6, "TIMER3", 3, 0x4001A000, 26)                           \
    X(timer4, timer, timer_desc_6, "TIMER4", 4, 0x4001B000, 27)                           \
    X(pwm0, pwm, pwm_desc, "PWM0", 0, 0x4001C000, 28)                                     \
    X(nvmc, nvmc, nvmc_desc, "NVMC", 0, 0x4001E000, PERIPH_NO_IRQ)                        \
    X(acl, acl, acl_desc, "ACL", 0, 0x4001E000, PERIPH_NO_IRQ)                            \
    X(ppi, ppi, ppi_desc, "PPI", 0, 0x4001F000, PERIPH_NO_IRQ)                            \
    X(pwm1, pwm, pwm_desc, "PWM1", 1, 0x40021000, 33)                                     \
    X(pwm2, pwm, pwm_desc, "PWM2", 2, 0x40022000, 34)                                     \
    X(spi2, spi, spi_desc, "SPI2", 2, 0x40023000, 35)                                     \
    X(spim2, spim, spim_desc, "SPIM2", 2, 0x40023000, 35)                                 \
    X(spis2, spis, spis_desc, "SPIS2", 2, 0x40023000, 35)                                 \
    X(rtc2, rtc, rtc_desc_4, "RTC2", 2, 0x40024000, 36)                                   \
    X(usbd, usbd, usbd_desc, "USBD", 0, 0x40027000, 39)                                   \
    X(uarte1, uarte, uarte_desc, "UARTE1", 1, 0x40028000, 40)                             \
    X(qspi, qspi, qspi_desc, "QSPI", 0, 0x40029000, 41)                                   \
    X(pwm3, pwm, pwm_desc, "PWM3", 3, 0x4002D000, 45)                                     \
    X(spim3, spim, spim3_desc, "SPIM3", 3, 0x4002F000, 47)                                \
    X(p0, gpio, gpio_desc_p0, "P0", 0, 0x50000000, PERIPH_NO_IRQ)                         \
    X(p1, gpio, gpio_desc_p1, "P1", 1, 0x50000300, PERIPH_NO_IRQ)                         \
    X(cryptocell, periph, cryptocell_desc, "CRYPTOCELL", 0, 0x5002A000, 42)               \
    X(cc_rng, cc_rng, cc_rng_desc, "CC_RNG", 0, 0x5002B000, PERIPH_NO_IRQ)                \
    X(cc_aes, periph, cc_aes_desc, "CC_AES", 0, 0x5002B000, PERIPH_NO_IRQ)                \
    X(cc_hash, cc_hash, cc_hash_desc, "CC_HASH", 0, 0x5002B000, PERIPH_NO_IRQ)            \
    X(cc_misc, periph, cc_misc_desc, "CC_MISC", 0, 0x5002B000, PERIPH_NO_IRQ)             \
    X(cc_ctl, periph, cc_ctl_desc, "CC_CTL", 0, 0x5002B000, PERIPH_NO_IRQ)                \
    X(cc_host_rgf, periph, cc_host_rgf_desc, "CC_HOST_RGF", 0, 0x5002B000, PERIPH_NO_IRQ) \
    X(cc_din, cc_din, cc_din_desc, "CC_DIN", 0, 0x5002B000, PERIPH_NO_IRQ)                \
    X(cc_dout, periph, cc_dout_desc, "CC_DOUT", 0, 0x5002B000, PERIPH_NO_IRQ)             \
    X(cc_rng_sram, cc_rng_sram, cc_rng_sram_desc, "CC_RNG_SRAM", 0, 0x5002B000, PERIPH_NO_IRQ)

enum { CATALOGUE_MAX_SLOTS = 64 };

struct peripherals {
    struct periph_engine engine;
    struct periph_slot slot[CATALOGUE_MAX_SLOTS];
    unsigned n_slots;
#define PERIPH_MEMBER(member, type, ...) struct type member;
    PERIPH_CATALOGUE(PERIPH_MEMBER)
#undef PERIPH_MEMBER
    struct named named;
};

/* What the tables say of the chip, without a machine: for tools and the conformance test. */
struct periph_instance {
    const struct periph_desc *desc;
    const char *name;
    unsigned number;
    uint32_t base;
    int irqn;      /* or PERIPH_NO_IRQ */
    size_t member; /* offset in struct peripherals */
};

extern const struct periph_instance periph_catalogue[];
extern const unsigned periph_catalogue_count;

/* Builds everything and joins it to the bus of `doors`, which must outlive it. Needs periph_engine_reset(&p->engine, 0)
 * afterwards. */
void peripherals_init(struct peripherals *p, const struct doors *doors);

/* The instance called `name` ("TIMER3"); NULL when it is not modelled. */
struct periph *peripherals_find(struct peripherals *p, const char *name);

#endif
