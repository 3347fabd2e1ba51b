/*
 * `nrfemu info`: what a firmware image contains and where it would start.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "emu/image.h"
#include "emu/symbols.h"

/* PS 4.2: flash, UICR and RAM of the nRF52840, and the flash behind QSPI. */
static const struct image_range loadable[] = {
    {0x00000000, 0x100000},
    {0x10001000, 0x1000},
    {0x12000000, 0x800000},
    {0x20000000, 0x40000},
};
static const struct image_range ram = {0x20000000, 0x40000};

static const char *const format_names[] = {
    [IMAGE_ELF] = "ELF",
    [IMAGE_HEX] = "Intel HEX",
    [IMAGE_UF2] = "UF2",
    [IMAGE_RAW] = "raw binary",
};

static bool word_at(const struct image *img, uint32_t addr, uint32_t *value)
{
    for (unsigned i = 0; i < img->n_segments; i++) {
        const struct image_segment *s = &img->segment[i];
        if (addr >= s->addr && s->size >= 4 && addr - s->addr <= s->size - 4) {
            memcpy(value, s->data + (addr - s->addr), 4);
            return true;
        }
    }
    return false;
}

static void print_start(const struct image *img, const struct symbols *symbols)
{
    uint32_t vectors, sp, reset;
    char where[128];
    if (!image_find_vectors(img, ram, &vectors) || !word_at(img, vectors, &sp) || !word_at(img, vectors + 4, &reset)) {
        puts("  no vector table");
        return;
    }
    printf("  vector table   0x%08" PRIx32 "\n  initial SP     0x%08" PRIx32 "\n  reset handler  0x%08" PRIx32, vectors,
           sp, reset & ~1u);
    const char *name = symbols_function(symbols, reset & ~1u, NULL);
    if (name)
        printf(" %s (%s)", name, symbols_describe(symbols, reset & ~1u, where, sizeof where));
    putchar('\n');
}

static bool print_image(const char *spec)
{
    struct image img;
    char err[IMAGE_ERR_SIZE];
    if (!image_load(&img, spec, loadable, sizeof loadable / sizeof loadable[0], err)) {
        fprintf(stderr, "nrfemu info: %s\n", err);
        return false;
    }
    struct symbols *symbols = img.format == IMAGE_ELF ? symbols_open(img.path) : NULL;
    printf("%s: %s\n", img.path, format_names[img.format]);
    for (unsigned i = 0; i < img.n_segments; i++)
        printf("  0x%08" PRIx32 "     %" PRIu32 " bytes\n", img.segment[i].addr, img.segment[i].size);
    print_start(&img, symbols);
    symbols_close(symbols);
    image_free(&img);
    return true;
}

int command_info(int argc, char **argv)
{
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        puts("Usage: nrfemu info FIRMWARE...\n\nShows what is in firmware images and where they would start.");
        return 0;
    }
    if (argc < 2) {
        fputs("nrfemu info: no firmware given; see nrfemu info --help\n", stderr);
        return EXIT_BAD_INPUT;
    }
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-') {
            fprintf(stderr, "nrfemu info: there is no option %s; see nrfemu info --help\n", argv[i]);
            return EXIT_BAD_INPUT;
        }
        if (!print_image(argv[i]))
            return EXIT_BAD_INPUT;
    }
    return 0;
}
