# Reads docs/ACCURACY.md: each number that a table of registers cites must be in the list of the file that it names.

/^### `/ { split($0, part, "`"); file = part[2] }
/^### [A-Z]/ { file = ""; table = match($0, /`[^`]*`/) ? substr($0, RSTART + 1, RLENGTH - 2) : "" }
file != "" && /^[0-9]+\. / { listed[file, $1 + 0] = 1 }

/^\| partly \|/ {
    rest = $0
    while (match(rest, /\([0-9]+\)/)) {
        n = substr(rest, RSTART + 1, RLENGTH - 2)
        if (!((table, n) in listed)) {
            printf "accuracy: a table cites inaccuracy %d of %s, which is not in its list\n", n, table > "/dev/stderr"
            bad = 1
        }
        rest = substr(rest, RSTART + RLENGTH)
    }
}

END { exit bad }
