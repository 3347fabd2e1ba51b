/*
 * ACL (PS 6.3 "ACL — Access control lists"): up to eight areas of flash that nobody may change until the next reset.
 *
 * Writing into such an area is a bus fault, erasing a page of it has no effect, and nor has ERASEALL while there is
 * one. ADDR, SIZE and PERM take one write each between two resets.
 *
 * Inaccuracies
 *   1. Protection against reading (PERM.READ) has no effect, and is logged.
 */
#ifndef PERIPH_ACL_H
#define PERIPH_ACL_H

#include "periph/engine.h"

enum { ACL_AREAS = 8 };

struct acl {
    struct periph p;
    uint32_t written[3]; /* bit per area: ADDR, SIZE, PERM took their write */
};

extern const struct periph_desc acl_desc;

/* Whether a byte of flash from `addr` on, `size` bytes, lies in an area that may not be changed. `p` is any tenant of
 * the page that ACL shares with NVMC. */
bool acl_forbids_write(const struct periph *p, uint32_t addr, uint32_t size);

#endif
