/*
 * Lines come in by a USB serial port and go out again in upper case.
 */
#include "console.h"
#include "echo.h"
#include "usb.h"

int main(void)
{
    usb_init();
    print_to(usb_write);
    echo(usb_read);
    finish();
}
