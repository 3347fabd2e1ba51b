/*
 * `nrfemu info`: what is in firmware images.
 */
#include "cli/info.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"

struct info_options {
    bool json;
    char **firmware;
    unsigned n_firmware;
};

static void print_help(void)
{
    puts("Usage: nrfemu info [options] FIRMWARE...\n\n"
         "Shows what is in firmware images: where they start, how much memory they use, what they were\n"
         "made with, and whether the nRF52840 has all of their instructions.\n\n"
         "  --json                  as JSON: an object, or an array of them for several images\n"
         "  --help                  this text");
}

static enum options_result complain(const char *what, const char *arg)
{
    fprintf(stderr, "nrfemu info: %s%s; see nrfemu info --help\n", what, arg);
    return OPTIONS_WRONG;
}

static enum options_result parse(int argc, char **argv, struct info_options *o)
{
    static const struct option options[] = {
        {"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    int c;

    *o = (struct info_options){0};
    optind = 0; /* starts getopt afresh */
    opterr = 0;
    while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        switch (c) {
        case 'j':
            o->json = true;
            break;
        case 'h':
            print_help();
            return OPTIONS_DONE;
        default:
            return complain("there is no option ", argv[optind - 1]);
        }
    }
    o->firmware = argv + optind;
    o->n_firmware = (unsigned)(argc - optind);
    return o->n_firmware ? OPTIONS_GO : complain("no firmware given", "");
}

static bool show(const struct info_options *o, const char *spec, struct json_object *list)
{
    struct firmware_info info;
    char err[IMAGE_ERR_SIZE];

    if (!firmware_info_read(&info, spec, err)) {
        fprintf(stderr, "nrfemu info: %s\n", err);
        return false;
    }
    if (o->json)
        json_object_array_add(list, info_to_json(&info));
    else
        info_print_text(&info);
    firmware_info_free(&info);
    return true;
}

static void print_json(struct json_object *list)
{
    struct json_object *top = json_object_array_length(list) == 1 ? json_object_array_get_idx(list, 0) : list;

    puts(json_object_to_json_string_ext(top, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
}

int command_info(int argc, char **argv)
{
    struct info_options o;
    enum options_result result = parse(argc, argv, &o);
    if (result != OPTIONS_GO)
        return result == OPTIONS_DONE ? 0 : EXIT_BAD_INPUT;
    struct json_object *list = json_object_new_array();
    bool ok = true;
    for (unsigned i = 0; ok && i < o.n_firmware; i++)
        ok = show(&o, o.firmware[i], list);
    if (ok && o.json)
        print_json(list);
    json_object_put(list);
    return ok ? 0 : EXIT_BAD_INPUT;
}
