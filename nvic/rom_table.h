/*
 * What the core is made of, as a debugger finds out: the ROM table at 0xE00FF000 with its six entries, and the
 * identification registers that every component has at its end. ARMv7-M ARM C1.2, B3.2.25; CoreSight Architecture
 * Specification chapter B2; parts and revisions as a Cortex-M4 r0p1 and the nRF52840 show them.
 */
#ifndef NVIC_ROM_TABLE_H
#define NVIC_ROM_TABLE_H

#include <stdbool.h>
#include <stdint.h>

struct core;

enum component {
    COMPONENT_SCS,
    COMPONENT_DWT,
    COMPONENT_FPB,
    COMPONENT_ITM,
    COMPONENT_TPIU,
    COMPONENT_ETM,
    COMPONENT_ROM_TABLE,
    COMPONENTS
};

/* From this offset on there are only these registers. */
enum { COMPONENT_ID = 0xFCC };
uint32_t component_id(enum component which, uint32_t offset);
uint32_t component_base(enum component which);

/* The entries of the table. */
uint32_t rom_table_read(struct core *c, uint32_t offset, bool debugger);

#endif
