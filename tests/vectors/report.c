/*
 * Scores, as a table and as JSON.
 */
#include "tests/vectors/vectors.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const variant_names[VARIANTS] = {
    [VARIANT_SRAM] = "SRAM",         [VARIANT_FLASH_LINE] = "flash, line buffer",
    [VARIANT_FLASH] = "flash",       [VARIANT_CACHE] = "cache",
    [VARIANT_NO_CACHE] = "no cache",
};
static const char *const kind_names[VALUE_KINDS] = {"cycles", "counters", "results"};

const char *variant_name(enum variant v) { return variant_names[v]; }

enum variant variant_of(const struct recording *r)
{
    if (r->benchmark)
        return r->cache ? VARIANT_CACHE : VARIANT_NO_CACHE;
    if (r->from_ram)
        return VARIANT_SRAM;
    return r->line_buffer ? VARIANT_FLASH_LINE : VARIANT_FLASH;
}

void tally_add(struct tally *t, enum value_kind kind, int32_t want, int32_t got)
{
    t->total[kind]++;
    t->exact[kind] += want == got;
    if (kind != VALUE_CYCLES)
        return;
    int32_t off = got - want;
    double error = want ? (double)abs(off) / abs(want) : off != 0;
    t->error_sum += error;
    t->error_worst = error > t->error_worst ? error : t->error_worst;
    t->off_worst = abs(off) > abs(t->off_worst) ? off : t->off_worst;
    if (!(t->n_errors & (t->n_errors - 1)))
        t->errors = realloc(t->errors, (t->n_errors ? 2 * t->n_errors : 1) * sizeof *t->errors);
    t->errors[t->n_errors++] = error;
}

void tally_merge(struct tally *to, const struct tally *from)
{
    for (int k = 0; k < VALUE_KINDS; k++) {
        to->exact[k] += from->exact[k];
        to->total[k] += from->total[k];
    }
    to->error_sum += from->error_sum;
    to->error_worst = from->error_worst > to->error_worst ? from->error_worst : to->error_worst;
    to->off_worst = abs(from->off_worst) > abs(to->off_worst) ? from->off_worst : to->off_worst;
    if (!from->n_errors)
        return;
    size_t room = 1;
    while (room < to->n_errors + from->n_errors)
        room *= 2;
    to->errors = realloc(to->errors, room * sizeof *to->errors);
    memcpy(to->errors + to->n_errors, from->errors, from->n_errors * sizeof *to->errors);
    to->n_errors += from->n_errors;
}

void tally_free(struct tally *t) { free(t->errors); }

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double percentile(struct tally *t, unsigned percent)
{
    if (!t->n_errors)
        return 0;
    qsort(t->errors, t->n_errors, sizeof *t->errors, ascending);
    return t->errors[(t->n_errors - 1) * percent / 100];
}

static double mean(const struct tally *t) { return t->n_errors ? t->error_sum / (double)t->n_errors : 0; }

static double share(const struct tally *t, enum value_kind k)
{
    return t->total[k] ? 100.0 * (double)t->exact[k] / (double)t->total[k] : 100;
}

static void print_line(const char *name, const char *variant, struct tally *t)
{
    if (!t->total[VALUE_CYCLES] && !t->total[VALUE_RESULT])
        return;
    printf("%-46s %-18s %6llu/%-6llu %5.1f %%  %7.2f %% %7.2f %% %9d", name, variant,
           (unsigned long long)t->exact[VALUE_CYCLES], (unsigned long long)t->total[VALUE_CYCLES],
           share(t, VALUE_CYCLES), 100 * mean(t), 100 * t->error_worst, t->off_worst);
    for (int k = VALUE_COUNTER; k < VALUE_KINDS; k++) {
        if (t->total[k])
            printf(" %7llu/%-7llu", (unsigned long long)t->exact[k], (unsigned long long)t->total[k]);
        else
            printf(" %15s", "");
    }
    putchar('\n');
}

/* The part of a group that is scored together: instructions/memory counts with instructions. */
static void part_of(const char *group, char part[VECTORS_NAME_MAX])
{
    snprintf(part, VECTORS_NAME_MAX, "%.*s", (int)strcspn(group, "/"), group);
}

/* Adds up all rows of a part; false when there are none. */
static bool sum(const struct report_row *rows, unsigned n, const char *part, enum variant v, struct tally *t)
{
    char p[VECTORS_NAME_MAX];
    memset(t, 0, sizeof *t);
    for (unsigned i = 0; i < n; i++) {
        part_of(rows[i].group, p);
        if (!strcmp(p, part))
            tally_merge(t, &rows[i].variant[v]);
    }
    return t->total[VALUE_CYCLES] || t->total[VALUE_RESULT];
}

static const char *const parts[] = {"instructions", "benchmarks", "misc"};
enum { PARTS = sizeof parts / sizeof *parts };

void report_text(const struct report_row *rows, unsigned n)
{
    printf("%-46s %-18s %13s %7s  %9s %9s %9s %15s %15s\n", "family", "memory", "cycles exact", "", "mean", "worst",
           "off", "counters", "results");
    for (unsigned i = 0; i < n; i++)
        for (int v = 0; v < VARIANTS; v++) {
            char name[2 * VECTORS_NAME_MAX];
            struct tally t = rows[i].variant[v];
            snprintf(name, sizeof name, "%s/%s", rows[i].group, rows[i].family);
            print_line(name, variant_names[v], &t);
        }
    putchar('\n');
    for (unsigned p = 0; p < PARTS; p++)
        for (int v = 0; v < VARIANTS; v++) {
            struct tally t;
            if (sum(rows, n, parts[p], (enum variant)v, &t)) {
                print_line(parts[p], variant_names[v], &t);
                printf("%-46s %-18s 50 %%: %.2f %%, 90 %%: %.2f %%\n", "", "", 100 * percentile(&t, 50),
                       100 * percentile(&t, 90));
            }
            tally_free(&t);
        }
}

static struct json_object *tally_json(struct tally *t)
{
    struct json_object *o = json_object_new_object();
    for (int k = 0; k < VALUE_KINDS; k++) {
        struct json_object *pair = json_object_new_object();
        json_object_object_add(pair, "exact", json_object_new_int64((int64_t)t->exact[k]));
        json_object_object_add(pair, "total", json_object_new_int64((int64_t)t->total[k]));
        json_object_object_add(o, kind_names[k], pair);
    }
    json_object_object_add(o, "mean_error", json_object_new_double(mean(t)));
    json_object_object_add(o, "median_error", json_object_new_double(percentile(t, 50)));
    json_object_object_add(o, "p90_error", json_object_new_double(percentile(t, 90)));
    json_object_object_add(o, "worst_error", json_object_new_double(t->error_worst));
    json_object_object_add(o, "worst_cycles", json_object_new_int(t->off_worst));
    return o;
}

bool report_json(const struct report_row *rows, unsigned n, const char *path)
{
    struct json_object *root = json_object_new_object(), *families = json_object_new_object(),
                       *summary = json_object_new_object();
    for (unsigned i = 0; i < n; i++) {
        struct json_object *family = json_object_new_object();
        char name[2 * VECTORS_NAME_MAX];
        snprintf(name, sizeof name, "%s/%s", rows[i].group, rows[i].family);
        for (int v = 0; v < VARIANTS; v++) {
            struct tally t = rows[i].variant[v];
            if (t.total[VALUE_CYCLES] || t.total[VALUE_RESULT])
                json_object_object_add(family, variant_names[v], tally_json(&t));
        }
        json_object_object_add(families, name, family);
    }
    for (unsigned p = 0; p < PARTS; p++) {
        struct json_object *part = json_object_new_object();
        for (int v = 0; v < VARIANTS; v++) {
            struct tally t;
            if (sum(rows, n, parts[p], (enum variant)v, &t))
                json_object_object_add(part, variant_names[v], tally_json(&t));
            tally_free(&t);
        }
        json_object_object_add(summary, parts[p], part);
    }
    json_object_object_add(root, "summary", summary);
    json_object_object_add(root, "families", families);
    bool ok = !json_object_to_file_ext(path, root, JSON_C_TO_STRING_PRETTY);
    json_object_put(root);
    return ok;
}
