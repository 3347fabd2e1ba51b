/* qXfer: documents, made anew for each piece that is asked for, and served by offset and length. */
#include "rsp/commands.h"
#include "rsp/target_xml.h"
#include "rsp/threads.h"

static void make_features(struct rsp_session *s, struct rsp_buf *doc) { rsp_target_xml(doc); }

static const char *const memory_kinds[] = {
    [DEBUG_MEMORY_RAM] = "ram", [DEBUG_MEMORY_ROM] = "rom", [DEBUG_MEMORY_FLASH] = "flash"};

static void make_memory_map(struct rsp_session *s, struct rsp_buf *doc)
{
    const struct debug_target *t = s->hub->target;
    const struct debug_memory *map;
    unsigned n = t->ops->memory_map(t->ctx, &map);

    rsp_buf_str(doc,
                "<?xml version=\"1.0\"?>\n<!DOCTYPE memory-map PUBLIC \"+//IDN gnu.org//DTD GDB Memory Map V1.0//EN\""
                " \"http://sourceware.org/gdb/gdb-memory-map.dtd\">\n<memory-map>\n");
    for (unsigned i = 0; i < n; i++) {
        rsp_buf_fmt(doc, "<memory type=\"%s\" start=\"0x%x\" length=\"0x%x\"", memory_kinds[map[i].kind], map[i].base,
                    map[i].size);
        if (map[i].kind == DEBUG_MEMORY_FLASH)
            rsp_buf_fmt(doc, "><property name=\"blocksize\">0x%x</property></memory>\n", map[i].block);
        else
            rsp_buf_str(doc, "/>\n");
    }
    rsp_buf_str(doc, "</memory-map>\n");
}

/* What does not fit is left out: half a document is none. */
static void make_threads(struct rsp_session *s, struct rsp_buf *doc)
{
    enum { A_THREAD = 256 };
    struct rsp_thread list[RSP_THREADS_MAX];
    unsigned n = s->hub->over ? 0 : rsp_threads_list(&s->hub->threads, list, RSP_THREADS_MAX);

    rsp_buf_str(doc, "<?xml version=\"1.0\"?>\n<threads>\n");
    for (unsigned i = 0; i < n && doc->len < sizeof doc->bytes - A_THREAD; i++) {
        rsp_buf_str(doc, "<thread id=\"");
        rsp_put_thread(s, doc, list[i].id);
        rsp_buf_fmt(doc, "\" core=\"0\" name=\"%s\">%s</thread>\n", list[i].name, list[i].info);
    }
    rsp_buf_str(doc, "</threads>\n");
}

static const struct {
    const char *name; /* object, "read", annex */
    void (*make)(struct rsp_session *s, struct rsp_buf *doc);
} documents[] = {
    {"features:read:target.xml:", make_features},
    {"memory-map:read::", make_memory_map},
    {"threads:read::", make_threads},
};

/* 'm' and a piece that is not the last, or 'l' and the last one. */
static void put_piece(struct rsp_session *s, const struct rsp_buf *doc, uint32_t offset, uint32_t len)
{
    uint32_t left = offset < doc->len ? (uint32_t)doc->len - offset : 0;

    rsp_buf_str(&s->reply, "m");
    size_t done = rsp_buf_binary(&s->reply, doc->bytes + offset * (left > 0), left < len ? left : len);
    s->reply.full = false;
    if (done == left)
        s->reply.bytes[0] = 'l';
}

static enum rsp_outcome transfer(struct rsp_session *s, struct rsp_args *args)
{
    struct rsp_buf *doc = &s->hub->document;
    uint32_t offset, len;

    for (unsigned i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        if (!rsp_args_word(args, documents[i].name))
            continue;
        if (!rsp_args_range(args, &offset, &len) || !rsp_args_end(args))
            return rsp_syntax(s);
        rsp_buf_clear(doc);
        documents[i].make(s, doc);
        put_piece(s, doc, offset, len);
        return RSP_SEND;
    }
    return rsp_args_word(args, "features:read:") ? rsp_fail(s, RSP_ERROR_REFUSED, "no such annex") : RSP_SEND;
}

const struct rsp_command rsp_commands_xfer[] = {{"qXfer:", transfer, 0}, {0}};
