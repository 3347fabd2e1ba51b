#include "host/rtt.h"

#include <string.h>

enum { ID_SIZE = 16, HEADER_SIZE = ID_SIZE + 8, RING_SIZE = 24, SEARCH_CHUNK = 4096, MOVE_CHUNK = 512 };

enum { OFFSET_WRITE = 12, OFFSET_READ = 16 };

static const char identifier[ID_SIZE] = "SEGGER RTT";

/* Names, from their beginning, of channels that do not carry text. */
static const char *const binary_names[] = {"defmt", "SysView", "J-Scope", "JScope"};

struct ring {
    uint32_t addr; /* of the descriptor */
    uint32_t name, buffer, size, write, read;
};

static bool peek(struct rtt *r, uint32_t addr, void *dst, uint32_t len)
{
    return bus_peek(r->config.bus, addr, dst, len) == len;
}

static bool in_range(const struct rtt *r, uint32_t addr, uint32_t len)
{
    return addr >= r->config.base && len <= r->config.size && addr - r->config.base <= r->config.size - len;
}

static bool ring_load(struct rtt *r, uint32_t addr, struct ring *ring)
{
    uint32_t word[RING_SIZE / 4];
    if (!peek(r, addr, word, RING_SIZE))
        return false;
    *ring = (struct ring){addr, word[0], word[1], word[2], word[3], word[4]};
    return true;
}

static bool ring_unused(const struct ring *ring) { return !ring->buffer || !ring->size; }

static bool ring_valid(const struct rtt *r, const struct ring *ring)
{
    return !ring_unused(ring) && in_range(r, ring->buffer, ring->size) && ring->write < ring->size &&
           ring->read < ring->size;
}

/* The ring of a channel, when it can be used. */
static bool ring_of(struct rtt *r, bool up, unsigned channel, struct ring *ring)
{
    unsigned n = up ? r->n_up : r->n_down;
    unsigned index = up ? channel : r->n_up + channel;
    return channel < n && ring_load(r, r->block + HEADER_SIZE + index * RING_SIZE, ring) && ring_valid(r, ring);
}

static bool listened(const struct rtt *r, unsigned channel) { return !channel || r->stream[channel]; }

struct block {
    uint32_t addr;
    unsigned n_up, n_down;
    bool pending; /* an up ring that somebody listens to is not empty */
};

static bool block_rings(struct rtt *r, struct block *b)
{
    bool used = false;
    for (unsigned i = 0; i < b->n_up + b->n_down; i++) {
        struct ring ring;
        if (!ring_load(r, b->addr + HEADER_SIZE + i * RING_SIZE, &ring))
            return false;
        if (ring_unused(&ring))
            continue;
        if (!ring_valid(r, &ring))
            return false;
        if (i >= b->n_up)
            continue;
        used = true;
        if (i < RTT_CHANNELS && listened(r, i) && ring.write != ring.read)
            b->pending = true;
    }
    return used;
}

/* Is there a control block at `addr` all of which makes sense? */
static bool block_load(struct rtt *r, uint32_t addr, struct block *b)
{
    struct {
        char id[ID_SIZE];
        uint32_t n_up, n_down;
    } header;
    if (!in_range(r, addr, HEADER_SIZE) || !peek(r, addr, &header, HEADER_SIZE) ||
        memcmp(header.id, identifier, ID_SIZE) != 0 || header.n_up > RTT_MAX_RINGS || header.n_down > RTT_MAX_RINGS)
        return false;
    *b = (struct block){.addr = addr, .n_up = header.n_up, .n_down = header.n_down};
    return in_range(r, addr, HEADER_SIZE + (b->n_up + b->n_down) * RING_SIZE) && block_rings(r, b);
}

/* Prefers, among the blocks in RAM, the first one with something to say; then the one already in use; then the first.
 */
static void choose(const struct rtt *r, struct block *best, const struct block *b)
{
    bool better = !best->addr || (b->pending && !best->pending) || (b->addr == r->block && b->pending == best->pending);
    if (better)
        *best = *b;
}

static struct block search(struct rtt *r)
{
    struct block best = {0};
    uint32_t first_word;
    memcpy(&first_word, identifier, sizeof first_word);
    uint32_t got = 0;
    for (uint32_t done = 0; done < r->config.size; done += got) {
        uint32_t word[SEARCH_CHUNK / 4];
        uint32_t left = r->config.size - done;
        got = bus_peek(r->config.bus, r->config.base + done, word, left < SEARCH_CHUNK ? left : SEARCH_CHUNK);
        for (uint32_t i = 0; i < got / 4; i++) {
            struct block b;
            if (word[i] == first_word && block_load(r, r->config.base + done + i * 4, &b))
                choose(r, &best, &b);
        }
        if (got < SEARCH_CHUNK)
            break; /* the end, of the range or of the memory */
    }
    return best;
}

static void use_block(struct rtt *r, const struct block *b)
{
    if (b->addr != r->block) {
        r->mark = false;
        log_msg(r->config.log, LOG_DEBUG, "RTT: control block at 0x%08x", b->addr);
    }
    r->block = b->addr;
    r->n_up = b->n_up;
    r->n_down = b->n_down;
}

static bool eager(const struct rtt *r) { return !r->block && r->config.sched->now - r->reset_at < RTT_EAGER; }

static void search_if_due(struct rtt *r)
{
    vtime now = r->config.sched->now;
    if (now < r->search_at)
        return;
    struct block best = search(r);
    if (best.addr)
        use_block(r, &best);
    r->search_at = now + (r->block ? RTT_RESEARCH : eager(r) ? r->config.period : RTT_SEARCH);
}

/* Forgets a block that the firmware has overwritten, or one that it is writing again. */
static void check_block(struct rtt *r)
{
    struct block b;
    if (!r->block)
        return;
    if (block_load(r, r->block, &b)) {
        use_block(r, &b);
    } else {
        r->block = 0;
        r->search_at = r->config.sched->now;
    }
}

static bool carries_text(struct rtt *r, const struct ring *ring)
{
    char name[8] = "";
    bus_peek(r->config.bus, ring->name, name, sizeof name);
    for (unsigned i = 0; i < sizeof binary_names / sizeof binary_names[0]; i++)
        if (strncmp(name, binary_names[i], strlen(binary_names[i])) == 0) {
            if (r->config.log && log_first(r->config.log, ring->addr))
                log_msg(r->config.log, LOG_INFO, "RTT: channel 0 is binary (%s) and not printed", binary_names[i]);
            return false;
        }
    return true;
}

static void show(struct rtt *r, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!r->mark && bytes[i] != 0xFF)
            evlog_emit(r->config.evlog, EV_CONSOLE, EV_CONSOLE_RTT, bytes[i]);
        r->mark = !r->mark && bytes[i] == 0xFF;
    }
}

static void move_up(struct rtt *r, unsigned channel)
{
    struct ring ring;
    if (!ring_of(r, true, channel, &ring) || ring.read == ring.write)
        return;
    bool text = !channel && carries_text(r, &ring);
    while (ring.read != ring.write) {
        uint8_t bytes[MOVE_CHUNK];
        uint32_t n = (ring.write > ring.read ? ring.write : ring.size) - ring.read;
        n = n < sizeof bytes ? n : sizeof bytes;
        if (!peek(r, ring.buffer + ring.read, bytes, n))
            return;
        if (text)
            show(r, bytes, n);
        if (r->stream[channel])
            stream_write(r->stream[channel], bytes, n);
        ring.read = (ring.read + n) % ring.size;
    }
    bus_poke(r->config.bus, ring.addr + OFFSET_READ, &ring.read, 4);
}

static ssize_t take_input(struct rtt *r, unsigned channel, void *buf, size_t size)
{
    if (r->stream[channel])
        return stream_read(r->stream[channel], buf, size);
    return !channel && r->config.input ? r->config.input(r->config.input_ctx, buf, size) : 0;
}

/* How many bytes fit in one piece. One byte of a ring stays free: a full one must not look empty. */
static uint32_t ring_room(const struct ring *ring)
{
    uint32_t room = (ring->read + ring->size - ring->write - 1) % ring->size;
    return ring->size - ring->write < room ? ring->size - ring->write : room;
}

static bool ring_put(struct rtt *r, struct ring *ring, const uint8_t *bytes, uint32_t n)
{
    if (bus_poke(r->config.bus, ring->buffer + ring->write, bytes, n) != n)
        return false;
    ring->write = (ring->write + n) % ring->size;
    return true;
}

/* Forgets what the firmware has read; if the ring is not as we left it, all the rest has to be given again. */
static void update_unread(struct rtt_unread *u, const struct ring *ring)
{
    unsigned in_ring = (ring->write + ring->size - ring->read) % ring->size;
    if (u->ring != ring->addr || u->write != ring->write) {
        u->given = 0;
    } else if (in_ring < u->given) {
        unsigned read = u->given - in_ring;
        u->n -= read;
        u->given -= read;
        memmove(u->byte, u->byte + read, u->n);
    }
}

/* The next piece for channel 0, of at most `size` bytes: what it lost, or else what was typed. */
static uint32_t next_of_console(struct rtt *r, uint32_t size, uint8_t *bytes)
{
    struct rtt_unread *u = &r->unread;
    size_t room = RTT_UNREAD - u->n;
    if (u->given == u->n && room) {
        ssize_t got = take_input(r, 0, u->byte + u->n, size < room ? size : room);
        u->n += got > 0 ? (unsigned)got : 0;
    }
    unsigned n = u->n - u->given;
    n = n < size ? n : size;
    memcpy(bytes, u->byte + u->given, n);
    u->given += n;
    return n;
}

static uint32_t next_piece(struct rtt *r, unsigned channel, uint32_t size, uint8_t *bytes)
{
    if (!size)
        return 0;
    if (!channel)
        return next_of_console(r, size, bytes);
    ssize_t got = take_input(r, channel, bytes, size);
    return got > 0 ? (uint32_t)got : 0;
}

static void move_down(struct rtt *r, unsigned channel)
{
    struct ring ring;
    uint8_t bytes[MOVE_CHUNK];
    if (!ring_of(r, false, channel, &ring))
        return;
    if (!channel)
        update_unread(&r->unread, &ring);
    uint32_t before = ring.write, n;
    do {
        uint32_t room = ring_room(&ring);
        n = next_piece(r, channel, room < sizeof bytes ? room : sizeof bytes, bytes);
    } while (n && ring_put(r, &ring, bytes, n));
    if (ring.write != before)
        bus_poke(r->config.bus, ring.addr + OFFSET_WRITE, &ring.write, 4);
    if (!channel) {
        r->unread.ring = ring.addr;
        r->unread.write = ring.write;
    }
}

void rtt_poll(struct rtt *r)
{
    check_block(r);
    search_if_due(r);
    if (!r->block)
        return;
    for (unsigned channel = 0; channel < RTT_CHANNELS; channel++) {
        if (!listened(r, channel))
            continue;
        move_up(r, channel);
        move_down(r, channel);
    }
}

static void poll_due(void *ctx, vtime due)
{
    struct rtt *r = ctx;
    sched_at(r->config.sched, &r->poll, due + r->config.period);
    rtt_poll(r);
}

void rtt_init(struct rtt *r, const struct rtt_config *config)
{
    *r = (struct rtt){.config = *config};
    if (!r->config.period)
        r->config.period = RTT_PERIOD;
    sched_event_init(&r->poll, "rtt", poll_due, r);
}

void rtt_resume(struct rtt *r)
{
    if (r->config.off)
        return;
    vtime period = r->config.period;
    if (!r->poll.armed)
        sched_at(r->config.sched, &r->poll, (r->config.sched->now / period + 1) * period);
}

void rtt_pause(struct rtt *r)
{
    if (r->config.off)
        return;
    sched_cancel(r->config.sched, &r->poll);
    if (eager(r)) /* firmware often makes its block and prints just before it sleeps for long */
        r->search_at = r->config.sched->now;
    rtt_poll(r);
}

void rtt_drain(struct rtt *r)
{
    if (r->config.off)
        return;
    if (!r->block)
        r->search_at = r->config.sched->now;
    rtt_poll(r);
}

void rtt_reset(struct rtt *r)
{
    rtt_drain(r);
    r->block = 0;
    r->mark = false;
    r->reset_at = r->search_at = r->config.sched->now;
}

void rtt_search(struct rtt *r, uint32_t base, uint32_t size)
{
    r->config.base = (base + 3) & ~3u;
    r->config.size = size;
    r->block = 0;
    r->search_at = r->config.sched->now;
}

bool rtt_connect(struct rtt *r, unsigned channel, struct stream *stream)
{
    if (channel >= RTT_CHANNELS)
        return false;
    r->stream[channel] = stream;
    return true;
}

bool rtt_found(const struct rtt *r, uint32_t *addr)
{
    *addr = r->block;
    return r->block != 0;
}
