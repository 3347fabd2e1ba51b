#include "periph/ecb.h"

#include <nettle/aes.h>

enum {
    TASK_STARTECB = 0x000,
    ECBDATAPTR = 0x504,

    EVENT_ENDECB = PERIPH_EVENT(0x100),
    EVENT_ERRORECB = PERIPH_EVENT(0x104),
};

/* As ECBDATAPTR points to it. */
struct ecb_data {
    uint8_t key[ECB_BLOCK], cleartext[ECB_BLOCK], ciphertext[ECB_BLOCK];
};

static struct ecb *self(struct periph *p) { return (struct ecb *)p; }

static void encrypt(const struct ecb_data *data, uint8_t ciphertext[ECB_BLOCK])
{
    struct aes128_ctx aes;

    aes128_set_encrypt_key(&aes, data->key);
    aes128_encrypt(&aes, ECB_BLOCK, ciphertext, data->cleartext);
}

/* Inaccuracies 1, 2 and 4. */
static void task_startecb(struct periph *p, unsigned i)
{
    struct ecb *e = self(p);
    uint32_t ptr = periph_get(p, ECBDATAPTR);
    struct ecb_data data;

    if (e->done.armed)
        return;
    if (!bus_dma_read(periph_doors(p)->bus, ptr, &data, sizeof data)) {
        periph_guest_error(p, TASK_STARTECB, "ECBDATAPTR does not point to RAM");
        periph_event(p, EVENT_ERRORECB);
        return;
    }
    encrypt(&data, e->ciphertext);
    e->to = ptr + offsetof(struct ecb_data, ciphertext);
    sched_at(periph_doors(p)->sched, &e->done, periph_now(p) + ECB_TIME);
}

static void task_stopecb(struct periph *p, unsigned i)
{
    struct ecb *e = self(p);

    if (!e->done.armed)
        return;
    sched_cancel(periph_doors(p)->sched, &e->done);
    periph_event(p, EVENT_ERRORECB);
}

static void done(void *ctx, vtime due)
{
    struct ecb *e = ctx;

    bus_dma_write(periph_doors(&e->p)->bus, e->to, e->ciphertext, ECB_BLOCK);
    periph_event_at(&e->p, EVENT_ENDECB, due);
}

static void init(struct periph *p) { sched_event_init(&self(p)->done, "ECB", done, p); }

static void reset(struct periph *p, uint32_t resetreas) { sched_cancel(periph_doors(p)->sched, &self(p)->done); }

static const struct periph_task_desc tasks[] = {
    {TASK_STARTECB, "STARTECB", task_startecb, .inaccuracy = 2},
    {0x004, "STOPECB", task_stopecb},
};

static const struct periph_event_desc events[] = {{0x100, "ENDECB", .inaccuracy = 1},
                                                  {0x104, "ERRORECB", .inaccuracy = 3}};

static const struct periph_reg_desc regs[] = {{ECBDATAPTR, "ECBDATAPTR", .inaccuracy = 4}};

const struct periph_desc ecb_desc = {
    .type = "ECB",
    .size = sizeof(struct ecb),
    PERIPH_TABLE(tasks),
    PERIPH_TABLE(events),
    PERIPH_TABLE(regs),
    .init = init,
    .reset = reset,
};
