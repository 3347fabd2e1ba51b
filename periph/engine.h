/*
 * The peripheral engine (PS 3.7 "Peripheral interface", 6.1): what every Nordic peripheral has in common.
 *
 * A peripheral type is data, a `struct periph_desc`: tables of tasks, events, shorts and registers with small functions
 * behind them. TASKS, EVENTS, SHORTS, INTEN and the way to PPI exist here only, and only here is the level of an
 * interrupt line made: (events & inten) != 0.
 *
 * Objects, all owned by the caller, none with heap behind it: copying the struct that contains them is a snapshot.
 *   struct periph_engine   one per chip
 *   struct periph_slot     one 4 KiB page of the map, a bus device, with an interrupt line; it holds the storage of all
 *                          registers, the event bits, INTEN and SHORTS
 *   struct periph          one instance ("TIMER3"), the first member of the model's own struct; a tenant of a slot
 *
 * Several tenants in one slot
 *   - CLOCK and POWER, NVMC and ACL, P0 and P1 (the latter at offset 0x300 of the slot) answer side by side; what the
 *     slot holds (events, INTEN, SHORTS) they share, as on the chip.
 *   - UART0 and UARTE0; SPI, SPIM, SPIS, TWI, TWIM and TWIS: `enable_value` makes a tenant exclusive. The register
 *     ENABLE (0x500) decides which one answers, and tasks of the others do nothing. They share registers at equal
 *     offsets, event bits, INTEN and SHORTS, as on the chip (PS 6.1.2 "Peripherals with shared ID"): the values stay
 *     when ENABLE changes. A register that only a tenant has which is not the enabled one is mere memory. While no
 *     tenant is enabled, the first one that has the register answers, functions and all.
 *
 * Numbers: a task's number is its offset / 4 (0…31), an event's (offset - 0x100) / 4 (0…31, also its bit in INTEN).
 *
 * What is not modelled is named by the tables and logged once; what the tables do not know is logged once as
 * "BLOCK+0xOFFSET". Both read the reset value or what was last written. No access ever faults.
 *
 * Inaccuracies
 *   1. Chains event → PPI → task take no time; on the chip each hop takes a 16 MHz cycle.
 *   2. A cleared event drops its line after `line_drop_delay`; the chip's delay varies (up to four cycles).
 *   3. Writing 1 to an event register sets the bit, and with it the line, without shorts or PPI.
 *   4. Registers take writes of 8 and 16 bits into the addressed lanes; the chip only defines words.
 */
#ifndef PERIPH_ENGINE_H
#define PERIPH_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/doors.h"

enum {
    PERIPH_SLOT_SIZE = 0x1000,
    PERIPH_MAX_SLOTS = 64,
    PERIPH_MAX_TENANTS = 12, /* CryptoCell has eleven blocks at one base */
    PERIPH_MAX_DETECT = 2,   /* GPIOTE and POWER */
    PERIPH_MAX_CHAIN = 48,   /* events caused by one event, through PPI and shorts, before we call it a loop */
    PERIPH_NAME_MAX = 64,
    PERIPH_NO_IRQ = -1,

    PERIPH_TASKS = 0x000,
    PERIPH_EVENTS = 0x100,
    PERIPH_SHORTS = 0x200,
    PERIPH_INTEN = 0x300,
    PERIPH_INTENSET = 0x304,
    PERIPH_INTENCLR = 0x308,
    PERIPH_ENABLE = 0x500, /* of exclusive tenants */
};

#define PERIPH_TASK(offset)  ((offset) / 4)
#define PERIPH_EVENT(offset) (((offset)-PERIPH_EVENTS) / 4)

struct periph;

enum periph_access {
    PERIPH_RW,
    PERIPH_RO,  /* writes are a guest's error */
    PERIPH_WO,  /* reads as 0 */
    PERIPH_W1C, /* writing 1 clears the bit */
};

/* Kinds of reset (PS 5.3.6 "Reset behavior"), as bits of POWER.RESETREAS; power-on, which nothing survives, has none.
 */
#define RESET_POWER_ON (1u << 30) /* no bit of RESETREAS: says so where 0 cannot */
#define RESET_HOLD     (1u << 31) /* nor this: the chip stays off until the next reset (System OFF, brown-out) */
#define RESET_INTO_OFF (RESET_HOLD | RESETREAS_OFF)

enum {
    RESETREAS_RESETPIN = 1 << 0,
    RESETREAS_DOG = 1 << 1,
    RESETREAS_SREQ = 1 << 2,
    RESETREAS_LOCKUP = 1 << 3,
    RESETREAS_OFF = 1 << 16,
    RESETREAS_LPCOMP = 1 << 17,
    RESETREAS_DIF = 1 << 18,
    RESETREAS_NFC = 1 << 19,
    RESETREAS_VBUS = 1 << 20,

    RESETREAS_WAKE = RESETREAS_OFF | RESETREAS_LPCOMP | RESETREAS_DIF | RESETREAS_NFC | RESETREAS_VBUS,
    PERIPH_SURVIVES_OFF = RESETREAS_WAKE,                                                /* as GPIO does */
    PERIPH_SURVIVES_RETAINED = RESETREAS_WAKE | RESETREAS_SREQ | RESETREAS_LOCKUP,       /* "retained registers" */
    PERIPH_SURVIVES_ALL = PERIPH_SURVIVES_RETAINED | RESETREAS_RESETPIN | RESETREAS_DOG, /* all but power-on */
};

/* Arrays have `count` > 1 elements `stride` bytes apart (0: 4 bytes); their names contain "%u" once. */
struct periph_task_desc {
    uint16_t offset;
    const char *name;                             /* without "TASKS_" */
    void (*trigger)(struct periph *, unsigned i); /* i: index in the array; NULL: not modelled */
    uint16_t count;
    uint16_t stride;
    uint8_t inaccuracy; /* the one of the model's numbered list that says what is not as on the chip; 0: none */
};

struct periph_event_desc {
    uint16_t offset;
    const char *name; /* without "EVENTS_" */
    uint16_t count;
    uint8_t inaccuracy; /* as of a task */
    bool unmodelled;    /* exists on the chip, never comes here */
};

struct periph_short_desc {
    uint8_t bit;
    uint8_t event; /* number */
    uint8_t task;  /* number */
};

struct periph_reg_desc {
    uint16_t offset;
    const char *name;
    enum periph_access access;
    uint32_t reset;
    uint32_t mask; /* writable bits; 0 means all 32 */
    uint16_t count;
    uint16_t stride;
    /* Instead of the stored word. Must have no side effects unless `read_acts`, when a debugger sees the stored word.
     */
    uint32_t (*read)(struct periph *, unsigned i);
    /* Instead of storing; `value` has passed `mask`. For W1C the bits written as 1. Store with periph_set(). */
    void (*write)(struct periph *, unsigned i, uint32_t value);
    bool read_acts;
    uint32_t survives;  /* resets that do not touch it, by their RESETREAS bit: PERIPH_SURVIVES_… */
    bool unmodelled;    /* exists on the chip, has no effect here */
    uint8_t inaccuracy; /* as of a task */
};

struct periph_desc {
    const char *type; /* "TIMER" */
    const char *file; /* the header with its inaccuracies; NULL: the one that is named after its struct */
    size_t size;      /* of the model's struct, whose first member is struct periph */
    const struct periph_task_desc *tasks;
    unsigned n_tasks;
    const struct periph_event_desc *events;
    unsigned n_events;
    const struct periph_short_desc *shorts;
    unsigned n_shorts;
    const struct periph_reg_desc *regs;
    unsigned n_regs;
    bool has_inten;        /* register INTEN (0x300) exists besides INTENSET and INTENCLR */
    uint32_t enable_value; /* of an exclusive tenant: ENABLE with this value selects it; 0: not exclusive */
    bool unmodelled;       /* all of it: its events, SHORTS and INTEN are said too */

    /* A task without a function was triggered, and has been said. */
    void (*other_task)(struct periph *p, unsigned number);

    /* Once, after `p` was put into its slot: prepare sched events, listen to pins. The private part is zero then. */
    void (*init)(struct periph *p);
    /* After the slot's registers took their reset values; must cancel the model's sched events. For `resetreas` see
     * periph_engine_reset(). */
    void (*reset)(struct periph *p, uint32_t resetreas);
    /* The tenant was selected or left through ENABLE. */
    void (*enabled)(struct periph *p, bool on);
    /* The core fell asleep or woke, halted or ran on: doors->core tells. */
    void (*core_changed)(struct periph *p);
    /* A clock of engine->clocks started or stopped. */
    void (*clocks_changed)(struct periph *p);
    /* The guest wrote INTEN, INTENSET or INTENCLR. */
    void (*inten_changed)(struct periph *p);
};

#define PERIPH_TABLE_AS(field, table) .field = table, .n_##field = sizeof(table) / sizeof((table)[0])
#define PERIPH_TABLE(table)           PERIPH_TABLE_AS(table, table)

struct periph {
    const struct periph_desc *desc;
    const char *name; /* "TIMER3"; static storage */
    struct periph_slot *slot;
    uint32_t offset; /* of the instance in its slot; 0 but for P1 */
    unsigned number; /* instance number: 3 for TIMER3 */
};

struct periph_slot {
    struct periph_engine *engine;
    const char *name; /* of the bus device */
    uint32_t base;
    int irqn; /* or PERIPH_NO_IRQ */
    struct periph *tenant[PERIPH_MAX_TENANTS];
    unsigned n_tenants;
    struct periph *active; /* of exclusive tenants the enabled one; NULL: none */
    bool exclusive;
    uint32_t events, event_mask; /* raised; existing */
    uint32_t inten;
    uint32_t shorts, shorts_mask;
    bool level; /* asked for by periph_level() */
    bool line;
    struct sched_event line_drop;
    uint32_t word[PERIPH_SLOT_SIZE / 4]; /* storage of the registers, by offset */
};

/* What CLOCK gives to the others (PS 5.4). */
struct periph_clocks {
    bool hfxo;  /* HFCLK runs from the crystal */
    bool lfclk; /* LFCLK runs; its rising edges are the multiples of VTIME_PER_RTC_TICK */
};

struct periph_engine {
    const struct doors *doors;
    struct periph_clocks clocks;
    vtime now; /* time of the event chain that is under way; VTIME_NEVER: the scheduler's */
    struct periph_slot *slot[PERIPH_MAX_SLOTS];
    unsigned n_slots;
    vtime line_drop_delay; /* default 0 */
    /* PPI: told of every event raised, by the address of its register. */
    void (*ppi)(void *ctx, uint32_t event_address);
    void *ppi_ctx;
    struct {
        void (*rose)(void *ctx, unsigned port);
        void *ctx;
    } detect[PERIPH_MAX_DETECT];
    unsigned n_detect;
    unsigned chain; /* depth of the present event chain */
};

/* --- construction: soc and tests --- */

void periph_engine_init(struct periph_engine *e, const struct doors *doors);

/* Clears *s, joins it to the engine and makes it a device of doors->bus. `name` must outlive it. */
void periph_slot_init(struct periph_slot *s, struct periph_engine *e, const char *name, uint32_t base, int irqn);

/* Clears the model's struct (desc->size bytes at `p`) and puts it into the slot. Asserts that there is room. */
void periph_init(struct periph *p, const struct periph_desc *desc, struct periph_slot *s, const char *name,
                 unsigned number, uint32_t offset);

/* All slots take their reset values, in the order of their construction. `resetreas`: one of the bits above, 0 for
 * power-on. To be called once after construction, with 0. */
void periph_engine_reset(struct periph_engine *e, uint32_t resetreas);

/* To be called whenever doors->core has changed. */
void periph_engine_core_changed(struct periph_engine *e);

/* --- for models --- */

/* The time of what is going on. In a chain of events and tasks it is the time at which the first event was due, which
 * may lie before the scheduler's `now`: models start their timing from it, so that PPI adds nothing. */
static inline vtime periph_now(const struct periph *p);

/* Raises event `number`: sets its register, applies SHORTS, tells PPI, updates the line. */
void periph_event(struct periph *p, unsigned number);
/* As periph_event(), from the callback of a sched event: it happened when that was due. */
void periph_event_at(struct periph *p, unsigned number, vtime due);
/* As periph_event(), but SHORTS and PPI do not see it: RTC's events that only INTEN enables (PS 6.22.6). */
void periph_event_unrouted(struct periph *p, unsigned number);
/* To be told of every rising edge of a port's DETECT signal (PS 6.9.1). */
void periph_on_detect(struct periph_engine *e, void (*rose)(void *ctx, unsigned port), void *ctx);
/* For GPIO: DETECT of port 0 or 1 has risen. */
void periph_detect(struct periph_engine *e, unsigned port);
/* For CLOCK: tells everybody of a new state of the clocks. */
void periph_clocks_set(struct periph *p, struct periph_clocks clocks);
/* Triggers task `number` as a write of 1 would. */
void periph_task(struct periph *p, unsigned number);
/* Clears an event register from inside (few models need it). */
void periph_event_clear(struct periph *p, unsigned number);
/* Holds the interrupt line high, whatever the events: for CRYPTOCELL, which has none. */
void periph_level(struct periph *p, bool level);
static inline bool periph_event_is_set(const struct periph *p, unsigned number)
{
    return p->slot->events >> number & 1;
}

/* The stored word of a register, by its offset in the instance. */
static inline uint32_t periph_get(const struct periph *p, uint32_t offset)
{
    return p->slot->word[(p->offset + offset) / 4];
}
static inline void periph_set(struct periph *p, uint32_t offset, uint32_t value)
{
    p->slot->word[(p->offset + offset) / 4] = value;
}
static inline const struct doors *periph_doors(const struct periph *p) { return p->slot->engine->doors; }
static inline vtime periph_now(const struct periph *p)
{
    const struct periph_engine *e = p->slot->engine;

    return e->now == VTIME_NEVER ? e->doors->sched->now : e->now;
}
static inline const struct periph_clocks *periph_clocks(const struct periph *p) { return &p->slot->engine->clocks; }
/* Whether the tenant is the one that ENABLE selects; true for tenants that are not exclusive. */
static inline bool periph_enabled(const struct periph *p) { return !p->desc->enable_value || p->slot->active == p; }

/* The tenant of the same page with this description; NULL when there is none. */
struct periph *periph_neighbour(const struct periph *p, const struct periph_desc *desc);

/* Tells people once per place that the guest did something wrong; `offset` of the register in the instance. */
void periph_guest_error(struct periph *p, uint32_t offset, const char *what);

/* --- for PPI, soc and tools --- */

/* Triggers the task whose register is at an absolute address; false when there is none. */
bool periph_engine_task_at(struct periph_engine *e, uint32_t address);
/* The slot of an absolute address; NULL when there is none. */
struct periph_slot *periph_engine_slot_at(struct periph_engine *e, uint32_t address);

/* The bus's side of a slot, also for tests: a guest's access of 1, 2 or 4 bytes, and a debugger's. */
uint32_t periph_slot_read(struct periph_slot *s, uint32_t offset, unsigned size);
void periph_slot_write(struct periph_slot *s, uint32_t offset, uint32_t value, unsigned size);
uint32_t periph_slot_peek(struct periph_slot *s, uint32_t offset);
void periph_slot_poke(struct periph_slot *s, uint32_t offset, uint32_t value);

/* "CLOCK.EVENTS_LFCLKSTARTED" for an offset in the slot, "CLOCK+0xEE4" when the tables do not know it. */
void periph_register_name(const struct periph_slot *s, uint32_t offset, char buf[PERIPH_NAME_MAX]);

/* What the tables say about a word of a slot. */
enum periph_kind {
    PERIPH_KIND_NONE,
    PERIPH_KIND_TASK,
    PERIPH_KIND_EVENT,
    PERIPH_KIND_SHORTS,
    PERIPH_KIND_INTEN,
    PERIPH_KIND_INTENSET,
    PERIPH_KIND_INTENCLR,
    PERIPH_KIND_REG
};

struct periph_place {
    enum periph_kind kind;
    struct periph *p; /* the tenant that answers */
    unsigned number;  /* of a task or event */
    unsigned index;   /* in its array */
    union {
        const struct periph_task_desc *task;
        const struct periph_event_desc *event;
        const struct periph_reg_desc *reg;
    } entry;
};

struct periph_place periph_slot_find(const struct periph_slot *s, uint32_t offset);

/* How far a task, event or register is what it is on the chip, by what its entry says. */
enum periph_state {
    PERIPH_MODELLED,
    PERIPH_PARTLY,     /* but for the inaccuracy that its entry cites */
    PERIPH_NAMED_ONLY, /* it has a name, and keeps what is written */
    PERIPH_UNKNOWN,    /* the tables have nothing there */
};
enum periph_state periph_place_state(const struct periph_place *at);
enum periph_state periph_task_state(const struct periph_task_desc *task);
enum periph_state periph_event_state(const struct periph_desc *desc, const struct periph_event_desc *event);
enum periph_state periph_reg_state(const struct periph_reg_desc *reg);
/* Whether nothing behind a description acts: what periph/named.h gives to blocks without a model. */
bool periph_desc_is_named_only(const struct periph_desc *desc);
/* "modelled", "partly", "named only", "unknown". */
const char *periph_state_name(enum periph_state state);

#endif
