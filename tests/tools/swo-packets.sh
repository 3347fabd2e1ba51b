#!/bin/sh
# tools/swo-packets knows every kind of packet, and says so when something is none.
cd "$(dirname "$0")/../.." || exit 2
passed=0
failed=0

# shows BYTES LINE...: what printf makes of BYTES is shown as these lines.
shows() {
    bytes=$1
    shift
    want=$(printf '%s\n' "$@")
    # shellcheck disable=SC2059
    got=$(printf "$bytes" | tools/swo-packets)
    if [ "$got" = "$want" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAIL %s: shows\n%s\nnot\n%s\n' "$bytes" "$got" "$want"
    fi
}

shows '\001H\001i\001\n' 'port 0 "Hi"'
shows '\001H\011J\001\n\011\n' 'port 0 "H"' 'port 1 "J"'
shows '\001H' 'port 0 "H", without an end'
shows '\013\001\002\003\004' 'port 1 0x04030201'
shows '\372\001\002' 'port 31 0x0201'
shows '\005\041' 'counter CPI CYC'
shows '\016\044\020\016\044\040\016\000\060' 'exception 36 enter' 'exception 36 exit' 'exception 0 return to'
shows '\027\020\000\000\020\025\000' 'pc 0x10000010' 'pc asleep'
shows '\127\020\000\000\020' 'comparator 1 pc 0x10000010'
shows '\156\020\020' 'comparator 2 offset 0x1010'
shows '\205\007\256\007\000' 'comparator 0 read 0x07' 'comparator 2 write 0x0007'
shows '\020\140\300\201\001' 'timestamp 1' 'timestamp 6' 'timestamp 129'
shows '\160\001\n' 'overflow' 'port 0 ""'
shows '\000\000\000\000\000\200\001\n' 'synchronization' 'port 0 ""'
shows '\000\000\200\001\n' 'not a packet: 0x80 after 2 zeros' 'port 0 ""'
shows '\003\001' 'not complete'

if [ "$(printf '\001H\011x\001i\160\001\n' | tools/swo-packets --port 0)" = Hi ]; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    echo 'FAIL --port 0'
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
