# Up out of three nested handlers, one after the other, back to the code that was interrupted.
#firmware 07-nested
#> hit Breakpoint 1, TIMER1_IRQHandler ()
#> #1  <signal handler called>
#> handle (l=0x20000018 <mid>
#> <signal handler called>
#> handle (l=0x20000030 <low>
#> <signal handler called>
#> main () at
#> exception 25
#> pend (lines=512)
#> exception 37
#> pend (lines=2097152)
#> exception 24
#> pend (lines=256)
#> exception 0
#> hit Breakpoint 2, finish ()
#console nesting: low pends mid, mid pends high
#console done
#not SIGTRAP
define where_am_i
  printf "exception %d\n", $xpsr & 0x1ff
end
break TIMER1_IRQHandler
continue
backtrace
where_am_i
delete
finish
where_am_i
# Out of mid's and low's handlers; what was inlined there is above.
up
finish
where_am_i
finish
where_am_i
up
finish
where_am_i
finish
where_am_i
break finish
continue
next
