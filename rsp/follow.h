/*
 * Steps of a thread of the firmware's operating system. To the core all threads are one context, Thread mode: a step
 * that begins in one of them may end in another. Here it goes on until the thread that was meant has made it:
 *
 *   - a thread that the core is not in is waited for, by a breakpoint at where it will go on;
 *   - when a step ended in another thread, the one that was meant has made it if its pc has changed; the stop is then
 *     reported for that thread, though the core is in another. If not, it is waited for.
 *
 * Only the step policy `context` is helped so: the others are there to show what happens to them.
 */
#ifndef RSP_FOLLOW_H
#define RSP_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

struct rsp_hub;
struct debug_stop_info;

struct rsp_follow {
    uint32_t thread; /* 0: nothing is followed */
    uint32_t pc;     /* where it stood when the step began */
    bool waits;      /* for it, at a breakpoint there */
};

enum rsp_follow_next {
    RSP_FOLLOW_REPORT, /* a stop like any other */
    RSP_FOLLOW_STEP,   /* the core is to step */
    RSP_FOLLOW_WAIT,   /* the core is to go on */
};

/* A step of `thread`, 0: the current one, begins: what the core is to do. */
enum rsp_follow_next rsp_follow_begin(struct rsp_hub *h, uint32_t thread);
/* What follows from a stop; `info` becomes what is to be reported. */
enum rsp_follow_next rsp_follow_look(struct rsp_hub *h, struct debug_stop_info *info);
/* A stop is reported: for which thread, 0: the current one. */
uint32_t rsp_follow_end(struct rsp_hub *h, const struct debug_stop_info *info);

#endif
