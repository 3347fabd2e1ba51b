#include "emu/insn_sets.h"

#include <capstone/capstone.h>
#include <stdio.h>

static const struct {
    cs_arch arch;
    cs_mode mode;
} sets[] = {
    [INSN_SET_THUMB] = {CS_ARCH_ARM, CS_MODE_THUMB | CS_MODE_V8},
    [INSN_SET_ARM] = {CS_ARCH_ARM, CS_MODE_ARM},
    [INSN_SET_AARCH64] = {CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN},
};

bool insn_set_text(enum insn_set set, uint64_t addr, const uint8_t *bytes, size_t size, char *text, size_t text_size)
{
    csh handle;
    cs_insn *insn;

    if (cs_open(sets[set].arch, sets[set].mode, &handle) != CS_ERR_OK)
        return false;
    size_t n = cs_disasm(handle, bytes, size, addr, 1, &insn);
    if (n) {
        snprintf(text, text_size, "%s%s%s", insn->mnemonic, *insn->op_str ? " " : "", insn->op_str);
        cs_free(insn, n);
    }
    cs_close(&handle);
    return n;
}
