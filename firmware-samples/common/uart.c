#include "uart.h"

#include "nrf52840.h"

enum { RX_SIZE = 256 };

/* One writer (the interrupt handler moves `head`), one reader (uart_read() moves `tail`). */
static struct {
    char data[RX_SIZE];
    volatile unsigned head, tail;
    volatile char dma; /* where EasyDMA puts each byte */
} rx;

void uart_init(void)
{
    NRF_P0->OUTSET = 1u << BOARD_UART_TXD; /* the line idles high, also before the UARTE takes the pin */
    NRF_P0->DIRSET = 1u << BOARD_UART_TXD;
    NRF_P0->PIN_CNF[BOARD_UART_RXD] = GPIO_PIN_CNF_PULLUP;
    NRF_UARTE0->PSEL_TXD = BOARD_UART_TXD;
    NRF_UARTE0->PSEL_RXD = BOARD_UART_RXD;
    NRF_UARTE0->PSEL_RTS = PSEL_DISCONNECTED;
    NRF_UARTE0->PSEL_CTS = PSEL_DISCONNECTED;
    NRF_UARTE0->BAUDRATE = UARTE_BAUDRATE_115200;
    NRF_UARTE0->CONFIG = 0; /* no parity, one stop bit, no flow control */
    NRF_UARTE0->ENABLE = UARTE_ENABLE_ENABLED;
}

static void send(const char *data, size_t size)
{
    event_clear(&NRF_UARTE0->EVENTS_ENDTX);
    NRF_UARTE0->TXD_PTR = (uint32_t)data;
    NRF_UARTE0->TXD_MAXCNT = size;
    dsb();
    NRF_UARTE0->TASKS_STARTTX = 1;
    while (!NRF_UARTE0->EVENTS_ENDTX)
        ;
}

void uart_write(const char *text, size_t size)
{
    static char buffer[64]; /* EasyDMA reads RAM only */

    while (size > 0) {
        size_t n = size < sizeof buffer ? size : sizeof buffer;

        for (size_t i = 0; i < n; i++)
            buffer[i] = text[i];
        send(buffer, n);
        text += n;
        size -= n;
    }
}

/* Transfers of one byte, restarted by a short: the handler has the time of one byte, 87 µs, to take the last one. */
void uart_receive(void)
{
    NRF_UARTE0->RXD_PTR = (uint32_t)&rx.dma;
    NRF_UARTE0->RXD_MAXCNT = 1;
    NRF_UARTE0->SHORTS = UARTE_SHORTS_ENDRX_STARTRX;
    event_clear(&NRF_UARTE0->EVENTS_ENDRX);
    NRF_UARTE0->INTENSET = UARTE_INT_ENDRX;
    nvic_enable(UARTE0_UART0_IRQn);
    NRF_UARTE0->TASKS_STARTRX = 1;
}

void UARTE0_UART0_IRQHandler(void);
void UARTE0_UART0_IRQHandler(void)
{
    unsigned next = (rx.head + 1) % RX_SIZE;

    if (!NRF_UARTE0->EVENTS_ENDRX)
        return;
    event_clear(&NRF_UARTE0->EVENTS_ENDRX);
    if (next == rx.tail)
        return; /* full: the byte is lost */
    rx.data[rx.head] = rx.dma;
    rx.head = next;
}

char uart_read(void)
{
    char c;

    /* With interrupts masked, one that comes between the test and WFI still wakes it. */
    irq_disable();
    while (rx.head == rx.tail) {
        wfi();
        irq_enable();
        isb();
        irq_disable();
    }
    irq_enable();
    c = rx.data[rx.tail];
    rx.tail = (rx.tail + 1) % RX_SIZE;
    return c;
}
