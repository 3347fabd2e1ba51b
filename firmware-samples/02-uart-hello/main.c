/*
 * Hello over UARTE0, from flash and from RAM.
 */
#include "console.h"

int main(void)
{
    char in_ram[] = "hello from RAM\n";

    console_init();
    uart_write("hello from flash\n", 17);
    uart_write(in_ram, sizeof in_ram - 1);
    print("%u bytes at 115200 baud\n", 17 + sizeof in_ram - 1);
    finish();
}
