#include "swd/mem_ap.h"

#define CSW_WRITABLE 0x7F000037u
#define CSW_RESET    0x43000002u

void mem_ap_init(struct mem_ap *ap, const struct swd_target *target)
{
    *ap = (struct mem_ap){.target = target, .csw = CSW_RESET};
}

static bool locked(const struct mem_ap *ap) { return ap->target->ops->locked(ap->target->ctx); }

/* Bytes of one access; sizes that there are not are words. */
static unsigned access_size(const struct mem_ap *ap)
{
    unsigned size = ap->csw & MEM_AP_SIZE;
    return size < 2 ? 1u << size : 4;
}

static void advance(struct mem_ap *ap, unsigned by)
{
    ap->tar = (ap->tar & ~(MEM_AP_TAR_WRAP - 1)) | ((ap->tar + by) & (MEM_AP_TAR_WRAP - 1));
}

/* One access at TAR: the value is on the lanes of its address. */
static bool transfer(struct mem_ap *ap, bool write, uint32_t *lanes)
{
    const struct swd_target *t = ap->target;
    unsigned size = access_size(ap);
    uint32_t addr = ap->tar & ~(size - 1), mask = size == 4 ? UINT32_MAX : (1u << 8 * size) - 1, value;
    unsigned shift = 8 * (addr & 3);
    if (write)
        return t->ops->write(t->ctx, addr, *lanes >> shift & mask, size);
    if (!t->ops->read(t->ctx, addr, &value, size))
        return false;
    *lanes = (*lanes & ~(mask << shift)) | (value & mask) << shift;
    return true;
}

/* DRW: one access, or as many as a word has room for. */
static bool access_drw(struct mem_ap *ap, bool write, uint32_t *lanes)
{
    unsigned size = access_size(ap), increment = ap->csw & MEM_AP_INC;
    unsigned n = increment == MEM_AP_INC_PACKED ? 4 / size : 1;
    while (n--) {
        if (!transfer(ap, write, lanes))
            return false;
        if (increment)
            advance(ap, size);
    }
    return true;
}

/* BD0…BD3: words around TAR, which stays. */
static bool access_banked(struct mem_ap *ap, uint8_t reg, bool write, uint32_t *value)
{
    const struct swd_target *t = ap->target;
    uint32_t addr = (ap->tar & ~0xFu) | (reg & 0xFu);
    return write ? t->ops->write(t->ctx, addr, *value, 4) : t->ops->read(t->ctx, addr, value, 4);
}

bool mem_ap_read(struct mem_ap *ap, uint8_t reg, uint32_t *value)
{
    *value = 0;
    if (locked(ap)) /* inaccuracy 1 */
        return true;
    if (reg >= MEM_AP_BD0 && reg <= MEM_AP_BD3)
        return access_banked(ap, reg, false, value);
    switch (reg) {
    case MEM_AP_CSW:
        *value = ap->csw | MEM_AP_DEVICE_EN;
        break;
    case MEM_AP_TAR:
        *value = ap->tar;
        break;
    case MEM_AP_DRW:
        return access_drw(ap, false, value);
    case MEM_AP_BASE_REG:
        *value = MEM_AP_BASE;
        break;
    case MEM_AP_IDR_REG:
        *value = MEM_AP_IDR;
        break;
    default: /* also CFG: little-endian, 32 bits of address */
        break;
    }
    return true;
}

bool mem_ap_write(struct mem_ap *ap, uint8_t reg, uint32_t value)
{
    if (locked(ap))
        return true;
    if (reg >= MEM_AP_BD0 && reg <= MEM_AP_BD3)
        return access_banked(ap, reg, true, &value);
    if (reg == MEM_AP_DRW)
        return access_drw(ap, true, &value);
    if (reg == MEM_AP_CSW)
        ap->csw = value & CSW_WRITABLE;
    else if (reg == MEM_AP_TAR)
        ap->tar = value;
    return true;
}
