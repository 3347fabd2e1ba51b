/*
 * Lines come in by a USB serial port and go out again in upper case.
 */
#include <string.h>

#include "console.h"
#include "usb.h"

enum { LINE_SIZE = 120 };

/* Without the line's end; what does not fit is dropped. */
static void read_line(char line[LINE_SIZE])
{
    unsigned n = 0;
    char c;

    while ((c = usb_read()) != '\n' && c != '\r')
        if (n < LINE_SIZE - 1)
            line[n++] = c;
    line[n] = 0;
}

static void to_upper(char *line)
{
    for (; *line; line++)
        if (*line >= 'a' && *line <= 'z')
            *line -= 'a' - 'A';
}

int main(void)
{
    char line[LINE_SIZE];
    unsigned lines = 0;

    usb_init();
    print_to(usb_write);
    print("type lines, quit ends\n");
    for (;;) {
        read_line(line);
        if (strcmp(line, "quit") == 0)
            break;
        to_upper(line);
        print("%s\n", line);
        lines++;
    }
    print("%u lines\n", lines);
    finish();
}
