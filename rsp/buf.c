#include "rsp/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char hex_digits[] = "0123456789abcdef";

void rsp_buf_clear(struct rsp_buf *b)
{
    b->len = 0;
    b->full = false;
}

static bool room(struct rsp_buf *b, size_t size)
{
    if (size > sizeof b->bytes - b->len)
        b->full = true;
    return !b->full;
}

void rsp_buf_str(struct rsp_buf *b, const char *s)
{
    size_t size = strlen(s);

    if (!room(b, size))
        return;
    memcpy(b->bytes + b->len, s, size);
    b->len += size;
}

void rsp_buf_fmt(struct rsp_buf *b, const char *fmt, ...)
{
    char text[512];
    va_list ap;

    va_start(ap, fmt);
    int size = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (size < 0 || (size_t)size >= sizeof text)
        b->full = true;
    else
        rsp_buf_str(b, text);
}

void rsp_buf_hex(struct rsp_buf *b, const void *data, size_t size)
{
    const uint8_t *from = data;

    if (size > sizeof b->bytes || !room(b, 2 * size)) {
        b->full = true;
        return;
    }
    for (size_t i = 0; i < size; i++) {
        b->bytes[b->len++] = hex_digits[from[i] >> 4];
        b->bytes[b->len++] = hex_digits[from[i] & 15];
    }
}

size_t rsp_buf_binary(struct rsp_buf *b, const void *data, size_t size)
{
    const uint8_t *from = data;
    size_t done;

    for (done = 0; done < size; done++) {
        uint8_t byte = from[done];
        bool escape = byte == '#' || byte == '$' || byte == '}' || byte == '*';
        if (!room(b, escape ? 2 : 1))
            break;
        if (escape)
            b->bytes[b->len++] = '}';
        b->bytes[b->len++] = escape ? byte ^ 0x20 : byte;
    }
    return done;
}

bool rsp_args_end(const struct rsp_args *a) { return a->at == a->end; }

size_t rsp_args_left(const struct rsp_args *a) { return (size_t)(a->end - a->at); }

bool rsp_args_char(struct rsp_args *a, char c)
{
    if (a->at == a->end || *a->at != (uint8_t)c)
        return false;
    a->at++;
    return true;
}

bool rsp_args_word(struct rsp_args *a, const char *word)
{
    size_t size = strlen(word);

    if (rsp_args_left(a) < size || memcmp(a->at, word, size) != 0)
        return false;
    a->at += size;
    return true;
}

static int digit_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool rsp_args_u32(struct rsp_args *a, uint32_t *value)
{
    const uint8_t *at = a->at;
    uint32_t v = 0;
    int digit;

    for (; at < a->end && (digit = digit_value(*at)) >= 0; at++) {
        if (v >> 28)
            return false;
        v = v << 4 | (uint32_t)digit;
    }
    if (at == a->at)
        return false;
    a->at = at;
    *value = v;
    return true;
}

bool rsp_args_range(struct rsp_args *a, uint32_t *addr, uint32_t *len)
{
    struct rsp_args try = *a;

    if (!rsp_args_u32(&try, addr) || !rsp_args_char(&try, ',') || !rsp_args_u32(&try, len))
        return false;
    *a = try;
    return true;
}

bool rsp_args_hex(struct rsp_args *a, void *data, size_t size)
{
    uint8_t *to = data;

    if (rsp_args_left(a) / 2 < size)
        return false;
    for (size_t i = 0; i < size; i++) {
        int high = digit_value(a->at[2 * i]), low = digit_value(a->at[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        to[i] = (uint8_t)(high << 4 | low);
    }
    a->at += 2 * size;
    return true;
}

static bool one_id(struct rsp_args *a, int64_t *id)
{
    uint32_t value;

    if (rsp_args_word(a, "-1"))
        *id = RSP_ALL;
    else if (rsp_args_u32(a, &value))
        *id = value;
    else
        return false;
    return true;
}

bool rsp_args_thread(struct rsp_args *a, struct rsp_thread_id *id)
{
    struct rsp_args try = *a;

    id->pid = RSP_ANY;
    if (rsp_args_char(&try, 'p')) {
        if (!one_id(&try, &id->pid))
            return false;
        id->tid = RSP_ALL;
        if (rsp_args_char(&try, '.') && !one_id(&try, &id->tid))
            return false;
    } else if (!one_id(&try, &id->tid)) {
        return false;
    }
    *a = try;
    return true;
}
