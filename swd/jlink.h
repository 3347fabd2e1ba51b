/*
 * A J-Link as it is reached over TCP: the commands that OpenOCD's driver (libjaylink) uses, with SWD as its one
 * interface. A message is CLIENT, a command, and its parameters; numbers are little-endian. What is no message ends the
 * connection.
 */
#ifndef SWD_JLINK_H
#define SWD_JLINK_H

#include <stdint.h>

#include "swd/probe.h"

enum { JLINK_PORT = 19020, JLINK_ADVERT_SIZE = 128 };
#define JLINK_SERIAL 52840u

/* What a J-Link tells those who look for one, sent as a datagram to JLINK_PORT: that it is at 127.0.0.1. */
void jlink_advert(uint8_t advert[JLINK_ADVERT_SIZE]);

#endif
