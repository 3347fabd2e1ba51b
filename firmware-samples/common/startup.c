/*
 * From reset to main().
 *
 * Every vector is a weak alias of Default_Handler, so a sample handles an exception by defining the function of that
 * name. Default_Handler ends in an undefined instruction: an exception nobody expected becomes a HardFault, and then a
 * lockup that keeps the fault registers, instead of a loop that looks like work.
 */
#include <stdint.h>

#include "nrf52840.h"

/* 1: CP10 and CP11 are switched on before main(). Follows the float ABI unless the sample says otherwise. */
#ifndef STARTUP_ENABLE_FPU
#if defined(__ARM_FP)
#define STARTUP_ENABLE_FPU 1
#else
#define STARTUP_ENABLE_FPU 0
#endif
#endif

/* From the linker script; only their addresses mean anything. */
extern uint32_t __data_load[], __data_start[], __data_end[], __bss_start[], __bss_end[], __stack_top[];

int main(void);
void Reset_Handler(void);
void Default_Handler(void);

__attribute__((naked)) void Default_Handler(void) { __asm volatile("udf #0"); }

#define WEAK(name) void name(void) __attribute__((weak, alias("Default_Handler")))

WEAK(NMI_Handler);
WEAK(HardFault_Handler);
WEAK(MemManage_Handler);
WEAK(BusFault_Handler);
WEAK(UsageFault_Handler);
WEAK(SVC_Handler);
WEAK(DebugMon_Handler);
WEAK(PendSV_Handler);
WEAK(SysTick_Handler);
WEAK(POWER_CLOCK_IRQHandler);
WEAK(RADIO_IRQHandler);
WEAK(UARTE0_UART0_IRQHandler);
WEAK(SPIM0_SPIS0_TWIM0_TWIS0_SPI0_TWI0_IRQHandler);
WEAK(SPIM1_SPIS1_TWIM1_TWIS1_SPI1_TWI1_IRQHandler);
WEAK(NFCT_IRQHandler);
WEAK(GPIOTE_IRQHandler);
WEAK(SAADC_IRQHandler);
WEAK(TIMER0_IRQHandler);
WEAK(TIMER1_IRQHandler);
WEAK(TIMER2_IRQHandler);
WEAK(RTC0_IRQHandler);
WEAK(TEMP_IRQHandler);
WEAK(RNG_IRQHandler);
WEAK(ECB_IRQHandler);
WEAK(CCM_AAR_IRQHandler);
WEAK(WDT_IRQHandler);
WEAK(RTC1_IRQHandler);
WEAK(QDEC_IRQHandler);
WEAK(COMP_LPCOMP_IRQHandler);
WEAK(SWI0_EGU0_IRQHandler);
WEAK(SWI1_EGU1_IRQHandler);
WEAK(SWI2_EGU2_IRQHandler);
WEAK(SWI3_EGU3_IRQHandler);
WEAK(SWI4_EGU4_IRQHandler);
WEAK(SWI5_EGU5_IRQHandler);
WEAK(TIMER3_IRQHandler);
WEAK(TIMER4_IRQHandler);
WEAK(PWM0_IRQHandler);
WEAK(PDM_IRQHandler);
WEAK(MWU_IRQHandler);
WEAK(PWM1_IRQHandler);
WEAK(PWM2_IRQHandler);
WEAK(SPIM2_SPIS2_SPI2_IRQHandler);
WEAK(RTC2_IRQHandler);
WEAK(I2S_IRQHandler);
WEAK(FPU_IRQHandler);
WEAK(USBD_IRQHandler);
WEAK(UARTE1_IRQHandler);
WEAK(QSPI_IRQHandler);
WEAK(CRYPTOCELL_IRQHandler);
WEAK(PWM3_IRQHandler);
WEAK(SPIM3_IRQHandler);

union vector {
    void (*handler)(void);
    void *stack;
};

/* Lines 30, 31, 43, 44 and 46 belong to no peripheral; software can pend them all the same. */
__attribute__((section(".vectors"), used)) static const union vector vectors[VECTOR_COUNT] = {
    {.stack = __stack_top},
    {Reset_Handler},
    {NMI_Handler},
    {HardFault_Handler},
    {MemManage_Handler},
    {BusFault_Handler},
    {UsageFault_Handler},
    [11] = {SVC_Handler},
    [12] = {DebugMon_Handler},
    [14] = {PendSV_Handler},
    [15] = {SysTick_Handler},
    [16 + POWER_CLOCK_IRQn] = {POWER_CLOCK_IRQHandler},
    [16 + RADIO_IRQn] = {RADIO_IRQHandler},
    [16 + UARTE0_UART0_IRQn] = {UARTE0_UART0_IRQHandler},
    [16 + SPI0_TWI0_IRQn] = {SPIM0_SPIS0_TWIM0_TWIS0_SPI0_TWI0_IRQHandler},
    [16 + SPI1_TWI1_IRQn] = {SPIM1_SPIS1_TWIM1_TWIS1_SPI1_TWI1_IRQHandler},
    [16 + NFCT_IRQn] = {NFCT_IRQHandler},
    [16 + GPIOTE_IRQn] = {GPIOTE_IRQHandler},
    [16 + SAADC_IRQn] = {SAADC_IRQHandler},
    [16 + TIMER0_IRQn] = {TIMER0_IRQHandler},
    [16 + TIMER1_IRQn] = {TIMER1_IRQHandler},
    [16 + TIMER2_IRQn] = {TIMER2_IRQHandler},
    [16 + RTC0_IRQn] = {RTC0_IRQHandler},
    [16 + TEMP_IRQn] = {TEMP_IRQHandler},
    [16 + RNG_IRQn] = {RNG_IRQHandler},
    [16 + ECB_IRQn] = {ECB_IRQHandler},
    [16 + CCM_AAR_IRQn] = {CCM_AAR_IRQHandler},
    [16 + WDT_IRQn] = {WDT_IRQHandler},
    [16 + RTC1_IRQn] = {RTC1_IRQHandler},
    [16 + QDEC_IRQn] = {QDEC_IRQHandler},
    [16 + COMP_LPCOMP_IRQn] = {COMP_LPCOMP_IRQHandler},
    [16 + SWI0_EGU0_IRQn] = {SWI0_EGU0_IRQHandler},
    [16 + SWI1_EGU1_IRQn] = {SWI1_EGU1_IRQHandler},
    [16 + SWI2_EGU2_IRQn] = {SWI2_EGU2_IRQHandler},
    [16 + SWI3_EGU3_IRQn] = {SWI3_EGU3_IRQHandler},
    [16 + SWI4_EGU4_IRQn] = {SWI4_EGU4_IRQHandler},
    [16 + SWI5_EGU5_IRQn] = {SWI5_EGU5_IRQHandler},
    [16 + TIMER3_IRQn] = {TIMER3_IRQHandler},
    [16 + TIMER4_IRQn] = {TIMER4_IRQHandler},
    [16 + PWM0_IRQn] = {PWM0_IRQHandler},
    [16 + PDM_IRQn] = {PDM_IRQHandler},
    [16 + 30] = {Default_Handler},
    [16 + 31] = {Default_Handler},
    [16 + MWU_IRQn] = {MWU_IRQHandler},
    [16 + PWM1_IRQn] = {PWM1_IRQHandler},
    [16 + PWM2_IRQn] = {PWM2_IRQHandler},
    [16 + SPI2_IRQn] = {SPIM2_SPIS2_SPI2_IRQHandler},
    [16 + RTC2_IRQn] = {RTC2_IRQHandler},
    [16 + I2S_IRQn] = {I2S_IRQHandler},
    [16 + FPU_IRQn] = {FPU_IRQHandler},
    [16 + USBD_IRQn] = {USBD_IRQHandler},
    [16 + UARTE1_IRQn] = {UARTE1_IRQHandler},
    [16 + QSPI_IRQn] = {QSPI_IRQHandler},
    [16 + CRYPTOCELL_IRQn] = {CRYPTOCELL_IRQHandler},
    [16 + 43] = {Default_Handler},
    [16 + 44] = {Default_Handler},
    [16 + PWM3_IRQn] = {PWM3_IRQHandler},
    [16 + 46] = {Default_Handler},
    [16 + SPIM3_IRQn] = {SPIM3_IRQHandler},
};

/* No call before the copy: the loops must not become memcpy(), which could be a .ramfunc. */
__attribute__((optimize("no-tree-loop-distribute-patterns"))) void Reset_Handler(void)
{
    const uint32_t *from = __data_load;

    for (uint32_t *to = __data_start; to < __data_end;)
        *to++ = *from++;
    for (uint32_t *to = __bss_start; to < __bss_end;)
        *to++ = 0;
    if (STARTUP_ENABLE_FPU) {
        SCB->CPACR |= CPACR_CP10_CP11_FULL;
        dsb();
        isb();
    }
    main();
    irq_disable();
    for (;;)
        wfi();
}
