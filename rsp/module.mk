# The unit tests of rsp/ share a target that is a few bytes of memory and a handful of registers.
RSP_FAKE := $(B)/tests/fakes/rsp_fake_target.o
RSP_RIG := $(B)/tests/fakes/rsp_rig.o $(RSP_FAKE)
$(B)/tests/unit/rsp_gdb $(B)/tests/unit/rsp_server: $(RSP_FAKE)
$(addprefix $(B)/tests/unit/rsp_,requests robustness link rtos session resume sharing agent threads monitor lines): $(RSP_RIG)
$(B)/tests/unit/rsp_requests.o: CPPFLAGS += -DDOCS='"$(abspath docs)"'
