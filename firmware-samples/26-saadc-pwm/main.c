/*
 * PWM0 plays a sequence of rising duty cycles on LED1, and has SAADC take a sample at the end of each period, while the
 * CPU sleeps:
 *
 *   PWM0 PWMPERIODEND --CH0--> SAADC SAMPLE
 *   GPIOTE IN[0], every edge of LED1's pin --CH1--> TIMER1 CAPTURE[0], with the fork to TIMER2 COUNT
 *   PWM0 STOPPED --CH2--> TIMER1 CAPTURE[1]
 *
 * AIN0 is at 0.9 V first and at 1.8 V after 4.5 ms: see the options in `args`.
 */
#include "console.h"

enum {
    PERIODS = 8,
    PERIOD = 1000, /* µs, and counts of 1 MHz */
    STEP = 100,    /* rise of the duty cycle */
};

static uint16_t duty[PERIODS];
static volatile int16_t result[PERIODS];
static volatile unsigned ends;

void SAADC_IRQHandler(void);
void SAADC_IRQHandler(void)
{
    event_clear(&NRF_SAADC->EVENTS_END);
    ends++;
}

static void ppi_connect(unsigned channel, volatile uint32_t *event, volatile uint32_t *task)
{
    NRF_PPI->CH[channel].EEP = (uint32_t)event;
    NRF_PPI->CH[channel].TEP = (uint32_t)task;
    NRF_PPI->CHENSET = 1u << channel;
}

static void timers_init(void)
{
    NRF_TIMER1->BITMODE = TIMER_BITMODE_32;
    NRF_TIMER1->PRESCALER = 4; /* 1 MHz */
    NRF_TIMER1->TASKS_START = 1;
    NRF_TIMER2->MODE = TIMER_MODE_COUNTER;
    NRF_TIMER2->BITMODE = TIMER_BITMODE_32;
    NRF_TIMER2->TASKS_START = 1;
}

static void pwm_init(void)
{
    for (unsigned i = 0; i < PERIODS; i++)
        duty[i] = (uint16_t)(PWM_FALLING_EDGE | STEP * (i + 1));
    NRF_P0->PIN_CNF[BOARD_LED1] = GPIO_PIN_CNF_OUTPUT;
    NRF_GPIOTE->CONFIG[0] = GPIOTE_CONFIG(GPIOTE_MODE_EVENT, BOARD_LED1, GPIOTE_TOGGLE);
    NRF_PWM0->PSEL_OUT[0] = BOARD_LED1;
    NRF_PWM0->PRESCALER = 4;
    NRF_PWM0->COUNTERTOP = PERIOD;
    NRF_PWM0->DECODER = PWM_DECODER_COMMON;
    NRF_PWM0->SEQ[0].PTR = (uint32_t)duty;
    NRF_PWM0->SEQ[0].CNT = PERIODS;
    NRF_PWM0->SEQ[0].REFRESH = 0;
    NRF_PWM0->SHORTS = PWM_SHORTS_SEQEND0_STOP;
    NRF_PWM0->ENABLE = 1;
}

static void saadc_buffer(volatile int16_t *to, uint32_t n)
{
    NRF_SAADC->RESULT_PTR = (uint32_t)to;
    NRF_SAADC->RESULT_MAXCNT = n;
    NRF_SAADC->TASKS_START = 1;
    while (!NRF_SAADC->EVENTS_STARTED)
        ;
    event_clear(&NRF_SAADC->EVENTS_STARTED);
}

static void saadc_init(void)
{
    NRF_SAADC->RESOLUTION = SAADC_RESOLUTION_12BIT;
    NRF_SAADC->CH[0].PSELP = SAADC_PSEL_AIN0;
    NRF_SAADC->CH[0].CONFIG = SAADC_GAIN_1_6 | SAADC_TACQ_10US;
    NRF_SAADC->ENABLE = 1;
    NRF_SAADC->INTENSET = 1u << 1; /* END */
    nvic_enable(SAADC_IRQn);
    saadc_buffer(result, PERIODS);
}

/* One result of every enabled channel. */
static void scan(unsigned n)
{
    unsigned before = ends;

    saadc_buffer(result, n);
    NRF_SAADC->TASKS_SAMPLE = 1;
    while (ends == before)
        wfi();
}

static void show_sequence(void)
{
    print("results:");
    for (unsigned i = 0; i < PERIODS; i++)
        print(" %d", result[i]);
    print("\nedges of LED1: %u\n", NRF_TIMER2->CC[0]);
    print("from the last one to the end: %u us\n", NRF_TIMER1->CC[1] - NRF_TIMER1->CC[0]);
}

static void show_scan(void)
{
    NRF_SAADC->CH[1].PSELP = SAADC_PSEL_VDD;
    NRF_SAADC->CH[1].CONFIG = SAADC_GAIN_1_6 | SAADC_TACQ_10US;
    NRF_SAADC->CH[2].PSELP = SAADC_PSEL_AIN0;
    NRF_SAADC->CH[2].PSELN = SAADC_PSEL_VDD;
    NRF_SAADC->CH[2].CONFIG = SAADC_GAIN_1_6 | SAADC_TACQ_10US | SAADC_MODE_DIFF;
    scan(3);
    print("AIN0 %d, VDD %d, difference %d\n", result[0], result[1], result[2]);
    print("millivolts: %d, %d, %d\n", result[0] * 3600 / 4096, result[1] * 3600 / 4096, result[2] * 3600 / 2048);
}

int main(void)
{
    console_init();
    timers_init();
    pwm_init();
    saadc_init();
    ppi_connect(0, &NRF_PWM0->EVENTS_PWMPERIODEND, &NRF_SAADC->TASKS_SAMPLE);
    ppi_connect(1, &NRF_GPIOTE->EVENTS_IN[0], &NRF_TIMER1->TASKS_CAPTURE[0]);
    NRF_PPI->FORK_TEP[1] = (uint32_t)&NRF_TIMER2->TASKS_COUNT;
    ppi_connect(2, &NRF_PWM0->EVENTS_STOPPED, &NRF_TIMER1->TASKS_CAPTURE[1]);
    NRF_PWM0->TASKS_SEQSTART[0] = 1;
    while (ends == 0)
        wfi();
    NRF_PPI->CHENCLR = 1u << 0;
    NRF_TIMER2->TASKS_CAPTURE[0] = 1;
    show_sequence();
    show_scan();
    finish();
}
