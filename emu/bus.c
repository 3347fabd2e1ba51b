#include "emu/bus.h"

#include <assert.h>
#include <string.h>

/* PS 4.2: the Data RAM region of the memory map, the only one that EasyDMA reaches. */
enum { RAM_REGION_SHIFT = 28, RAM_REGION = 0x2 };

void bus_init(struct bus *b) { *b = (struct bus){0}; }

static bool overlap(uint32_t base_a, uint32_t size_a, uint32_t base_b, uint32_t size_b)
{
    return base_a < (uint64_t)base_b + size_b && base_b < (uint64_t)base_a + size_a;
}

static void assert_free(const struct bus *b, uint32_t base, uint32_t size)
{
    assert(size && (uint64_t)base + size <= UINT64_C(1) << 32);
    for (unsigned i = 0; i < b->n_memories; i++)
        assert(!overlap(base, size, b->memory[i].base, b->memory[i].size));
    for (unsigned i = 0; i < b->n_devices; i++)
        assert(!overlap(base, size, b->device[i].base, b->device[i].size));
}

void bus_add_memory(struct bus *b, const struct bus_memory *m)
{
    assert(b->n_memories < BUS_MAX_MEMORIES);
    assert(m->data);
    assert_free(b, m->base, m->size);
    b->memory[b->n_memories++] = *m;
}

void bus_add_device(struct bus *b, const struct bus_device *d)
{
    assert(b->n_devices < BUS_MAX_DEVICES);
    assert(d->read && d->write);
    assert_free(b, d->base, d->size);
    unsigned at = b->n_devices++;
    for (; at && b->device[at - 1].base > d->base; at--)
        b->device[at] = b->device[at - 1];
    b->device[at] = *d;
}

const struct bus_memory *bus_memory_at(const struct bus *b, uint32_t addr)
{
    for (unsigned i = 0; i < b->n_memories; i++)
        if (addr - b->memory[i].base < b->memory[i].size)
            return &b->memory[i];
    return NULL;
}

const struct bus_device *bus_device_at(const struct bus *b, uint32_t addr)
{
    unsigned low = 0, high = b->n_devices; /* how many bases are at or below addr */
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (b->device[middle].base <= addr)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low)
        return NULL;
    const struct bus_device *d = &b->device[low - 1];
    return addr - d->base < d->size ? d : NULL;
}

static uint8_t *host_in(const struct bus_memory *m, uint32_t addr, uint32_t len)
{
    uint32_t offset = addr - m->base;
    return len <= m->size - offset ? m->data + offset : NULL;
}

uint8_t *bus_host(const struct bus *b, uint32_t addr, uint32_t len)
{
    const struct bus_memory *m = bus_memory_at(b, addr);
    return m ? host_in(m, addr, len) : NULL;
}

static void changed(struct bus *b, const struct bus_memory *m, uint32_t addr, uint32_t len)
{
    if (m->executable && b->memory_changed)
        b->memory_changed(b->memory_changed_ctx, addr, len);
}

/* The device that takes the whole of an aligned part. */
static const struct bus_device *device_for(const struct bus *b, uint32_t addr, unsigned size)
{
    const struct bus_device *d = bus_device_at(b, addr);
    return d && size <= d->size - (addr - d->base) ? d : NULL;
}

/* Size of the next aligned part of an access at `addr` that has `left` bytes to go. */
static unsigned next_part(uint32_t addr, unsigned left)
{
    unsigned part = 4;
    while (part > left || addr & (part - 1))
        part /= 2;
    return part;
}

static bool device_read(struct bus *b, uint32_t addr, uint32_t *value, unsigned size)
{
    uint32_t result = 0;
    for (unsigned done = 0; done < size;) {
        unsigned part = next_part(addr + done, size - done);
        const struct bus_device *d = device_for(b, addr + done, part);
        if (!d)
            return false;
        uint32_t got = d->read(d->ctx, addr + done - d->base, part);
        if (part < 4)
            got &= (1u << part * 8) - 1;
        result |= got << done * 8;
        done += part;
    }
    *value = result;
    return true;
}

static bool device_write(struct bus *b, uint32_t addr, uint32_t value, unsigned size)
{
    for (unsigned done = 0; done < size;) {
        unsigned part = next_part(addr + done, size - done);
        const struct bus_device *d = device_for(b, addr + done, part);
        if (!d)
            return false;
        uint32_t piece = value >> done * 8;
        if (part < 4)
            piece &= (1u << part * 8) - 1;
        d->write(d->ctx, addr + done - d->base, piece, part);
        done += part;
    }
    return true;
}

bool bus_read(struct bus *b, uint32_t addr, uint32_t *value, unsigned size)
{
    assert(size == 1 || size == 2 || size == 4);
    const struct bus_memory *m = bus_memory_at(b, addr);
    if (!m)
        return device_read(b, addr, value, size);
    const uint8_t *host = host_in(m, addr, size);
    if (!host)
        return false;
    uint32_t result = 0;
    memcpy(&result, host, size); /* guest and hosts are little-endian */
    *value = result;
    return true;
}

bool bus_write(struct bus *b, uint32_t addr, uint32_t value, unsigned size)
{
    assert(size == 1 || size == 2 || size == 4);
    const struct bus_memory *m = bus_memory_at(b, addr);
    if (!m)
        return device_write(b, addr, value, size);
    uint8_t *host = host_in(m, addr, size);
    if (!host)
        return false;
    if (m->guest_writable)
        memcpy(host, &value, size);
    else if (!m->write || !m->write(m->ctx, addr, value, size))
        return false;
    changed(b, m, addr, size);
    return true;
}

/* The RAM that holds all of [addr, addr + len); NULL when a byte is outside. */
static const struct bus_memory *dma_memory(const struct bus *b, uint32_t addr, uint32_t len)
{
    const struct bus_memory *m = bus_memory_at(b, addr);
    bool ram = m && m->guest_writable && m->base >> RAM_REGION_SHIFT == RAM_REGION;
    return ram && host_in(m, addr, len) ? m : NULL;
}

bool bus_dma_read(struct bus *b, uint32_t addr, void *dst, uint32_t len)
{
    if (!len)
        return true;
    const struct bus_memory *m = dma_memory(b, addr, len);
    if (!m)
        return false;
    memcpy(dst, host_in(m, addr, len), len);
    return true;
}

bool bus_dma_write(struct bus *b, uint32_t addr, const void *src, uint32_t len)
{
    if (!len)
        return true;
    const struct bus_memory *m = dma_memory(b, addr, len);
    if (!m)
        return false;
    memcpy(host_in(m, addr, len), src, len);
    changed(b, m, addr, len);
    return true;
}

static uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* How many of `left` bytes at `addr` lie in the word that holds `addr`. */
static uint32_t in_word(uint32_t addr, uint32_t left) { return smaller(left, 4 - (addr & 3)); }

static uint32_t device_peek(const struct bus_device *d, uint32_t addr)
{
    return d->peek ? d->peek(d->ctx, (addr - d->base) & ~3u) : 0;
}

uint32_t bus_peek(struct bus *b, uint32_t addr, void *dst, uint32_t len)
{
    uint8_t *out = dst;
    uint32_t done = 0;
    while (done < len && addr + done >= addr) { /* the map ends at 2^32, it does not wrap */
        uint32_t at = addr + done, n;
        const struct bus_memory *m = bus_memory_at(b, at);
        const struct bus_device *d = m ? NULL : bus_device_at(b, at);
        if (m) {
            n = smaller(len - done, m->size - (at - m->base));
            memcpy(out + done, host_in(m, at, n), n);
        } else if (d) {
            n = in_word(at, len - done);
            uint32_t word = device_peek(d, at) >> (at & 3) * 8;
            memcpy(out + done, &word, n);
        } else {
            break;
        }
        done += n;
    }
    return done;
}

static void device_poke(const struct bus_device *d, uint32_t addr, const uint8_t *src, uint32_t n)
{
    if (!d->poke)
        return;
    uint32_t word = n < 4 ? device_peek(d, addr) : 0;
    memcpy((uint8_t *)&word + (addr & 3), src, n);
    d->poke(d->ctx, (addr - d->base) & ~3u, word);
}

uint32_t bus_poke(struct bus *b, uint32_t addr, const void *src, uint32_t len)
{
    const uint8_t *in = src;
    uint32_t done = 0;
    while (done < len && addr + done >= addr) {
        uint32_t at = addr + done, n;
        const struct bus_memory *m = bus_memory_at(b, at);
        const struct bus_device *d = m ? NULL : bus_device_at(b, at);
        if (m) {
            n = smaller(len - done, m->size - (at - m->base));
            memcpy(host_in(m, at, n), in + done, n);
            changed(b, m, at, n);
        } else if (d) {
            n = in_word(at, len - done);
            device_poke(d, at, in + done, n);
        } else {
            break;
        }
        done += n;
    }
    return done;
}
