#include "host/swo.h"

#include <stdio.h>
#include <string.h>

bool swo_open(struct swo *s, const char *spec, char *err, size_t err_size)
{
    char name[4096];
    bool tcp = !strncmp(spec, "tcp:", 4);
    *s = (struct swo){0};
    if (snprintf(name, sizeof name, "%s%s", tcp ? "" : "file:", spec) >= (int)sizeof name) {
        snprintf(err, err_size, "--swo: the name is too long");
        return false;
    }
    s->stream = stream_open(name, err, err_size);
    return s->stream;
}

void swo_flush(struct swo *s)
{
    if (s->stream && s->n && !s->failed)
        s->failed = !stream_write(s->stream, s->held, s->n);
    s->n = 0;
}

void swo_put(void *swo, uint8_t byte)
{
    struct swo *s = swo;
    if (!s->stream)
        return;
    s->held[s->n++] = byte;
    if (s->n == sizeof s->held)
        swo_flush(s);
}

void swo_close(struct swo *s)
{
    swo_flush(s);
    stream_close(s->stream);
    *s = (struct swo){0};
}
