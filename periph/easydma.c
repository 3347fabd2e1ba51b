#include "periph/easydma.h"

enum { MAXCNT = 4, AMOUNT = 8, LIST = 12, LIST_ARRAY = 1 };

struct easydma easydma_take(struct periph *p, uint16_t channel)
{
    struct easydma d = {.ptr = periph_get(p, channel), .maxcnt = periph_get(p, channel + MAXCNT), .channel = channel};

    if (periph_get(p, channel + LIST) == LIST_ARRAY) /* inaccuracy 1 */
        periph_set(p, channel, d.ptr + d.maxcnt);
    return d;
}

uint8_t easydma_fetch(struct easydma *d, struct periph *p)
{
    uint8_t byte = 0;

    if (!bus_dma_read(periph_doors(p)->bus, d->ptr + d->amount, &byte, 1)) /* inaccuracy 2 */
        periph_guest_error(p, d->channel, "EasyDMA reaches RAM only: zeros are sent");
    d->amount++;
    return byte;
}

void easydma_store(struct easydma *d, struct periph *p, uint8_t byte)
{
    if (!bus_dma_write(periph_doors(p)->bus, d->ptr + d->amount, &byte, 1))
        periph_guest_error(p, d->channel, "EasyDMA reaches RAM only: what was received is lost");
    d->amount++;
}

void easydma_show(const struct easydma *d, struct periph *p) { periph_set(p, d->channel + AMOUNT, d->amount); }
