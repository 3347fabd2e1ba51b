# Conditions on the way back: each time the handler was entered is looked at, as on the way forward; and ^C ends the search.
#firmware 05-systick
#> Breakpoint 1, finish ()
#> hit Breakpoint 2, SysTick_Handler ()
#> back to ticks 7
#> hit Breakpoint 2, SysTick_Handler ()
#> back to ticks 2
#> No more reverse-execution history.
#> hit Breakpoint 4
#> the text is tick
#> from 0.000000 s on
#> before the present
#not SIGTRAP
break finish
continue
break SysTick_Handler if ticks == 7 || ticks == 2
reverse-continue
printf "back to ticks %u\n", ticks
reverse-continue
printf "back to ticks %u\n", ticks
reverse-continue
delete 2
tbreak finish
continue
break uart_write if *text == 't' && ticks == 3
reverse-continue
printf "the text is %.4s\n", text
monitor history
