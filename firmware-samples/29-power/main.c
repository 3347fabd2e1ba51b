/*
 * What starts the chip, and what is left then: soft reset, System OFF ended by a pin and by VBUS, reset pin, the
 * supply's warning and its failure. `args` holds what the outside does.
 */
#include "console.h"

enum { BUTTON = P0(11), RESET_PIN = P0(18) };

/* In section 3 of RAM[8], which System OFF takes the power from, and in section 4, whose content is to stay. */
#define LOST ((volatile uint32_t *)0x20028000)
#define KEPT ((volatile uint32_t *)0x20030000)
enum { MARK = 0x600DCAFE, RAM8_S4RETENTION = 1 << 20 };

/* What comes next is in GPREGRET, as far as that survives. */
enum { FIRST, WAIT_FOR_BUTTON, WAIT_FOR_VBUS, WAIT_FOR_RESET_PIN };

static const char *ram(const volatile uint32_t *word) { return *word == MARK ? "kept" : "lost"; }

static void uicr_write(volatile uint32_t *at, uint32_t value)
{
    NRF_NVMC->CONFIG = NVMC_CONFIG_WEN;
    *at = value;
    while (!NRF_NVMC->READY)
        ;
    NRF_NVMC->CONFIG = NVMC_CONFIG_REN;
}

__attribute__((noreturn)) static void system_reset(void)
{
    SCB->AIRCR = 0x05FA0004;
    for (;;)
        ;
}

__attribute__((noreturn)) static void system_off(void)
{
    *LOST = *KEPT = MARK;
    NRF_POWER->RAM[8].POWERSET = RAM8_S4RETENTION;
    NRF_POWER->SYSTEMOFF = 1;
    for (;;)
        ;
}

/* A debugger's start-up code does the same when it finds UICR erased. */
static void name_reset_pin(void)
{
    uicr_write(&NRF_UICR->PSELRESET[0], RESET_PIN);
    uicr_write(&NRF_UICR->PSELRESET[1], RESET_PIN);
    NRF_POWER->GPREGRET = WAIT_FOR_BUTTON;
    system_reset();
}

static void wait_for_button(void)
{
    NRF_P0->PIN_CNF[BUTTON] = GPIO_PIN_CNF_PULLUP | GPIO_PIN_CNF_SENSE_LOW;
    NRF_POWER->GPREGRET = WAIT_FOR_VBUS;
    system_off();
}

static void wait_for_vbus(void)
{
    print("  PIN_CNF %x, LATCH %x\n", NRF_P0->PIN_CNF[BUTTON], NRF_P0->LATCH);
    NRF_P0->PIN_CNF[BUTTON] = GPIO_PIN_CNF_INPUT_DISCONNECT;
    NRF_POWER->GPREGRET = WAIT_FOR_RESET_PIN;
    system_off();
}

__attribute__((noreturn)) static void wait_for_reset_pin(void)
{
    *LOST = *KEPT = MARK;
    for (;;)
        wfi();
}

/* Then nothing but the supply will do. */
__attribute__((noreturn)) static void wait_for_warning(void)
{
    event_clear(&NRF_POWER->EVENTS_POFWARN);
    NRF_POWER->POFCON = POWER_POFCON_POF | POWER_POFCON_2_8_V;
    while (!NRF_POWER->EVENTS_POFWARN)
        ;
    print("the supply is below 2.8 V\n");
    for (;;)
        wfi();
}

int main(void)
{
    uint32_t why = NRF_POWER->RESETREAS, stage = NRF_POWER->GPREGRET;

    console_init();
    NRF_POWER->RESETREAS = why;
    print("RESETREAS %x, GPREGRET %x, RAM %s and %s\n", why, stage, ram(LOST), ram(KEPT));
    if (why & POWER_RESETREAS_RESETPIN)
        wait_for_warning();
    switch (stage) {
    case FIRST:
        if (NRF_UICR->PSELRESET[0] == RESET_PIN)
            finish();
        name_reset_pin();
        break;
    case WAIT_FOR_BUTTON:
        wait_for_button();
        break;
    case WAIT_FOR_VBUS:
        wait_for_vbus();
        break;
    case WAIT_FOR_RESET_PIN:
        wait_for_reset_pin();
    }
}
