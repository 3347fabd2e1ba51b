#!/bin/sh
# tools/check-layers can fail: each of these includes, added to a sound copy of the tree, is found, and in its place.
cd "$(dirname "$0")/../.." || exit 2
passed=0
failed=0
copy=$(mktemp -d) || exit 2
trap 'rm -rf "$copy"' EXIT

fresh() {
    rm -rf "${copy:?}"/*
    mkdir "$copy/tools"
    cp tools/layers.mk "$copy/tools/"
    for room in emu nvic periph host soc step rsp swd lab board cli; do
        mkdir "$copy/$room"
        [ -d "$room" ] && cp "$room"/*.[ch] "$copy/$room/" 2>/dev/null
    done
}

result() {
    if [ "$1" = 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL: $2"
    fi
}

# finds FILE LINE: LINE at the end of FILE is reported with the file's name.
finds() {
    fresh
    printf '%s\n' "$2" >>"$copy/$1"
    out=$(tools/check-layers "$copy") && { result 1 "$2 in $1 was let pass"; return; }
    case $out in
    *"$1"*) result 0 ;;
    *) result 1 "$2 in $1 was not named: $out" ;;
    esac
}

fresh
tools/check-layers "$copy" >/dev/null
result $? 'the tree itself'

finds periph/timer.c '#include "nvic/nvic.h"'
finds emu/sched.h '#include "periph/engine.h"'
finds rsp/session.c '#include "soc/machine.h"'
finds nvic/mpu.c '#include "host/console.h"'
finds step/new.c '#  include "rsp/packet.h"'
finds swd/new.c '#include "nvic/core.h"'
finds host/new.c '#include <unicorn/unicorn.h>'
finds emu/bus.c '#include <unicorn/arm.h>'
finds soc/new.c '#include <capstone/capstone.h>'
finds host/report.c '#include <elfutils/libdw.h>'
finds rsp/server.c '#include <sys/socket.h>'
finds emu/bus.c '#include <SDL2/SDL.h>'
finds periph/uart.c '#include "../nvic/nvic.h"'
finds periph/uart.c '#include <emu/bus.h>'
finds periph/uart.c '#include SOME_HEADER'

# A call past the headers.
fresh
mkdir "$copy/build"
echo 'void nvic_secret(void); void nvic_secret(void) {}' >"$copy/nvic.c"
echo 'void nvic_secret(void); void periph_call(void); void periph_call(void) { nvic_secret(); }' >"$copy/periph.c"
for room in nvic periph; do
    ${CC:-cc} -c "$copy/$room.c" -o "$copy/$room.o" && ar rc "$copy/build/lib$room.a" "$copy/$room.o"
done
tools/check-layers -o "$copy/build" "$copy" | grep -q 'periph/ uses nvic_secret of nvic/'
result $? 'a call without an include was let pass'

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
