/*
 * What the nRF52840's core can execute: Thumb of ARMv7E-M with the FPv4-SP extension (ARMv7-M ARM, A5.2, A5.3, A6.4).
 *
 * An instruction is given as struct insn has it: first halfword in the low half, the second, if any, in the high one.
 * UDF and hints without a meaning are instructions; what is UNPREDICTABLE is as a rule taken for what it resembles.
 */
#ifndef EMU_ARMV7EM_H
#define EMU_ARMV7EM_H

#include <stdbool.h>
#include <stdint.h>

/* Length in bytes, 2 or 4, of the instruction that begins with a halfword. */
static inline unsigned armv7em_size(uint16_t first)
{
    return (first & 0xE000) == 0xE000 && (first & 0x1800) != 0 ? 4 : 2;
}

/* Whether the core has the instruction. */
bool armv7em_has(uint32_t raw, unsigned size);

/* Whether it is one of the FP extension, which needs CPACR to be executed. */
bool armv7em_is_fp(uint32_t raw, unsigned size);

/* Name of an instruction that other ARM cores have and this one has not, as far as disassemblers do not know it; NULL:
 * none. */
const char *armv7em_foreign_name(uint32_t raw, unsigned size);

#endif
