/*
 * A load through a pointer that came from a corrupted list, three calls below main(). There is no handler: HardFault's
 * default one runs into an undefined instruction, and the core locks up.
 */
#include "console.h"

struct node {
    uint32_t value;
    struct node *next;
};

static struct node third = {3, (struct node *)0xA5A5A5A4}; /* should be NULL */
static struct node second = {2, &third};
static struct node first = {1, &second};

__attribute__((noinline)) static uint32_t read_value(const struct node *n)
{
    return *(volatile const uint32_t *)&n->value; /* the fourth node is not there: bus fault */
}

__attribute__((noinline)) static uint32_t sum_list(const struct node *n)
{
    uint32_t sum = 0;

    while (n) {
        sum += read_value(n);
        n = n->next;
    }
    return sum;
}

__attribute__((noinline)) static void report_sum(void)
{
    uint32_t sum = sum_list(&first);

    print("sum=%u\n", sum);
}

int main(void)
{
    console_init();
    print("about to follow a bad pointer\n");
    report_sum();
    print("never printed\n");
    finish();
}
