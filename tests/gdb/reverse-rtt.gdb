# What the firmware said through RTT on a way that is gone twice is said once; and what peripherals did is undone.
#firmware 04-rtt-hello
#> Temporary breakpoint 1, main ()
#> Temporary breakpoint 2, finish ()
#> No more reverse-execution history.
#> Breakpoint 3, main ()
#> Temporary breakpoint 4, finish ()
#> lines said twice: 0
#not SIGTRAP
#console done
tbreak main
continue
tbreak finish
continue
reverse-continue
break main
continue
tbreak finish
continue
next
shell sleep 0.3; echo "lines said twice: $(grep . "$WORK/../out" | sort | uniq -d | wc -l)"
