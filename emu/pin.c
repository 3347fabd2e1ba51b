#include "emu/pin.h"

#include <assert.h>
#include <stddef.h>

enum { PORT_PINS = 32 };

#define PORT_HALF_0(p)                                                                                          \
    p ".00", p ".01", p ".02", p ".03", p ".04", p ".05", p ".06", p ".07", p ".08", p ".09", p ".10", p ".11", \
        p ".12", p ".13", p ".14", p ".15"
#define PORT_HALF_1(p)                                                                                          \
    p ".16", p ".17", p ".18", p ".19", p ".20", p ".21", p ".22", p ".23", p ".24", p ".25", p ".26", p ".27", \
        p ".28", p ".29", p ".30", p ".31"

static const char *const name_of[PIN_COUNT] = {PORT_HALF_0("P0"), PORT_HALF_1("P0"), PORT_HALF_0("P1")};

/* What the strongest of these sources makes of one pin alone. */
static enum pin_drive strongest(const struct pins *p, unsigned pin, unsigned first, unsigned end)
{
    for (unsigned source = first; source < end; source++) /* enum pin_source is in order of strength */
        if (p->pin[pin].drive[source] != PIN_Z)
            return p->pin[pin].drive[source];
    return PIN_Z;
}

/* The same for the pins of a node, beginning with this one. */
static enum pin_drive strongest_of_node(const struct pins *p, unsigned pin, unsigned first, unsigned end)
{
    unsigned at = pin;
    enum pin_drive drive;
    do {
        drive = strongest(p, at, first, end);
        at = p->pin[at].next;
    } while (drive == PIN_Z && at != pin);
    return drive;
}

static bool pulled_up(const struct pins *p, unsigned pin)
{
    bool up = false, resistor = false, resistor_up = false;
    unsigned at = pin;
    do {
        up |= p->pin[at].pull == PIN_PULL_UP;
        resistor |= p->pin[at].resistor != PIN_PULL_NONE;
        resistor_up |= p->pin[at].resistor == PIN_PULL_UP;
        at = p->pin[at].next;
    } while (at != pin);
    return resistor ? resistor_up : up;
}

static bool resolve(const struct pins *p, unsigned pin)
{
    enum pin_drive drive = strongest_of_node(p, pin, 0, PIN_FROM_OUTSIDE);
    if (drive == PIN_Z)
        drive = strongest_of_node(p, pin, PIN_FROM_OUTSIDE, PIN_SOURCES);
    return drive == PIN_Z ? pulled_up(p, pin) : drive == PIN_HIGH;
}

static void update_one(struct pins *p, unsigned pin)
{
    bool level = resolve(p, pin);
    if (level == p->pin[pin].level)
        return;
    p->pin[pin].level = level;
    evlog_emit(p->log, EV_PIN, pin, level);
    /* A listener may change the pin again; then the inner change has told everybody the newer level. */
    for (unsigned i = 0; i < p->n_listeners && p->pin[pin].level == level; i++)
        p->listener[i].changed(p->listener[i].ctx, pin, level);
}

static void update(struct pins *p, unsigned pin)
{
    unsigned at = pin;
    do {
        update_one(p, at);
        at = p->pin[at].next;
    } while (at != pin);
}

void pins_init(struct pins *p, struct evlog *log)
{
    *p = (struct pins){.log = log};
    for (unsigned pin = 0; pin < PIN_COUNT; pin++)
        p->pin[pin].next = (uint8_t)pin;
}

void pins_listen(struct pins *p, void (*changed)(void *, unsigned, bool), void *ctx)
{
    assert(p->n_listeners < PIN_MAX_LISTENERS);
    p->listener[p->n_listeners++] = (struct pin_listener){.changed = changed, .ctx = ctx};
}

void pins_drive(struct pins *p, unsigned pin, enum pin_source source, enum pin_drive drive)
{
    if (pin >= PIN_COUNT) /* a disconnected PSEL */
        return;
    p->pin[pin].drive[source] = (uint8_t)drive;
    update(p, pin);
}

void pins_move(struct pins *p, unsigned *held, unsigned pin, enum pin_source source, enum pin_drive drive)
{
    if (*held != pin)
        pins_drive(p, *held, source, PIN_Z);
    *held = pin;
    pins_drive(p, pin, source, drive);
}

void pins_pull(struct pins *p, unsigned pin, enum pin_pull pull)
{
    if (pin >= PIN_COUNT)
        return;
    p->pin[pin].pull = (uint8_t)pull;
    update(p, pin);
}

void pins_resistor(struct pins *p, unsigned pin, enum pin_pull pull)
{
    if (pin >= PIN_COUNT)
        return;
    p->pin[pin].resistor = (uint8_t)pull;
    update(p, pin);
}

bool pins_wired(const struct pins *p, unsigned a, unsigned b)
{
    unsigned at = a;
    if (a == b)
        return true;
    if (a >= PIN_COUNT)
        return false;
    do {
        if (at == b)
            return true;
        at = p->pin[at].next;
    } while (at != a);
    return false;
}

void pins_join(struct pins *p, unsigned a, unsigned b)
{
    if (a >= PIN_COUNT || b >= PIN_COUNT || pins_wired(p, a, b))
        return;
    uint8_t next = p->pin[a].next; /* two rings become one */
    p->pin[a].next = p->pin[b].next;
    p->pin[b].next = next;
    update(p, a);
}

bool pins_driven(const struct pins *p, unsigned pin)
{
    return pin < PIN_COUNT && strongest_of_node(p, pin, 0, PIN_SOURCES) != PIN_Z;
}

const char *pin_name(unsigned pin) { return pin < PIN_COUNT ? name_of[pin] : "?"; }

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

int pin_by_name(const char *name)
{
    if (name[0] != 'P' || (name[1] != '0' && name[1] != '1') || name[2] != '.' || !is_digit(name[3]))
        return -1;
    unsigned port = (unsigned)(name[1] - '0'), index = (unsigned)(name[3] - '0');
    const char *end = name + 4;
    if (is_digit(*end))
        index = index * 10 + (unsigned)(*end++ - '0');
    unsigned pin = port * PORT_PINS + index;
    return *end || index >= PORT_PINS || pin >= PIN_COUNT ? -1 : (int)pin;
}
