#include "usb.h"

#include <stdbool.h>

#include "descriptors.h"
#include "nrf52840.h"

enum {
    RX_SIZE = 256,

    GET_DESCRIPTOR = 6,
    SET_ADDRESS = 5,
    SET_CONFIGURATION = 9,
    SET_LINE_CODING = 0x20,
    GET_LINE_CODING = 0x21,
    SET_CONTROL_LINE_STATE = 0x22,

    LINE_STATE_DTR = 1,
    LINE_CODING_SIZE = 7,
};

/* EasyDMA reaches RAM only. */
static struct {
    uint8_t control[128], in[PACKET_SIZE], out[PACKET_SIZE], line_coding[PACKET_SIZE];
} buffer;

/* The data stage of a control transfer to the host. */
static struct {
    const uint8_t *at;
    unsigned left; /* bytes to send */
    bool more;     /* packets to send: one more, and be it empty */
} answer;

/* One writer (the interrupt handler moves `head`), one reader (usb_read() moves `tail`). */
static struct {
    char data[RX_SIZE];
    volatile unsigned head, tail;
    bool full; /* a packet waits in the endpoint until there is room */
} rx;

static volatile bool open, sent;

/* ---- EasyDMA: one transfer at a time, so each is waited for; some microseconds ---- */

static void transfer(volatile uint32_t *start, volatile uint32_t *end)
{
    event_clear(end);
    *start = 1;
    while (!*end)
        ;
    event_clear(end);
}

static void move_in(unsigned ep, const void *from, unsigned size)
{
    NRF_USBD->EPIN[ep].PTR = (uint32_t)from;
    NRF_USBD->EPIN[ep].MAXCNT = size;
    dsb();
    transfer(&NRF_USBD->TASKS_STARTEPIN[ep], &NRF_USBD->EVENTS_ENDEPIN[ep]);
}

static unsigned move_out(unsigned ep, void *to)
{
    NRF_USBD->EPOUT[ep].PTR = (uint32_t)to;
    NRF_USBD->EPOUT[ep].MAXCNT = NRF_USBD->SIZE_EPOUT[ep];
    transfer(&NRF_USBD->TASKS_STARTEPOUT[ep], &NRF_USBD->EVENTS_ENDEPOUT[ep]);
    dsb();
    return NRF_USBD->EPOUT[ep].AMOUNT;
}

/* ---- control transfers ---- */

static void send_answer(void)
{
    unsigned n = answer.left < PACKET_SIZE ? answer.left : PACKET_SIZE;

    answer.left -= n;
    answer.more = answer.left || (answer.more && n == PACKET_SIZE);
    move_in(0, answer.at, n);
    answer.at += n;
}

static void start_answer(const uint8_t *data, unsigned size, unsigned asked)
{
    for (unsigned i = 0; i < size; i++)
        buffer.control[i] = data[i];
    answer.at = buffer.control;
    answer.left = size < asked ? size : asked;
    answer.more = size < asked; /* the host knows the end by a packet that is not full */
    send_answer();
}

static bool describe(unsigned type, unsigned index, unsigned asked)
{
    if (type == DESC_DEVICE)
        start_answer(device_descriptor, sizeof device_descriptor, asked);
    else if (type == DESC_CONFIGURATION)
        start_answer(configuration_descriptor, sizeof configuration_descriptor, asked);
    else if (type == DESC_STRING && index == 0)
        start_answer(languages, sizeof languages, asked);
    else if (type == DESC_STRING && index == 1)
        start_answer(product, sizeof product, asked);
    else
        return false;
    return true;
}

static void configure(void)
{
    NRF_USBD->EPINEN |= 1u << EP_NOTIFY | 1u << EP_IN;
    NRF_USBD->EPOUTEN |= 1u << EP_OUT;
    NRF_USBD->SIZE_EPOUT[EP_OUT] = 0; /* takes packets from now on */
}

/* False: the device does not know such a request. */
static bool serve(unsigned request, unsigned value, unsigned asked)
{
    switch (request) {
    case SET_ADDRESS: /* the controller's own business */
        return true;
    case GET_DESCRIPTOR:
        return describe(value >> 8, value & 0xFF, asked);
    case GET_LINE_CODING:
        start_answer(buffer.line_coding, LINE_CODING_SIZE, asked);
        return true;
    case SET_LINE_CODING:
        NRF_USBD->TASKS_EP0RCVOUT = 1;
        return true;
    case SET_CONFIGURATION:
        configure();
        NRF_USBD->TASKS_EP0STATUS = 1;
        return true;
    case SET_CONTROL_LINE_STATE:
        open = value & LINE_STATE_DTR;
        NRF_USBD->TASKS_EP0STATUS = 1;
        return true;
    default:
        return false;
    }
}

static void on_setup(void)
{
    unsigned value = NRF_USBD->WVALUEL | NRF_USBD->WVALUEH << 8;

    if (!serve(NRF_USBD->BREQUEST, value, NRF_USBD->WLENGTHL | NRF_USBD->WLENGTHH << 8))
        NRF_USBD->TASKS_EP0STALL = 1;
}

/* A packet of the data stage has gone over. */
static void on_data(void)
{
    if (!(NRF_USBD->BMREQUESTTYPE & 0x80))
        move_out(0, buffer.line_coding);
    else if (answer.more) {
        send_answer();
        return;
    }
    NRF_USBD->TASKS_EP0STATUS = 1;
}

/* ---- the serial port ---- */

static unsigned room(void) { return (rx.tail - rx.head - 1) % RX_SIZE; }

static void take_packet(void)
{
    unsigned n;

    rx.full = room() < PACKET_SIZE;
    if (rx.full)
        return; /* the endpoint keeps it, and the host waits */
    n = move_out(EP_OUT, buffer.out);
    for (unsigned i = 0; i < n; i++) {
        rx.data[rx.head] = (char)buffer.out[i];
        rx.head = (rx.head + 1) % RX_SIZE;
    }
}

static void on_endpoint(void)
{
    uint32_t status = NRF_USBD->EPDATASTATUS;

    NRF_USBD->EPDATASTATUS = status;
    if (status & 1u << EP_IN)
        sent = true;
    if (status & 1u << (16 + EP_OUT))
        take_packet();
}

void USBD_IRQHandler(void);
void USBD_IRQHandler(void)
{
    static const struct {
        volatile uint32_t *event;
        void (*handle)(void);
    } handlers[] = {
        {&NRF_USBD->EVENTS_EP0DATADONE, on_data},
        {&NRF_USBD->EVENTS_EPDATA, on_endpoint},
        {&NRF_USBD->EVENTS_EP0SETUP, on_setup},
    };

    if (NRF_USBD->EVENTS_USBRESET) {
        event_clear(&NRF_USBD->EVENTS_USBRESET);
        open = false;
    }
    for (unsigned i = 0; i < sizeof handlers / sizeof handlers[0]; i++)
        if (*handlers[i].event) {
            event_clear(handlers[i].event);
            handlers[i].handle();
        }
}

/* With interrupts masked, one that comes between the test and WFI still wakes it. */
static void wait_for(bool (*done)(void))
{
    irq_disable();
    while (!done()) {
        wfi();
        irq_enable();
        isb();
        irq_disable();
    }
    irq_enable();
}

static bool is_open(void) { return open; }
static bool is_sent(void) { return sent; }
static bool has_byte(void) { return rx.head != rx.tail; }

void usb_write(const char *text, size_t size)
{
    while (size > 0) {
        size_t n = size < PACKET_SIZE ? size : PACKET_SIZE;

        wait_for(is_open);
        for (size_t i = 0; i < n; i++)
            buffer.in[i] = (uint8_t)text[i];
        sent = false;
        irq_disable(); /* the handler uses EasyDMA too */
        move_in(EP_IN, buffer.in, n);
        irq_enable();
        wait_for(is_sent);
        text += n;
        size -= n;
    }
}

char usb_read(void)
{
    char c;

    wait_for(has_byte);
    c = rx.data[rx.tail];
    rx.tail = (rx.tail + 1) % RX_SIZE;
    irq_disable();
    if (rx.full)
        take_packet();
    irq_enable();
    return c;
}

/* ---- start-up (PS 6.35.4) ---- */

/* Erratum 187: without it the controller may not come up. */
static void erratum_187(uint32_t value)
{
    NRF_USBD_UNLOCK = 0x9375;
    NRF_USBD_POWER = value;
    NRF_USBD_UNLOCK = 0x9375;
}

void usb_init(void)
{
    while (!(NRF_POWER->USBREGSTATUS & POWER_USBREGSTATUS_OUTPUTRDY))
        ;
    NRF_USBD->EVENTCAUSE = USBD_EVENTCAUSE_READY;
    erratum_187(3);
    NRF_USBD->ENABLE = 1;
    while (!(NRF_USBD->EVENTCAUSE & USBD_EVENTCAUSE_READY))
        ;
    NRF_USBD->EVENTCAUSE = USBD_EVENTCAUSE_READY;
    erratum_187(0);
    NRF_CLOCK->TASKS_HFCLKSTART = 1;
    while (!NRF_CLOCK->EVENTS_HFCLKSTARTED)
        ;
    NRF_USBD->INTENSET = USBD_INT_USBRESET | USBD_INT_EP0DATADONE | USBD_INT_EP0SETUP | USBD_INT_EPDATA;
    nvic_enable(USBD_IRQn);
    NRF_USBD->USBPULLUP = 1;
}
