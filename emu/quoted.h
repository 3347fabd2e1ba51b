/*
 * Bytes as people read and write them: text in double quotes, with \n \r \t \0 \" \\ and \xHH as in C.
 */
#ifndef EMU_QUOTED_H
#define EMU_QUOTED_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Reads a text that begins at the quote at `p`, into `out`, which has room for strlen(p) bytes. Gives what is behind
 * the closing quote, or NULL when this is no such text. */
const char *quoted_parse(const char *p, uint8_t *out, size_t *length);

/* Writes bytes so that quoted_parse() gives them again; printable ASCII stays as it is. */
void quoted_print(FILE *f, const void *bytes, size_t length);

#endif
