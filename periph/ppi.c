#include "periph/ppi.h"

enum {
    CHEN = 0x500,
    CHENSET = 0x504,
    CHENCLR = 0x508,
    CH_EEP = 0x510,
    CH_TEP = 0x514,
    CH_STRIDE = 8,
    CHG = 0x800,
    FORK_TEP = 0x910,
};

#define TIMER0_CLEAR      0x4000800C
#define TIMER0_START      0x40008000
#define TIMER0_CAPTURE(n) (0x40008040 + 4 * (n))
#define TIMER0_COMPARE(n) (0x40008140 + 4 * (n))
#define RTC0_COMPARE(n)   (0x4000B140 + 4 * (n))
#define RADIO_TXEN        0x40001000
#define RADIO_RXEN        0x40001004
#define RADIO_DISABLE     0x40001010
#define RADIO_READY       0x40001100
#define RADIO_ADDRESS     0x40001104
#define RADIO_END         0x4000110C
#define RADIO_BCMATCH     0x40001128
#define AAR_START         0x4000F000
#define CCM_KSGEN         0x4000F000
#define CCM_CRYPT         0x4000F004

/* Channels 20–31 (PS 6.16, table "Pre-programmed channels"). */
static const struct {
    uint32_t event, task;
} fixed[PPI_CHANNELS - PPI_PROGRAMMABLE] = {
    {TIMER0_COMPARE(0), RADIO_TXEN},    {TIMER0_COMPARE(0), RADIO_RXEN}, {TIMER0_COMPARE(1), RADIO_DISABLE},
    {RADIO_BCMATCH, AAR_START},         {RADIO_READY, CCM_KSGEN},        {RADIO_ADDRESS, CCM_CRYPT},
    {RADIO_ADDRESS, TIMER0_CAPTURE(1)}, {RADIO_END, TIMER0_CAPTURE(2)},  {RTC0_COMPARE(0), RADIO_TXEN},
    {RTC0_COMPARE(0), RADIO_RXEN},      {RTC0_COMPARE(0), TIMER0_CLEAR}, {RTC0_COMPARE(0), TIMER0_START},
};

uint32_t ppi_event_end(const struct ppi *ppi, unsigned channel)
{
    return channel < PPI_PROGRAMMABLE ? periph_get(&ppi->p, CH_EEP + CH_STRIDE * channel)
                                      : fixed[channel - PPI_PROGRAMMABLE].event;
}

uint32_t ppi_task_end(const struct ppi *ppi, unsigned channel, bool fork)
{
    if (fork)
        return periph_get(&ppi->p, FORK_TEP + 4 * channel);
    return channel < PPI_PROGRAMMABLE ? periph_get(&ppi->p, CH_TEP + CH_STRIDE * channel)
                                      : fixed[channel - PPI_PROGRAMMABLE].task;
}

static void trigger(struct ppi *ppi, uint32_t task, uint32_t offset)
{
    if (task && !periph_engine_task_at(ppi->p.slot->engine, task))
        periph_guest_error(&ppi->p, offset, "is not the address of a task");
}

/* Inaccuracy 1. */
static void event_raised(void *ctx, uint32_t event)
{
    struct ppi *ppi = ctx;
    uint32_t enabled = periph_get(&ppi->p, CHEN);

    if (!enabled)
        return;
    for (unsigned i = 0; i < PPI_CHANNELS; i++)
        if ((enabled >> i & 1) && ppi_event_end(ppi, i) == event) {
            trigger(ppi, ppi_task_end(ppi, i, false), CH_TEP + CH_STRIDE * i);
            trigger(ppi, ppi_task_end(ppi, i, true), FORK_TEP + 4 * i);
        }
}

static void task_en(struct periph *p, unsigned i)
{
    periph_set(p, CHEN, periph_get(p, CHEN) | periph_get(p, CHG + 4 * i));
}

static void task_dis(struct periph *p, unsigned i)
{
    periph_set(p, CHEN, periph_get(p, CHEN) & ~periph_get(p, CHG + 4 * i));
}

static uint32_t read_chen(struct periph *p, unsigned i) { return periph_get(p, CHEN); }
static void write_chenset(struct periph *p, unsigned i, uint32_t value)
{
    periph_set(p, CHEN, periph_get(p, CHEN) | value);
}
static void write_chenclr(struct periph *p, unsigned i, uint32_t value)
{
    periph_set(p, CHEN, periph_get(p, CHEN) & ~value);
}

static void init(struct periph *p)
{
    p->slot->engine->ppi = event_raised;
    p->slot->engine->ppi_ctx = p;
}

static const struct periph_task_desc tasks[] = {
    {0x000, "CHG[%u].EN", task_en, PPI_GROUPS, 8, .inaccuracy = 1},
    {0x004, "CHG[%u].DIS", task_dis, PPI_GROUPS, 8, .inaccuracy = 1},
};

static const struct periph_reg_desc regs[] = {
    {CHEN, "CHEN"},
    {CHENSET, "CHENSET", .read = read_chen, .write = write_chenset},
    {CHENCLR, "CHENCLR", .read = read_chen, .write = write_chenclr},
    {CH_EEP, "CH[%u].EEP", .count = PPI_PROGRAMMABLE, .stride = CH_STRIDE},
    {CH_TEP, "CH[%u].TEP", .count = PPI_PROGRAMMABLE, .stride = CH_STRIDE},
    {CHG, "CHG[%u]", .count = PPI_GROUPS},
    {FORK_TEP, "FORK[%u].TEP", .count = PPI_CHANNELS},
};

const struct periph_desc ppi_desc = {
    .type = "PPI",
    .size = sizeof(struct ppi),
    PERIPH_TABLE(tasks),
    PERIPH_TABLE(regs),
    .init = init,
};
