/*
 * Buttons through GPIOTE: LED1 is on while button 1 is pressed. A wire from P0.03 to P0.04 carries what is driven.
 */
#include <stdbool.h>

#include "console.h"

enum { BUTTON_1 = 11, BUTTON_4 = 25, LOOP_OUT = 3, LOOP_IN = 4, MAX_CHANGES = 8 };

static volatile bool levels[MAX_CHANGES];
static volatile unsigned changes;

static bool is_high(unsigned pin) { return NRF_P0->IN >> pin & 1; }

void GPIOTE_IRQHandler(void);
void GPIOTE_IRQHandler(void)
{
    event_clear(&NRF_GPIOTE->EVENTS_IN[0]);
    bool high = is_high(BUTTON_1);
    if (high)
        NRF_P0->OUTSET = 1u << BOARD_LED1; /* active low: off */
    else
        NRF_P0->OUTCLR = 1u << BOARD_LED1;
    if (changes < MAX_CHANGES)
        levels[changes++] = high;
}

static void pins_init(void)
{
    NRF_P0->OUTSET = 1u << BOARD_LED1;
    NRF_P0->DIRSET = 1u << BOARD_LED1 | 1u << LOOP_OUT;
    NRF_P0->PIN_CNF[BUTTON_1] = GPIO_PIN_CNF_PULLUP;
    NRF_P0->PIN_CNF[BUTTON_4] = GPIO_PIN_CNF_PULLUP;
    NRF_P0->PIN_CNF[LOOP_IN] = 0; /* an input without a pull */
    NRF_GPIOTE->CONFIG[0] = GPIOTE_CONFIG(GPIOTE_MODE_EVENT, BUTTON_1, GPIOTE_TOGGLE);
    NRF_GPIOTE->INTENSET = 1;
    nvic_enable(GPIOTE_IRQn);
}

static void print_loop(void)
{
    NRF_P0->OUTSET = 1u << LOOP_OUT;
    bool high = is_high(LOOP_IN);
    NRF_P0->OUTCLR = 1u << LOOP_OUT;
    print("the wire: %u and %u\n", high, is_high(LOOP_IN));
}

int main(void)
{
    unsigned told = 0;

    console_init();
    pins_init();
    print_loop();
    print("press button 1; button 4 ends\n");
    while (is_high(BUTTON_4))
        for (; told < changes; told++)
            print("%s\n", levels[told] ? "released" : "pressed");
    finish();
}
