# The unit tests of rsp/ share a target that is a few bytes of memory and a handful of registers.
RSP_FAKE := $(B)/tests/fakes/rsp_fake_target.o
$(B)/tests/unit/rsp_session $(B)/tests/unit/rsp_server $(B)/tests/unit/rsp_gdb: $(RSP_FAKE)
