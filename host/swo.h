/*
 * A probe that only listens: the bytes of the trace port, as they come (packets of ITM and DWT, in frames of the TPIU's
 * formatter when that is on), go to a file or a connection.
 */
#ifndef HOST_SWO_H
#define HOST_SWO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/stream.h"

struct swo {
    struct stream *stream; /* owned; NULL: none */
    uint8_t held[1024];
    size_t n;
    bool failed;
};

/* `spec` is "tcp:[HOST:]PORT" or the name of a file. False with one line in `err` when it cannot be opened. */
bool swo_open(struct swo *s, const char *spec, char *err, size_t err_size);
void swo_put(void *swo, uint8_t byte); /* dropped when nothing is open */
/* Sends what is held back; to be called now and then. */
void swo_flush(struct swo *s);
void swo_close(struct swo *s);

#endif
