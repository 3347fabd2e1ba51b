/*
 * `nrfemu info`: what is in firmware images.
 */
#include "cli/info.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/info_measure.h"
#include "emu/duration.h"

struct info_options {
    bool json, measure;
    vtime run_for; /* when measuring */
    char **firmware;
    unsigned n_firmware;
};

static void print_help(void)
{
    puts("Usage: nrfemu info [options] FIRMWARE...\n\n"
         "Shows what is in firmware images: where they start, how much memory they use, what they were\n"
         "made with, and whether the nRF52840 has all of their instructions.\n\n"
         "  --json                  as JSON: an object, or an array of them for several images\n"
         "  --measure               also run them, as one flash: cycles to main, peak of stacks and heap, and\n"
         "                          every register that was touched\n"
         "  --for DURATION          emulated time to run them, such as 10ms (default 1s)\n"
         "  --help                  this text");
}

static enum options_result complain(const char *what, const char *arg)
{
    fprintf(stderr, "nrfemu info: %s%s; see nrfemu info --help\n", what, arg);
    return OPTIONS_WRONG;
}

static enum options_result apply(struct info_options *o, int c, const char *arg)
{
    switch (c) {
    case 'j':
        o->json = true;
        return OPTIONS_GO;
    case 'm':
        o->measure = true;
        return OPTIONS_GO;
    case 'f':
        return duration_parse(optarg, strlen(optarg), &o->run_for)
                   ? OPTIONS_GO
                   : complain("--for: a duration is a number and us, ms, s or cycles, such as 10ms, not ", optarg);
    case 'h':
        print_help();
        return OPTIONS_DONE;
    case ':':
        return complain(arg, " needs a value");
    }
    return complain("there is no option ", arg);
}

static enum options_result parse(int argc, char **argv, struct info_options *o)
{
    static const struct option options[] = {{"json", no_argument, NULL, 'j'},
                                            {"measure", no_argument, NULL, 'm'},
                                            {"for", required_argument, NULL, 'f'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    enum options_result result = OPTIONS_GO;
    int c;

    *o = (struct info_options){.run_for = VTIME_NEVER};
    optind = 0; /* starts getopt afresh */
    opterr = 0;
    while (result == OPTIONS_GO && (c = getopt_long(argc, argv, ":h", options, NULL)) != -1)
        result = apply(o, c, argv[optind - 1]);
    if (result != OPTIONS_GO)
        return result;
    o->firmware = argv + optind;
    o->n_firmware = (unsigned)(argc - optind);
    if (!o->n_firmware)
        return complain("no firmware given", "");
    if (o->run_for != VTIME_NEVER && !o->measure)
        return complain("--for says how long to run: it needs --measure", "");
    if (o->run_for == VTIME_NEVER)
        o->run_for = VTIME_PER_S;
    return OPTIONS_GO;
}

static bool fail(const char *err)
{
    fprintf(stderr, "nrfemu info: %s\n", err);
    return false;
}

static void print_one(const struct info_options *o, const struct firmware_info *info, struct info_measured *measured,
                      struct json_object *list)
{
    if (!o->json) {
        info_print_text(info);
        if (measured)
            info_print_measured(measured);
        return;
    }
    struct json_object *json = info_to_json(info);
    if (measured)
        json_object_object_add(json, "measured", info_measured_to_json(measured));
    json_object_array_add(list, json);
}

/* The first image also tells how the run of all of them went. Nothing is printed unless all goes well. */
static bool show(const struct info_options *o, unsigned i, struct json_object *list)
{
    struct firmware_info info;
    struct info_measured *measured = NULL;
    char err[IMAGE_ERR_SIZE];
    bool measure = o->measure && i == 0;

    if (!firmware_info_read(&info, o->firmware[i], err))
        return fail(err);
    if (measure && !freopen("/dev/null", "r", stdin)) /* nobody is there to type what firmware may wait for */
        return fail("/dev/null cannot be opened");
    if (measure)
        measured = info_measure(o->firmware, o->n_firmware, o->run_for, &info, err);
    bool ok = !measure || measured || fail(err);
    if (ok)
        print_one(o, &info, measured, list);
    if (measured)
        info_measured_free(measured);
    firmware_info_free(&info);
    return ok;
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
        ok = show(&o, i, list);
    if (ok && o.json)
        print_json(list);
    json_object_put(list);
    return ok ? 0 : EXIT_BAD_INPUT;
}
