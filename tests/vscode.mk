# What debug front-ends do, done to nrfemu: OpenOCD's part in the conversation with Cortex-Debug, and whole sessions of the
# debug adapter protocol with an adapter from npm. Its packages are pinned, need nothing compiled, and are in build/dap
# from the first time on.

VSCODE_SAMPLE := 30-nested-float
DAP := build/dap
DAP_PACKAGES := $(DAP)/node_modules/.package-lock.json

.PHONY: check-openocd check-dap
check-openocd: $(B)/nrfemu $(FW)/$(VSCODE_SAMPLE).elf $(FW)/32-swo.elf
	tests/cli/openocd $^

$(DAP_PACKAGES): tests/dap/package.json tests/dap/package-lock.json
	$(call say,NPM,$(DAP))
	@rm -rf $(DAP)
	@mkdir -p $(DAP)
	cp $^ $(DAP)
	cd $(DAP) && npm ci --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error
	touch $@

check-dap: nrfemu $(B)/nrfemu $(FW)/$(VSCODE_SAMPLE).elf $(DAP_PACKAGES)
	NODE_PATH=$(DAP)/node_modules node tests/dap/session.js $(B)/nrfemu $(FW)/$(VSCODE_SAMPLE).elf \
		firmware-samples/$(VSCODE_SAMPLE)/main.c
