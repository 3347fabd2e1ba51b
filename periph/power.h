/*
 * POWER (PS 5.3): reset reasons, retained registers, System OFF, sleep events, the regulators' registers, USB supply.
 *
 * What survives which reset follows PS 5.3.6 "Reset behavior": GPREGRET and GPREGRET2 a soft reset, a lockup and the
 * wake-up from System OFF; RESETREAS everything but power-on.
 *
 * Inaccuracies
 *   1. RAM[n].POWER is kept, but memory that is switched off keeps its content.
 *   2. The supply never fails: POFWARN is not raised. DCDCEN, DCDCEN0 and POFCON are only stored.
 *   3. CONSTLAT and LOWPWR change nothing: waking up is as fast in both.
 *   4. USBPWRRDY follows USBDETECTED after 1 ms, for the external capacitor.
 */
#ifndef PERIPH_POWER_H
#define PERIPH_POWER_H

#include "periph/engine.h"

struct power {
    struct periph p;
    bool asleep; /* as last seen */
    bool vbus;
    struct sched_event usb_ready;
};

extern const struct periph_desc power_desc;

/* The outside connects (true) or removes the USB supply; raises USBDETECTED and USBPWRRDY, or USBREMOVED. */
void power_set_vbus(struct power *p, bool on);

#endif
