# The window, and its pictures in docs/images/. SCREENSHOTS has a line for each: its name, the sample, options.
SCREENSHOTS := tests/window/screenshots

.PHONY: screenshots check-window check-pictures
screenshots: nrfemu firmware
	tests/window/make-screenshots ./nrfemu $(FW) $(SCREENSHOTS) docs/images

# On a display of its own.
check-window: $(B)/nrfemu firmware
	tests/window/run $(B)/nrfemu $(FW)

check-pictures: $(B)/nrfemu firmware
	tests/window/pictures $(B)/nrfemu $(FW) $(SCREENSHOTS) docs/images
