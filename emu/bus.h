/*
 * The system address map: memories and devices.
 *
 * `read`/`write` are what a bus master of the chip does (the CPU for stacking, EasyDMA); they have side effects, and a
 * failed access is an answer (`false`), not a crash. `peek`/`poke` are what a debugger does: no side effects on
 * devices, and memory can be written whatever its attributes.
 *
 * The CPU's own loads and stores do not pass here: the CPU port maps the same memories and calls the same device
 * functions.
 */
#ifndef EMU_BUS_H
#define EMU_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BUS_MAX_MEMORIES = 12, BUS_MAX_DEVICES = 96 };

struct bus_memory {
    const char *name;
    uint32_t base;
    uint32_t size; /* multiple of 4 KiB */
    uint8_t *data; /* owned by the caller; page aligned */
    bool guest_writable;
    bool executable;
    /* Guest writes to a memory that is not guest_writable (flash through the NVMC); NULL: bus fault.
     * Returns false for a bus fault. */
    bool (*write)(void *ctx, uint32_t addr, uint32_t value, unsigned size);
    void *ctx;
};

struct bus_device {
    const char *name;
    uint32_t base;
    uint32_t size; /* bytes; devices may be smaller than a page, but do not overlap */
    /* offset from base; size 1, 2 or 4; value in the low bits. Unaligned accesses are split by the bus. */
    uint32_t (*read)(void *ctx, uint32_t offset, unsigned size);
    void (*write)(void *ctx, uint32_t offset, uint32_t value, unsigned size);
    /* Debugger's view; NULL: reads as 0, write ignored. Word accesses only. */
    uint32_t (*peek)(void *ctx, uint32_t offset);
    void (*poke)(void *ctx, uint32_t offset, uint32_t value);
    void *ctx;
};

struct bus {
    struct bus_memory memory[BUS_MAX_MEMORIES];
    unsigned n_memories;
    struct bus_device device[BUS_MAX_DEVICES]; /* sorted by base */
    unsigned n_devices;
    /* Told of every write to a memory that did not come from an instruction (EasyDMA, poke, NVMC), after it. */
    void (*memory_changed)(void *ctx, uint32_t addr, uint32_t size);
    void *memory_changed_ctx;
};

void bus_init(struct bus *b);

/* Both copy the description. They assert on overlap and overflow: the map is ours, not the guest's. */
void bus_add_memory(struct bus *b, const struct bus_memory *m);
void bus_add_device(struct bus *b, const struct bus_device *d);

/* The memory or device at an address; NULL when there is none. */
const struct bus_memory *bus_memory_at(const struct bus *b, uint32_t addr);
const struct bus_device *bus_device_at(const struct bus *b, uint32_t addr);

/* Host pointer to `len` bytes of one memory at `addr`; NULL when they are not all in one memory. */
uint8_t *bus_host(const struct bus *b, uint32_t addr, uint32_t len);

/* One access by a bus master, size 1, 2 or 4. False: bus fault. */
bool bus_read(struct bus *b, uint32_t addr, uint32_t *value, unsigned size);
bool bus_write(struct bus *b, uint32_t addr, uint32_t value, unsigned size);

/* EasyDMA: RAM only, as on the chip (PS 4.3 EasyDMA). False when a byte is outside RAM; nothing is transferred then. */
bool bus_dma_read(struct bus *b, uint32_t addr, void *dst, uint32_t len);
bool bus_dma_write(struct bus *b, uint32_t addr, const void *src, uint32_t len);

/* Debugger's view. Return how many bytes were accessible, counted from the start. */
uint32_t bus_peek(struct bus *b, uint32_t addr, void *dst, uint32_t len);
uint32_t bus_poke(struct bus *b, uint32_t addr, const void *src, uint32_t len);

#endif
