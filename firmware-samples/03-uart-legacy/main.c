/*
 * The UART of the nRF51, which the nRF52840 still has: a byte is written to TXD, EVENTS_TXDRDY tells when it is out.
 */
#include "nrf52840.h"
#include "console.h"

static void uart0_init(void)
{
    NRF_P0->OUTSET = 1u << BOARD_UART_TXD;
    NRF_P0->DIRSET = 1u << BOARD_UART_TXD;
    NRF_UART0->PSEL_TXD = BOARD_UART_TXD;
    NRF_UART0->PSEL_RXD = BOARD_UART_RXD;
    NRF_UART0->PSEL_RTS = PSEL_DISCONNECTED;
    NRF_UART0->PSEL_CTS = PSEL_DISCONNECTED;
    NRF_UART0->BAUDRATE = UART_BAUDRATE_115200;
    NRF_UART0->ENABLE = UART_ENABLE_ENABLED;
    NRF_UART0->TASKS_STARTTX = 1;
}

static void uart0_write(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        event_clear(&NRF_UART0->EVENTS_TXDRDY);
        NRF_UART0->TXD = (uint8_t)text[i];
        while (!NRF_UART0->EVENTS_TXDRDY)
            ;
    }
}

int main(void)
{
    uart0_init();
    print_to(uart0_write);
    print("hello from UART0\n");
    for (unsigned i = 1; i <= 3; i++)
        print("line %u: ENABLE=%u, BAUDRATE=0x%08x\n", i, NRF_UART0->ENABLE, NRF_UART0->BAUDRATE);
    finish();
}
