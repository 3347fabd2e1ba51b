# Makes C tables for periph/named.c from data/nrf52840.regs: for every block a struct periph_desc whose registers are
# all `unmodelled`, and at the end the list of blocks. Usage: awk -f tools/regnames.awk data/nrf52840.regs > regnames.h

# "CC[6]" gives name "CC[%u]" and count 6.
function split_name(text) {
    count = 1
    name = text
    if (match(text, /\[[0-9]+\]/)) {
        count = substr(text, RSTART + 1, RLENGTH - 2) + 0
        name = substr(text, 1, RSTART) "%u" substr(text, RSTART + RLENGTH - 1)
    }
}

function element(text, i) {
    sub(/%u/, i, text)
    return text
}

function hex(text,    i, value) {
    text = tolower(text)
    for (i = 3; i <= length(text); i++)
        value = value * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
    return value
}

# What follows `word` on this line, or `otherwise`.
function after(word, otherwise,    i) {
    for (i = 3; i < NF; i++)
        if ($i == word)
            return $(i + 1)
    return otherwise
}

function has(word,    i) {
    for (i = 3; i <= NF; i++)
        if ($i == word)
            return 1
    return 0
}

function table(type, field, lines) {
    if (lines == "")
        return
    printf "static const struct %s %s_%s[] = {\n%s};\n", type, block, field, lines
    desc = desc "    PERIPH_TABLE_AS(" field ", " block "_" field "),\n"
}

function finish() {
    if (block == "" || like != "")
        return
    desc = ""
    table("periph_task_desc", "tasks", tasks)
    table("periph_event_desc", "events", events)
    table("periph_short_desc", "shorts", shorts)
    table("periph_reg_desc", "regs", regs)
    printf "static const struct periph_desc %s_desc = {\n", block
    printf "    .type = \"%s\",\n    .size = sizeof(struct named_tenant),\n", type
    printf "%s    .has_inten = %s,\n    .enable_value = %d,\n    NAMED_FUNCTIONS,\n};\n\n", \
        desc, inten ? "true" : "false", enable
}

BEGIN {
    print "/* Made from data/nrf52840.regs by tools/regnames.awk. */"
    split("r RO rw RW rw1 RW w WO w1 WO", a, " ")
    for (i = 1; i < 10; i += 2)
        access[a[i]] = "PERIPH_" a[i + 1]
}

/^#/ || NF == 0 { next }

$2 == "block" {
    finish()
    block = $1
    type = block
    if (block ~ /[A-Z][A-Z][0-9]$/)
        sub(/[0-9]$/, "", type)
    else if (block ~ /^P[01]$/)
        type = "GPIO"
    like = after("like", "")
    enable = after("enable", 0)
    tasks = events = shorts = regs = ""
    inten = 0
    list = list sprintf("    {\"%s\", %s, %s, &%s_desc},\n", block, $3, after("irq", "PERIPH_NO_IRQ"),
                        like == "" ? block : like)
    next
}

{ split_name($3); stride = $5 ~ /^\+/ ? substr($5, 2) + 0 : 0 }

$2 == "task" {
    tasks = tasks sprintf("    {.offset = %s, .name = \"%s\", .count = %d, .stride = %d},\n", $4, name, count, stride)
    for (i = 0; i < count; i++)
        task_at[block, element(name, i)] = (hex($4) + i * stride) / 4
}

$2 == "event" {
    for (i = 0; i < count; i++) {
        offset = hex($4) + i * stride
        event_at[block, element(name, i)] = (offset - 256) / 4
        if (stride > 4)
            events = events sprintf("    {.offset = 0x%X, .name = \"%s\"},\n", offset, element(name, i))
    }
    if (stride <= 4)
        events = events sprintf("    {.offset = %s, .name = \"%s\", .count = %d},\n", $4, name, count)
}

$2 == "short" {
    shorts = shorts sprintf("    {.bit = %d, .event = %d, .task = %d},\n", $3, event_at[block, $4], task_at[block, $5])
}

$2 == "reg" && $3 == "INTEN" { inten = 1 }

# Those four are the engine's own.
$2 == "reg" && $3 !~ /^(SHORTS|INTEN|INTENSET|INTENCLR)$/ {
    how = has("w1c") ? "PERIPH_W1C" : access[stride ? $6 : $5]
    regs = regs sprintf("    {.offset = %s, .name = \"%s\", .access = %s, .reset = %s, .count = %d, .stride = %d,\n", \
                        $4, name, how, stride ? $7 : $6, count, stride) \
           "     .unmodelled = true" (block == "RADIO" && name == "POWER" ? ", .write = named_power" : "") "},\n"
}

END {
    finish()
    printf "const struct named_block named_blocks[] = {\n%s};\n", list
    print "const unsigned named_block_count = sizeof named_blocks / sizeof named_blocks[0];"
}
