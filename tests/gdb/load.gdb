# Another firmware is programmed into flash, compared, and run from reset.
#firmware 01-blink
#> Loading section .text
#> Transfer rate
#> matched.
#> Temporary breakpoint 1, main ()
#> Breakpoint 2
#not MIS-MATCHED
#console hello from flash
#console hello from RAM
#console 32 bytes at 115200 baud
file 02-uart-hello.elf
load
compare-sections
monitor reset halt
maintenance flush register-cache
tbreak main
continue
break finish
continue
