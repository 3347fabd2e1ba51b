#include <stdio.h>
#include <string.h>

#include "cli/commands.h"

static int run(int argc, char **argv)
{
    struct run_options o;
    enum options_result result = options_parse_run(argc, argv, &o, stdout, stderr);
    if (result != OPTIONS_GO)
        return result == OPTIONS_DONE ? 0 : EXIT_BAD_INPUT;
    int status = command_run(&o);
    options_free(&o);
    return status;
}

static int version(int argc, char **argv)
{
    puts("nrfemu " NRFEMU_VERSION);
    return 0;
}

static int help(int argc, char **argv);

static const struct command {
    const char *name;
    const char *help; /* NULL: not in the list */
    int (*run)(int argc, char **argv);
} commands[] = {
    {"run", "run firmware", run},
    {"info", "show what is in firmware images", command_info},
    {"openocd", "be started by what would start OpenOCD, such as Cortex-Debug", command_openocd},
    {"boards", "list the boards that firmware can run on", command_boards},
    {"--version", "print the version", version},
    {"--help", "print this text", help},
    {"-h", NULL, help},
    {"help", NULL, help},
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void print_usage(FILE *out)
{
    fputs("Usage: nrfemu COMMAND [options]\n\nEmulates an nRF52840.\n\n", out);
    for (unsigned i = 0; i < COMMANDS; i++)
        if (commands[i].help)
            fprintf(out, "  %-10s  %s\n", commands[i].name, commands[i].help);
    fputs("\nnrfemu COMMAND --help tells its options.\n", out);
}

static int help(int argc, char **argv)
{
    print_usage(stdout);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_usage(stderr);
        return EXIT_BAD_INPUT;
    }
    if (openocd_was_meant(argc, argv))
        return command_openocd(argc, argv);
    for (unsigned i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, argv[1]) == 0)
            return commands[i].run(argc - 1, argv + 1);
    fprintf(stderr, "nrfemu: there is no command %s; see nrfemu --help\n", argv[1]);
    return EXIT_BAD_INPUT;
}
