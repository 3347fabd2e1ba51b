/*
 * The requests, one table for each group; the session dispatches to the longest prefix that fits.
 */
#ifndef RSP_COMMANDS_H
#define RSP_COMMANDS_H

#include "rsp/session.h"

enum rsp_outcome {
    RSP_SEND,  /* what is in session->reply */
    RSP_LATER, /* the stop reply is the answer */
    RSP_QUIET, /* no answer at all */
};

enum rsp_command_flags {
    RSP_WHOLE = 1,   /* the request is this word and nothing else */
    RSP_ANYTIME = 2, /* also while waiting for a stop */
    RSP_ONCE = 4,    /* carrying it out twice is not the same as once */
};

struct rsp_command {
    const char *prefix;                                                    /* NULL ends a table */
    enum rsp_outcome (*run)(struct rsp_session *s, struct rsp_args *args); /* `args` begin behind the prefix */
    unsigned flags;
};

extern const struct rsp_command rsp_commands_memory[];
extern const struct rsp_command rsp_commands_registers[];
extern const struct rsp_command rsp_commands_points[];
extern const struct rsp_command rsp_commands_resume[];
extern const struct rsp_command rsp_commands_reverse[];
extern const struct rsp_command rsp_commands_steps[];
extern const struct rsp_command rsp_commands_threads[];
extern const struct rsp_command rsp_commands_query[];
extern const struct rsp_command rsp_commands_xfer[];
extern const struct rsp_command rsp_commands_flash[];
extern const struct rsp_command rsp_commands_process[];

/* The numbers are errno's, as gdbserver's are. */
enum rsp_error { RSP_ERROR_SYNTAX = 0x01, RSP_ERROR_MEMORY = 0x0e, RSP_ERROR_BUSY = 0x10, RSP_ERROR_REFUSED = 0x16 };

/* The reply becomes an error; `text` is for debuggers that can show one. */
enum rsp_outcome rsp_fail(struct rsp_session *s, enum rsp_error error, const char *text);
enum rsp_outcome rsp_syntax(struct rsp_session *s);
enum rsp_outcome rsp_ok(struct rsp_session *s);

/* Lets the target run; the answer is its stop. */
enum rsp_outcome rsp_resume(struct rsp_session *s, struct rsp_resume how);

/* Appends "p1.1" or "1". */
void rsp_put_thread(struct rsp_session *s, struct rsp_buf *to, uint32_t thread);
/* The reply becomes a stop reply. */
void rsp_put_stop(struct rsp_session *s, const struct debug_stop_info *info);
/* Text for the debugger's console, sent before the reply. */
void rsp_console(struct rsp_session *s, const char *text);

#endif
