/*
 * What the run loop must know of an instruction before it executes: its length, class, cycle cost, and which operands
 * make an address. Decoded by capstone once per address and kept in a table.
 */
#ifndef EMU_INSN_H
#define EMU_INSN_H

#include <stdbool.h>
#include <stdint.h>

/* Reasons to look closer before an instruction executes; the CPU port keeps a mask of those that matter now. */
enum insn_flag {
    INSN_DECODED = 1 << 0, /* the entry is valid; 0 in a fresh table */
    INSN_ANY = 1 << 1,     /* set in every valid entry: single step looks at each */
    INSN_BREAK = 1 << 2,   /* a breakpoint is set here */
    INSN_IN_RAM = 1 << 3,  /* may have been modified since it was decoded */
    INSN_IT = 1 << 4,      /* opens an IT block */
    INSN_MEMORY = 1 << 5,  /* loads or stores */
    INSN_ALIGNED =
        1 << 6,       /* faults when unaligned whatever CCR says: LDM, LDRD, LDREX, VLDR… (SP-based ones excepted) */
    INSN_FP = 1 << 7, /* needs CP10/CP11, makes or uses FP context */
    INSN_DIVIDE = 1 << 8,     /* SDIV, UDIV */
    INSN_CORE = 1 << 9,       /* carried out by the core instead of the engine: see enum insn_class */
    INSN_MASKS = 1 << 10,     /* CPS, MSR, MRS CONTROL: may change or show PRIMASK, BASEPRI, FAULTMASK, CONTROL */
    INSN_EXCLUSIVE = 1 << 11, /* opens, uses or closes the local exclusive monitor */
    INSN_STACK = 1 << 12,     /* may write SP, or choose another one; asked for by cpu_watch_stack() only */
    INSN_OBSERVED = 1 << 13,  /* set in every valid entry: cpu_observe() hears of each, which is no reason to stop */
};

/* Instructions that the core carries out itself. */
enum insn_class {
    INSN_PLAIN,
    INSN_SVC,
    INSN_BKPT,
    INSN_UNDEFINED,
    INSN_COPROCESSOR, /* of a coprocessor that is not there: NOCP */
    INSN_WFI,
    INSN_WFE,
    INSN_SEV,
    INSN_HINT, /* YIELD: nothing to yield to, but the engine knows it not */
};

/* IT state as EPSR keeps it: base condition and mask. */
static inline uint8_t insn_it_advance(uint8_t it) { return (it & 7) ? (uint8_t)((it & 0xE0) | ((it << 1) & 0x1F)) : 0; }
/* Does condition `cond` (0…15) hold for the flags N, Z, C, V in bits 31…28? */
bool insn_condition(unsigned cond, uint32_t apsr);

struct insn {
    uint32_t raw;    /* first halfword in the low half, second (if any) in the high half: as in memory */
    uint16_t flags;  /* enum insn_flag */
    uint16_t charge; /* time when it falls through, in 1/512 µs */
    uint8_t refill;  /* added when it does not */
    uint8_t arrive;  /* added when it is jumped to */
    uint8_t size;    /* 2 or 4 */
    uint8_t class;   /* enum insn_class */
    uint8_t imm;     /* SVC and BKPT number; INSN_IT: the ITSTATE it sets */
    /* Of the block that an IT opens, filled in by the port: */
    uint8_t it_bytes;  /* length; 0: not known yet */
    uint16_t it_flags; /* of all its instructions; INSN_DECODED: look at each, whatever matters now */
};

/* Decodes the instruction whose bytes are at `code` (`avail` of them: 2 or more). `addr` is where it lies. */
struct insn_decoder;
struct insn_decoder *insn_decoder_new(void);
void insn_decoder_free(struct insn_decoder *d);
void insn_decode(struct insn_decoder *d, uint32_t addr, const uint8_t *code, unsigned avail, struct insn *out);

/* The memory operand of an instruction with INSN_MEMORY. */
struct insn_access {
    int8_t base;        /* register number, 15 = PC aligned down to a word */
    int8_t index;       /* register number or -1 */
    uint8_t shift;      /* index << shift */
    int32_t offset;     /* added to the base; 0 for post-indexed */
    int32_t writeback;  /* added to the base register afterwards; 0: none */
    uint16_t registers; /* LDM, STM: the list; else 0 */
    int8_t rt, rt2;     /* integer registers transferred, or -1 */
    int8_t fp;          /* first S register transferred, or -1 */
    int8_t status;      /* STREX: the result register, or -1 */
    uint8_t size;       /* bytes of each element: 1, 2, 4 */
    uint8_t count;      /* elements: 2 for LDRD, n for LDM, words for VLDM and VLDR.64 */
    bool store;
    bool unprivileged; /* LDRT, STRT */
    bool exclusive;
};
/* False when the instruction is no load or store (or only a hint, such as PLD). */
bool insn_access(uint32_t raw, unsigned size, struct insn_access *out);

/* Disassembles one instruction into `buf`; returns its size in bytes. */
unsigned insn_text(struct insn_decoder *d, uint32_t addr, const uint8_t *code, unsigned avail, char *buf,
                   unsigned buf_size);

#endif
