#include "tests/chip_description.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_WORDS = 12, LINE_SIZE = 200 };

struct line {
    char *word[LINE_MAX_WORDS];
    unsigned n;
};

static struct line split(char *text)
{
    struct line l = {.n = 0};

    text[strcspn(text, "#\r\n")] = '\0';
    for (char *w = strtok(text, " \t"); w && l.n < LINE_MAX_WORDS; w = strtok(NULL, " \t"))
        l.word[l.n++] = w;
    return l;
}

static bool number(const char *text, uint32_t *value)
{
    char *end;

    *value = (uint32_t)strtoul(text, &end, 0);
    return *text && !*end;
}

static const char *after(const struct line *l, const char *word)
{
    for (unsigned i = 3; i + 1 < l->n; i++)
        if (!strcmp(l->word[i], word))
            return l->word[i + 1];
    return NULL;
}

static bool copy_name(char to[CHIP_NAME_MAX], const char *from)
{
    return snprintf(to, CHIP_NAME_MAX, "%s", from) < CHIP_NAME_MAX;
}

static struct chip_fact *add_fact(struct chip_block *b)
{
    b->fact = realloc(b->fact, (b->n_facts + 1) * sizeof *b->fact);
    if (!b->fact)
        abort();
    b->fact[b->n_facts] = (struct chip_fact){.bit = CHIP_NONE};
    return &b->fact[b->n_facts++];
}

static bool read_block(struct chip_description *d, const struct line *l)
{
    const char *irq = after(l, "irq"), *enable = after(l, "enable"), *like = after(l, "like");
    uint32_t value;
    struct chip_block *b;

    d->block = realloc(d->block, (d->n_blocks + 1) * sizeof *d->block);
    if (!d->block)
        abort();
    b = &d->block[d->n_blocks++];
    *b = (struct chip_block){.irqn = CHIP_NONE};
    if (l->n < 3 || !copy_name(b->name, l->word[0]) || !number(l->word[2], &b->base))
        return false;
    if (irq) {
        if (!number(irq, &value))
            return false;
        b->irqn = (int)value;
    }
    if (enable && !number(enable, &b->enable))
        return false;
    return !like || (chip_block(d, like) && copy_name(b->like, like));
}

static bool read_short(struct chip_block *b, const struct line *l)
{
    struct chip_fact *f = add_fact(b);
    uint32_t bit;

    f->kind = CHIP_SHORT;
    f->offset = 0x200;
    if (l->n != 5 || !number(l->word[2], &bit) || !copy_name(f->event, l->word[3]) || !copy_name(f->task, l->word[4]))
        return false;
    f->bit = (int)bit;
    return chip_fact(b, CHIP_EVENT, f->event) && chip_fact(b, CHIP_TASK, f->task) &&
           snprintf(f->name, sizeof f->name, "%.20s_%.20s", f->event, f->task) > 0;
}

/* What follows name, offset and stride. */
static bool read_details(struct chip_fact *f, const struct line *l, unsigned at)
{
    const char *bit = after(l, "int");
    uint32_t value;

    if (f->kind == CHIP_EVENT && bit) {
        if (!number(bit, &value))
            return false;
        f->bit = (int)value;
    }
    if (f->kind != CHIP_REG)
        return true;
    if (at + 2 > l->n || !number(l->word[at + 1], &f->reset))
        return false;
    f->readable = strchr(l->word[at], 'r') != NULL;
    f->writable = strchr(l->word[at], 'w') != NULL;
    f->write_acts = at + 2 < l->n;
    return true;
}

/* "CC[6]" becomes CC[0] to CC[5]. */
static bool read_array(struct chip_block *b, enum chip_fact_kind kind, const struct line *l)
{
    const char *open = l->n > 3 ? strchr(l->word[2], '[') : NULL;
    const char *close = open ? strchr(open, ']') : NULL;
    unsigned long count = close ? strtoul(open + 1, NULL, 10) : 1;
    uint32_t offset, stride = 0;
    unsigned at = 4;

    if (l->n < 4 || !number(l->word[3], &offset) || !count)
        return false;
    if (l->n > 4 && l->word[4][0] == '+') {
        if (!number(l->word[4] + 1, &stride))
            return false;
        at = 5;
    }
    for (unsigned i = 0; i < count; i++) {
        struct chip_fact *f = add_fact(b);

        f->kind = kind;
        f->offset = offset + i * stride;
        if (close)
            snprintf(f->name, sizeof f->name, "%.*s[%u]%s", (int)(open - l->word[2]), l->word[2], i, close + 1);
        else if (!copy_name(f->name, l->word[2]))
            return false;
        if (!read_details(f, l, at))
            return false;
        if (f->bit != CHIP_NONE)
            f->bit += (int)(i * stride / 4);
    }
    return true;
}

static bool read_line(struct chip_description *d, char *text)
{
    struct line l = split(text);
    struct chip_block *b = d->n_blocks ? &d->block[d->n_blocks - 1] : NULL;

    if (!l.n)
        return true;
    if (l.n >= 2 && !strcmp(l.word[1], "block"))
        return read_block(d, &l);
    if (l.n < 3 || !b || strcmp(b->name, l.word[0]) != 0 || b->like[0])
        return false;
    if (!strcmp(l.word[1], "short"))
        return read_short(b, &l);
    if (!strcmp(l.word[1], "task"))
        return read_array(b, CHIP_TASK, &l);
    if (!strcmp(l.word[1], "event"))
        return read_array(b, CHIP_EVENT, &l);
    return !strcmp(l.word[1], "reg") && read_array(b, CHIP_REG, &l);
}

static void resolve_likes(struct chip_description *d)
{
    for (unsigned i = 0; i < d->n_blocks; i++) {
        const struct chip_block *other = chip_block(d, d->block[i].like);

        if (other) {
            d->block[i].fact = other->fact;
            d->block[i].n_facts = other->n_facts;
        }
    }
}

bool chip_description_read(struct chip_description *d, const char *path, char *err, unsigned err_size)
{
    FILE *file = fopen(path, "r");
    char text[LINE_SIZE];
    unsigned line = 0;
    bool ok = true;

    *d = (struct chip_description){0};
    if (!file) {
        snprintf(err, err_size, "%s: cannot be opened", path);
        return false;
    }
    while (ok && fgets(text, sizeof text, file)) {
        line++;
        ok = read_line(d, text);
    }
    fclose(file);
    if (!ok)
        snprintf(err, err_size, "%s:%u: wrong line", path, line);
    resolve_likes(d);
    return ok;
}

void chip_description_free(struct chip_description *d)
{
    for (unsigned i = 0; i < d->n_blocks; i++)
        if (!d->block[i].like[0])
            free(d->block[i].fact);
    free(d->block);
    *d = (struct chip_description){0};
}

const struct chip_block *chip_block(const struct chip_description *d, const char *name)
{
    for (unsigned i = 0; i < d->n_blocks; i++)
        if (!strcmp(d->block[i].name, name))
            return &d->block[i];
    return NULL;
}

const struct chip_fact *chip_fact(const struct chip_block *b, enum chip_fact_kind kind, const char *name)
{
    for (unsigned i = 0; i < b->n_facts; i++)
        if (b->fact[i].kind == kind && !strcmp(b->fact[i].name, name))
            return &b->fact[i];
    return NULL;
}

const struct chip_fact *chip_fact_at(const struct chip_block *b, uint32_t offset)
{
    for (unsigned i = 0; i < b->n_facts; i++)
        if (b->fact[i].kind != CHIP_SHORT && b->fact[i].offset == offset)
            return &b->fact[i];
    return NULL;
}
