/*
 * What the device says of itself: USB 2.0, chapter 9.6, and CDC 1.2, chapter 5.
 */
#ifndef SAMPLE_DESCRIPTORS_H
#define SAMPLE_DESCRIPTORS_H

#include <stdint.h>

#define LOW_HIGH(n) (n) & 0xFF, (n) >> 8

enum {
    DESC_DEVICE = 1,
    DESC_CONFIGURATION = 2,
    DESC_STRING = 3,
    DESC_INTERFACE = 4,
    DESC_ENDPOINT = 5,
    DESC_CS_INTERFACE = 0x24,

    PACKET_SIZE = 64,
    EP_NOTIFY = 1, /* numbers of endpoints; all three kinds are IN but OUT */
    EP_IN = 2,
    EP_OUT = 2,
    CONFIGURATION_SIZE = 67,
};

/* clang-format off */
static const uint8_t device_descriptor[] = {
    18, DESC_DEVICE, LOW_HIGH(0x0200), 2, 0, 0, PACKET_SIZE,    /* a communications device */
    LOW_HIGH(0x1209), LOW_HIGH(0x0001), LOW_HIGH(0x0100),       /* pid.codes, for tests */
    0, 1, 0, 1,                                                 /* strings: product only; one configuration */
};

static const uint8_t configuration_descriptor[CONFIGURATION_SIZE] = {
    9, DESC_CONFIGURATION, LOW_HIGH(CONFIGURATION_SIZE), 2, 1, 0, 0x80, 50,
    9, DESC_INTERFACE, 0, 0, 1, 0x02, 0x02, 0x00, 0,            /* communications, ACM */
    5, DESC_CS_INTERFACE, 0x00, LOW_HIGH(0x0110),               /* header */
    5, DESC_CS_INTERFACE, 0x01, 0x00, 1,                        /* call management */
    4, DESC_CS_INTERFACE, 0x02, 0x02,                           /* ACM: line coding and state */
    5, DESC_CS_INTERFACE, 0x06, 0, 1,                           /* union */
    7, DESC_ENDPOINT, 0x80 | EP_NOTIFY, 3, LOW_HIGH(8), 16,
    9, DESC_INTERFACE, 1, 0, 2, 0x0A, 0x00, 0x00, 0,            /* data */
    7, DESC_ENDPOINT, 0x80 | EP_IN, 2, LOW_HIGH(PACKET_SIZE), 0,
    7, DESC_ENDPOINT, EP_OUT, 2, LOW_HIGH(PACKET_SIZE), 0,
};

static const uint8_t languages[] = {4, DESC_STRING, LOW_HIGH(0x0409)};
static const uint8_t product[] = {
    18, DESC_STRING, 'U', 0, 'S', 0, 'B', 0, ' ', 0, 'e', 0, 'c', 0, 'h', 0, 'o', 0,
};
/* clang-format on */

#endif
