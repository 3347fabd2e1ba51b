#include "print.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

enum { LINE_SIZE = 128 };

struct line {
    char text[LINE_SIZE];
    unsigned used;
};

struct field {
    unsigned width;
    bool zeros, left;
};

static void (*sink)(const char *text, size_t size);

void print_to(void (*write)(const char *text, size_t size)) { sink = write; }

static void put(struct line *l, char c)
{
    if (l->used == LINE_SIZE) {
        sink(l->text, l->used);
        l->used = 0;
    }
    l->text[l->used++] = c;
}

static void put_field(struct line *l, const struct field *f, const char *text, unsigned size)
{
    unsigned padding = f->width > size ? f->width - size : 0;

    while (!f->left && padding > 0) {
        put(l, f->zeros ? '0' : ' ');
        padding--;
    }
    for (unsigned i = 0; i < size; i++)
        put(l, text[i]);
    while (padding > 0) {
        put(l, ' ');
        padding--;
    }
}

static void put_number(struct line *l, const struct field *f, uint32_t value, unsigned base, bool negative)
{
    char digits[12];
    unsigned at = sizeof digits;

    do {
        digits[--at] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value > 0);
    if (negative)
        digits[--at] = '-';
    put_field(l, f, digits + at, sizeof digits - at);
}

static void put_string(struct line *l, const struct field *f, const char *text)
{
    unsigned size = 0;

    while (text[size])
        size++;
    put_field(l, f, text, size);
}

static void convert(struct line *l, const struct field *f, char kind, va_list *args)
{
    if (kind == 's') {
        put_string(l, f, va_arg(*args, const char *));
    } else if (kind == 'c') {
        char c = (char)va_arg(*args, int);

        put_field(l, f, &c, 1);
    } else if (kind == 'd') {
        int32_t value = va_arg(*args, int32_t);

        put_number(l, f, value < 0 ? 0u - (uint32_t)value : (uint32_t)value, 10, value < 0);
    } else if (kind == 'u' || kind == 'x') {
        put_number(l, f, va_arg(*args, uint32_t), kind == 'u' ? 10 : 16, false);
    } else {
        put(l, kind);
    }
}

void print(const char *format, ...)
{
    struct line l;
    va_list args;

    l.used = 0;
    va_start(args, format);
    for (; *format; format++) {
        struct field f = {0, false, false};

        if (*format != '%') {
            put(&l, *format);
            continue;
        }
        for (format++; *format == '0' || *format == '-'; format++) {
            f.zeros |= *format == '0';
            f.left |= *format == '-';
        }
        for (; *format >= '0' && *format <= '9'; format++)
            f.width = f.width * 10 + (unsigned)(*format - '0');
        convert(&l, &f, *format, &args);
    }
    va_end(args);
    sink(l.text, l.used);
}
