/* The machine as a debug probe reaches it (emu/debug_access.h), in process. */
#ifndef SOC_DEBUG_ACCESS_H
#define SOC_DEBUG_ACCESS_H

#include "emu/debug_access.h"

/* Its context is a struct debug_port. */
extern const struct debug_access_ops debug_access_ops;

#endif
