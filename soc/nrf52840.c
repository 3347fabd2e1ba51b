#include "soc/nrf52840.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "soc/external_flash.h"

static void request_reset(void *ctx, uint32_t resetreas)
{
    struct soc *s = ctx;
    s->reset_request = (s->reset_request & ~RESET_HOLD) | resetreas; /* the last word counts */
    core_attention(&s->core);
}

static void request_stall(void *ctx, vtime until) { core_stall(&((struct soc *)ctx)->core, until); }

static void request_off(void *ctx)
{
    struct soc *s = ctx;
    s->off_request = true;
    core_attention(&s->core);
}

/* Inaccuracy 1. */
static void on_pin_changed(void *ctx, unsigned pin, bool level)
{
    struct soc *s = ctx;
    if (pin == s->reset_pin && !level)
        request_reset(s, RESETREAS_RESETPIN);
}

static void on_memory_changed(void *ctx, uint32_t addr, uint32_t size)
{
    struct soc *s = ctx;
    nor_flash_touch(&s->external_flash, addr - SOC_XIP_BASE, size);
    if (s->core.cpu)
        cpu_code_changed(s->core.cpu, addr, size);
}

static uint8_t *new_memory(uint32_t size, int fill)
{
    uint8_t *m = aligned_alloc(0x1000, size);
    if (!m)
        abort();
    memset(m, fill, size);
    return m;
}

static void add_memories(struct soc *s)
{
    void *nvmc = &s->periph.nvmc;
    const struct bus_memory memories[] = {
        {.name = "flash",
         .base = SOC_FLASH_BASE,
         .size = SOC_FLASH_SIZE,
         .data = s->flash,
         .executable = true,
         .write = nvmc_flash_write,
         .ctx = nvmc},
        {.name = "code RAM",
         .base = SOC_CODE_RAM_BASE,
         .size = SOC_RAM_SIZE,
         .data = s->ram,
         .guest_writable = true,
         .executable = true},
        {.name = "FICR", .base = FICR_BASE, .size = FICR_SIZE, .data = s->ficr},
        {.name = "UICR", .base = UICR_BASE, .size = UICR_SIZE, .data = s->uicr, .write = nvmc_flash_write, .ctx = nvmc},
        {.name = "RAM",
         .base = SOC_RAM_BASE,
         .size = SOC_RAM_SIZE,
         .data = s->ram,
         .guest_writable = true,
         .executable = true},
        {.name = "external flash", .base = SOC_XIP_BASE, .size = SOC_XIP_SIZE, .data = s->xip, .executable = true},
    };
    for (unsigned i = 0; i < sizeof memories / sizeof *memories; i++)
        bus_add_memory(&s->bus, &memories[i]);
    s->bus.memory_changed = on_memory_changed;
    s->bus.memory_changed_ctx = s;
}

/* Between the blocks that have a name there is peripheral space that start-up code pokes without knowing: it answers.
 */
static uint32_t gap_read(void *ctx, uint32_t offset, unsigned size) { return 0; }

static void gap_write(void *ctx, uint32_t offset, uint32_t value, unsigned size)
{
    struct soc *s = ctx;
    log_once(s->log, s->core.state.pc | 1, "write to a peripheral address without a register at 0x%08x",
             s->core.state.pc);
}

static void fill_gaps(struct soc *s, uint32_t base, uint32_t end)
{
    for (uint32_t page = base; page < end; page += 0x1000) {
        bool used = false;
        for (unsigned i = 0; i < s->bus.n_devices; i++)
            used |= s->bus.device[i].base - page < 0x1000;
        uint32_t from = page;
        while (!used && page + 0x1000 < end && !bus_device_at(&s->bus, page + 0x1000))
            page += 0x1000;
        if (!used)
            bus_add_device(&s->bus, &(struct bus_device){.name = "reserved",
                                                         .base = from,
                                                         .size = page + 0x1000 - from,
                                                         .read = gap_read,
                                                         .write = gap_write,
                                                         .ctx = s});
    }
}

void soc_init(struct soc *s, struct log *log, uint64_t seed, const struct core_host *host)
{
    memset(s, 0, sizeof *s);
    s->log = log;
    s->flash = new_memory(SOC_FLASH_SIZE, 0xFF);
    s->ram = new_memory(SOC_RAM_SIZE, 0);
    s->ficr = new_memory(FICR_SIZE, 0xFF);
    s->uicr = new_memory(UICR_SIZE, 0xFF);
    s->xip = external_flash_memory_new();
    ficr_fill(s->ficr, seed);
    sched_init(&s->sched);
    bus_init(&s->bus);
    evlog_init(&s->evlog, &s->sched.now);
    pins_init(&s->pins, &s->evlog);
    board_init(&s->board);
    spi_bus_init(&s->spi, &s->pins, &s->sched);
    i2c_bus_init(&s->i2c, &s->pins);
    struct system_request sys = {
        .reset = request_reset, .stall_cpu = request_stall, .system_off = request_off, .ctx = s};
    s->doors = (struct doors){.sched = &s->sched,
                              .bus = &s->bus,
                              .evlog = &s->evlog,
                              .log = log,
                              .pins = &s->pins,
                              .spi = &s->spi,
                              .i2c = &s->i2c,
                              .irq = {.set_level = core_irq, .ctx = &s->core},
                              .sys = sys,
                              .core = &s->core.state,
                              .seed = seed};
    add_memories(s);
    core_init(&s->core, &s->bus, &s->sched, &s->evlog, log, &sys, host);
    peripherals_init(&s->periph, &s->doors);
    external_flash_connect(s, nor_flash_chips);
    s->reset_pin = PIN_NONE;
    pins_listen(&s->pins, on_pin_changed, s);
    fill_gaps(s, 0x40000000, 0x40080000);
    core_attach_cpu(&s->core);
    uart_port_init(&s->uart[0], NULL, EV_CONSOLE_UART0);
    uart_port_init(&s->uart[1], NULL, EV_CONSOLE_UART1);
    uart_port_join(&s->uart[1], &s->uart[0]);
    uart_connect(&s->periph.uart0.m, &s->uart[0]);
    uart_connect(&s->periph.uarte0.m, &s->uart[0]);
    uart_connect(&s->periph.uarte1.m, &s->uart[1]);
    usbd_connect(&s->periph.usbd, &s->usb);
    trace_port_init(s);
}

static void make_part(struct soc *s, const struct board_part *p, struct part *part)
{
    struct part_ports ports = {.sched = &s->sched, .pins = &s->pins, .spi = &s->spi, .i2c = &s->i2c};
    part_init(part, p->type, &p->wiring, &ports);
    for (unsigned i = 0; i < p->n_values; i++)
        part_set(part, p->value[i].input, p->value[i].milli);
}

void soc_connect_board(struct soc *s, const struct board *board)
{
    s->board = *board;
    board_attach(&s->board, &s->pins);
    external_flash_connect(s, s->board.qspi_flash);
    for (unsigned i = 0; i < s->board.n_parts; i++)
        make_part(s, &s->board.part[i], &s->part[i]);
}

void soc_free(struct soc *s)
{
    core_free(&s->core);
    free(s->flash);
    free(s->ram);
    free(s->ficr);
    free(s->uicr);
    external_flash_memory_free(s->xip);
}

/* UICR counts from a reset on; the chip pulls the pin up itself (PS 5.3.6.1). */
static void find_reset_pin(struct soc *s)
{
    s->reset_pin = uicr_reset_pin(s->uicr);
    if (s->reset_pin < PIN_COUNT && s->pins.pin[s->reset_pin].resistor == PIN_PULL_NONE)
        pins_resistor(&s->pins, s->reset_pin, PIN_PULL_UP);
}

/* PS 5.3.6.8. Inaccuracy 4. */
static bool resets_debug(const struct soc *s, uint32_t resetreas)
{
    bool wakes = resetreas & RESETREAS_WAKE, debugged = s->core.debug.control & DHCSR_C_DEBUGEN;
    return !resetreas || (resetreas & (RESET_POWER_ON | RESETREAS_RESETPIN | RESETREAS_DOG)) || (wakes && !debugged);
}

static void reset(struct soc *s, uint32_t resetreas)
{
    uint32_t reasons = resetreas & ~(RESET_POWER_ON | RESET_HOLD);
    bool was_off = s->off;
    s->reset_request = 0;
    s->off_request = false;
    s->off = resetreas & RESET_HOLD;
    periph_engine_reset(&s->periph.engine, resetreas);
    core_reset(&s->core, s->vectors, resets_debug(s, resetreas));
    find_reset_pin(s);
    s->access_locked = (uicr_get(s->uicr, UICR_APPROTECT) & 0xFF) == APPROTECT_FORCE;
    evlog_emit(&s->evlog, s->off ? EV_SLEEP : EV_RESET, s->off ? 3 : reasons, 0);
    if (s->off) /* a deep sleep: every interrupt is disabled, and reset is what ends it */
        core_set_sleep(&s->core, CORE_WFI);
    else if (was_off)
        core_stall(&s->core, s->sched.now + POWER_TIME_OFF_TO_CPU);
}

void soc_power_on(struct soc *s) { reset(s, 0); }

void soc_reset(struct soc *s, uint32_t resetreas)
{
    s->reset_request = 0;
    if (!s->periph.power.brownout || resetreas & RESET_POWER_ON)
        reset(s, resetreas);
}

void soc_set_vbus(struct soc *s, bool on)
{
    power_set_vbus(&s->periph.power, on);
    usbd_set_vbus(&s->periph.usbd, on);
}

bool soc_program(struct soc *s, uint32_t addr, const uint8_t *bytes, uint32_t size)
{
    return bus_host(&s->bus, addr, size) && bus_poke(&s->bus, addr, bytes, size) == size;
}

const char *soc_address_name(struct soc *s, uint32_t addr, char *buf)
{
    struct periph_slot *slot = periph_engine_slot_at(&s->periph.engine, addr);
    if (slot) {
        periph_register_name(slot, addr - slot->base, buf);
        return buf;
    }
    const struct bus_device *d = bus_device_at(&s->bus, addr);
    const struct bus_memory *m = bus_memory_at(&s->bus, addr);
    if (d)
        snprintf(buf, PERIPH_NAME_MAX, "%s+0x%03x", d->name, addr - d->base);
    else if (m)
        snprintf(buf, PERIPH_NAME_MAX, "%s 0x%08x", m->name, addr);
    else
        snprintf(buf, PERIPH_NAME_MAX, "0x%08x", addr);
    return buf;
}

uint64_t soc_state_hash(struct soc *s, uint64_t hash)
{
    uint32_t regs[CPU_REGS];
    for (unsigned r = 0; r < CPU_REGS; r++)
        regs[r] = cpu_get(s->core.cpu, (enum cpu_reg)r);
    hash = trace_hash_bytes(hash, regs, sizeof regs);
    hash = trace_hash_bytes(hash, s->ram, SOC_RAM_SIZE);
    hash = trace_hash_bytes(hash, s->flash, SOC_FLASH_SIZE);
    hash = trace_hash_bytes(hash, s->uicr, UICR_SIZE);
    return external_flash_hash(&s->external_flash, hash);
}
