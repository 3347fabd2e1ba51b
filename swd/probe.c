#include "swd/probe.h"

#include <string.h>

void swd_probe_init(struct swd_probe *p, struct swd_port *port) { *p = (struct swd_probe){.port = port}; }

void swd_probe_flush(struct swd_probe *p)
{
    if (p->answered && p->send)
        p->send(p->send_ctx, p->answer, p->answered);
    p->answered = 0;
}

void swd_probe_answer(struct swd_probe *p, const void *bytes, size_t size)
{
    if (size > sizeof p->answer - p->answered)
        swd_probe_flush(p);
    memcpy(p->answer + p->answered, bytes, size);
    p->answered += size;
}
