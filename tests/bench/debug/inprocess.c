/*
 * bench-inprocess FIRMWARE SECONDS: single steps of the machine in this process, through the interface that the server
 * and the laboratory use. Prints steps per second as JSON: one call for each step, a walk that is told of each landing,
 * and each algorithm over the debug registers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "soc/debug_port.h"
#include "step/step.h"

enum { BATCH = 1000 };

struct bench {
    struct machine m;
    struct debug_port port;
    struct stepper stepper;
    uint32_t seen; /* of each PC, so that it is looked at */
};

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool landed(void *bench, uint32_t pc)
{
    ((struct bench *)bench)->seen += pc;
    return true;
}

static bool walk(struct bench *b)
{
    struct debug_stop_info info;

    return b->port.target.ops->walk(&b->port, BATCH, landed, b, &info) == BATCH;
}

static bool steps(struct bench *b)
{
    for (unsigned i = 0; i < BATCH; i++) {
        step_begin(&b->stepper, 0);
        while (!step_advance(&b->stepper))
            ;
        if (b->stepper.report.end != STEP_LANDED)
            return false;
        uint32_t pc = 0;
        b->port.target.ops->reg_get(&b->port, CPU_PC, &pc);
        landed(b, pc);
    }
    return true;
}

static bool measure(struct bench *b, const char *name, bool (*batch)(struct bench *b), double length)
{
    unsigned long n = 0;
    double begin = seconds(), now = begin;

    for (; now - begin < length; now = seconds(), n += BATCH)
        if (!batch(b)) {
            fprintf(stderr, "%s: %s\n", name, b->stepper.report.text);
            return false;
        }
    printf("\"%s\": %.1f", name, (double)n / (now - begin));
    return true;
}

static bool open_machine(struct bench *b, char *image)
{
    char err[IMAGE_ERR_SIZE];
    struct machine_config config = {
        .run_for = VTIME_NEVER, .uart0 = "null", .uart1 = "null", .rtt = "null", .quiet = true};

    if (!machine_init(&b->m, &config, err, sizeof err) || !machine_load(&b->m, &image, 1, err)) {
        fprintf(stderr, "%s\n", err);
        return false;
    }
    debug_port_init(&b->port, &b->m);
    machine_power_on(&b->m);
    b->port.target.ops->attached(&b->port, true);
    step_init(&b->stepper, &b->port.access, &b->port.target);
    return true;
}

int main(int argc, char **argv)
{
    static struct bench b;
    static const char *const algorithms[] = {"context", "raw", "mask", "auto", "software"};

    if (argc != 3 || !open_machine(&b, argv[1]))
        return 2;
    double length = atof(argv[2]);
    printf("{");
    if (!measure(&b, "walk", walk, length))
        return 1;
    for (unsigned i = 0; i < sizeof algorithms / sizeof *algorithms; i++) {
        b.stepper.algorithm = step_algorithm_find(algorithms[i]);
        printf(", ");
        if (!measure(&b, algorithms[i], steps, length))
            return 1;
    }
    printf("}\n");
    return 0;
}
