#include "swd/wire.h"

enum phase { IDLE, REQUEST, TURN, OUT, TURN_BACK, IN };
enum { REQUEST_BITS = 8, ACK_BITS = 3, DATA_BITS = 33, RESET_ONES = 50 };

/* Sequences (ADIv5.2 B5.3), first bit lowest. */
enum { TO_DORMANT = 0xE3BC, TO_DORMANT_BITS = 16, ACTIVATION_BITS = 12, ACTIVATE_SWD = 0x1A0 };
#define ALERT_FIRST 0x86852D956209F392ull
#define ALERT_LAST  0x19BC0EA2E3DDAFE9ull

void swd_wire_init(struct swd_wire *w, struct swd_dp *dp) { *w = (struct swd_wire){.dp = dp}; }

static void release(struct swd_wire *w, enum phase next)
{
    w->driving = false;
    w->level = true;
    w->phase = (uint8_t)next;
}

/* ---- sequences --------------------------------------------------------------------------------------------------- */

static void remember(struct swd_wire *w, bool bit)
{
    w->recent[0] = w->recent[0] >> 1 | w->recent[1] << 63;
    w->recent[1] = w->recent[1] >> 1 | (uint64_t)bit << 63;
}

static void listen_while_dormant(struct swd_wire *w)
{
    if (w->activation && !--w->activation) {
        if (w->recent[1] >> (64 - ACTIVATION_BITS) == ACTIVATE_SWD)
            w->state = SWD_WIRE_LOST;
    } else if (w->recent[0] == ALERT_FIRST && w->recent[1] == ALERT_LAST) {
        w->activation = ACTIVATION_BITS;
    }
}

/* A line reset is over, or the sequence that comes right behind one. True: the bit means nothing else. */
static bool heard_sequence(struct swd_wire *w, bool bit)
{
    bool reset = !bit && w->ones >= RESET_ONES;
    remember(w, bit);
    w->ones = bit ? w->ones + 1 : 0;
    if (w->state == SWD_WIRE_DORMANT) {
        listen_while_dormant(w);
        return true;
    }
    w->since_reset = reset ? 1 : w->since_reset + 1;
    if (w->ones == RESET_ONES)
        release(w, IDLE);
    if (reset) {
        w->state = SWD_WIRE_RESET;
        swd_dp_line_reset(w->dp);
        release(w, IDLE);
    } else if (w->since_reset == TO_DORMANT_BITS && w->recent[1] >> (64 - TO_DORMANT_BITS) == TO_DORMANT) {
        w->state = SWD_WIRE_DORMANT;
        release(w, IDLE);
    }
    return w->state == SWD_WIRE_DORMANT || w->ones >= RESET_ONES;
}

/* ---- transfers --------------------------------------------------------------------------------------------------- */

static bool parity(uint32_t v) { return __builtin_parity(v); }

/* Start, APnDP, RnW, A[2:3], parity, stop, park. False: it is none. */
static bool decode(struct swd_wire *w)
{
    uint32_t bits = (uint32_t)w->shift;
    w->request = (struct swd_request){
        .ap = bits >> 1 & 1, .read = bits >> 2 & 1, .addr = (uint8_t)((bits >> 3 & 1) << 2 | (bits >> 4 & 1) << 3)};
    bool valid = (bits & 0xC0) == 0x80 && parity(bits >> 1 & 0xF) == (bits >> 5 & 1);
    bool identifies = !w->request.ap && w->request.read && w->request.addr == SWD_DP_IDR;
    return valid && (w->state == SWD_WIRE_READY || identifies);
}

static void answer(struct swd_wire *w)
{
    uint32_t data;
    enum swd_ack ack = swd_dp_request(w->dp, &w->request, &data);
    w->state = SWD_WIRE_READY;
    w->ok = ack == SWD_ACK_OK;
    bool has_data = w->ok || swd_dp_overrun_detection(w->dp);
    bool sends = has_data && w->request.read;
    w->shift = (uint64_t)ack | (uint64_t)data << ACK_BITS | (uint64_t)parity(data) << (ACK_BITS + 32);
    w->count = (uint8_t)(sends ? ACK_BITS + DATA_BITS : ACK_BITS);
    w->in_left = has_data && !w->request.read ? DATA_BITS : 0;
}

static void take_request(struct swd_wire *w, bool bit)
{
    w->shift |= (uint64_t)bit << w->count;
    if (++w->count < REQUEST_BITS)
        return;
    if (!decode(w)) {
        w->state = SWD_WIRE_LOST;
        w->phase = IDLE;
        return;
    }
    w->count = (uint8_t)swd_dp_turnaround(w->dp);
    w->phase = TURN;
}

static void take_data(struct swd_wire *w, bool bit)
{
    w->shift |= (uint64_t)bit << w->count;
    if (++w->count < w->in_left)
        return;
    uint32_t data = (uint32_t)w->shift;
    w->phase = IDLE;
    if (w->ok)
        swd_dp_complete(w->dp, &w->request, data, parity(data) == (w->shift >> 32 & 1));
}

/* Drives the next bit, or lets go of the line. */
static void send(struct swd_wire *w)
{
    if (w->count) {
        w->count--;
        w->driving = true;
        w->level = w->shift & 1;
        w->shift >>= 1;
        return;
    }
    release(w, TURN_BACK);
    w->count = (uint8_t)swd_dp_turnaround(w->dp);
    if (w->request.read && w->ok)
        swd_dp_complete(w->dp, &w->request, 0, true);
}

static void step(struct swd_wire *w, bool bit)
{
    switch ((enum phase)w->phase) {
    case IDLE:
        w->phase = bit ? REQUEST : IDLE;
        w->shift = w->count = 1;
        break;
    case REQUEST:
        take_request(w, bit);
        break;
    case TURN:
        if (--w->count)
            break;
        answer(w);
        w->phase = OUT;
        send(w);
        break;
    case OUT:
        send(w);
        break;
    case TURN_BACK:
        if (--w->count)
            break;
        w->phase = w->in_left ? IN : IDLE;
        w->shift = 0;
        break;
    case IN:
        take_data(w, bit);
        break;
    }
}

bool swd_wire_clock(struct swd_wire *w, bool host_drives, bool level)
{
    bool chip_alone = w->driving && !host_drives, bit = !host_drives || level;
    w->dp->edges++;
    bool sequence = heard_sequence(w, bit && !chip_alone);
    if (w->state != SWD_WIRE_LOST && !sequence)
        step(w, bit);
    return w->driving ? w->level : true;
}
