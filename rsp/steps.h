/*
 * Steps, by the policy that `monitor step-policy` chose (step/step.h): all connections share it, as they share the
 * core. It is the default again when the last debugger leaves.
 */
#ifndef RSP_STEPS_H
#define RSP_STEPS_H

#include "rsp/hub.h"

void rsp_steps_init(struct rsp_hub *h);
/* `place`: of the context; only some policies know any but the running one. */
void rsp_steps_begin(struct rsp_hub *h, unsigned place);
/* Goes on for a slice, as a debug target's run() does. */
void rsp_steps_run(struct rsp_hub *h, struct debug_stop_info *out);
/* The stop was none for anybody. True: the step goes on; false: it was its end all the same. */
bool rsp_steps_pass(struct rsp_hub *h);
/* No step is under way any more: the core does something else. */
void rsp_steps_end(struct rsp_hub *h);

/* `monitor step-policy` */
bool rsp_steps_command(struct rsp_session *s, const char *args);

#endif
