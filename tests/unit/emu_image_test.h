/*
 * What the image tests share: parsing from memory, and checks of what came out.
 */
#ifndef TESTS_UNIT_EMU_IMAGE_TEST_H
#define TESTS_UNIT_EMU_IMAGE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "emu/image.h"

static const struct image_range flash_and_uicr[] = {{0, 0x100000}, {0x10001000, 0x1000}};
static char err[IMAGE_ERR_SIZE];

static inline bool parse(struct image *img, const void *bytes, size_t size)
{
    /* A block of exactly this size, so that the address sanitizer sees a read past the end. */
    uint8_t *copy = malloc(size ? size : 1);
    memcpy(copy, bytes, size);
    memset(err, 'x', sizeof err);
    bool ok = image_parse(img, "test", copy, size, 0x2000, flash_and_uicr, 2, err);
    free(copy);
    return ok;
}

static inline void assert_refused(const void *bytes, size_t size, const char *why)
{
    struct image img;

    assert_false(parse(&img, bytes, size));
    assert_non_null(memchr(err, '\0', sizeof err));
    assert_int_equal(strncmp(err, "test: ", 6), 0);
    assert_null(strchr(err, '\n'));
    if (!strstr(err, why))
        fail_msg("\"%s\" does not say \"%s\"", err, why);
    assert_null(img.segment);
}

static inline void assert_segment(const struct image *img, unsigned i, uint32_t addr, const void *bytes, uint32_t size)
{
    assert_true(i < img->n_segments);
    assert_int_equal(img->segment[i].addr, addr);
    assert_int_equal(img->segment[i].size, size);
    assert_memory_equal(img->segment[i].data, bytes, size);
}

#endif
