# Takes from the comment at the head of each file what follows the word "Inaccuracies" as numbered items, or that of
# "Inaccuracy 1: ...", and prints them as Markdown below the file's name and subject.

function finish_item() {
    if (item != "")
        items = items item "\n"
    item = ""
}

function finish_file() {
    finish_item()
    if (items != "") {
        sub(/[:.,;(].*/, "", subject)
        sub(/ +$/, "", subject)
        printf "\n### `%s`: %s\n%s", file, subject, items
    }
    items = ""
}

FNR == 1 {
    finish_file()
    file = FILENAME
    subject = ""
    head = 1
    listing = 0
}

!head { next }

# The comment ends; what is below is code.
/^[^ \/*]/ || /^$/ { head = 0; finish_item(); next }

{
    text = $0
    sub(/^ ?\/?\*+\/?/, "", text)
    sub(/ *\*\/ *$/, "", text)
    indent = match(text, /[^ ]/) ? RSTART : 0
    sub(/^ +/, "", text)
}

subject == "" && text != "" { subject = text }

text ~ /^Inaccuracies:?$/ { listing = 1; next }

text ~ /^Inaccuracy [0-9]+: / {
    finish_item()
    sub(/^Inaccuracy /, "", text)
    sub(/:/, ".", text)
    text = substr(text, 1, 3) toupper(substr(text, 4, 1)) substr(text, 5)
    item = text
    listing = 1
    single = 1
    next
}

listing && text == "" { finish_item(); listing = item_seen = single = 0; next }

listing && text ~ /^[0-9]+\. / { finish_item(); item = text; item_seen = 1; next }

listing && item != "" { item = item "\n   " text }

END { finish_file() }
