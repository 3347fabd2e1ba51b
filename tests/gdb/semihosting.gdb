# Semihosting goes on working under a debugger, and its exit code is that of the process.
#firmware 12-semihosting
#options --semihosting-dir=.
#> Breakpoint 1, main ()
#> exited with code 07
#not SIGTRAP
#console hello from semihosting
#console what was written: yes
#console done
#exit 7
break main
continue
continue
