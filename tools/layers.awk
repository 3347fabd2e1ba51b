# The reader behind tools/check-layers. Input: tools/layers.mk, then C files; or, with symbols=1, lines "ROOM nm's line".

# Headers from outside that have one home. Sockets and terminals belong to the streams.
BEGIN {
    home["unicorn/"] = "^emu/cpu\\.c$"
    home["capstone/"] = "^emu/insn[a-z_]*\\.c$"
    home["elfutils/"] = "^emu/symbols[a-z_]*\\.[ch]$"
    home["dwarf.h"] = "^emu/symbols[a-z_]*\\.[ch]$"
    home["libelf.h"] = "^emu/(symbols|elf_|image_elf)[a-z_]*\\.[ch]$"
    home["gelf.h"] = "^emu/(symbols|elf_|image_elf)[a-z_]*\\.[ch]$"
    home["elf.h"] = "^emu/(symbols|elf_|image_elf)[a-z_]*\\.[ch]$"
    home["yaml.h"] = "^soc/yaml_keys\\.h$"
    home["SDL2/"] = "^board/"
    home["sys/socket.h"] = "^(emu/stream[a-z_]*\\.[ch]|swd/preload/swd_clock\\.c)$"
    home["png.h"] = "^board/"
    home["netinet/"] = "^emu/stream[a-z_]*\\.[ch]$"
    home["termios.h"] = "^emu/stream[a-z_]*\\.[ch]$"
    # Made by the build, and by whom it may be used.
    made["regnames.h"] = "^periph/named\\.c$"
    made["boards.h"] = "^soc/board_builtin\\.c$"
}

function wrong(text) {
    print FILENAME == "-" || symbols ? text : FILENAME ":" FNR ": " text
    failed = 1
}

# Everything a room may include from: its row, and the rows of those.
function allowed(from, to,    i, n, row) {
    if (from == to)
        return 1
    n = split(rows[from], row, " ")
    for (i = 1; i <= n; i++)
        if (allowed(row[i], to))
            return 1
    return 0
}

/^LAYERS *:=/ { sub(/.*:= */, ""); n_rooms = split($0, rooms, " "); next }

/^LAYER_[a-z]+ *:=/ {
    name = $1
    sub(/^LAYER_/, "", name)
    sub(/^[^=]*= */, "")
    rows[name] = $0
    next
}

FILENAME ~ /layers\.mk$/ { next }

FNR == 1 && !symbols {
    room = FILENAME
    sub(/\/.*/, "", room)
}

!symbols && /^[ \t]*#[ \t]*include/ {
    text = $0
    if (text !~ /["<]/) {
        wrong("an include that cannot be read")
        next
    }
    quoted = text ~ /include[ \t]*"/
    sub(/^[^"<]*["<]/, "", text)
    sub(/[">].*/, "", text)
    for (header in home)
        if (index(text, header) == 1 && FILENAME !~ home[header])
            wrong("<" text "> has its place elsewhere")
    target = text
    sub(/\/.*/, "", target)
    if (target in rows) {
        if (!quoted)
            wrong("<" text "> is ours: in quotes")
        if (!allowed(room, target))
            wrong(room "/ may not include from " target "/: " text)
    } else if (quoted && !(text in made && FILENAME ~ made[text]))
        wrong("\"" text "\" belongs to no room (paths start at the root)")
}

# "room: value type name", or "room U name".
symbols && NF == 3 && $2 == "U" { used[$1, $3] = 1; next }
symbols && NF == 4 && $3 ~ /[TDBRC]/ { owner[$4] = $1 }

END {
    for (key in used) {
        split(key, part, SUBSEP)
        if (part[2] in owner && !allowed(part[1], owner[part[2]]))
            wrong(part[1] "/ uses " part[2] " of " owner[part[2]] "/")
    }
    for (i = 1; i <= n_rooms; i++)
        if (!(rooms[i] in rows))
            wrong("tools/layers.mk has no row for " rooms[i])
    exit failed
}
