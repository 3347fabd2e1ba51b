# Watchpoints: on a variable that a handler writes, with a condition, on reads, and on a register of a peripheral.
#firmware 05-systick
#> Hardware watchpoint 1: ticks
#> Old value = 0
#> New value = 1
#> SysTick_Handler ()
#> Old value = 4
#> New value = 5
#> Hardware read watchpoint 2: ticks
#> Value = 5
#> main ()
#> Hardware watchpoint 3: *(unsigned *)0xe000e010
#> hit Hardware watchpoint 3
#not SIGTRAP
watch ticks
continue
backtrace
condition 1 ticks == 5
continue
delete 1
rwatch ticks
continue
backtrace
delete 2
delete 2
watch *(unsigned *)0xe000e010
continue
