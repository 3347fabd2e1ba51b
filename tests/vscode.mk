# What debug front-ends do, done to nrfemu: OpenOCD's role in Cortex-Debug's conversation, and a whole session of the debug
# adapter protocol with the adapter from npm. Its packages are pinned, and stay in build/dap once they are there.

VSCODE_SAMPLE := $(FW)/30-nested-float.elf

.PHONY: check-openocd
check-openocd: $(B)/nrfemu $(VSCODE_SAMPLE)
	tests/cli/openocd $< $(VSCODE_SAMPLE)
