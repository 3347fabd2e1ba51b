/*
 * POWER (PS 5.3): reset reasons, retained registers, System OFF, sleep events, the supply and its warning, RAM power,
 * the regulators' registers, USB supply.
 *
 * What survives which reset follows PS 5.3.6 "Reset behavior": GPREGRET and GPREGRET2 a soft reset, a lockup and the
 * wake-up from System OFF; RESETREAS everything but power-on.
 *
 * System OFF takes the power from all but the pins, the retained registers and those sections of RAM whose
 * RAM[n].POWER says so. A rising DETECT of a port (or one that is high already), VBUS appearing, or a pin reset end it;
 * the CPU starts 16.5 µs later (PS 5.3.8, typical). Sections of RAM that lose their power hold noise afterwards.
 *
 * The supply has 3 V until power_set_supply() says otherwise. Falling below the threshold of POFCON raises POFWARN,
 * once until it has been 50 mV above it; below 1.6 V the chip is off, and starts from nothing when the supply is back.
 *
 * Inaccuracies
 *   1. RAM that is switched off can be read and written, as if it were on again.
 *   2. VDD and VDDH are one (normal voltage mode): POFCON.THRESHOLDVDDH, DCDCEN and DCDCEN0 are only stored.
 *   3. CONSTLAT and LOWPWR change nothing: waking up is as fast in both.
 *   4. USBPWRRDY follows USBDETECTED after 1 ms, for the external capacitor.
 *   5. LPCOMP and NFCT do not wake the chip; nor does VBUS that was there before System OFF, or goes.
 *   6. System OFF while a debugger is connected is the real one; on the chip it is emulated, and the CPU goes on.
 *   7. A power-failure warning does not keep NVMC from writing.
 *   8. The thresholds of the supply are exact, and act at once.
 */
#ifndef PERIPH_POWER_H
#define PERIPH_POWER_H

#include "periph/engine.h"

enum { POWER_SUPPLY_DEFAULT = 3000, POWER_BROWNOUT = 1600, POWER_POF_HYSTERESIS = 50 /* mV; PS 5.3.8, typical */ };

#define POWER_TIME_OFF_TO_CPU (33 * VTIME_PER_US / 2)

struct power {
    struct periph p;
    bool asleep; /* as last seen */
    bool vbus;
    bool off;      /* System OFF */
    bool brownout; /* there is not enough supply to run */
    bool warned;   /* POFWARN was raised, and the supply has not risen since */
    unsigned millivolts;
    uint64_t noise; /* what RAM holds that lost its power */
    struct sched_event usb_ready;
};

extern const struct periph_desc power_desc;

/* The outside connects (true) or removes the USB supply; raises USBDETECTED and USBPWRRDY, or USBREMOVED. */
void power_set_vbus(struct power *p, bool on);

/* The outside changes the voltage of the supply. */
void power_set_supply(struct power *p, unsigned millivolts);

#endif
