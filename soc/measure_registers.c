/*
 * Which registers are touched. The name is that of the tenant that answers at the time of the access.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "soc/measure_parts.h"

/* Registers of the core (ARMv7-M ARM B3.2.2, B3.3.2, B3.4.3, B3.5.5, C1.8.7). */
static const struct {
    uint32_t addr;
    unsigned count; /* words */
    const char *block, *name;
} core_registers[] = {
    {0xE0001000, 1, "DWT", "CTRL"},
    {0xE0001004, 1, "DWT", "CYCCNT"},
    {0xE0001008, 1022, "DWT", "DWT[%u]"},
    {0xE000E004, 1, "SCS", "ICTR"},
    {0xE000E008, 1, "SCS", "ACTLR"},
    {0xE000E010, 1, "SysTick", "SYST_CSR"},
    {0xE000E014, 1, "SysTick", "SYST_RVR"},
    {0xE000E018, 1, "SysTick", "SYST_CVR"},
    {0xE000E01C, 1, "SysTick", "SYST_CALIB"},
    {0xE000E100, 8, "NVIC", "ISER[%u]"},
    {0xE000E180, 8, "NVIC", "ICER[%u]"},
    {0xE000E200, 8, "NVIC", "ISPR[%u]"},
    {0xE000E280, 8, "NVIC", "ICPR[%u]"},
    {0xE000E300, 8, "NVIC", "IABR[%u]"},
    {0xE000E400, 60, "NVIC", "IPR[%u]"},
    {0xE000ED00, 1, "SCB", "CPUID"},
    {0xE000ED04, 1, "SCB", "ICSR"},
    {0xE000ED08, 1, "SCB", "VTOR"},
    {0xE000ED0C, 1, "SCB", "AIRCR"},
    {0xE000ED10, 1, "SCB", "SCR"},
    {0xE000ED14, 1, "SCB", "CCR"},
    {0xE000ED18, 3, "SCB", "SHPR[%u]"},
    {0xE000ED24, 1, "SCB", "SHCSR"},
    {0xE000ED28, 1, "SCB", "CFSR"},
    {0xE000ED2C, 1, "SCB", "HFSR"},
    {0xE000ED30, 1, "SCB", "DFSR"},
    {0xE000ED34, 1, "SCB", "MMFAR"},
    {0xE000ED38, 1, "SCB", "BFAR"},
    {0xE000ED3C, 1, "SCB", "AFSR"},
    {0xE000ED40, 18, "SCB", "ID[%u]"},
    {0xE000ED88, 1, "SCB", "CPACR"},
    {0xE000ED90, 1, "MPU", "MPU_TYPE"},
    {0xE000ED94, 1, "MPU", "MPU_CTRL"},
    {0xE000ED98, 1, "MPU", "MPU_RNR"},
    {0xE000ED9C, 1, "MPU", "MPU_RBAR"},
    {0xE000EDA0, 1, "MPU", "MPU_RASR"},
    {0xE000EDA4, 6, "MPU", "ALIAS[%u]"},
    {0xE000EDF0, 1, "Debug", "DHCSR"},
    {0xE000EDF4, 1, "Debug", "DCRSR"},
    {0xE000EDF8, 1, "Debug", "DCRDR"},
    {0xE000EDFC, 1, "Debug", "DEMCR"},
    {0xE000EF00, 1, "NVIC", "STIR"},
    {0xE000EF34, 1, "FPU", "FPCCR"},
    {0xE000EF38, 1, "FPU", "FPCAR"},
    {0xE000EF3C, 1, "FPU", "FPDSCR"},
    {0xE000EF40, 3, "FPU", "MVFR[%u]"},
};

static bool name_core_register(struct measure_register *r)
{
    for (unsigned i = 0; i < sizeof core_registers / sizeof *core_registers; i++) {
        uint32_t index = (r->addr - core_registers[i].addr) / 4;
        const char *name = core_registers[i].name, *percent = strstr(name, "%u");
        if (r->addr < core_registers[i].addr || index >= core_registers[i].count)
            continue;
        if (percent)
            snprintf(r->name, sizeof r->name, "%.*s%u%s", (int)(percent - name), name, index, percent + 2);
        else
            snprintf(r->name, sizeof r->name, "%s", name);
        snprintf(r->block, sizeof r->block, "%s", core_registers[i].block);
        r->state = PERIPH_MODELLED;
        return true;
    }
    return false;
}

/* "TIMER3.TASKS_START" becomes block and name. */
static void split(struct measure_register *r)
{
    char *dot = strpbrk(r->name, ".+");

    if (!dot)
        return;
    snprintf(r->block, sizeof r->block, "%.*s", (int)(dot - r->name), r->name);
    if (*dot == '.')
        memmove(r->name, dot + 1, strlen(dot));
    else
        memmove(r->name, dot, strlen(dot) + 1);
}

static void name_register(struct measure *x, struct measure_register *r)
{
    struct soc *s = &x->machine->soc;
    struct periph_slot *slot = periph_engine_slot_at(&s->periph.engine, r->addr);

    if (!slot && name_core_register(r))
        return;
    soc_address_name(s, r->addr, r->name);
    split(r);
    r->state = PERIPH_UNKNOWN;
    if (slot) {
        struct periph_place at = periph_slot_find(slot, r->addr - slot->base);
        r->state = periph_place_state(&at);
    }
}

/* The entry of a register; NULL when the table is full. */
static struct measure_register *find(struct measure *x, uint32_t addr, const struct periph *tenant)
{
    uint32_t hash = (addr >> 2 ^ addr >> 12 ^ (uint32_t)((uintptr_t)tenant >> 4)) * 0x9E3779B1u;

    for (unsigned i = 0; i < MEASURE_REGISTERS; i++) {
        struct measure_register *r = &x->reg[(hash + i) & (MEASURE_REGISTERS - 1)];
        if (r->addr == addr && r->tenant == tenant && *r->name)
            return r;
        if (*r->name)
            continue;
        if (x->n_registers == MEASURE_REGISTERS / 4 * 3)
            break;
        x->n_registers++;
        r->addr = addr;
        r->tenant = tenant;
        name_register(x, r);
        return r;
    }
    x->registers_lost = true;
    return NULL;
}

void measure_register_access(void *ctx, uint32_t addr, bool store)
{
    struct measure *x = ctx;
    struct measure_register *r;
    const struct periph_slot *slot;

    if (!x->machine)
        return;
    addr &= ~3u;
    slot = periph_engine_slot_at(&x->machine->soc.periph.engine, addr);
    r = find(x, addr, slot ? slot->active : NULL);
    if (r && store)
        r->writes++;
    else if (r)
        r->reads++;
}

static int compare_registers(const void *a, const void *b)
{
    const struct measure_register *x = *(const struct measure_register *const *)a,
                                  *y = *(const struct measure_register *const *)b;
    int blocks = x->addr >> 12 == y->addr >> 12 ? strcmp(x->block, y->block) : 0;

    return blocks ? blocks : x->addr != y->addr ? (x->addr < y->addr ? -1 : 1) : 0;
}

const struct measure_register **measure_sorted(const struct measure *x)
{
    const struct measure_register **list = calloc(x->n_registers + 1, sizeof(struct measure_register *));
    unsigned n = 0;

    for (unsigned i = 0; list && i < MEASURE_REGISTERS; i++)
        if (*x->reg[i].name)
            list[n++] = &x->reg[i];
    if (list)
        qsort(list, n, sizeof(struct measure_register *), compare_registers);
    return list;
}
