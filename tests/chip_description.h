/*
 * Reads data/nrf52840.regs, which describes every register of the chip; its head comment explains the format. Arrays
 * are expanded: one fact for every element.
 */
#ifndef TESTS_CHIP_DESCRIPTION_H
#define TESTS_CHIP_DESCRIPTION_H

#include <stdbool.h>
#include <stdint.h>

enum chip_fact_kind { CHIP_TASK, CHIP_EVENT, CHIP_SHORT, CHIP_REG };

enum { CHIP_NAME_MAX = 48, CHIP_NONE = -1 };

struct chip_fact {
    enum chip_fact_kind kind;
    char name[CHIP_NAME_MAX]; /* "CC[3]", without "TASKS_" or "EVENTS_"; of a short "COMPARE[0]_CLEAR" */
    uint32_t offset;          /* 0x200 for a short */
    int bit;                  /* event: its bit in INTENSET or CHIP_NONE; short: its bit in SHORTS */
    char event[CHIP_NAME_MAX], task[CHIP_NAME_MAX]; /* short */
    bool readable, writable;                        /* reg */
    bool write_acts;                                /* reg: ones or zeros written set or clear bits */
    uint32_t reset;                                 /* reg */
};

struct chip_block {
    char name[CHIP_NAME_MAX];
    uint32_t base;
    int irqn;        /* or CHIP_NONE */
    unsigned enable; /* value of ENABLE that selects it, 0: not shared */
    char like[CHIP_NAME_MAX];
    struct chip_fact *fact; /* of `like` where it has none of its own */
    unsigned n_facts;
};

struct chip_description {
    struct chip_block *block;
    unsigned n_blocks;
};

/* Reads the file; false with one line in `err` when it cannot be read or a line is wrong. */
bool chip_description_read(struct chip_description *d, const char *path, char *err, unsigned err_size);
void chip_description_free(struct chip_description *d);

/* NULL when there is none. */
const struct chip_block *chip_block(const struct chip_description *d, const char *name);
const struct chip_fact *chip_fact(const struct chip_block *b, enum chip_fact_kind kind, const char *name);
/* The task, event or register at an offset. */
const struct chip_fact *chip_fact_at(const struct chip_block *b, uint32_t offset);

#endif
