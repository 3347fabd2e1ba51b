#!/bin/sh
# tools/install-deps with a pretended package manager: what it asks for, when it asks for nothing, and what it says where it
# cannot ask.
cd "$(dirname "$0")/../.." || exit 2
passed=0
failed=0
fake=$(mktemp -d) || exit 2
trap 'rm -rf "$fake"' EXIT

# pretend NAME BODY: a pretended command; whatever is not pretended or linked here is not installed.
pretend() {
    printf '#!/bin/sh\n%s\n' "$2" >"$fake/$1"
    chmod +x "$fake/$1"
}

fresh() {
    rm -f "$fake"/*
    for tool in sh env cat tail mktemp rm; do ln -s "$(command -v $tool)" "$fake/$tool"; done
    pretend id 'echo 0'
    pretend dpkg-query 'for p; do :; done; case $p in $ABSENT) exit 1 ;; esac; echo "${STATUS:-installed}"'
    pretend apt-get 'echo "apt-get $*" >>"$CALLS"'
    : >"$fake/calls"
}

# check WHAT STATUS PATTERN KIND: runs install-deps KIND; all it printed and called must match PATTERN.
check() {
    out=$(PATH=$fake CALLS=$fake/calls ABSENT=${ABSENT:-} STATUS=${STATUS:-} tools/install-deps $4 2>&1)
    status=$?
    out="$out $(cat "$fake/calls")"
    # shellcheck disable=SC2254
    case "$status $out" in
    $2\ $3) passed=$((passed + 1)) ;;
    *)
        failed=$((failed + 1))
        echo "FAIL: $1: status $status: $out"
        ;;
    esac
}

fresh
check 'everything is there: nothing is asked' 0 ' ' all

fresh
ABSENT=gdb-multiarch
check 'one is missing' 0 '*apt-get*update*apt-get*install --no-install-recommends gdb-multiarch*' run
ABSENT=libcmocka-dev
fresh
check 'a test dependency does not matter to run' 0 ' ' run
fresh
check 'but to test' 0 '*install*libcmocka-dev*' test
ABSENT=nodejs
fresh
check 'node, as a package' 0 '*install*nodejs*' test
fresh
pretend node ''
check 'node from elsewhere' 0 ' ' test

fresh
ABSENT=
STATUS=not-installed
check 'removed packages count as missing' 0 '*install*libunicorn-dev*' run
STATUS=

fresh
ABSENT=gdb-multiarch
pretend id 'echo 1000'
check 'neither root nor sudo' 1 '*as root: apt-get install*gdb-multiarch*' run
pretend sudo 'echo sudo >>"$CALLS"; exec "$@"'
check 'sudo' 0 '*sudo*apt-get*install*' run

fresh
pretend apt-get 'case "$*" in *install*) echo no such package; exit 100 ;; esac'
check 'apt fails' 1 '*no such package*could not install*gdb-multiarch*' run
pretend apt-get 'case "$*" in *update*) exit 100 ;; esac'
check 'an old list serves' 0 '*trying with the list there is*' run

fresh
rm "$fake/apt-get"
check 'no apt: what to install' 1 '*unicorn*capstone*arm-none-eabi-gcc*' run
check 'no apt: tests too' 1 '*cmocka*qemu-system-arm*' test

fresh
check 'a wrong word' 2 '*usage*' nonsense

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
