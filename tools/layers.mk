# The rooms of the project, each with those it may include from (what those include comes with them). The Makefile links by
# this table and tools/check-layers proves it; docs/ARCHITECTURE.md says what lives where.

LAYERS := emu nvic periph host parts soc step rsp swd lab board cli

LAYER_emu :=
LAYER_nvic := emu
LAYER_periph := emu
LAYER_host := emu
LAYER_parts := emu
LAYER_soc := emu nvic periph host parts
LAYER_step := emu
LAYER_rsp := emu step
LAYER_swd := emu
LAYER_lab := soc step rsp swd
LAYER_board := emu soc
LAYER_cli := emu nvic periph host parts soc step rsp swd lab board
