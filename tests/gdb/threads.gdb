# The contexts as threads: who runs, whom it preempted, their registers and stacks. A thread that is not the running one can
# be stepped; those above it run to their end.
#firmware 07-nested
#> hit Breakpoint 1
#> * 1
#> "IRQ 9 TIMER1" (running, activation 3)
#> 2
#> "IRQ 21 EGU1" (preempted, activation 2)
#> 3
#> "IRQ 8 TIMER0" (preempted, activation 1)
#> 4
#> "Thread" (preempted, activation 0)
#> Thread 1.1 "IRQ 9 TIMER1"
#> TIMER1_IRQHandler ()
#> Thread 1.39 "IRQ 21 EGU1"
#> handle (l=0x20000018 <mid>
#> Thread 1.26 "IRQ 8 TIMER0"
#> handle (l=0x20000030 <low>
#> Thread 1.2 "Thread"
#> show_nesting ()
#> exception 37
#> level 0x20000030
#> running is now 0
#> "Thread" (running, activation 0)
break TIMER1_IRQHandler
continue
info threads
thread apply all -ascending backtrace -frame-arguments scalars
thread 2
printf "exception %d\n", $xpsr & 0x1ff
thread 3
up 2
printf "level %p\n", l
# A step of Thread mode: all three handlers end first.
delete
thread 4
stepi
printf "running is now %d\n", $xpsr & 0x1ff
info threads
