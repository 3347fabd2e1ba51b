# SWO as a probe sets it up, for firmware that does not: gdb writes to a port of the ITM in its place.
#firmware 05-systick
#options --uart0 null
monitor swo swo.bin 1000000
#> SWO at 1000000 baud is at swo.bin
monitor itm port 0 on
tbreak main
continue
set {int}0xE0000000 = 0x214F5753
set {int}0xE0001000 |= 1 << 16
tbreak SysTick_Handler
continue
#> SysTick_Handler
tbreak SysTick_Handler
continue
monitor swo off
shell python3 ../../tools/swo-packets swo.bin; rm swo.bin
#> port 0 0x214f5753
#> exception 15 enter
