#include "soc/names.h"

#include <stdio.h>
#include <string.h>

#include "host/report.h"
#include "soc/nrf52840.h"

const char *names_irq(unsigned irqn, char *buf, size_t size)
{
    *buf = '\0';
    for (unsigned i = 0; i < periph_catalogue_count; i++) {
        const struct periph_instance *e = &periph_catalogue[i];
        if (e->irqn != (int)irqn || !e->desc->n_events)
            continue;
        size_t n = strlen(buf);
        snprintf(buf + n, size - n, "%s%s", n ? "_" : "", e->name);
    }
    return buf;
}

const char *names_exception(unsigned number, char *buf, size_t size)
{
    if (number == EXC_NONE)
        snprintf(buf, size, "Thread");
    else if (number < EXC_IRQ0)
        report_exception_name(number, buf, (unsigned)size);
    else if (!*names_irq(number - EXC_IRQ0, buf, size))
        snprintf(buf, size, "IRQ%u", number - EXC_IRQ0);
    return buf;
}
