/*
 * Fuzz target: recordings, read as time goes on.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "emu/stream.h"
#include "host/replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct record_header header;
    vtime now = 0;
    char err[256] = "", *text = calloc(1, size + 1);
    memcpy(text, bytes, size);
    struct replay *r = replay_parse("fuzz", text, size, &header, &now, err, sizeof err);
    free(text);
    if (!r) {
        require(strncmp(err, "fuzz: ", 6) == 0 && !strchr(err, '\n'));
        return 0;
    }
    size_t given = 0;
    for (unsigned step = 0; step < 64; step++, now = now * 2 + 1)
        for (unsigned channel = 0; channel < EV_CONSOLES; channel++) {
            uint8_t buf[16];
            ssize_t n = replay_input(r, (enum ev_console)channel, buf, sizeof buf);
            require(n == STREAM_ENDED || (n >= 0 && n <= (ssize_t)sizeof buf));
            given += n > 0 ? (size_t)n : 0;
        }
    require(given <= size);
    replay_free(r);
    return 0;
}
