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
    INSN_UNKNOWN = 1 << 0,   /* not decoded yet */
    INSN_BREAK = 1 << 1,     /* a breakpoint is set here */
    INSN_IN_RAM = 1 << 2,    /* may have been modified since it was decoded */
    INSN_IT = 1 << 3,        /* opens an IT block */
    INSN_MEMORY = 1 << 4,    /* loads or stores */
    INSN_ALIGNED = 1 << 5,   /* faults when unaligned whatever CCR says: LDM, STM, LDRD, STRD, LDREX, VLDR… */
    INSN_FP = 1 << 6,        /* needs CP10/CP11, makes or uses FP context */
    INSN_DIVIDE = 1 << 7,    /* SDIV, UDIV */
    INSN_SYSTEM = 1 << 8,    /* handled in C instead of by the engine: see enum insn_class */
    INSN_MASKS = 1 << 9,     /* may change PRIMASK, BASEPRI, FAULTMASK, CONTROL or the IPSR view: CPS, MSR */
    INSN_EXCLUSIVE = 1 << 10, /* opens or closes the local exclusive monitor */
    INSN_ALWAYS = 1 << 11,   /* look closer at every instruction (single step); never in a table entry */
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
};

struct insn {
    uint32_t raw;        /* the bytes it was decoded from, little-endian; 16-bit ones in the low half */
    uint16_t flags;      /* enum insn_flag */
    uint8_t size;        /* 2 or 4 */
    uint8_t cycles;      /* when it falls through */
    uint8_t taken_cycles; /* added when it does not */
    uint8_t class;       /* enum insn_class */
    uint8_t it_length;   /* INSN_IT: how many instructions the block has */
    uint8_t imm;         /* SVC and BKPT number */
};

/* Decodes the instruction whose bytes are at `code` (`avail` of them: 2 or more). `addr` is where it lies. */
struct insn_decoder;
struct insn_decoder *insn_decoder_new(void);
void insn_decoder_free(struct insn_decoder *d);
void insn_decode(struct insn_decoder *d, uint32_t addr, const uint8_t *code, unsigned avail, struct insn *out);

/* The memory operand of an instruction with INSN_MEMORY. */
struct insn_access {
    int8_t base;      /* register number, 15 = PC aligned down to a word */
    int8_t index;     /* register number or -1 */
    uint8_t shift;    /* index << shift */
    int32_t offset;   /* added to the base; 0 for post-indexed */
    uint8_t size;     /* bytes of each element: 1, 2, 4 */
    uint8_t count;    /* elements: 2 for LDRD, n for LDM, words for VLDM and VLDR.64 */
    bool store;
    bool unprivileged; /* LDRT, STRT */
    bool exclusive;
};
/* False when the instruction is no load or store. */
bool insn_access(struct insn_decoder *d, uint32_t addr, const uint8_t *code, unsigned avail, struct insn_access *out);

/* Disassembles one instruction into `buf`; returns its size in bytes. */
unsigned insn_text(struct insn_decoder *d, uint32_t addr, const uint8_t *code, unsigned avail, char *buf,
                   unsigned buf_size);

#endif
