/*
 * The build attributes of an ARM ELF: what its objects were compiled for (Addenda to, and Errata in, the ABI for the
 * ARM Architecture, section 3 "Build attributes").
 */
#ifndef EMU_ARM_ATTRIBUTES_H
#define EMU_ARM_ATTRIBUTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum arm_float { ARM_FLOAT_UNKNOWN, ARM_FLOAT_SOFT, ARM_FLOAT_SOFTFP, ARM_FLOAT_HARD };

/* Numbers are those of the tags; 0 where a tag is missing, as the specification has it. */
struct arm_attributes {
    bool present;
    char cpu[48];      /* Tag_CPU_name: "cortex-m4", or ""; printable */
    unsigned arch;     /* Tag_CPU_arch */
    char profile;      /* Tag_CPU_arch_profile: 'A', 'R', 'M', 'S', or 0 */
    bool arm_code;     /* Tag_ARM_ISA_use */
    unsigned thumb;    /* Tag_THUMB_ISA_use */
    unsigned fp;       /* Tag_FP_arch */
    unsigned simd;     /* Tag_Advanced_SIMD_arch */
    unsigned vector;   /* Tag_MVE_arch */
    unsigned vfp_args; /* Tag_ABI_VFP_args: 1: floats are passed in FP registers */
};

/* Reads the contents of section .ARM.attributes. What is broken ends the reading; what was read before counts. */
void arm_attributes_read(struct arm_attributes *a, const uint8_t *bytes, size_t size);

/* "ARMv7E-M", "ARMv8-M.main"; "" when unknown. And whether a core of ARMv7E-M executes all that it may contain. */
const char *arm_attributes_arch(const struct arm_attributes *a);
bool arm_attributes_fit(const struct arm_attributes *a);

/* "FPv4-SP", "VFPv3", "NEON"…; NULL: none. */
const char *arm_attributes_fp(const struct arm_attributes *a);

/* Whether Tag_CPU_name names a core: GNU's assembler puts the architecture there ("7e-m") when it knows no more. */
bool arm_attributes_core(const struct arm_attributes *a);

enum arm_float arm_attributes_float(const struct arm_attributes *a);

#endif
