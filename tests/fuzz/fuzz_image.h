/*
 * What the fuzz targets of the image loaders share.
 */
#ifndef TESTS_FUZZ_IMAGE_H
#define TESTS_FUZZ_IMAGE_H

#include <stdlib.h>
#include <string.h>

#include "emu/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static inline void fuzz_require(bool condition)
{
    if (!condition)
        abort();
}

static inline void fuzz_check_image(const struct image *img, const struct image_range *allowed, unsigned n_allowed)
{
    fuzz_require(img->n_segments > 0);
    for (unsigned i = 0; i < img->n_segments; i++) {
        const struct image_segment *s = &img->segment[i];
        uint64_t end = (uint64_t)s->addr + s->size;
        bool inside = false;
        for (unsigned r = 0; r < n_allowed; r++)
            inside |= s->addr >= allowed[r].base && end <= (uint64_t)allowed[r].base + allowed[r].size;
        fuzz_require(inside && s->size > 0);
        fuzz_require(i + 1 == img->n_segments || end < img->segment[i + 1].addr);
        volatile uint8_t last = s->data[s->size - 1];
        (void)last;
    }
}

/* Loads the bytes if they look like `format`, and checks what every image promises, or that the refusal says why. */
static inline int fuzz_image(enum image_format format, const uint8_t *bytes, size_t size)
{
    static const struct image_range allowed[] = {{0, 0x100000}, {0x10001000, 0x1000}, {0x20000000, 0x40000}};
    static const struct image_range ram = {0x20000000, 0x40000};
    char err[IMAGE_ERR_SIZE] = "";
    struct image img;
    uint32_t vectors;

    if (image_parse(&img, "fuzz", bytes, size, 0, allowed, 3, err)) {
        fuzz_check_image(&img, allowed, 3);
        if (image_find_vectors(&img, ram, &vectors))
            fuzz_require(vectors % 4 == 0);
        int keep = img.format == format ? 0 : -1; /* inputs of other formats are not worth keeping */
        image_free(&img);
        return keep;
    }
    fuzz_require(strncmp(err, "fuzz: ", 6) == 0 && !strchr(err, '\n') && !img.segment && !img.path);
    return 0;
}

#endif
