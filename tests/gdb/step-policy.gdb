# The step of an instruction while SysTick is pending, by each policy; and lines, which are steps of a range.
#firmware 05-systick
#> * context
#>   debugmon
#> * raw
#> exception 15
#> * mask
#> exception 0
#> exception 0
#> * context
#> exception 0
#> * auto
#> exception 0
#> exception 0
define where_am_i
  printf "exception %d\n", $xpsr & 0x1ff
end
# Stands at an instruction of Thread mode, with SysTick pending.
define pending
  maintenance flush register-cache
  break main
  continue
  delete
  set {unsigned}0xe000ed04 = 0x04000000
end
monitor step-policy
monitor step-policy raw
pending
stepi
where_am_i
monitor reset halt
monitor step-policy mask
pending
stepi
where_am_i
next
where_am_i
monitor reset halt
monitor step-policy context
pending
stepi
where_am_i
monitor reset halt
monitor step-policy auto
pending
stepi
where_am_i
next
where_am_i
