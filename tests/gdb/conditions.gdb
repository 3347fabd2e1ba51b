# Conditions, ignore counts and commands of breakpoints; what gdb sends for them is evaluated by the server.
#firmware 05-systick
#> hit Breakpoint 1, SysTick_Handler ()
#> stop only if ticks == 6 (target evals)
#> ticks is 6
#> tick 7
#> tick 8
#> hit Breakpoint 3, SysTick_Handler ()
#> ticks is 8
#not tick 9
set breakpoint condition-evaluation target
break SysTick_Handler if ticks == 6
continue
info breakpoints
printf "ticks is %u\n", ticks
delete
set dprintf-style agent
dprintf *(char *)SysTick_Handler + 4,"tick %d\n", ticks + 1
break SysTick_Handler if ticks == 8
continue
printf "ticks is %u\n", ticks
