/* qSupported and the small questions, qCRC, qSearch, and qRcmd (gdb's `monitor`). */
#include <string.h>

#include "rsp/commands.h"
#include "rsp/monitor.h"

static const struct {
    const char *name;
    size_t offset; /* of a bool in struct rsp_peer */
} peer_features[] = {
    {"swbreak+", offsetof(struct rsp_peer, swbreak)},
    {"hwbreak+", offsetof(struct rsp_peer, hwbreak)},
    {"multiprocess+", offsetof(struct rsp_peer, multiprocess)},
    {"error-message+", offsetof(struct rsp_peer, error_message)},
};

static void take_feature(struct rsp_peer *peer, const uint8_t *name, size_t len)
{
    static const char descriptions[] = "xmlRegisters=";

    if (len >= strlen(descriptions) && memcmp(name, descriptions, strlen(descriptions)) == 0)
        peer->descriptions = true;
    for (unsigned i = 0; i < sizeof peer_features / sizeof peer_features[0]; i++)
        if (len == strlen(peer_features[i].name) && memcmp(name, peer_features[i].name, len) == 0)
            *(bool *)((char *)peer + peer_features[i].offset) = true;
}

/* What a debugger does not name it is not offered: old ones take an unknown word in a stop reply for a register. */
static enum rsp_outcome supported(struct rsp_session *s, struct rsp_args *args)
{
    s->peer = (struct rsp_peer){0};
    while (!rsp_args_end(args)) {
        const uint8_t *name = ++args->at; /* behind ':' or ';' */
        while (!rsp_args_end(args) && *args->at != ';')
            args->at++;
        take_feature(&s->peer, name, (size_t)(args->at - name));
    }
    s->out.run_length = s->peer.descriptions;
    rsp_buf_fmt(&s->reply,
                "PacketSize=%x;%svContSupported+;qXfer:features:read+;qXfer:memory-map:read+;"
                "qXfer:threads:read+;ConditionalBreakpoints+;BreakpointCommands+;binary-upload+%s",
                RSP_PACKET_MAX, s->out.unreliable ? "" : "QStartNoAckMode+;",
                s->hub->target->ops->goes_back ? ";ReverseStep+;ReverseContinue+" : "");
    for (unsigned i = 0; i < sizeof peer_features / sizeof peer_features[0]; i++)
        if (*(bool *)((char *)&s->peer + peer_features[i].offset))
            rsp_buf_fmt(&s->reply, ";%s", peer_features[i].name);
    return RSP_SEND;
}

static enum rsp_outcome no_ack(struct rsp_session *s, struct rsp_args *args)
{
    if (s->out.unreliable)
        return RSP_SEND; /* as one that does not know it */
    s->out.no_ack = true;
    return rsp_ok(s);
}

/* We were here before the debugger: on quitting it detaches rather than kills. */
static enum rsp_outcome was_attached(struct rsp_session *s, struct rsp_args *args)
{
    rsp_buf_str(&s->reply, "1");
    return RSP_SEND;
}

static enum rsp_outcome offsets(struct rsp_session *s, struct rsp_args *args)
{
    rsp_buf_str(&s->reply, "Text=0;Data=0;Bss=0");
    return RSP_SEND;
}

/* gdb offers to look up symbols; we need none. */
static enum rsp_outcome symbols(struct rsp_session *s, struct rsp_args *args) { return rsp_ok(s); }

static uint32_t crc_more(uint32_t crc, const uint8_t *data, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++) {
        crc ^= (uint32_t)data[i] << 24;
        for (int bit = 0; bit < 8; bit++)
            crc = crc << 1 ^ (crc >> 31 ? 0x04c11db7 : 0);
    }
    return crc;
}

static enum rsp_outcome crc(struct rsp_session *s, struct rsp_args *args)
{
    const struct debug_target *t = s->hub->target;
    uint32_t addr, len, sum = UINT32_MAX;

    if (!rsp_args_range(args, &addr, &len) || !rsp_args_end(args) || (uint64_t)addr + len > 1ull << 32)
        return rsp_syntax(s);
    while (len > 0) {
        uint32_t part = len < sizeof s->hub->scratch ? len : sizeof s->hub->scratch;
        if (t->ops->mem_get(t->ctx, addr, s->hub->scratch, part) != part)
            return rsp_fail(s, RSP_ERROR_MEMORY, "no memory there");
        sum = crc_more(sum, s->hub->scratch, part);
        addr += part;
        len -= part;
    }
    rsp_buf_fmt(&s->reply, "C%x", sum);
    return RSP_SEND;
}

/* Looks at [addr, addr+len) in pieces that overlap by the pattern's length less one. */
static bool search_memory(struct rsp_session *s, uint32_t addr, uint32_t len, const struct rsp_args *pattern,
                          uint32_t *at)
{
    const struct debug_target *t = s->hub->target;
    uint32_t size = (uint32_t)rsp_args_left(pattern);

    while (len >= size) {
        uint32_t part = len < sizeof s->hub->scratch ? len : sizeof s->hub->scratch;
        uint32_t got = t->ops->mem_get(t->ctx, addr, s->hub->scratch, part);
        const uint8_t *found = memmem(s->hub->scratch, got, pattern->at, size);
        if (found) {
            *at = addr + (uint32_t)(found - s->hub->scratch);
            return true;
        }
        if (got < part || part == len)
            return false;
        addr += part - (size - 1);
        len -= part - (size - 1);
    }
    return false;
}

static enum rsp_outcome search(struct rsp_session *s, struct rsp_args *args)
{
    uint32_t addr, len, at;

    if (!rsp_args_u32(args, &addr) || !rsp_args_char(args, ';') || !rsp_args_u32(args, &len) ||
        !rsp_args_char(args, ';') || rsp_args_end(args) || (uint64_t)addr + len > 1ull << 32)
        return rsp_syntax(s);
    if (search_memory(s, addr, len, args, &at))
        rsp_buf_fmt(&s->reply, "1,%x", at);
    else
        rsp_buf_str(&s->reply, "0");
    return RSP_SEND;
}

enum { MONITOR_LINE_MAX = 1024 };

static enum rsp_outcome monitor(struct rsp_session *s, struct rsp_args *args)
{
    char line[MONITOR_LINE_MAX];
    size_t size = rsp_args_left(args) / 2;

    if (rsp_args_left(args) % 2 || size >= sizeof line || !rsp_args_hex(args, line, size))
        return rsp_syntax(s);
    line[size] = '\0';
    return rsp_monitor(s, line) ? rsp_ok(s) : rsp_fail(s, RSP_ERROR_REFUSED, "the command failed");
}

const struct rsp_command rsp_commands_query[] = {
    {"qSupported", supported, 0},
    {"QStartNoAckMode", no_ack, RSP_WHOLE},
    {"qAttached", was_attached, 0},
    {"qOffsets", offsets, RSP_WHOLE},
    {"qSymbol:", symbols, 0},
    {"qCRC:", crc, 0},
    {"qSearch:memory:", search, 0},
    {"qRcmd,", monitor, RSP_ONCE},
    {0},
};
