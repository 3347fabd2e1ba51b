# Going back to hits of the core's own comparators: each is one, and the one where gdb stands is none.
#firmware 05-systick
#options --uart0 null
tbreak main
continue
set {int}0xE000EDFC = 0x01000000
set {int}0xE000EDF0 = 0xA05F0003
set {int}0xE0001020 = (int)&ticks
set {int}0xE0001024 = 2
set {int}0xE0001028 = 6
continue
continue
continue
printf "ticks %d\n", ticks
#> ticks 3
reverse-continue
#> a watchpoint of the DWT
printf "ticks %d\n", ticks
#> ticks 2
reverse-continue
printf "ticks %d\n", ticks
#> ticks 1
reverse-stepi
printf "ticks %d\n", ticks
#> ticks 0
continue
printf "ticks %d\n", ticks
#> ticks 1
continue
printf "ticks %d\n", ticks
#> ticks 2
