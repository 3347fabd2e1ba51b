#include "swd/ctrl_ap.h"

void ctrl_ap_init(struct ctrl_ap *ap, const struct swd_target *target) { *ap = (struct ctrl_ap){.target = target}; }

uint32_t ctrl_ap_read(struct ctrl_ap *ap, uint8_t reg)
{
    const struct swd_target *t = ap->target;
    switch (reg) {
    case CTRL_AP_RESET:
        return ap->reset;
    case CTRL_AP_ERASEALLSTATUS:
        return t->ops->erasing(t->ctx);
    case CTRL_AP_APPROTECTSTATUS:
        return !t->ops->locked(t->ctx);
    case CTRL_AP_IDR_REG:
        return CTRL_AP_IDR;
    default:
        return 0;
    }
}

void ctrl_ap_write(struct ctrl_ap *ap, uint8_t reg, uint32_t value)
{
    const struct swd_target *t = ap->target;
    bool set = value & 1;
    if (reg == CTRL_AP_RESET && set != ap->reset) {
        ap->reset = set;
        t->ops->reset(t->ctx, set);
    } else if (reg == CTRL_AP_ERASEALL && set) {
        t->ops->erase_all(t->ctx);
    }
}
