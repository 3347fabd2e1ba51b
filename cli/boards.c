/*
 * `nrfemu boards`: the boards that are built in, and their files as a start for others.
 */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "soc/board_file.h"

void boards_list(FILE *out)
{
    struct board b;
    char err[256];
    for (unsigned i = 0; i < board_builtin_count; i++)
        if (board_find(&b, board_builtins[i].name, err, sizeof err))
            fprintf(out, "%-20s %s%s\n", b.name, b.title, strcmp(b.name, BOARD_DEFAULT) ? "" : " (the default)");
}

static int print_file(const char *name)
{
    for (unsigned i = 0; i < board_builtin_count; i++)
        if (!strcmp(board_builtins[i].name, name)) {
            fputs(board_builtins[i].text, stdout);
            return 0;
        }
    fprintf(stderr, "nrfemu boards: there is no board '%s' built in; nrfemu boards lists them\n", name);
    return EXIT_BAD_INPUT;
}

int command_boards(int argc, char **argv)
{
    if (argc == 1) {
        boards_list(stdout);
        return 0;
    }
    if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
        puts("Usage: nrfemu boards [NAME]\n\nLists the boards that are built in, or prints the file of one of them: a "
             "copy "
             "of it,\nchanged, is a board of your own (nrfemu run --board FILE).");
        return 0;
    }
    if (argc == 2)
        return print_file(argv[1]);
    fputs("nrfemu boards: one name at most; see nrfemu boards --help\n", stderr);
    return EXIT_BAD_INPUT;
}
