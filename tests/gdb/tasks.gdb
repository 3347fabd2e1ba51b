# Tasks of a system as threads: names, states, stacks; a step of a task that is switched away in the middle of it; and one of a
# task that does not run.
#firmware 33-tasks
#> hit Breakpoint 1, add_up
#> "harmonic" (running, activation 0, FreeRTOS: priority 2, running)
#> "report" (FreeRTOS: priority 3, delayed)
#> kernel_delay (ticks=ticks@entry=4)
#> report (reports=5)
#> counted by task 1: 0
#> stepped over the delay: ticks 1 to 2, in harmonic
#> 400 steps of count-a: 400 in it
#> ticks meanwhile: many
#> stepped where it was not: count
#> hit Breakpoint 3, kernel_next
#> "PendSV" (running, activation
#> "count-b" (preempted, activation 0, FreeRTOS: priority 1, running)
#not SIGTRAP
#not SIGINT
break add_up
continue
info threads
python
def thread(name):
    for t in gdb.selected_inferior().threads():
        if t.name == name:
            return t
    raise Exception("no thread " + name)

def number(text):
    return int(gdb.parse_and_eval(text))
end
python thread("report").switch()
backtrace
# A task's registers are there while it does not run.
python thread("count-b").switch()
printf "counted by task 1: %d\n", $r0 == 1 ? steps[1] : -1

# next over a call that waits for a tick: the other tasks run meanwhile.
python thread("harmonic").switch()
break kernel_delay
continue
delete
finish
python
before = number("kernel_ticks")
while number("kernel_ticks") == before:
    gdb.execute("next")
print("stepped over the delay: ticks %d to %d, in %s" % (before, number("kernel_ticks"), gdb.selected_thread().name))
end

# One instruction at a time, in a task that shares the core with its like, at a hundred times the ticks.
set var *(unsigned *)0xe000e014 = 640
set var *(unsigned *)0xe000e018 = 0
python
before = number("kernel_ticks")
task = thread("count-a")
task.switch()
inside = 0
for i in range(400):
    gdb.execute("stepi", to_string=True)
    inside += gdb.selected_thread().name == "count-a" and gdb.selected_frame().name() == "count"
print("400 steps of count-a: %d in it" % inside)
print("ticks meanwhile: " + ("many" if number("kernel_ticks") > before + 2 else "few"))
thread("count-b").switch()
gdb.execute("stepi", to_string=True)
print("stepped where it was not: " + gdb.selected_frame().name())
end
break kernel_next
continue
info threads
backtrace
