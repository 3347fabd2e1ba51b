/*
 * The target description gdb reads: which registers there are, under which numbers. One table serves the XML, the
 * g/G packets and the p/P packets, so they cannot disagree.
 *
 * gdb numbers r0…pc 0…15 and xpsr 25 (GDB manual, appendix G.5.3, org.gnu.gdb.arm.m-profile); the rest follows: msp,
 * psp, primask, basepri, faultmask, control are 26…31 (m-system), d0…d15 32…47 and fpscr 48 (vfp). Of primask and the
 * like all 32 bits are transferred.
 */
#ifndef RSP_TARGET_XML_H
#define RSP_TARGET_XML_H

#include <stdint.h>

#include "emu/cpu.h"
#include "rsp/buf.h"

enum rsp_feature { RSP_FEATURE_PROFILE, RSP_FEATURE_SYSTEM, RSP_FEATURE_VFP };

enum { RSP_REG_SP = 13, RSP_REG_LR = 14, RSP_REG_PC = 15, RSP_REG_XPSR = 25 };

struct rsp_register {
    const char *name;
    const char *type;
    enum rsp_feature feature;
    uint8_t number; /* gdb's */
    uint8_t words;  /* of 32 bits, the least significant one first: that many cpu_regs from `reg` on */
    enum cpu_reg reg;
};

/* In ascending order of number: the order of the g packet. */
extern const struct rsp_register rsp_registers[];
extern const unsigned rsp_n_registers;

/* NULL: no such number. */
const struct rsp_register *rsp_register_find(uint32_t number);

/* Appends the document that qXfer:features:read serves as target.xml. */
void rsp_target_xml(struct rsp_buf *doc);

#endif
