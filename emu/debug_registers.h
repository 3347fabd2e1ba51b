/*
 * The core's debug registers, as debuggers and the core name them. ARMv7-M ARM C1.6, C1.8, C1.11, B3.2.4.
 */
#ifndef EMU_DEBUG_REGISTERS_H
#define EMU_DEBUG_REGISTERS_H

/* Where a debugger finds them. */
#define DEBUG_FP_CTRL  0xE0002000u
#define DEBUG_FP_COMP0 0xE0002008u
#define DEBUG_DFSR     0xE000ED30u
#define DEBUG_DHCSR    0xE000EDF0u
#define DEBUG_DEMCR    0xE000EDFCu

#define DHCSR_DBGKEY 0xA05F0000u
enum dhcsr {
    DHCSR_C_DEBUGEN = 1 << 0,
    DHCSR_C_HALT = 1 << 1,
    DHCSR_C_STEP = 1 << 2,
    DHCSR_C_MASKINTS = 1 << 3,
    DHCSR_C_SNAPSTALL = 1 << 5,
    DHCSR_S_REGRDY = 1 << 16,
    DHCSR_S_HALT = 1 << 17,
    DHCSR_S_SLEEP = 1 << 18,
    DHCSR_S_LOCKUP = 1 << 19,
    DHCSR_S_RETIRE_ST = 1 << 24,
    DHCSR_S_RESET_ST = 1 << 25
};
enum dfsr { DFSR_HALTED = 1, DFSR_BKPT = 2, DFSR_DWTTRAP = 4, DFSR_VCATCH = 8, DFSR_EXTERNAL = 16, DFSR_ALL = 31 };
enum demcr {
    DEMCR_VC_CORERESET = 1 << 0,
    DEMCR_VC_MMERR = 1 << 4,
    DEMCR_VC_NOCPERR = 1 << 5,
    DEMCR_VC_CHKERR = 1 << 6,
    DEMCR_VC_STATERR = 1 << 7,
    DEMCR_VC_BUSERR = 1 << 8,
    DEMCR_VC_INTERR = 1 << 9,
    DEMCR_VC_HARDERR = 1 << 10,
    DEMCR_MON_EN = 1 << 16,
    DEMCR_MON_PEND = 1 << 17,
    DEMCR_MON_STEP = 1 << 18,
    DEMCR_MON_REQ = 1 << 19,
    DEMCR_TRCENA = 1 << 24
};
enum { DCRSR_REGWNR = 1 << 16, DCRSR_REGSEL = 0x7F };

/* Flash Patch and Breakpoint unit, version 1. */
enum fp_ctrl { FP_CTRL_ENABLE = 1, FP_CTRL_KEY = 2 };
enum fp_comp { FP_COMP_ENABLE = 1 };
#define FP_COMP_WORD       0x1FFFFFFCu
#define FP_COMP_BREAK_LOW  0x40000000u /* at the lower half-word of the word */
#define FP_COMP_BREAK_HIGH 0x80000000u
#define FP_COMP_REPLACE    0xC0000000u

#endif
