#include "emu/duration.h"

#include <string.h>

static const struct unit {
    const char *name;
    vtime length;
} units[] = {
    {"us", VTIME_PER_US},        {"ms", VTIME_PER_MS},       {"s", VTIME_PER_S},
    {"cycles", VTIME_PER_CYCLE}, {"cycle", VTIME_PER_CYCLE},
};

/* More digits than any duration has that fits. */
enum { MAX_DIGITS = 24 };

static const struct unit *find_unit(const char *text, size_t length)
{
    for (unsigned i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strlen(units[i].name) == length && memcmp(units[i].name, text, length) == 0)
            return &units[i];
    return NULL;
}

bool duration_parse(const char *text, size_t length, vtime *out)
{
    unsigned __int128 number = 0, divisor = 1;
    unsigned digits = 0;
    bool point = false;
    size_t i = 0;
    for (; i < length && digits < MAX_DIGITS; i++) {
        if (text[i] == '.' && !point && digits) {
            point = true;
        } else if (text[i] >= '0' && text[i] <= '9') {
            number = number * 10 + (unsigned)(text[i] - '0');
            divisor *= point ? 10 : 1;
            digits++;
        } else {
            break;
        }
    }
    const struct unit *unit = digits ? find_unit(text + i, length - i) : NULL;
    if (!unit || number / divisor > VTIME_NEVER / unit->length)
        return false;
    number = number * unit->length / divisor;
    *out = (vtime)number;
    return number < VTIME_NEVER;
}
