/*
 * Cycle counts recorded on silicon, and what the core makes of the same programs. See docs/TIMING.md.
 *
 * An archive is a family: a zstd-compressed tar of pairs N.flash and N.dump. A flash image is what the chip ran; a dump
 * is a MessagePack map that tells where to begin, where it ends, and what was in memory then.
 */
#ifndef TESTS_VECTORS_H
#define TESTS_VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    VECTORS_FLASH_SIZE = 0x60000, /* the recorded images have 352 KiB */
    VECTORS_RAM_SIZE = 0x14000,
    VECTORS_NAME_MAX = 64,
    VECTORS_SYMBOLS_MAX = 32,
};
#define VECTORS_RAM_BASE 0x20000000u

/* What a recorded word is: cycles, one of the 8-bit profiling counters, or a result that must be exact. */
enum value_kind { VALUE_CYCLES, VALUE_COUNTER, VALUE_RESULT, VALUE_KINDS };

struct recorded_memory {
    char name[VECTORS_NAME_MAX];
    enum value_kind kind;
    uint32_t addr, size;
    uint8_t *content; /* owned by the recording */
};

/* One dump. */
struct recording {
    uint32_t main_addr, exit_addr;
    bool from_ram;    /* the code measured lies in SRAM */
    bool line_buffer; /* of the flash */
    bool cache, write_buffer;
    bool benchmark; /* a whole program rather than sequences of instructions */
    char settings[128];
    struct recorded_memory memory[VECTORS_SYMBOLS_MAX];
    unsigned n_memory;
};

bool recording_parse(struct recording *r, const uint8_t *dump, size_t size);
void recording_free(struct recording *r);

/* Calls `each` for every pair of an archive, in the order of N, with the number. False: cannot be read. */
typedef void (*archive_case)(void *ctx, unsigned number, const uint8_t *flash, size_t flash_size, const uint8_t *dump,
                             size_t dump_size);
bool archive_read(const char *path, archive_case each, void *ctx);

/* Runs a program on a core of its own; NULL when it does not come to its end, with the reason in `*why`. */
struct machine;
struct machine *machine_run(const struct recording *r, const uint8_t *flash, size_t flash_size, const char *profile,
                            const char **why);
void machine_peek(struct machine *m, uint32_t addr, void *to, uint32_t size);
void machine_free(struct machine *m);

/* Scores: exact and total values, and errors, for a family's cases with the same memory settings. */
enum variant {
    VARIANT_SRAM,
    VARIANT_FLASH_LINE,
    VARIANT_FLASH,
    VARIANT_CACHE, /* benchmarks, all of which run from flash */
    VARIANT_NO_CACHE,
    VARIANTS
};
const char *variant_name(enum variant v);
enum variant variant_of(const struct recording *r);

struct tally {
    uint64_t exact[VALUE_KINDS], total[VALUE_KINDS];
    double error_sum; /* of cycles: relative */
    double error_worst;
    double *errors; /* each, for percentiles */
    size_t n_errors;
    int32_t off_worst; /* in cycles */
};

void tally_add(struct tally *t, enum value_kind kind, int32_t want, int32_t got);
void tally_merge(struct tally *to, const struct tally *from);
void tally_free(struct tally *t);

struct report_row {
    char group[VECTORS_NAME_MAX], family[VECTORS_NAME_MAX]; /* instructions/memory, ldr_imm */
    struct tally variant[VARIANTS];
};

void report_text(const struct report_row *rows, unsigned n);
bool report_json(const struct report_row *rows, unsigned n, const char *path);

#endif
