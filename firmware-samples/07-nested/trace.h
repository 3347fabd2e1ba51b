/*
 * Who ran when: one column for each mark, drawn afterwards.
 */
#ifndef NESTED_TRACE_H
#define NESTED_TRACE_H

enum trace_who { TRACE_THREAD, TRACE_LOW, TRACE_MID, TRACE_HIGH, TRACE_ROWS };

void trace_clear(void);
void trace_enter(enum trace_who who);
void trace_mark(enum trace_who who);
void trace_leave(enum trace_who who);

/* '#' runs, '-' is preempted, ' ' is not active. */
void trace_draw(const char *title);

#endif
