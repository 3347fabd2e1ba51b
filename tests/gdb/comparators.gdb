# FPB and DWT as a program for a probe writes them, by gdb's memory accesses; gdb's own points beside them.
#firmware 05-systick
#options --uart0 null
set {int}0xE000EDFC = 0x01000000
set {int}0xE000EDF0 = 0xA05F0003

tbreak main
continue

# A watchpoint of the DWT on writes to `ticks`.
set {int}0xE0001020 = (int)&ticks
set {int}0xE0001024 = 2
set {int}0xE0001028 = 6
continue
#> a watchpoint of the DWT: 0x20000000 was written
#> SIGTRAP
#> SysTick_Handler
backtrace 1
printf "DFSR %x\n", {int}0xE000ED30
#> DFSR 5
printf "matched %d\n", {int}0xE0001028 >> 24 & 1
#> matched 1
printf "matched %d\n", {int}0xE0001028 >> 24 & 1
#> matched 0
set {int}0xE000ED30 = 31
set {int}0xE0001028 = 0

# A breakpoint of the FPB: a step leads off it, and the next time it stops again.
set $handler = (int)&SysTick_Handler & 0x1ffffffe
set {int}0xE0002000 = 3
set {int}0xE0002008 = (($handler & 2) ? 0x80000000 : 0x40000000) | ($handler & 0x1ffffffc) | 1
continue
#> a breakpoint of the FPB
#> SIGTRAP
printf "at %d\n", (int)$pc - $handler
#> at 0
printf "DFSR %x\n", {int}0xE000ED30
#> DFSR 2
stepi
printf "moved %d\n", (int)$pc != $handler
#> moved 1
continue
printf "at %d\n", (int)$pc - $handler
#> at 0

# gdb's own at the same place comes first; without that of the FPB it is alone.
hbreak SysTick_Handler
continue
#> Breakpoint 2
set {int}0xE0002008 = 0
continue
#> Breakpoint 2
printf "DFSR %x\n", {int}0xE000ED30
#> DFSR 2
