# `make demo`: on a machine with nothing but make and git, as on any other.
.PHONY: demo run-demo
demo:
	tools/install-deps run
	+$(MAKE) -j2 nrfemu firmware
	+$(MAKE) run-demo

run-demo: nrfemu firmware
	tools/demo
