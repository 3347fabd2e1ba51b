/*
 * The registers of the nRF52840 and of its Cortex-M4F core that the samples use, under the names of Nordic's Product
 * Specification v1.7 and of the ARMv7-M Architecture Reference Manual.
 *
 * Each register is written down with its offset: a block is a union of "this many bytes, then the register".
 */
#ifndef SAMPLES_NRF52840_H
#define SAMPLES_NRF52840_H

#include <stdint.h>

#define AT_PASTE(a, b) a##b
#define AT_NAME(line)  AT_PASTE(before_, line)
#define AT(offset, reg)                    \
    struct {                               \
        uint8_t AT_NAME(__LINE__)[offset]; \
        volatile uint32_t reg;             \
    }
/* Gaps must not be padded further, so every offset is a multiple of 4; AT8 is for byte-wide arrays. */
#define AT8(offset, reg)                   \
    struct {                               \
        uint8_t AT_NAME(__LINE__)[offset]; \
        volatile uint8_t reg;              \
    }

/* ---- Interrupt lines; exception number = IRQn + 16 ---- */

enum irqn {
    POWER_CLOCK_IRQn = 0,
    RADIO_IRQn = 1,
    UARTE0_UART0_IRQn = 2,
    SPI0_TWI0_IRQn = 3,
    SPI1_TWI1_IRQn = 4,
    NFCT_IRQn = 5,
    GPIOTE_IRQn = 6,
    SAADC_IRQn = 7,
    TIMER0_IRQn = 8,
    TIMER1_IRQn = 9,
    TIMER2_IRQn = 10,
    RTC0_IRQn = 11,
    TEMP_IRQn = 12,
    RNG_IRQn = 13,
    ECB_IRQn = 14,
    CCM_AAR_IRQn = 15,
    WDT_IRQn = 16,
    RTC1_IRQn = 17,
    QDEC_IRQn = 18,
    COMP_LPCOMP_IRQn = 19,
    SWI0_EGU0_IRQn = 20,
    SWI1_EGU1_IRQn = 21,
    SWI2_EGU2_IRQn = 22,
    SWI3_EGU3_IRQn = 23,
    SWI4_EGU4_IRQn = 24,
    SWI5_EGU5_IRQn = 25,
    TIMER3_IRQn = 26,
    TIMER4_IRQn = 27,
    PWM0_IRQn = 28,
    PDM_IRQn = 29,
    MWU_IRQn = 32,
    PWM1_IRQn = 33,
    PWM2_IRQn = 34,
    SPI2_IRQn = 35,
    RTC2_IRQn = 36,
    I2S_IRQn = 37,
    FPU_IRQn = 38,
    USBD_IRQn = 39,
    UARTE1_IRQn = 40,
    QSPI_IRQn = 41,
    CRYPTOCELL_IRQn = 42,
    PWM3_IRQn = 45,
    SPIM3_IRQn = 47,
    IRQ_COUNT = 48,
    VECTOR_COUNT = 16 + IRQ_COUNT,
};

/* ---- Core: ARMv7-M ARM B3.2, B3.3, B3.4, B3.5, C1.6, C1.8 ---- */

struct systick {
    union {
        AT(0x00, CSR); /* SYST_CSR */
        AT(0x04, RVR);
        AT(0x08, CVR);
        AT(0x0C, CALIB);
    };
};
#define SYSTICK ((struct systick *)0xE000E010)

#define SYST_CSR_ENABLE    (1u << 0)
#define SYST_CSR_TICKINT   (1u << 1)
#define SYST_CSR_CLKSOURCE (1u << 2) /* processor clock */
#define SYST_CSR_COUNTFLAG (1u << 16)

struct nvic {
    union {
        AT(0x000, ISER[8]);
        AT(0x080, ICER[8]);
        AT(0x100, ISPR[8]);
        AT(0x180, ICPR[8]);
        AT(0x200, IABR[8]);
        AT8(0x300, IPR[240]);
    };
};
#define NVIC ((struct nvic *)0xE000E100)

struct scb {
    union {
        AT(0x00, CPUID);
        AT(0x04, ICSR);
        AT(0x08, VTOR);
        AT(0x0C, AIRCR);
        AT(0x10, SCR);
        AT(0x14, CCR);
        AT8(0x18, SHPR[12]); /* exception 4 + n */
        AT(0x24, SHCSR);
        AT(0x28, CFSR);
        AT(0x2C, HFSR);
        AT(0x30, DFSR);
        AT(0x34, MMFAR);
        AT(0x38, BFAR);
        AT(0x3C, AFSR);
        AT(0x88, CPACR);
    };
};
#define SCB ((struct scb *)0xE000ED00)

#define ICSR_PENDSTCLR  (1u << 25)
#define ICSR_PENDSVSET  (1u << 28)
#define ICSR_NMIPENDSET (1u << 31)

#define SCR_SLEEPONEXIT (1u << 1)
#define SCR_SEVONPEND   (1u << 4)

#define CCR_UNALIGN_TRP (1u << 3)
#define CCR_DIV_0_TRP   (1u << 4)

#define SHCSR_MEMFAULTENA (1u << 16)
#define SHCSR_BUSFAULTENA (1u << 17)
#define SHCSR_USGFAULTENA (1u << 18)

#define CFSR_IACCVIOL    (1u << 0)
#define CFSR_DACCVIOL    (1u << 1)
#define CFSR_MUNSTKERR   (1u << 3)
#define CFSR_MSTKERR     (1u << 4)
#define CFSR_MLSPERR     (1u << 5)
#define CFSR_MMARVALID   (1u << 7)
#define CFSR_IBUSERR     (1u << 8)
#define CFSR_PRECISERR   (1u << 9)
#define CFSR_IMPRECISERR (1u << 10)
#define CFSR_UNSTKERR    (1u << 11)
#define CFSR_STKERR      (1u << 12)
#define CFSR_LSPERR      (1u << 13)
#define CFSR_BFARVALID   (1u << 15)
#define CFSR_UNDEFINSTR  (1u << 16)
#define CFSR_INVSTATE    (1u << 17)
#define CFSR_INVPC       (1u << 18)
#define CFSR_NOCP        (1u << 19)
#define CFSR_UNALIGNED   (1u << 24)
#define CFSR_DIVBYZERO   (1u << 25)

#define HFSR_VECTTBL (1u << 1)
#define HFSR_FORCED  (1u << 30)

#define CPACR_CP10_CP11_FULL (0xFu << 20)

#define XPSR_T (1u << 24)

struct mpu {
    union {
        AT(0x00, TYPE);
        AT(0x04, CTRL);
        AT(0x08, RNR);
        AT(0x0C, RBAR);
        AT(0x10, RASR);
    };
};
#define MPU ((struct mpu *)0xE000ED90)

#define MPU_CTRL_ENABLE     (1u << 0)
#define MPU_CTRL_PRIVDEFENA (1u << 2)

#define MPU_RASR_ENABLE  (1u << 0)
#define MPU_RASR_SIZE(n) ((n) << 1) /* 2^(n + 1) bytes */
#define MPU_RASR_SRD(n)  ((n) << 8) /* one bit for each eighth that is not part of the region */
#define MPU_RASR_NORMAL  (1u << 17) /* C = 1: normal memory, write-through */
#define MPU_RASR_AP(n)   ((n) << 24)
#define MPU_RASR_XN      (1u << 28)

enum mpu_ap { /* RASR.AP: privileged, then unprivileged */
              MPU_AP_NONE = 0,
              MPU_AP_RW_NONE = 1,
              MPU_AP_RW_RO = 2,
              MPU_AP_RW_RW = 3,
              MPU_AP_RO_NONE = 5,
              MPU_AP_RO_RO = 6,
};

struct fpu {
    union {
        AT(0x04, FPCCR);
        AT(0x08, FPCAR);
        AT(0x0C, FPDSCR);
    };
};
#define FPU ((struct fpu *)0xE000EF30)

#define FPCCR_LSPACT (1u << 0)
#define FPCCR_LSPEN  (1u << 30)
#define FPCCR_ASPEN  (1u << 31)

#define DFSR_HALTED  (1u << 0)
#define DFSR_BKPT    (1u << 1)
#define DFSR_DWTTRAP (1u << 2)

struct core_debug {
    union {
        AT(0x0C, DEMCR);
    };
};
#define CORE_DEBUG ((struct core_debug *)0xE000EDF0)

#define DEMCR_MON_EN   (1u << 16)
#define DEMCR_MON_PEND (1u << 17)
#define DEMCR_MON_STEP (1u << 18)
#define DEMCR_MON_REQ  (1u << 19)
#define DEMCR_TRCENA   (1u << 24)

struct dwt {
    union {
        AT(0x000, CTRL);
        AT(0x004, CYCCNT);
        struct {
            uint8_t before_comparator[0x20];
            struct {
                volatile uint32_t COMP, MASK, FUNCTION, reserved;
            } COMPARATOR[4];
        };
    };
};
#define DWT ((struct dwt *)0xE0001000)

#define DWT_CTRL_CYCCNTENA (1u << 0)
#define DWT_CTRL_EXCTRCENA (1u << 16)

enum { DWT_FUNCTION_TRACE_VALUE_WRITTEN = 13, DWT_FUNCTION_WATCH_READ = 5, DWT_FUNCTION_WATCH_WRITE = 6 };
enum { DWT_FUNCTION_WATCH_CYCCNT = 4 | 1 << 7, DWT_FUNCTION_WATCH_VALUE = 6 | 1 << 8 | 2 << 10 /* a word */ };
#define DWT_FUNCTION_MATCHED (1u << 24)

struct fpb {
    union {
        AT(0x000, CTRL);
        AT(0x004, REMAP);
        AT(0x008, COMP[8]);
    };
};
#define FPB ((struct fpb *)0xE0002000)

enum { FP_CTRL_ENABLE = 1 << 0, FP_CTRL_KEY = 1 << 1 };
enum { FP_COMP_ENABLE = 1 << 0 };
#define FP_COMP_BREAK_LOWER (1u << 30)
#define FP_COMP_BREAK_UPPER (2u << 30)

struct itm {
    union {
        AT(0x000, STIM[32]);
        AT8(0x000, STIM8[128]);
        AT(0xE00, TER);
        AT(0xE40, TPR);
        AT(0xE80, TCR);
        AT(0xFB0, LAR);
    };
};
#define ITM ((struct itm *)0xE0000000)

enum { ITM_TCR_ITMENA = 1 << 0, ITM_TCR_TXENA = 1 << 3, ITM_TCR_BUSY = 1 << 23 };
#define ITM_LAR_KEY 0xC5ACCE55u

struct tpiu {
    union {
        AT(0x010, ACPR);
        AT(0x0F0, SPPR);
        AT(0x304, FFCR);
    };
};
#define TPIU ((struct tpiu *)0xE0040000)

enum { TPIU_SPPR_UART = 2, TPIU_FFCR_TRIGIN = 1 << 8 };

/* What exception entry pushes; FP registers, when there are any, lie above (B1.5.6). */
struct frame {
    uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr;
};

/* ---- nRF52840 ---- */

/* Number of a pin as PSEL registers want it. */
#define P0(n) (n)
#define P1(n) (32 + (n))

/* nRF52840 DK */
enum board_pin {
    BOARD_LED1 = P0(13),
    BOARD_LED2 = P0(14),
    BOARD_LED3 = P0(15),
    BOARD_LED4 = P0(16),
    BOARD_UART_TXD = P0(6),
    BOARD_UART_RXD = P0(8),
};

#define PSEL_DISCONNECTED 0xFFFFFFFFu

struct nrf_clock { /* PS 5.4 */
    union {
        AT(0x000, TASKS_HFCLKSTART);
        AT(0x004, TASKS_HFCLKSTOP);
        AT(0x008, TASKS_LFCLKSTART);
        AT(0x00C, TASKS_LFCLKSTOP);
        AT(0x100, EVENTS_HFCLKSTARTED);
        AT(0x104, EVENTS_LFCLKSTARTED);
        AT(0x40C, HFCLKSTAT);
        AT(0x418, LFCLKSTAT);
        AT(0x518, LFCLKSRC);
        AT(0x55C, TRACECONFIG);
    };
};
#define NRF_CLOCK ((struct nrf_clock *)0x40000000)

enum { CLOCK_TRACECONFIG_SERIAL = 1 << 16, CLOCK_TRACECONFIG_32MHZ = 0 };
enum { CLOCK_LFCLKSRC_RC = 0, CLOCK_LFCLKSRC_XTAL = 1, CLOCK_LFCLKSRC_SYNTH = 2 };

struct nrf_power { /* PS 5.3 */
    union {
        AT(0x108, EVENTS_POFWARN);
        AT(0x400, RESETREAS);
        AT(0x438, USBREGSTATUS);
        AT(0x500, SYSTEMOFF);
        AT(0x510, POFCON);
        AT(0x51C, GPREGRET);
        struct {
            uint8_t before_ram[0x900];
            struct {
                volatile uint32_t POWER, POWERSET, POWERCLR, reserved;
            } RAM[9];
        };
    };
};
#define NRF_POWER ((struct nrf_power *)0x40000000)

enum { POWER_RESETREAS_RESETPIN = 1 << 0 };
enum { POWER_POFCON_POF = 1 << 0, POWER_POFCON_2_8_V = 15 << 1 };
enum { POWER_USBREGSTATUS_OUTPUTRDY = 1 << 1 };

struct nrf_uart { /* PS 6.33 */
    union {
        AT(0x000, TASKS_STARTRX);
        AT(0x004, TASKS_STOPRX);
        AT(0x008, TASKS_STARTTX);
        AT(0x00C, TASKS_STOPTX);
        AT(0x108, EVENTS_RXDRDY);
        AT(0x11C, EVENTS_TXDRDY);
        AT(0x124, EVENTS_ERROR);
        AT(0x304, INTENSET);
        AT(0x308, INTENCLR);
        AT(0x500, ENABLE);
        AT(0x508, PSEL_RTS);
        AT(0x50C, PSEL_TXD);
        AT(0x510, PSEL_CTS);
        AT(0x514, PSEL_RXD);
        AT(0x518, RXD);
        AT(0x51C, TXD);
        AT(0x524, BAUDRATE);
        AT(0x56C, CONFIG);
    };
};
#define NRF_UART0 ((struct nrf_uart *)0x40002000)

enum { UART_ENABLE_ENABLED = 4, UART_BAUDRATE_115200 = 0x01D7E000 };

struct nrf_uarte { /* PS 6.34 */
    union {
        AT(0x000, TASKS_STARTRX);
        AT(0x004, TASKS_STOPRX);
        AT(0x008, TASKS_STARTTX);
        AT(0x00C, TASKS_STOPTX);
        AT(0x02C, TASKS_FLUSHRX);
        AT(0x108, EVENTS_RXDRDY);
        AT(0x110, EVENTS_ENDRX);
        AT(0x11C, EVENTS_TXDRDY);
        AT(0x120, EVENTS_ENDTX);
        AT(0x124, EVENTS_ERROR);
        AT(0x144, EVENTS_RXTO);
        AT(0x14C, EVENTS_RXSTARTED);
        AT(0x150, EVENTS_TXSTARTED);
        AT(0x158, EVENTS_TXSTOPPED);
        AT(0x200, SHORTS);
        AT(0x300, INTEN);
        AT(0x304, INTENSET);
        AT(0x308, INTENCLR);
        AT(0x480, ERRORSRC);
        AT(0x500, ENABLE);
        AT(0x508, PSEL_RTS);
        AT(0x50C, PSEL_TXD);
        AT(0x510, PSEL_CTS);
        AT(0x514, PSEL_RXD);
        AT(0x524, BAUDRATE);
        AT(0x534, RXD_PTR);
        AT(0x538, RXD_MAXCNT);
        AT(0x53C, RXD_AMOUNT);
        AT(0x544, TXD_PTR);
        AT(0x548, TXD_MAXCNT);
        AT(0x54C, TXD_AMOUNT);
        AT(0x56C, CONFIG);
    };
};
#define NRF_UARTE0 ((struct nrf_uarte *)0x40002000)

enum {
    UARTE_ENABLE_ENABLED = 8,
    UARTE_BAUDRATE_115200 = 0x01D60000,
    UARTE_SHORTS_ENDRX_STARTRX = 1 << 5,
    UARTE_INT_ENDRX = 1 << 4,
};

struct nrf_spim { /* PS 6.25; CSN and CSNDUR on SPIM3 only */
    union {
        AT(0x010, TASKS_START);
        AT(0x104, EVENTS_STOPPED);
        AT(0x118, EVENTS_END);
        AT(0x304, INTENSET);
        AT(0x500, ENABLE);
        AT(0x508, PSEL_SCK);
        AT(0x50C, PSEL_MOSI);
        AT(0x510, PSEL_MISO);
        AT(0x514, PSEL_CSN);
        AT(0x524, FREQUENCY);
        AT(0x534, RXD_PTR);
        AT(0x538, RXD_MAXCNT);
        AT(0x53C, RXD_AMOUNT);
        AT(0x544, TXD_PTR);
        AT(0x548, TXD_MAXCNT);
        AT(0x54C, TXD_AMOUNT);
        AT(0x554, CONFIG);
        AT(0x564, CSNDUR);
        AT(0x5C0, ORC);
    };
};
#define NRF_SPIM2 ((struct nrf_spim *)0x40023000)
#define NRF_SPIM3 ((struct nrf_spim *)0x4002F000)

enum { SPIM_ENABLE_ENABLED = 7, SPIM_FREQUENCY_M1 = 0x10000000, SPIM_FREQUENCY_M8 = (int)0x80000000 };
enum { SPIM_CONFIG_CPHA = 1 << 1, SPIM_CONFIG_CPOL = 1 << 2, SPIM_INT_END = 1 << 6 };

struct nrf_twi { /* PS 6.29 */
    union {
        AT(0x000, TASKS_STARTRX);
        AT(0x008, TASKS_STARTTX);
        AT(0x014, TASKS_STOP);
        AT(0x020, TASKS_RESUME);
        AT(0x104, EVENTS_STOPPED);
        AT(0x108, EVENTS_RXDREADY);
        AT(0x11C, EVENTS_TXDSENT);
        AT(0x124, EVENTS_ERROR);
        AT(0x200, SHORTS);
        AT(0x4C4, ERRORSRC);
        AT(0x500, ENABLE);
        AT(0x508, PSEL_SCL);
        AT(0x50C, PSEL_SDA);
        AT(0x518, RXD);
        AT(0x51C, TXD);
        AT(0x524, FREQUENCY);
        AT(0x588, ADDRESS);
    };
};
#define NRF_TWI1 ((struct nrf_twi *)0x40004000)

enum { TWI_ENABLE_ENABLED = 5, TWI_SHORTS_BB_SUSPEND = 1 << 0, TWI_SHORTS_BB_STOP = 1 << 1 };

struct nrf_twim { /* PS 6.31 */
    union {
        AT(0x000, TASKS_STARTRX);
        AT(0x008, TASKS_STARTTX);
        AT(0x014, TASKS_STOP);
        AT(0x020, TASKS_RESUME);
        AT(0x104, EVENTS_STOPPED);
        AT(0x124, EVENTS_ERROR);
        AT(0x160, EVENTS_LASTTX);
        AT(0x200, SHORTS);
        AT(0x304, INTENSET);
        AT(0x4C4, ERRORSRC);
        AT(0x500, ENABLE);
        AT(0x508, PSEL_SCL);
        AT(0x50C, PSEL_SDA);
        AT(0x524, FREQUENCY);
        AT(0x534, RXD_PTR);
        AT(0x538, RXD_MAXCNT);
        AT(0x53C, RXD_AMOUNT);
        AT(0x544, TXD_PTR);
        AT(0x548, TXD_MAXCNT);
        AT(0x54C, TXD_AMOUNT);
        AT(0x588, ADDRESS);
    };
};
#define NRF_TWIM0 ((struct nrf_twim *)0x40003000)

enum { TWIM_ENABLE_ENABLED = 6, TWIM_FREQUENCY_K100 = 0x01980000, TWIM_FREQUENCY_K400 = 0x06400000 };
enum {
    TWIM_SHORTS_LASTTX_STARTRX = 1 << 7,
    TWIM_SHORTS_LASTTX_STOP = 1 << 9,
    TWIM_SHORTS_LASTRX_STOP = 1 << 12,
    TWIM_INT_STOPPED = 1 << 1,
    TWIM_INT_ERROR = 1 << 9,
    TWIM_ERRORSRC_ANACK = 1 << 1,
    TWIM_ERRORSRC_DNACK = 1 << 2,
};

struct nrf_gpiote { /* PS 6.10 */
    union {
        AT(0x000, TASKS_OUT[8]);
        AT(0x030, TASKS_SET[8]);
        AT(0x060, TASKS_CLR[8]);
        AT(0x100, EVENTS_IN[8]);
        AT(0x17C, EVENTS_PORT);
        AT(0x304, INTENSET);
        AT(0x308, INTENCLR);
        AT(0x510, CONFIG[8]);
    };
};
#define NRF_GPIOTE ((struct nrf_gpiote *)0x40006000)

enum { GPIOTE_MODE_EVENT = 1, GPIOTE_MODE_TASK = 3 };
enum { GPIOTE_LO_TO_HI = 1, GPIOTE_HI_TO_LO = 2, GPIOTE_TOGGLE = 3 };
#define GPIOTE_CONFIG(mode, pin, polarity) \
    ((uint32_t)(mode) | (uint32_t)(pin) << 8 | (uint32_t)(polarity) << 16) /* OUTINIT low */

struct nrf_saadc { /* PS 6.23 */
    union {
        AT(0x000, TASKS_START);
        AT(0x004, TASKS_SAMPLE);
        AT(0x008, TASKS_STOP);
        AT(0x00C, TASKS_CALIBRATEOFFSET);
        AT(0x100, EVENTS_STARTED);
        AT(0x104, EVENTS_END);
        AT(0x108, EVENTS_DONE);
        AT(0x110, EVENTS_CALIBRATEDONE);
        AT(0x114, EVENTS_STOPPED);
        AT(0x304, INTENSET);
        AT(0x308, INTENCLR);
        AT(0x500, ENABLE);
        struct {
            uint8_t before_ch[0x510];
            struct {
                volatile uint32_t PSELP, PSELN, CONFIG, LIMIT;
            } CH[8];
        };
        AT(0x5F0, RESOLUTION);
        AT(0x5F4, OVERSAMPLE);
        AT(0x5F8, SAMPLERATE);
        AT(0x62C, RESULT_PTR);
        AT(0x630, RESULT_MAXCNT);
        AT(0x634, RESULT_AMOUNT);
    };
};
#define NRF_SAADC ((struct nrf_saadc *)0x40007000)

enum { SAADC_PSEL_NC = 0, SAADC_PSEL_AIN0 = 1, SAADC_PSEL_VDD = 9 };
enum { SAADC_GAIN_1_6 = 0 << 8, SAADC_GAIN_1 = 5 << 8, SAADC_TACQ_10US = 2 << 16, SAADC_MODE_DIFF = 1 << 20 };
enum { SAADC_RESOLUTION_12BIT = 2 };

struct nrf_timer { /* PS 6.30 */
    union {
        AT(0x000, TASKS_START);
        AT(0x004, TASKS_STOP);
        AT(0x008, TASKS_COUNT);
        AT(0x00C, TASKS_CLEAR);
        AT(0x040, TASKS_CAPTURE[6]);
        AT(0x140, EVENTS_COMPARE[6]);
        AT(0x200, SHORTS);
        AT(0x304, INTENSET);
        AT(0x308, INTENCLR);
        AT(0x504, MODE);
        AT(0x508, BITMODE);
        AT(0x510, PRESCALER);
        AT(0x540, CC[6]);
    };
};
#define NRF_TIMER0 ((struct nrf_timer *)0x40008000)
#define NRF_TIMER1 ((struct nrf_timer *)0x40009000)
#define NRF_TIMER2 ((struct nrf_timer *)0x4000A000)

enum { TIMER_MODE_TIMER = 0, TIMER_MODE_COUNTER = 1 };
enum { TIMER_BITMODE_16 = 0, TIMER_BITMODE_8 = 1, TIMER_BITMODE_24 = 2, TIMER_BITMODE_32 = 3 };
#define TIMER_SHORTS_COMPARE_CLEAR(n) (1u << (n))
#define TIMER_SHORTS_COMPARE_STOP(n)  (1u << ((n) + 8))
#define TIMER_INT_COMPARE(n)          (1u << ((n) + 16))

struct nrf_rtc { /* PS 6.22 */
    union {
        AT(0x000, TASKS_START);
        AT(0x004, TASKS_STOP);
        AT(0x008, TASKS_CLEAR);
        AT(0x100, EVENTS_TICK);
        AT(0x104, EVENTS_OVRFLW);
        AT(0x140, EVENTS_COMPARE[4]);
        AT(0x304, INTENSET);
        AT(0x308, INTENCLR);
        AT(0x344, EVTENSET);
        AT(0x348, EVTENCLR);
        AT(0x504, COUNTER);
        AT(0x508, PRESCALER);
        AT(0x540, CC[4]);
    };
};
#define NRF_RTC1 ((struct nrf_rtc *)0x40011000)

#define RTC_TICK       (1u << 0) /* in INTEN and EVTEN alike */
#define RTC_COMPARE(n) (1u << ((n) + 16))

struct nrf_pwm { /* PS 6.17 */
    union {
        AT(0x004, TASKS_STOP);
        AT(0x008, TASKS_SEQSTART[2]);
        AT(0x010, TASKS_NEXTSTEP);
        AT(0x104, EVENTS_STOPPED);
        AT(0x108, EVENTS_SEQSTARTED[2]);
        AT(0x110, EVENTS_SEQEND[2]);
        AT(0x118, EVENTS_PWMPERIODEND);
        AT(0x11C, EVENTS_LOOPSDONE);
        AT(0x200, SHORTS);
        AT(0x304, INTENSET);
        AT(0x308, INTENCLR);
        AT(0x500, ENABLE);
        AT(0x504, MODE);
        AT(0x508, COUNTERTOP);
        AT(0x50C, PRESCALER);
        AT(0x510, DECODER);
        AT(0x514, LOOP);
        struct {
            uint8_t before_seq[0x520];
            struct {
                volatile uint32_t PTR, CNT, REFRESH, ENDDELAY, reserved[4];
            } SEQ[2];
        };
        AT(0x560, PSEL_OUT[4]);
    };
};
#define NRF_PWM0 ((struct nrf_pwm *)0x4001C000)

enum { PWM_DECODER_COMMON = 0, PWM_DECODER_INDIVIDUAL = 2, PWM_SHORTS_SEQEND0_STOP = 1 << 0 };
enum { PWM_FALLING_EDGE = 0x8000 }; /* in a value: the period begins high */

struct nrf_nvmc { /* PS 4.3 */
    union {
        AT(0x400, READY);
        AT(0x408, READYNEXT);
        AT(0x504, CONFIG);
        AT(0x508, ERASEPAGE);
        AT(0x514, ERASEUICR);
        AT(0x518, ERASEPAGEPARTIAL);
        AT(0x51C, ERASEPAGEPARTIALCFG);
    };
};
#define NRF_NVMC ((struct nrf_nvmc *)0x4001E000)

enum { NVMC_CONFIG_REN = 0, NVMC_CONFIG_WEN = 1, NVMC_CONFIG_EEN = 2 };

struct nrf_ppi { /* PS 6.16 */
    union {
        AT(0x500, CHEN);
        AT(0x504, CHENSET);
        AT(0x508, CHENCLR);
        struct {
            uint8_t before_ch[0x510];
            struct {
                volatile uint32_t EEP, TEP;
            } CH[20];
        };
        AT(0x910, FORK_TEP[32]);
    };
};
#define NRF_PPI ((struct nrf_ppi *)0x4001F000)

struct usbd_dma {
    volatile uint32_t PTR, MAXCNT, AMOUNT;
    uint32_t reserved[2];
};

struct nrf_usbd { /* PS 6.35 */
    union {
        AT(0x004, TASKS_STARTEPIN[8]);
        AT(0x028, TASKS_STARTEPOUT[8]);
        AT(0x04C, TASKS_EP0RCVOUT);
        AT(0x050, TASKS_EP0STATUS);
        AT(0x054, TASKS_EP0STALL);
        AT(0x100, EVENTS_USBRESET);
        AT(0x108, EVENTS_ENDEPIN[8]);
        AT(0x128, EVENTS_EP0DATADONE);
        AT(0x130, EVENTS_ENDEPOUT[8]);
        AT(0x15C, EVENTS_EP0SETUP);
        AT(0x160, EVENTS_EPDATA);
        AT(0x304, INTENSET);
        AT(0x400, EVENTCAUSE);
        AT(0x46C, EPDATASTATUS);
        AT(0x480, BMREQUESTTYPE);
        AT(0x484, BREQUEST);
        AT(0x488, WVALUEL);
        AT(0x48C, WVALUEH);
        AT(0x498, WLENGTHL);
        AT(0x49C, WLENGTHH);
        AT(0x4A0, SIZE_EPOUT[8]);
        AT(0x500, ENABLE);
        AT(0x504, USBPULLUP);
        AT(0x510, EPINEN);
        AT(0x514, EPOUTEN);
        struct {
            uint8_t before_epin[0x600];
            struct usbd_dma EPIN[8];
        };
        struct {
            uint8_t before_epout[0x700];
            struct usbd_dma EPOUT[8];
        };
    };
};
#define NRF_USBD ((struct nrf_usbd *)0x40027000)

enum { USBD_EVENTCAUSE_READY = 1 << 11 };
enum {
    USBD_INT_USBRESET = 1 << 0,
    USBD_INT_EP0DATADONE = 1 << 10,
    USBD_INT_EP0SETUP = 1 << 23,
    USBD_INT_EPDATA = 1 << 24,
};

/* Erratum 187; no manual names these. */
#define NRF_USBD_UNLOCK (*(volatile uint32_t *)0x4006EC00)
#define NRF_USBD_POWER  (*(volatile uint32_t *)0x4006ED14)

struct nrf_qspi { /* PS 6.19 */
    union {
        AT(0x000, TASKS_ACTIVATE);
        AT(0x004, TASKS_READSTART);
        AT(0x008, TASKS_WRITESTART);
        AT(0x00C, TASKS_ERASESTART);
        AT(0x010, TASKS_DEACTIVATE);
        AT(0x100, EVENTS_READY);
        AT(0x304, INTENSET);
        AT(0x308, INTENCLR);
        AT(0x500, ENABLE);
        AT(0x504, READ_SRC);
        AT(0x508, READ_DST);
        AT(0x50C, READ_CNT);
        AT(0x510, WRITE_DST);
        AT(0x514, WRITE_SRC);
        AT(0x518, WRITE_CNT);
        AT(0x51C, ERASE_PTR);
        AT(0x520, ERASE_LEN);
        AT(0x524, PSEL_SCK);
        AT(0x528, PSEL_CSN);
        AT(0x530, PSEL_IO[4]);
        AT(0x540, XIPOFFSET);
        AT(0x544, IFCONFIG0);
        AT(0x600, IFCONFIG1);
        AT(0x604, STATUS);
        AT(0x634, CINSTRCONF);
        AT(0x638, CINSTRDAT0);
        AT(0x63C, CINSTRDAT1);
    };
};
#define NRF_QSPI ((struct nrf_qspi *)0x40029000)
#define QSPI_XIP 0x12000000u

enum { QSPI_READOC_READ4IO = 4, QSPI_WRITEOC_PP4IO = 3 << 3 }; /* IFCONFIG0 */
enum { QSPI_SCKDELAY_62NS = 1, QSPI_SCKFREQ_16MHZ = 1 << 28 }; /* IFCONFIG1 */
enum { QSPI_ERASE_4KB = 0, QSPI_ERASE_64KB = 1 };
#define QSPI_CINSTR(opcode, bytes) ((opcode) | ((bytes) + 1) << 8 | QSPI_CINSTR_LIO)
enum { QSPI_CINSTR_LIO = 3 << 12, QSPI_CINSTR_WIPWAIT = 1 << 14, QSPI_CINSTR_WREN = 1 << 15 };

struct nrf_gpio { /* PS 6.9 */
    union {
        AT(0x504, OUT);
        AT(0x508, OUTSET);
        AT(0x50C, OUTCLR);
        AT(0x510, IN);
        AT(0x514, DIR);
        AT(0x518, DIRSET);
        AT(0x51C, DIRCLR);
        AT(0x520, LATCH);
        AT(0x700, PIN_CNF[32]);
    };
};
#define NRF_P0 ((struct nrf_gpio *)0x50000000)
#define NRF_P1 ((struct nrf_gpio *)0x50000300)

enum {
    GPIO_PIN_CNF_OUTPUT = 1 << 0,
    GPIO_PIN_CNF_INPUT_DISCONNECT = 1 << 1,
    GPIO_PIN_CNF_PULLUP = 3 << 2,
    GPIO_PIN_CNF_SENSE_LOW = 3 << 16,
};

struct nrf_ficr { /* PS 4.4 */
    union {
        AT(0x010, CODEPAGESIZE);
        AT(0x014, CODESIZE);
        AT(0x100, INFO_PART);
    };
};
#define NRF_FICR ((struct nrf_ficr *)0x10000000)

struct nrf_uicr { /* PS 4.5 */
    union {
        AT(0x080, CUSTOMER[32]);
        AT(0x200, PSELRESET[2]);
    };
};
#define NRF_UICR ((struct nrf_uicr *)0x10001000)

/* ---- Instructions and the interrupt controller ---- */

static inline void dsb(void) { __asm volatile("dsb" ::: "memory"); }
static inline void isb(void) { __asm volatile("isb" ::: "memory"); }
static inline void wfi(void) { __asm volatile("wfi" ::: "memory"); }
static inline void wfe(void) { __asm volatile("wfe" ::: "memory"); }
static inline void sev(void) { __asm volatile("sev" ::: "memory"); }
static inline void irq_disable(void) { __asm volatile("cpsid i" ::: "memory"); }
static inline void irq_enable(void) { __asm volatile("cpsie i" ::: "memory"); }

/* The 3 priority bits of this chip are the upper ones of the byte. */
static inline void nvic_set_priority(enum irqn n, unsigned priority) { NVIC->IPR[n] = (uint8_t)(priority << 5); }
static inline void nvic_enable(enum irqn n) { NVIC->ISER[n / 32] = 1u << n % 32; }
static inline void nvic_disable(enum irqn n) { NVIC->ICER[n / 32] = 1u << n % 32; }
static inline void nvic_set_pending(enum irqn n) { NVIC->ISPR[n / 32] = 1u << n % 32; }
static inline void nvic_clear_pending(enum irqn n) { NVIC->ICPR[n / 32] = 1u << n % 32; }

/* SHPR has a byte for exceptions 4…15. */
static inline void scb_set_priority(unsigned exception, unsigned priority)
{
    SCB->SHPR[exception - 4] = (uint8_t)(priority << 5);
}

/* Writes 0 to an event register and waits until the write has arrived: without the read-back a handler could return
 * while its interrupt line is still high, and be entered again. */
static inline void event_clear(volatile uint32_t *event)
{
    *event = 0;
    (void)*event;
}

#endif
