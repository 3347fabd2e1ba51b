#include <stdio.h>
#include <string.h>

#include "rsp/agent.h"

enum { TEXT_MAX = 1024, STRING_MAX = 256, WIDTH_MAX = 200 };

struct out {
    const struct rsp_agent *agent;
    const char *at, *end;
    const uint64_t *args;
    unsigned left;
    size_t len;
    char text[TEXT_MAX];
};

/* What does not fit is cut off. */
static void put(struct out *o, const char *text, size_t len)
{
    size_t room = sizeof o->text - 1 - o->len;

    len = len < room ? len : room;
    memcpy(o->text + o->len, text, len);
    o->len += len;
}

static bool more(const struct out *o) { return o->at < o->end && *o->at; }

static bool next_is(struct out *o, const char *any) { return more(o) && strchr(any, *o->at); }

static unsigned number(struct out *o, unsigned base, unsigned digits)
{
    static const char all[] = "0123456789abcdef";
    unsigned value = 0;
    const char *digit;

    for (; digits-- > 0 && more(o); o->at++) {
        char c = *o->at >= 'A' && *o->at <= 'F' ? *o->at + 'a' - 'A' : *o->at;
        if (!(digit = strchr(all, c)) || digit - all >= (int)base)
            break;
        value = value * base + (unsigned)(digit - all);
    }
    return value;
}

static void escape(struct out *o)
{
    static const char letters[] = "abefnrtv", values[] = "\a\b\033\f\n\r\t\v";
    char c;

    if (!more(o))
        return;
    const char *letter = strchr(letters, *o->at);
    if (*o->at >= '0' && *o->at <= '7') {
        c = (char)number(o, 8, 3);
    } else if (*o->at == 'x') {
        o->at++;
        c = (char)number(o, 16, 2);
    } else {
        c = letter ? values[letter - letters] : *o->at;
        o->at++;
    }
    put(o, &c, 1);
}

/* Flags, width and precision, as snprintf() shall see them, in `spec`; the size of the argument in bits. */
static bool take_spec(struct out *o, char *spec, unsigned *bits)
{
    unsigned width;

    *spec++ = '%';
    for (unsigned i = 0; i < 5 && next_is(o, "-+ #0"); i++)
        *spec++ = *o->at++;
    width = number(o, 10, 4);
    if (width > WIDTH_MAX)
        return false;
    if (width)
        spec += sprintf(spec, "%u", width);
    if (next_is(o, ".")) {
        o->at++;
        width = number(o, 10, 4);
        if (width > WIDTH_MAX)
            return false;
        spec += sprintf(spec, ".%u", width);
    }
    *spec = '\0';
    *bits = 32;
    for (unsigned longs = 0; next_is(o, "hlzjt"); o->at++)
        *bits = *o->at == 'j' || (*o->at == 'l' && ++longs == 2) ? 64 : *bits;
    return more(o);
}

static void put_string(struct out *o, const char *spec, uint64_t addr)
{
    const struct debug_target *t = o->agent->target;
    char string[STRING_MAX + 1], format[32], text[STRING_MAX + WIDTH_MAX];
    unsigned n = 0;

    while (n < STRING_MAX && t->ops->mem_get(t->ctx, (uint32_t)addr + n, &string[n], 1) == 1 && string[n])
        n++;
    string[n] = '\0';
    snprintf(format, sizeof format, "%ss", spec);
    int len = snprintf(text, sizeof text, format, string);
    put(o, text, len < (int)sizeof text ? (size_t)len : sizeof text - 1);
}

static void put_number(struct out *o, const char *spec, char conversion, unsigned bits, uint64_t value)
{
    char format[32], text[2 * WIDTH_MAX + 32];
    bool is_signed = conversion == 'd' || conversion == 'i';

    if (bits == 32)
        value = is_signed ? (uint64_t)(int32_t)value : (uint32_t)value;
    snprintf(format, sizeof format, "%sll%c", spec, conversion);
    int len = snprintf(text, sizeof text, format, (unsigned long long)value);
    put(o, text, (size_t)len);
}

static bool convert(struct out *o)
{
    char spec[24];
    unsigned bits;

    if (next_is(o, "%")) {
        put(o, o->at++, 1);
        return true;
    }
    if (!take_spec(o, spec, &bits) || !o->left)
        return false;
    char conversion = *o->at++, c = (char)*o->args;
    o->left--;
    uint64_t value = *o->args++;
    if (strchr("diuxXo", conversion))
        put_number(o, spec, conversion, bits, value);
    else if (conversion == 'p')
        put_number(o, "%#", 'x', 32, value);
    else if (conversion == 's')
        put_string(o, spec, value);
    else if (conversion == 'c')
        put(o, &c, 1);
    else
        return false;
    return true;
}

bool rsp_agent_printf(const struct rsp_agent *a, const char *format, size_t len, const uint64_t *args, unsigned n)
{
    struct out o = {.agent = a, .at = format, .end = format + len, .args = args, .left = n};

    while (more(&o)) {
        char c = *o.at++;
        if (c == '%' && !convert(&o))
            return false;
        if (c == '\\')
            escape(&o);
        if (c != '%' && c != '\\')
            put(&o, &c, 1);
    }
    o.text[o.len] = '\0';
    if (a->print)
        a->print(a->print_ctx, o.text);
    return true;
}
