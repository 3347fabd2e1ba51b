# Clients that are killed while the firmware runs, and in the middle of a step: their breakpoints go with them, and who comes
# next finds a machine that works.
#firmware 05-systick
#> hit Breakpoint 1, SysTick_Handler ()
#> ticks is 9
#> hit Breakpoint 2, finish ()
#> ticks is 10
#not the first
#not SIGINT
#console done
shell $GDB -nx -q -batch -ex "target remote 127.0.0.1:$PORT" -ex 'break SysTick_Handler if ticks < 3' -ex 'continue' -ex 'continue &' -ex 'shell kill -9 $PPID' "$ELF" >/dev/null 2>&1
shell $GDB -nx -q -batch -ex "target remote 127.0.0.1:$PORT" -ex 'break SysTick_Handler' -ex 'while 1' -ex 'stepi' -ex 'end' "$ELF" >/dev/null 2>&1 & sleep 0.7; kill -9 $!
shell printf '$m2000' | timeout 1 bash -c "cat >/dev/tcp/127.0.0.1/$PORT"
monitor reset halt
maintenance flush register-cache
break SysTick_Handler if ticks == 9
continue
printf "ticks is %d\n", ticks
delete 1
break finish
continue
printf "ticks is %d\n", ticks
