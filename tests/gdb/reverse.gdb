# Back to who wrote a variable before, to a breakpoint, out of a function and over calls. What the firmware said on the way is
# said once; and a change in the past is the beginning of another future, which says it again.
#firmware 05-systick
#> Breakpoint 1, finish ()
#> hit Hardware watchpoint 2: ticks
#> Old value = 10
#> New value = 9
#> <SysTick_Handler+6>:	str
#> Old value = 9
#> New value = 8
#> hit Temporary breakpoint 3, SysTick_Handler ()
#> back in the handler, ticks is 8
#> hit Temporary breakpoint 4, print (format=
#> main ()
#> the call of print
#> tick 8
#> the line before
#> hit Breakpoint 1, finish ()
#> ticks is 10 again
#> the console says tick 10: once
#> hit Temporary breakpoint 5, SysTick_Handler ()
#> ticks is 3, of 10
#> hit Breakpoint 1, finish ()
#> the console says tick 10: twice
#not SIGTRAP
#console tick 10
#console done
define count
  shell sleep 0.3; echo "the console says tick 10: $(grep -c 'tick 10' "$WORK/../out" | sed 's/^1$/once/; s/^2$/twice/')"
end
break finish
continue
watch ticks
reverse-continue
x/i $pc
reverse-continue
delete 2
tbreak SysTick_Handler
reverse-continue
printf "back in the handler, ticks is %u\n", ticks
tbreak print
reverse-continue
reverse-finish
echo the call of print\n
printf "tick %u\n", ticks
reverse-next
echo the line before\n
continue
printf "ticks is %u again\n", ticks
count
tbreak SysTick_Handler if ticks == 3
reverse-continue
printf "ticks is %u, of 10\n", ticks
set variable ticks = 4
continue
count
