/*
 * Text of the remote protocol: building replies, and taking requests apart.
 *
 * Nothing here can run over a buffer: a reply that is full stays full and says so, and an argument that is not what was
 * asked for is left where it is.
 */
#ifndef RSP_BUF_H
#define RSP_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RSP_PACKET_MAX = 0x4000 }; /* bytes between '$' and '#': what qSupported announces as PacketSize */

struct rsp_buf {
    size_t len;
    bool full; /* something did not fit and was left out */
    uint8_t bytes[RSP_PACKET_MAX];
};

void rsp_buf_clear(struct rsp_buf *b);
void rsp_buf_str(struct rsp_buf *b, const char *s);
void rsp_buf_fmt(struct rsp_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Two lower-case digits for each byte. All of it or nothing. */
void rsp_buf_hex(struct rsp_buf *b, const void *data, size_t size);
/* The bytes escaped where the protocol needs it. Returns how many went in before the buffer was full. */
size_t rsp_buf_binary(struct rsp_buf *b, const void *data, size_t size);

/* A cursor over a request. Every rsp_args_* that answers false has consumed nothing. */
struct rsp_args {
    const uint8_t *at, *end;
};

bool rsp_args_end(const struct rsp_args *a);
size_t rsp_args_left(const struct rsp_args *a);
bool rsp_args_char(struct rsp_args *a, char c);
bool rsp_args_word(struct rsp_args *a, const char *word);
/* A hexadecimal number of any number of digits that fits 32 bits. */
bool rsp_args_u32(struct rsp_args *a, uint32_t *value);
/* "ADDR,LENGTH" */
bool rsp_args_range(struct rsp_args *a, uint32_t *addr, uint32_t *len);
/* Exactly `size` bytes in hexadecimal. */
bool rsp_args_hex(struct rsp_args *a, void *data, size_t size);

/* A thread as the protocol writes it: "TID", "pPID.TID", "pPID"; RSP_ANY is 0 there, RSP_ALL -1. */
enum { RSP_ANY = 0, RSP_ALL = -1 };
struct rsp_thread_id {
    int64_t pid, tid;
};
bool rsp_args_thread(struct rsp_args *a, struct rsp_thread_id *id);

#endif
