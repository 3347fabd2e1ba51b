#!/bin/sh
# accuracy.sh: the check of what tables of registers cite passes what is right and fails what is wrong.
cd "$(dirname "$0")/../.." || exit 2
passed=0
failed=0

# expect STATUS TITLE, with the page on standard input.
expect() {
    awk -f tools/accuracy-citations.awk >/dev/null 2>&1
    status=$?
    if [ $status = "$1" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $2: exit status $status, not $1"
    fi
}

page() { # what the table cites
    cat <<END
### \`periph/a.h\`: A
1. One.
2. Two,
   on two lines.

### \`periph/b.h\`: B
1. Another.

### A0, A1 (\`periph/a.h\`)

| | |
|---|---|
| modelled | CC[0..3] |
| partly | TASKS_START (1), $1 |
END
}

page 'MODE (2)' | expect 0 'numbers that are in the list'
page 'MODE (3)' | expect 1 'a number that is not'
page 'MODE (2), B (0)' | expect 1 'no number at all'
page 'MODE (2)' | sed 's/(`periph.a.h`)/(`periph\/b.h`)/' | expect 1 'the list of another file'

echo "$passed passed, $failed failed"
[ $failed = 0 ]
