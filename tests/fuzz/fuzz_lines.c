/*
 * Command ports at a fake target: the input's first byte is the style, the rest what is sent, 0xFF letting the target
 * run for a slice. Nothing crashes, an answer ends as answers of its style do, and nobody holds the target afterwards.
 */
#include <stdlib.h>
#include <string.h>

#include "rsp/lines.h"
#include "tests/fakes/rsp_fake_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SLICE = 0xFF };

struct bench {
    struct fake_target fake;
    struct rsp_hub hub;
    struct rsp_session session;
    struct rsp_lines lines;
    unsigned ends; /* of answers */
};

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void count_ends(void *ctx, const void *data, size_t size)
{
    struct bench *b = ctx;
    const char *at = data;

    for (size_t i = 0; i < size; i++)
        b->ends += at[i] == '\x1a';
}

static void feed(struct bench *b, const uint8_t *data, size_t size)
{
    unsigned requests = 0;

    for (size_t i = 0; i < size && !b->session.closing; i++) {
        if (data[i] == SLICE) {
            rsp_hub_run(&b->hub);
            continue;
        }
        rsp_lines_feed(&b->lines, &data[i], 1);
        requests += b->lines.style == RSP_LINES_TCL && data[i] == '\x1a' && !b->session.closing;
    }
    require(b->lines.style != RSP_LINES_TCL || b->ends == requests);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct bench b;

    if (size == 0)
        return 0;
    memset(&b, 0, sizeof b);
    fake_target_init(&b.fake);
    rsp_hub_init(&b.hub, &b.fake.target, NULL);
    require(rsp_session_init(&b.session, &b.hub, count_ends, &b));
    rsp_lines_init(&b.lines, &b.session, data[0] % 2 ? RSP_LINES_TELNET : RSP_LINES_TCL);
    feed(&b, data + 1, size - 1);
    rsp_session_end(&b.session);
    require(rsp_hub_attached(&b.hub) == 0 && !b.hub.running && b.fake.attaches == b.fake.detaches);
    return 0;
}
