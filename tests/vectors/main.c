// vectors [--json FILE] [--values] [--only TEXT] [--profile NAME] [--half 0|1] DIR
//
// Runs every recording below DIR and says how many of the recorded values come out exactly. --values prints those that
// do not; --only takes the families with TEXT in their path, --half the cases with even or odd numbers. Exit status 1
// when a result (not a time) is wrong or a program does not come to its end, 2 when there is nothing to run.
#include "tests/vectors/vectors.h"

#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
    const char *json, *only, *profile, *half, *dir;
    bool values;
};

struct run {
    const struct options *options;
    struct report_row *row;
    const char *name;
    unsigned wrong; /* results, and programs that do not end */
};

static int usage(void)
{
    fprintf(stderr, "usage: vectors [--json FILE] [--values] [--only TEXT] [--profile NAME] [--half 0|1] DIR\n");
    return 2;
}

static bool parse_options(struct options *o, int argc, char **argv)
{
    memset(o, 0, sizeof *o);
    for (int i = 1; i < argc; i++) {
        const char **text = !strcmp(argv[i], "--json")      ? &o->json
                            : !strcmp(argv[i], "--only")    ? &o->only
                            : !strcmp(argv[i], "--profile") ? &o->profile
                            : !strcmp(argv[i], "--half")    ? &o->half
                                                            : NULL;
        if (!strcmp(argv[i], "--values"))
            o->values = true;
        else if (text && i + 1 < argc)
            *text = argv[++i];
        else if (argv[i][0] == '-' || o->dir)
            return false;
        else
            o->dir = argv[i];
    }
    return o->dir != NULL;
}

static int32_t word(const uint8_t *p, uint32_t left)
{
    uint32_t v = 0;
    memcpy(&v, p, left < 4 ? left : 4);
    return (int32_t)v;
}

static void compare(struct run *r, unsigned number, const struct recording *rec, struct machine *m,
                    const struct recorded_memory *want)
{
    struct tally *t = &r->row->variant[variant_of(rec)];
    uint8_t *got = calloc(1, want->size + 4);
    machine_peek(m, want->addr, got, want->size);
    for (uint32_t i = 0; i < want->size; i += 4) {
        int32_t w = word(want->content + i, want->size - i), g = word(got + i, want->size - i);
        tally_add(t, want->kind, w, g);
        r->wrong += want->kind == VALUE_RESULT && w != g;
        if (w != g && r->options->values)
            printf("%s/%u %s %s[%u]: %d, recorded %d\n", r->name, number, rec->settings, want->name, i / 4, g, w);
    }
    free(got);
}

static void run_case(void *ctx, unsigned number, const uint8_t *flash, size_t flash_size, const uint8_t *dump,
                     size_t dump_size)
{
    struct run *r = ctx;
    struct recording rec;
    const char *why = "cannot be read";
    struct machine *m = NULL;
    if (r->options->half && (number & 1) != (unsigned)atoi(r->options->half))
        return;
    if (recording_parse(&rec, dump, dump_size))
        m = machine_run(&rec, flash, flash_size, r->options->profile, &why);
    for (unsigned i = 0; m && i < rec.n_memory; i++)
        compare(r, number, &rec, m, &rec.memory[i]);
    if (!m) {
        printf("%s/%u %s: %s\n", r->name, number, rec.settings, why);
        r->wrong++;
    } else {
        machine_free(m);
    }
    recording_free(&rec);
}

/* "instructions/memory" and "ldr_imm" of DIR/instructions/memory/ldr_imm.tzst */
static void name_row(struct report_row *row, const char *name)
{
    const char *base = strrchr(name, '/');
    base = base ? base + 1 : name;
    memset(row, 0, sizeof *row);
    if (base > name)
        snprintf(row->group, sizeof row->group, "%.*s", (int)(base - name - 1), name);
    snprintf(row->family, sizeof row->family, "%.*s", (int)strcspn(base, "."), base);
}

static int by_name(const FTSENT **a, const FTSENT **b) { return strcmp((*a)->fts_name, (*b)->fts_name); }

static bool is_wanted(const struct options *o, const FTSENT *e)
{
    const char *suffix = strrchr(e->fts_name, '.');
    return e->fts_info == FTS_F && suffix && !strcmp(suffix, ".tzst") && (!o->only || strstr(e->fts_path, o->only));
}

int main(int argc, char **argv)
{
    struct options o;
    if (!parse_options(&o, argc, argv))
        return usage();
    char *roots[] = {(char *)o.dir, NULL};
    FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
    struct report_row *rows = NULL;
    unsigned n = 0, wrong = 0;
    for (FTSENT *e; tree && (e = fts_read(tree));) {
        if (!is_wanted(&o, e))
            continue;
        rows = realloc(rows, (n + 1) * sizeof *rows);
        const char *name = e->fts_path + strlen(o.dir) + (o.dir[strlen(o.dir) - 1] != '/');
        name_row(&rows[n], name);
        struct run r = {.options = &o, .row = &rows[n++], .name = name};
        wrong += !archive_read(e->fts_path, run_case, &r);
        wrong += r.wrong;
    }
    fts_close(tree);
    if (!n) {
        fprintf(stderr, "vectors: no recordings (*.tzst) below %s\n", o.dir);
        return 2;
    }
    report_text(rows, n);
    if (wrong)
        printf("\n%u results are wrong\n", wrong);
    bool ok = (!o.json || report_json(rows, n, o.json)) && !wrong;
    for (unsigned i = 0; i < n; i++)
        for (int v = 0; v < VARIANTS; v++)
            tally_free(&rows[i].variant[v]);
    free(rows);
    return !ok;
}
