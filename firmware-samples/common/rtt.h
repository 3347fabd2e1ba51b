/*
 * SEGGER's Real Time Transfer, the target's side: a control block in RAM that the debugger finds by its name, with ring
 * buffers that one side writes and the other reads.
 */
#ifndef SAMPLES_RTT_H
#define SAMPLES_RTT_H

#include <stddef.h>

/* What to do with text that finds no room. The values are those of the buffers' Flags. */
enum rtt_mode { RTT_SKIP = 0, RTT_TRIM = 1, RTT_BLOCK = 2 };

/* Makes the control block visible, with one up and one down channel. */
void rtt_init(enum rtt_mode mode);

/* Writes to up channel 0. */
void rtt_write(const char *text, size_t size);

/* Takes up to `size` bytes from down channel 0; how many there were. */
size_t rtt_read(char *buffer, size_t size);

#endif
