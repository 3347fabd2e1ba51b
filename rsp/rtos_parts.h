/*
 * What the tables of the operating systems are made of; private to rsp/rtos*.c.
 */
#ifndef RSP_RTOS_PARTS_H
#define RSP_RTOS_PARTS_H

#include "rsp/rtos.h"

struct rsp_rtos_list {
    struct rsp_rtos_thread *list; /* NULL: they are only counted, or looked for */
    unsigned n, max;
};

struct rsp_rtos_kind {
    const char *name;
    struct {
        const char *name;
        bool optional;
    } symbols[RSP_RTOS_SYMBOLS];
    struct {
        const char *type, *path;
        bool optional;
    } members[RSP_RTOS_MEMBERS];
    unsigned stack_start; /* which member is the lowest address of a thread's stack */
    bool scheduler_stack; /* between threads, Thread mode is back on the main stack */
    uint32_t (*current)(const struct rsp_rtos *r);
    void (*each)(const struct rsp_rtos *r, struct rsp_rtos_list *list);
    /* `thread` is one of the list. */
    bool (*frame)(const struct rsp_rtos *r, uint32_t thread, struct rsp_rtos_frame *f);
};

extern const struct rsp_rtos_kind rsp_rtos_freertos, rsp_rtos_zephyr, rsp_rtos_riot, rsp_rtos_tinygo;

/* A word of the target's memory; 0 where there is none. */
uint32_t rsp_rtos_word(const struct rsp_rtos *r, uint32_t addr);
/* The value of a member of at most four bytes; 0 when there is no such member. */
uint32_t rsp_rtos_get(const struct rsp_rtos *r, uint32_t base, unsigned member);
bool rsp_rtos_has(const struct rsp_rtos *r, unsigned member);
/* Printable text of at most `size` bytes. */
void rsp_rtos_text(const struct rsp_rtos *r, uint32_t addr, uint32_t size, char name[RSP_RTOS_NAME]);

/* One more, with the name empty; NULL: it was there already, or the list is full. */
struct rsp_rtos_thread *rsp_rtos_add(struct rsp_rtos_list *l, uint32_t id);

/* What exception entry pushed (ARMv7-M ARM B1.5.6), at `addr`; sets the stack pointer to what is behind it. */
bool rsp_rtos_exception_frame(const struct rsp_rtos *r, uint32_t addr, bool fp, struct rsp_rtos_frame *f);
/* Registers one behind the other. */
void rsp_rtos_registers(struct rsp_rtos_frame *f, enum cpu_reg first, unsigned n, uint32_t addr);
/* r4 to r11, EXC_RETURN, s16 to s31 if that says so, and the exception's frame: what several systems push. */
bool rsp_rtos_switch_frame(const struct rsp_rtos *r, uint32_t sp, struct rsp_rtos_frame *f);
/* Is this a value that returns to Thread mode on the process stack? */
bool rsp_rtos_is_exc_return(uint32_t value);
enum { RSP_RTOS_EXC_NO_FP = 0x10 }; /* bit of EXC_RETURN */

#endif
