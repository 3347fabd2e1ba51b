#include "rsp/target_xml.h"

#include <stddef.h>

#define CORE(name_, n_)                                         \
    {                                                           \
        name_, "int", RSP_FEATURE_PROFILE, n_, 1, CPU_R0 + (n_) \
    }
#define SYSTEM(name_, n_, reg_)                       \
    {                                                 \
        name_, "int", RSP_FEATURE_SYSTEM, n_, 1, reg_ \
    }
#define DOUBLE(name_, n_)                                                      \
    {                                                                          \
        name_, "ieee_double", RSP_FEATURE_VFP, 32 + (n_), 2, CPU_S0 + 2 * (n_) \
    }

const struct rsp_register rsp_registers[] = {
    CORE("r0", 0),
    CORE("r1", 1),
    CORE("r2", 2),
    CORE("r3", 3),
    CORE("r4", 4),
    CORE("r5", 5),
    CORE("r6", 6),
    CORE("r7", 7),
    CORE("r8", 8),
    CORE("r9", 9),
    CORE("r10", 10),
    CORE("r11", 11),
    CORE("r12", 12),
    {"sp", "data_ptr", RSP_FEATURE_PROFILE, RSP_REG_SP, 1, CPU_SP},
    {"lr", "int", RSP_FEATURE_PROFILE, RSP_REG_LR, 1, CPU_LR},
    {"pc", "code_ptr", RSP_FEATURE_PROFILE, RSP_REG_PC, 1, CPU_PC},
    {"xpsr", "int", RSP_FEATURE_PROFILE, RSP_REG_XPSR, 1, CPU_XPSR},
    {"msp", "data_ptr", RSP_FEATURE_SYSTEM, 26, 1, CPU_MSP},
    {"psp", "data_ptr", RSP_FEATURE_SYSTEM, 27, 1, CPU_PSP},
    SYSTEM("primask", 28, CPU_PRIMASK),
    SYSTEM("basepri", 29, CPU_BASEPRI),
    SYSTEM("faultmask", 30, CPU_FAULTMASK),
    SYSTEM("control", 31, CPU_CONTROL),
    DOUBLE("d0", 0),
    DOUBLE("d1", 1),
    DOUBLE("d2", 2),
    DOUBLE("d3", 3),
    DOUBLE("d4", 4),
    DOUBLE("d5", 5),
    DOUBLE("d6", 6),
    DOUBLE("d7", 7),
    DOUBLE("d8", 8),
    DOUBLE("d9", 9),
    DOUBLE("d10", 10),
    DOUBLE("d11", 11),
    DOUBLE("d12", 12),
    DOUBLE("d13", 13),
    DOUBLE("d14", 14),
    DOUBLE("d15", 15),
    {"fpscr", "int", RSP_FEATURE_VFP, 48, 1, CPU_FPSCR},
};
const unsigned rsp_n_registers = sizeof rsp_registers / sizeof rsp_registers[0];

static const struct {
    const char *name, *group;
} features[] = {
    [RSP_FEATURE_PROFILE] = {"org.gnu.gdb.arm.m-profile", "general"},
    [RSP_FEATURE_SYSTEM] = {"org.gnu.gdb.arm.m-system", "system"},
    [RSP_FEATURE_VFP] = {"org.gnu.gdb.arm.vfp", "float"},
};

const struct rsp_register *rsp_register_find(uint32_t number)
{
    for (unsigned i = 0; i < rsp_n_registers; i++)
        if (rsp_registers[i].number == number)
            return &rsp_registers[i];
    return NULL;
}

/* Without <osabi>none</osabi> a gdb built for GNU/Linux steps in software: it plants breakpoints and continues. */
void rsp_target_xml(struct rsp_buf *doc)
{
    rsp_buf_str(doc, "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n<target version=\"1.0\">\n"
                     "<architecture>arm</architecture>\n<osabi>none</osabi>\n");
    for (unsigned f = 0; f < sizeof features / sizeof features[0]; f++) {
        rsp_buf_fmt(doc, "<feature name=\"%s\">\n", features[f].name);
        for (unsigned i = 0; i < rsp_n_registers; i++) {
            const struct rsp_register *r = &rsp_registers[i];
            if (r->feature == f)
                rsp_buf_fmt(doc, "<reg name=\"%s\" bitsize=\"%u\" regnum=\"%u\" type=\"%s\" group=\"%s\"/>\n", r->name,
                            32 * r->words, r->number, r->type, features[f].group);
        }
        rsp_buf_str(doc, "</feature>\n");
    }
    rsp_buf_str(doc, "</target>\n");
}
