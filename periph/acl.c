#include "periph/acl.h"

#include <string.h>

enum {
    ADDR = 0x800,
    SIZE = 0x804,
    PERM = 0x808,
    STRIDE = 0x10,

    PERM_WRITE = 1 << 1,
    PERM_READ = 1 << 2,

    PAGE = 4096,
    SIZE_HIGHEST = 512 * 1024,
};

static uint32_t reg(const struct periph *p, uint32_t offset, unsigned i) { return periph_get(p, offset + STRIDE * i); }

bool acl_forbids_write(const struct periph *p, uint32_t addr, uint32_t size)
{
    for (unsigned i = 0; i < ACL_AREAS; i++) {
        uint64_t from = reg(p, ADDR, i), to = from + reg(p, SIZE, i);

        if (reg(p, PERM, i) & PERM_WRITE && addr < to && (uint64_t)addr + size > from)
            return true;
    }
    return false;
}

static void write_once(struct periph *p, unsigned i, uint32_t offset, uint32_t value)
{
    uint32_t *written = &((struct acl *)p)->written[(offset - ADDR) / 4];

    if (*written >> i & 1)
        periph_guest_error(p, offset + STRIDE * i, "written twice since reset: no effect");
    else
        periph_set(p, offset + STRIDE * i, value);
    *written |= 1u << i;
}

static void write_addr(struct periph *p, unsigned i, uint32_t value)
{
    if (value % PAGE)
        periph_guest_error(p, ADDR + STRIDE * i, "not the address of a page");
    write_once(p, i, ADDR, value & ~(PAGE - 1u));
}

static void write_size(struct periph *p, unsigned i, uint32_t value)
{
    if (value % PAGE || value > SIZE_HIGHEST)
        periph_guest_error(p, SIZE + STRIDE * i, "not a number of pages up to 512 KiB");
    write_once(p, i, SIZE, value & ~(PAGE - 1u));
}

static void write_perm(struct periph *p, unsigned i, uint32_t value)
{
    if (value & PERM_READ) /* inaccuracy 1 */
        log_once(periph_doors(p)->log, p->slot->base + PERM + STRIDE * i, "ACL[%u].PERM.READ is not modelled", i);
    write_once(p, i, PERM, value);
}

static void reset(struct periph *p, uint32_t resetreas)
{
    struct acl *a = (struct acl *)p;

    memset(a->written, 0, sizeof a->written);
}

#define AREA_REG(offset_, name_, write_, inaccuracy_)                                            \
    {                                                                                            \
        .offset = offset_, .name = name_, .count = ACL_AREAS, .stride = STRIDE, .write = write_, \
        .inaccuracy = inaccuracy_                                                                \
    }

static const struct periph_reg_desc regs[] = {
    AREA_REG(ADDR, "ACL[%u].ADDR", write_addr, 0),
    AREA_REG(SIZE, "ACL[%u].SIZE", write_size, 0),
    AREA_REG(PERM, "ACL[%u].PERM", write_perm, 1),
};

const struct periph_desc acl_desc = {
    .type = "ACL",
    .size = sizeof(struct acl),
    PERIPH_TABLE(regs),
    .reset = reset,
};
