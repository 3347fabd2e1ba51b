/*
 * bench-socket PORT SECONDS: single steps of whatever serves the remote protocol at a local port. Prints how many there
 * were, how long they took, and how many of the replies had PC in them, as JSON.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/bench/debug/client.h"

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* `also`: a request that follows each step; NULL: none. */
static bool measure(struct client *c, const char *name, const char *also, double length)
{
    unsigned long steps = 0;
    double begin = seconds(), now = begin;

    for (; now - begin < length; now = seconds())
        for (unsigned i = 0; i < 64; i++, steps++) {
            const char *reply = client_ask(c, "vCont;s:1");
            if (!reply || *reply != 'T' || (also && !client_ask(c, also)))
                return false;
        }
    printf("\"%s\": %.1f", name, (double)steps / (now - begin));
    return true;
}

int main(int argc, char **argv)
{
    static struct client c;

    if (argc != 3 || !client_connect(&c, argv[1]))
        return 2;
    double length = atof(argv[2]);
    printf("{");
    if (!measure(&c, "steps_per_s", NULL, length))
        return 1;
    printf(", ");
    if (!measure(&c, "steps_and_registers_per_s", "g", length))
        return 1;
    printf("}\n");
    client_close(&c);
    return 0;
}
