# One message in twenty is lost and one in twenty damaged, both ways. The steps are those of a good connection: what was done
# twice or not at all would show in how many instructions have retired.
#firmware 05-systick
#options --link drop=5%,corrupt=5%,split,seed=3
#> hit Breakpoint 1, SysTick_Handler ()
#> ticks is 3
#> 10 instructions more
#> hit Breakpoint 2
#> ticks is 10
#> the memory is 5678
#> dropped
#console tick 10
#not SIGTRAP
#not SIGINT
set remotetimeout 1
break SysTick_Handler if ticks == 3
continue
printf "ticks is %d\n", ticks
delete
python
def monitor(command, word):
    text = ""
    while word not in text:  # its text may be what was lost
        text = gdb.execute("monitor " + command, to_string=True)
    return text

def retired():
    text = monitor("time", "instructions")
    return int(text.split(" instructions")[0].split()[-1])

before = retired()
for i in range(10):
    gdb.execute("stepi", to_string=True)
print("%d instructions more" % (retired() - before))
end
set *(int *)0x20020000 = 5678
break finish
continue
printf "ticks is %d\n", ticks
printf "the memory is %d\n", *(int *)0x20020000
python print(monitor("stats", "link, to gdb"))
