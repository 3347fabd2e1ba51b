# A second client looks on while the first lets the firmware run: it halts nothing until it is told to, and what it sets is
# gone when it leaves.
#firmware 05-systick
#> looker: ticks was 0
#> received signal SIGINT
#> looker: ticks became 10
#> looker: and it sees peripherals
#> ticks is 10
#> the way it was
#not SIGTRAP
#console done
shell $GDB -nx -q -batch -ex "target remote 127.0.0.1:$PORT" -ex 'printf "looker: ticks was %d\n", ticks' -ex 'break SysTick_Handler' -ex 'detach' "$ELF"
shell (elf=$PWD/$ELF; cd "$WORK"; $GDB -nx -q -batch -ex "target remote 127.0.0.1:$PORT" -x "$TESTS/looker" "$elf" >/dev/null 2>&1) &
continue
shell cat "$WORK/looked"
printf "ticks is %d\n", ticks
echo the way it was\n
