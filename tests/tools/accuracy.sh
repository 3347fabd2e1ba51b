#!/bin/sh
# accuracy.sh: the check of what tables of registers cite passes what is right and fails what is wrong.
cd "$(dirname "$0")/../.." || exit 2
passed=0
failed=0

page() { # what the table cites
    cat <<END
### \`periph/a.h\`: A
1. One.
2. Two,
   on two lines.

### \`periph/b.h\`: B
1. Another.

### A0, A1 (\`periph/${2:-a}.h\`)

| | |
|---|---|
| modelled | CC[0..3] |
| partly | TASKS_START (1), $1 |
END
}

# expect STATUS TITLE CITED [FILE]
expect() {
    page "$3" "$4" | awk -f tools/accuracy-citations.awk >/dev/null 2>&1
    status=$?
    if [ $status = "$1" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $2: exit status $status, not $1"
    fi
}

expect 0 'numbers that are in the list' 'MODE (2)'
expect 1 'a number that is not' 'MODE (3)'
expect 1 'no number at all' 'MODE (2), B (0)'
expect 1 'the list of another file' 'MODE (2)' b

echo "$passed passed, $failed failed"
[ $failed = 0 ]
