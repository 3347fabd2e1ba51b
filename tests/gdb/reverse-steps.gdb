# Steps back through a storm of nested interrupts, and the same number of steps forward: the same states in the opposite
# order, to every register and to the cycle. A step stays in its context, so those of Thread mode lead past the handlers.
#firmware 07-nested
#> hit Temporary breakpoint 1, TIMER1_IRQHandler ()
#> 400 states, 400 forward again: all the same
#> in the handler: all the same
#> hit Temporary breakpoint 2, main ()
#> before main: Reset_Handler
#> No more reverse-execution history.
#> hit Breakpoint 3, finish ()
#console nesting: low pends mid, mid pends high
#console done
#not SIGTRAP
#not differ
python
def state():
    say = lambda what: gdb.execute(what, to_string=True)
    return [say("monitor time"), say("info registers"), say("info registers float"), say("info threads")]

def steps(how, n):
    states = []
    for i in range(n):
        gdb.execute(how, to_string=True)
        states.append(state())
    return states

def back_and_forth(n):
    here = state()
    back = steps("reverse-stepi", n)
    forward = steps("stepi", n)
    for i, (a, b) in enumerate(zip(back[-2::-1] + [here], forward)):
        if a != b:
            return "they differ at %d: %s\n%s" % (i, a, b)
    return "all the same"

gdb.execute("tbreak TIMER1_IRQHandler")
gdb.execute("continue")
steps("stepi", 10)
in_handler = back_and_forth(10)
steps("stepi", 500)
print("400 states, 400 forward again: " + back_and_forth(400))
print("in the handler: " + in_handler)
gdb.execute("tbreak main")
gdb.execute("reverse-continue")
gdb.execute("reverse-stepi", to_string=True)
print("before main: " + gdb.selected_frame().name())
end
reverse-continue
break finish
continue
next
