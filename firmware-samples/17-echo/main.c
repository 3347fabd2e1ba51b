/*
 * Lines come in by UARTE0's EasyDMA and go out again in upper case.
 */
#include "console.h"
#include "echo.h"

int main(void)
{
    console_init();
    uart_receive();
    echo(uart_read);
    finish();
}
