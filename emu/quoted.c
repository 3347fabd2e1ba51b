#include "emu/quoted.h"

#include <ctype.h>
#include <string.h>

static const char names[] = "nrt0\"\\", values[] = {'\n', '\r', '\t', '\0', '"', '\\'};

static int hex_digit(char c)
{
    if (!isxdigit((unsigned char)c))
        return -1;
    return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* The character behind a backslash; moves `*p` behind it. -1: there is no such one. */
static int parse_escape(const char **p)
{
    char c = *(*p)++;
    const char *at = c ? strchr(names, c) : NULL;
    if (at)
        return values[at - names];
    if (c != 'x')
        return -1;
    int high = hex_digit(**p), low = high < 0 ? -1 : hex_digit((*p)[1]);
    *p += low < 0 ? 0 : 2;
    return low < 0 ? -1 : high << 4 | low;
}

const char *quoted_parse(const char *p, uint8_t *out, size_t *length)
{
    *length = 0;
    if (*p++ != '"')
        return NULL;
    while (*p && *p != '"') {
        int c = (unsigned char)*p++;
        if (c == '\\' && (c = parse_escape(&p)) < 0)
            return NULL;
        out[(*length)++] = (uint8_t)c;
    }
    return *p ? p + 1 : NULL;
}

void quoted_print(FILE *f, const void *bytes, size_t length)
{
    const uint8_t *p = bytes;
    putc('"', f);
    for (size_t i = 0; i < length; i++) {
        const char *at = memchr(values, p[i], sizeof values);
        if (at)
            fprintf(f, "\\%c", names[at - values]);
        else if (p[i] >= ' ' && p[i] <= '~')
            putc(p[i], f);
        else
            fprintf(f, "\\x%02X", p[i]);
    }
    putc('"', f);
}
