# The boards that come with the program are compiled in.
BOARD_FILES := $(sort $(wildcard data/boards/*.yaml))

$(B)/gen/boards.h: $(BOARD_FILES) tools/embed-boards
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	tools/embed-boards $(BOARD_FILES) > $@.tmp && mv $@.tmp $@

$(B)/soc/board_builtin.o: CPPFLAGS += -I$(B)/gen
$(B)/soc/board_builtin.o: $(B)/gen/boards.h
