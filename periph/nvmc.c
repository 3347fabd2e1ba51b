#include "periph/nvmc.h"

#include <string.h>

#include "periph/acl.h"
#include "periph/uicr.h"

enum {
    CONFIG = 0x504,
    ERASEPAGE = 0x508,
    ERASEALL = 0x50C,
    ERASEPCR0 = 0x510,
    ERASEUICR = 0x514,
    ERASEPAGEPARTIAL = 0x518,
    ERASEPAGEPARTIALCFG = 0x51C,

    CONFIG_WEN = 1,
    CONFIG_EEN = 2,

    ERASE_PAGE_MS = 85,
};

static struct nvmc *self(struct periph *p) { return (struct nvmc *)p; }

/* --- time --- */

static bool runs_from_flash(const struct periph *p)
{
    const struct core_state *core = periph_doors(p)->core;

    return !core || core->pc < NVMC_FLASH_SIZE;
}

/* An operation begins now, or after the one under way. */
static void occupy(struct nvmc *n, vtime duration)
{
    const struct system_request *sys = &periph_doors(&n->p)->sys;
    vtime now = periph_now(&n->p), free = now;

    if (now < n->begins) /* one waits already: whoever wants another has to wait for its place */
        free = n->begins;
    n->begins = n->ends > now ? n->ends : now;
    n->ends = n->begins + duration;
    if (runs_from_flash(&n->p))
        free = n->ends;
    if (free > now && sys->stall_cpu)
        sys->stall_cpu(sys->ctx, free);
}

static uint32_t read_ready(struct periph *p, unsigned i) { return periph_now(p) >= self(p)->ends; }
static uint32_t read_readynext(struct periph *p, unsigned i) { return periph_now(p) >= self(p)->begins; }

/* --- writing --- */

bool nvmc_flash_write(void *nvmc, uint32_t addr, uint32_t value, unsigned size)
{
    struct nvmc *n = nvmc;
    struct bus *bus = periph_doors(&n->p)->bus;
    uint32_t old;

    if (periph_get(&n->p, CONFIG) != CONFIG_WEN) {
        periph_guest_error(&n->p, CONFIG, "flash written while WEN is not Wen: no effect"); /* inaccuracy 6 */
        return true;
    }
    if (size != 4 || addr % 4 || bus_peek(bus, addr, &old, 4) != 4) {
        periph_guest_error(&n->p, CONFIG, "flash takes aligned words only: bus fault");
        return false;
    }
    if (acl_forbids_write(&n->p, addr, size)) {
        periph_guest_error(&n->p, CONFIG, "flash written that ACL protects: bus fault");
        return false;
    }
    occupy(n, NVMC_TIME_WRITE);
    value &= old;
    bus_poke(bus, addr, &value, 4);
    return true;
}

/* --- erasing --- */

static bool may_erase(struct periph *p, uint32_t offset)
{
    if (periph_get(p, CONFIG) == CONFIG_EEN)
        return true;
    periph_guest_error(p, offset, "written while CONFIG.WEN is not Een: no effect");
    return false;
}

static void erase(struct periph *p, uint32_t addr, uint32_t size)
{
    struct bus *bus = periph_doors(p)->bus;
    uint8_t *host = bus_host(bus, addr, size);

    if (!host)
        return;
    memset(host, 0xFF, size);
    if (bus->memory_changed)
        bus->memory_changed(bus->memory_changed_ctx, addr, size);
}

/* Whether ACL lets it be erased (PS 6.3). */
static bool is_free(struct periph *p, uint32_t offset, uint32_t addr, uint32_t size)
{
    if (!acl_forbids_write(p, addr, size))
        return true;
    periph_guest_error(p, offset, "flash that ACL protects: no effect");
    return false;
}

static void erase_page(struct nvmc *n, uint32_t addr)
{
    n->partial_ms[addr / NVMC_PAGE_SIZE] = 0;
    erase(&n->p, addr, NVMC_PAGE_SIZE);
}

static bool is_page(struct periph *p, uint32_t offset, uint32_t addr)
{
    if (addr < NVMC_FLASH_SIZE && addr % NVMC_PAGE_SIZE == 0)
        return is_free(p, offset, addr, NVMC_PAGE_SIZE);
    periph_guest_error(p, offset, "not the address of a page: no effect");
    return false;
}

static void write_erasepage(struct periph *p, unsigned i, uint32_t value)
{
    if (!may_erase(p, ERASEPAGE) || !is_page(p, ERASEPAGE, value))
        return;
    occupy(self(p), NVMC_TIME_ERASE_PAGE);
    erase_page(self(p), value);
}

static void write_erasepagepartial(struct periph *p, unsigned i, uint32_t value)
{
    uint32_t ms = periph_get(p, ERASEPAGEPARTIALCFG);
    uint8_t *account;

    if (!may_erase(p, ERASEPAGEPARTIAL) || !is_page(p, ERASEPAGEPARTIAL, value))
        return;
    account = &self(p)->partial_ms[value / NVMC_PAGE_SIZE];
    occupy(self(p), ms * VTIME_PER_MS);
    *account = (uint8_t)(*account + ms); /* at most 84 + 127 */
    if (*account >= ERASE_PAGE_MS)
        erase_page(self(p), value);
}

static void write_eraseuicr(struct periph *p, unsigned i, uint32_t value)
{
    if (!(value & 1) || !may_erase(p, ERASEUICR))
        return;
    occupy(self(p), NVMC_TIME_ERASE_PAGE);
    erase(p, UICR_BASE, UICR_SIZE);
}

static void write_eraseall(struct periph *p, unsigned i, uint32_t value)
{
    if (!(value & 1) || !may_erase(p, ERASEALL) || !is_free(p, ERASEALL, 0, NVMC_FLASH_SIZE))
        return;
    occupy(self(p), NVMC_TIME_ERASE_ALL);
    memset(self(p)->partial_ms, 0, sizeof self(p)->partial_ms);
    erase(p, 0, NVMC_FLASH_SIZE);
    erase(p, UICR_BASE, UICR_SIZE);
}

/* --- construction --- */

/* The account of partial erases is flash's own state: it survives. */
static void reset(struct periph *p, uint32_t resetreas) { self(p)->begins = self(p)->ends = 0; }

static const struct periph_reg_desc regs[] = {
    {.offset = 0x400, .name = "READY", .access = PERIPH_RO, .reset = 1, .read = read_ready},
    {.offset = 0x408, .name = "READYNEXT", .access = PERIPH_RO, .reset = 1, .read = read_readynext},
    {.offset = CONFIG, .name = "CONFIG", .mask = 3, .inaccuracy = 1},
    {.offset = ERASEPAGE, .name = "ERASEPAGE", .access = PERIPH_WO, .write = write_erasepage},
    {.offset = ERASEALL, .name = "ERASEALL", .access = PERIPH_WO, .write = write_eraseall},
    {.offset = ERASEPCR0, .name = "ERASEPCR0", .access = PERIPH_WO, .write = write_erasepage},
    {.offset = ERASEUICR, .name = "ERASEUICR", .access = PERIPH_WO, .write = write_eraseuicr},
    {.offset = ERASEPAGEPARTIAL,
     .name = "ERASEPAGEPARTIAL",
     .access = PERIPH_WO,
     .write = write_erasepagepartial,
     .inaccuracy = 3},
    {.offset = ERASEPAGEPARTIALCFG, .name = "ERASEPAGEPARTIALCFG", .reset = 10, .mask = 0x7F},
    {.offset = 0x540, .name = "ICACHECNF", .mask = 0x101, .inaccuracy = 4},
    {.offset = 0x548, .name = "IHIT", .unmodelled = true},
    {.offset = 0x54C, .name = "IMISS", .unmodelled = true},
};

const struct periph_desc nvmc_desc = {
    .type = "NVMC",
    .size = sizeof(struct nvmc),
    PERIPH_TABLE(regs),
    .reset = reset,
};
