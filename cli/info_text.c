#include "cli/info.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *info_float_name(enum arm_float f)
{
    static const char *const names[] = {
        [ARM_FLOAT_UNKNOWN] = "unknown",
        [ARM_FLOAT_SOFT] = "soft",
        [ARM_FLOAT_SOFTFP] = "softfp",
        [ARM_FLOAT_HARD] = "hard",
    };

    return names[f];
}

static void row(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void row(const char *name, const char *format, ...)
{
    va_list args;

    printf("  %-15s ", name);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

static void print_start(const struct firmware_info *info)
{
    char where[160], describe[128] = "";
    const char *below = firmware_expects_below(info), *name;

    if (info->image.entry)
        row("entry", "0x%08" PRIx32, info->image.entry);
    if (!info->has_vectors) {
        uint32_t before = firmware_belongs_before(info);
        if (before)
            row("vector table", "none here: made for an address before 0x%08" PRIx32 "; FILE@ADDRESS says which",
                before);
        else
            row("vector table", "none");
        return;
    }
    row("vector table", "0x%08" PRIx32 "%s%s%s", info->vectors.addr, below ? ", which is behind " : "",
        below ? below : "", below ? " that is not in the image" : "");
    row("initial SP", "0x%08" PRIx32, info->vectors.initial_sp);
    name = symbols_function(info->symbols, info->vectors.reset, NULL);
    if (name)
        snprintf(describe, sizeof describe, " %s (%s)", name,
                 symbols_describe(info->symbols, info->vectors.reset, where, sizeof where));
    row("reset handler", "0x%08" PRIx32 "%s", info->vectors.reset, describe);
    for (unsigned i = 0; i < info->n_others; i++)
        row(i ? "" : "other tables", "0x%08" PRIx32 ": initial SP 0x%08" PRIx32 ", reset handler 0x%08" PRIx32,
            info->other[i].addr, info->other[i].initial_sp, info->other[i].reset);
}

static const char *content_of(const struct firmware_section *s)
{
    if (!s->stored)
        return "zero";
    if (s->code)
        return "code";
    return s->writable ? "data" : *s->name ? "read-only" : "bytes";
}

static void print_sections(const struct firmware_info *info)
{
    for (unsigned i = 0; i < info->n_sections; i++) {
        const struct firmware_section *s = &info->section[i];
        printf("  %-15s 0x%08" PRIx32 " %8" PRIu32 "  %-9s  %s", i ? "" : "sections", s->addr, s->size, content_of(s),
               firmware_place_name(s->place));
        if (s->stored && s->load != s->addr)
            printf(", stored at 0x%08" PRIx32, s->load);
        printf("%s%s\n", *s->name ? "  " : "", s->name);
    }
}

static void print_use(const struct firmware_info *info)
{
    const struct firmware_use *u = &info->use;

    for (unsigned p = 0; p < FIRMWARE_PLACES; p++)
        if (u->stored[p])
            row(p == FIRMWARE_RAM ? "loaded to RAM" : firmware_place_name((enum firmware_place)p), "%" PRIu32 " bytes",
                u->stored[p]);
    if (info->is_elf)
        row("RAM", "%" PRIu32 " bytes", u->ram);
    if (info->is_elf)
        row("size", "text %" PRIu32 ", data %" PRIu32 ", bss %" PRIu32, u->text, u->data, u->bss);
    if (u->stack)
        row("stack", "%" PRIu32 " bytes reserved (%s)", u->stack, u->stack_from);
    else if (u->stack_room && info->is_elf)
        row("stack", "not reserved: %" PRIu32 " bytes from the initial SP down to the next variable", u->stack_room);
}

static void print_origin(const struct firmware_info *info)
{
    for (unsigned i = 0; i < info->n_kinds; i++) {
        const struct firmware_kind *k = &info->kind[i];
        row(i ? "" : "made with", "%s%s%s (%s)", k->name, *k->version ? " " : "", k->version, k->evidence);
    }
    if (!info->n_kinds)
        row("made with", "nothing that leaves a known trace");
    for (unsigned i = 0; i < info->n_compilers; i++)
        row(i ? "" : "compiler", "%s", info->compiler[i]);
}

static void print_code(const struct firmware_info *info)
{
    const struct arm_attributes *a = &info->attributes;
    const struct firmware_code *c = &info->code;
    const char *fp = arm_attributes_fp(a);
    bool named = arm_attributes_core(a);

    if (a->present)
        row("built for", "%s%s%s", arm_attributes_arch(a), named ? ", " : "", named ? a->cpu : "");
    if (a->present)
        row("float ABI", "%s%s%s", info_float_name(arm_attributes_float(a)), fp ? ", " : "", fp ? fp : "");
    row("instructions", "%u looked at (%s), %u of them floating point", c->instructions,
        c->mapped ? "all that the symbols call code" : "what can be reached from the vector table and functions",
        c->fp);
}

static void print_debug(const struct firmware_info *info)
{
    const struct symbols_debug *d = &info->debug;

    if (!info->is_elf)
        return;
    if (!d->n_units)
        row("debug info", "none, %u symbols", info->n_symbols);
    else if (d->oldest == d->newest)
        row("debug info", "DWARF %u, %u units, %u symbols", d->newest, d->n_units, info->n_symbols);
    else
        row("debug info", "DWARF %u to %u, %u units, %u symbols", d->oldest, d->newest, d->n_units, info->n_symbols);
}

/* In one line why it does not run on an nRF52840. */
static void print_obstacles(const struct firmware_info *info)
{
    if (!*info->foreign && !info->outside)
        return;
    printf("  not for nRF52840: %s", info->foreign);
    if (info->outside)
        printf("%s%" PRIu32 " bytes lie where it has no memory to program", *info->foreign ? "; " : "", info->outside);
    putchar('\n');
}

void info_print_text(const struct firmware_info *info)
{
    printf("%s: %s\n", info->image.path, firmware_format_name(info->image.format));
    print_obstacles(info);
    print_start(info);
    print_sections(info);
    print_use(info);
    print_origin(info);
    print_code(info);
    print_debug(info);
}
