/*
 * The subcommands of nrfemu. Each gives the process' exit status.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/options.h"

#ifndef NRFEMU_VERSION
#define NRFEMU_VERSION "0.1.0"
#endif

enum { EXIT_NOT_MET = 1, EXIT_BAD_INPUT = 2 }; /* a condition not met; a bad file, option or input */

/* `nrfemu run`, with its options parsed. */
int command_run(const struct run_options *o);

/* `nrfemu openocd`, and nrfemu started as if it were OpenOCD (cli/openocd.c). */
int command_openocd(int argc, char **argv);
bool openocd_was_meant(int argc, char **argv);

/* `nrfemu info FIRMWARE...`: what is in the images; argv[0] is the subcommand. */
int command_info(int argc, char **argv);

/* `nrfemu boards [NAME]`: lists the boards that are built in, or prints the file of one. */
int command_boards(int argc, char **argv);
void boards_list(FILE *out);

#endif
