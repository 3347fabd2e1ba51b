/*
 * Names and source lines of an ELF, through elfutils (libelf, libdw).
 */
#ifndef EMU_SYMBOLS_H
#define EMU_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>

struct symbols; /* NULL is a valid, empty one for every function here */

/* NULL when the file is no ELF or has neither symbols nor debug information. */
struct symbols *symbols_open(const char *path);
void symbols_close(struct symbols *s);

/* The function that contains `addr`, and the offset in it; NULL when unknown. */
const char *symbols_function(const struct symbols *s, uint32_t addr, uint32_t *offset);

/* The same, with where the function begins and ends. */
const char *symbols_function_span(const struct symbols *s, uint32_t addr, uint32_t *start, uint32_t *end);

/* Source file (base name) and line of the instruction at `addr`; false when unknown. */
bool symbols_line(const struct symbols *s, uint32_t addr, const char **file, int *line);

/* The same with the file's path, as the compiler found it. */
bool symbols_source(const struct symbols *s, uint32_t addr, const char **path, int *line);

/* Every address at which the code of a line begins, in ascending order; `path` as symbols_source() has it. */
void symbols_each_line(const struct symbols *s, void (*each)(void *ctx, uint32_t addr, const char *path, int line),
                       void *ctx);

/* Value and size of a symbol (functions without the Thumb bit); false when there is none. */
bool symbols_find(const struct symbols *s, const char *name, uint32_t *addr, uint32_t *size);

/* Where a function that the compiler has put into its caller begins there, by debug information; of several such places
 * the first. False when there is none. */
bool symbols_find_inlined(const struct symbols *s, const char *name, uint32_t *addr);

/* Every symbol that names a place: functions, objects, labels; in the file's order. */
struct symbols_entry {
    const char *name;    /* lives as long as `s` */
    uint32_t addr, size; /* functions without the Thumb bit */
    bool is_function, is_object;
};
void symbols_each(const struct symbols *s, void (*each)(void *ctx, const struct symbols_entry *entry), void *ctx);

/* Of the debug information: how many units it has, and in which versions of DWARF. */
struct symbols_debug {
    unsigned n_units, oldest, newest;
};
struct symbols_debug symbols_debug(const struct symbols *s);
/* Tells the compiler of each unit, as it calls itself (DW_AT_producer). */
void symbols_each_producer(const struct symbols *s, void (*each)(void *ctx, const char *producer), void *ctx);

/* Where a member of a structure is, by debug information: `type` is the name of a structure or typedef, `path` is "a",
 * "a.b", or "" for the whole. Arrays are left out: a path leads into their first element. False when there is none. */
struct symbols_member {
    uint32_t offset, size; /* bytes */
};
bool symbols_find_member(const struct symbols *s, const char *type, const char *path, struct symbols_member *to);

/* The frame of the caller of the function at `pc`, by .debug_frame/.eh_frame. `regs` are r0…r15 and are replaced by the
 * caller's; memory is read through `read_word`. False when it cannot be told; `regs` are then as they were. The
 * caller's r15 is the return address, or an EXC_RETURN (0xFFFFFFxx) when the function is an exception handler: r13 is
 * then where the exception's frame lies, if that is on the same stack. To go on up from a return address, pass it less
 * 2: the call itself may be the last instruction of its function. */
bool symbols_unwind(const struct symbols *s, uint32_t regs[16],
                    bool (*read_word)(void *ctx, uint32_t addr, uint32_t *value), void *ctx);

/* "main.c:42" / "fn+0x12" / "0x00001234", whichever is best known; into `buf`. */
const char *symbols_describe(const struct symbols *s, uint32_t addr, char *buf, unsigned size);

#endif
