#include "echo.h"

#include <string.h>

#include "print.h"

enum { LINE_SIZE = 120 };

/* Without the line's end; what does not fit is dropped. */
static void read_line(char (*read)(void), char line[LINE_SIZE])
{
    unsigned n = 0;
    char c;

    while ((c = read()) != '\n' && c != '\r')
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

void echo(char (*read)(void))
{
    char line[LINE_SIZE];
    unsigned lines = 0;

    print("type lines, quit ends\n");
    for (;;) {
        read_line(read, line);
        if (strcmp(line, "quit") == 0)
            break;
        to_upper(line);
        print("%s\n", line);
        lines++;
    }
    print("%u lines\n", lines);
}
