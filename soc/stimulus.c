#include "soc/stimulus.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/duration.h"
#include "emu/irq.h"
#include "emu/quoted.h"

static const char *skip_spaces(const char *p) { return p + strspn(p, " \t"); }

static bool fail(char *err, size_t err_size, const char *message)
{
    snprintf(err, err_size, "%s", message);
    return false;
}

static bool parse_pin(const char *p, struct stimulus *s, char *err, size_t err_size)
{
    char name[8], level;
    int end = 0;
    if (sscanf(p, "%7s %c%n", name, &level, &end) != 2 || *skip_spaces(p + end))
        return fail(err, err_size, "expected 'pin P0.11 0' (level 0, 1 or z)");
    int pin = pin_by_name(name);
    const char *levels = "z01", *at = strchr(levels, level);
    if (pin < 0)
        return fail(err, err_size, "no such pin: they are P0.00 to P0.31 and P1.00 to P1.15");
    if (!at)
        return fail(err, err_size, "a pin's level is 0, 1 or z");
    s->pin = (unsigned)pin;
    s->drive = (enum pin_drive[]){PIN_Z, PIN_LOW, PIN_HIGH}[at - levels];
    return true;
}

static bool parse_irq(const char *p, struct stimulus *s, char *err, size_t err_size)
{
    char *end;
    unsigned long n = strtoul(p, &end, 10);
    if (!isdigit((unsigned char)*p) || *skip_spaces(end) || n >= IRQ_LINES) {
        snprintf(err, err_size, "expected 'irq N' with N from 0 to %d", IRQ_LINES - 1);
        return false;
    }
    s->irqn = (unsigned)n;
    return true;
}

static bool parse_text(const char *p, struct stimulus *s, char *err, size_t err_size)
{
    s->text = malloc(strlen(p) + 1);
    if (!s->text)
        return fail(err, err_size, "out of memory");
    const char *end = quoted_parse(p, s->text, &s->length);
    if (end && !*skip_spaces(end))
        return true;
    stimulus_free(s);
    return fail(err, err_size, "expected 'uart0 \"text\"' with \\n \\r \\t \\0 \\\" \\\\ or \\xHH in the text");
}

static bool parse_voltage(const char *p, struct stimulus *s, char *err, size_t err_size)
{
    enum { LIMIT_MV = 3900 }; /* PS 8 "Absolute maximum ratings" */
    int end = 0;
    if (sscanf(p, "%d mV%n", &s->millivolts, &end) != 1 || !isdigit((unsigned char)*p) || !end || *skip_spaces(p + end))
        return fail(err, err_size, "expected 'vdd 1700mV'");
    return s->millivolts <= LIMIT_MV || fail(err, err_size, "the supply is at most 3900mV");
}

static bool parse_input(const char *p, struct stimulus *s, char *err, size_t err_size)
{
    enum { LIMIT_MV = 100000 };
    char name[12];
    int end = 0;
    if (sscanf(p, "%11s %7d mV%n", name, &s->millivolts, &end) != 2 || !end || *skip_spaces(p + end))
        return fail(err, err_size, "expected 'adc AIN0 1500mV'");
    int input = saadc_input_by_name(name);
    if (input < 0)
        return fail(err, err_size, "no such input: they are AIN0 to AIN7, VDD and VDDHDIV5");
    if (s->millivolts > LIMIT_MV || s->millivolts < -LIMIT_MV)
        return fail(err, err_size, "an input's voltage is at most 100 V");
    s->adc_input = (enum saadc_input)input;
    return true;
}

static bool parse_temperature(const char *p, struct stimulus *s, char *err, size_t err_size)
{
    char value[16];
    int end = 0;
    if (sscanf(p, "%15s%n", value, &end) == 1 && !*skip_spaces(p + end) && part_parse_value(value, &s->milli) &&
        s->milli >= -40000 && s->milli <= 85000) /* PS 7 "Recommended operating conditions" */
        return true;
    return fail(err, err_size, "expected 'temp 21.5': the die's temperature in degrees Celsius, from -40 to 85");
}

static bool parse_switch(const char *p, struct stimulus *s, char *err, size_t err_size)
{
    s->on = *p == '1';
    return ((*p == '0' || *p == '1') && !*skip_spaces(p + 1)) || fail(err, err_size, "expected 'vbus 0' or 'vbus 1'");
}

static bool parse_nothing(const char *p, struct stimulus *s, char *err, size_t err_size)
{
    return !*p || fail(err, err_size, "nothing comes behind 'reset'");
}

static bool parse_button(const char *p, struct stimulus *s, char *err, size_t err_size)
{
    static const char *const words[] = {"release", "press"};
    char format[24], word[8];
    int end = 0;
    snprintf(format, sizeof format, "%%%ds %%7s%%n", BOARD_NAME - 1);
    if (sscanf(p, format, s->name, word, &end) == 2 && !*skip_spaces(p + end))
        for (unsigned pressed = 0; pressed < 2; pressed++)
            if (!strcmp(word, words[pressed])) {
                s->pressed = pressed;
                return true;
            }
    return fail(err, err_size, "expected 'button NAME press' or 'button NAME release'");
}

static bool parse_part(const char *p, struct stimulus *s, char *err, size_t err_size)
{
    char format[32], value[16];
    int end = 0;
    snprintf(format, sizeof format, "%%%ds %%%ds %%15s%%n", BOARD_NAME - 1, BOARD_NAME - 1);
    if (sscanf(p, format, s->name, s->input, value, &end) == 3 && !*skip_spaces(p + end) &&
        part_parse_value(value, &s->milli))
        return true;
    return fail(err, err_size, "expected 'part NAME QUANTITY VALUE', such as 'part thermometer temperature 21.5'");
}

static const struct action {
    const char *name;
    enum stimulus_kind kind;
    unsigned uart;
    bool (*parse)(const char *p, struct stimulus *s, char *err, size_t err_size);
} actions[] = {
    {"pin", STIMULUS_PIN, 0, parse_pin},           {"button", STIMULUS_BUTTON, 0, parse_button},
    {"part", STIMULUS_PART, 0, parse_part},        {"irq", STIMULUS_IRQ, 0, parse_irq},
    {"uart0", STIMULUS_UART, 0, parse_text},       {"uart1", STIMULUS_UART, 1, parse_text},
    {"usb", STIMULUS_USB, 0, parse_text},          {"vdd", STIMULUS_VDD, 0, parse_voltage},
    {"adc", STIMULUS_ADC, 0, parse_input},         {"vbus", STIMULUS_VBUS, 0, parse_switch},
    {"temp", STIMULUS_TEMP, 0, parse_temperature}, {"reset", STIMULUS_RESET, 0, parse_nothing},
};

static bool fail_action(char *err, size_t err_size)
{
    enum { N = sizeof actions / sizeof actions[0] };
    size_t used = (size_t)snprintf(err, err_size, "the action is ");
    for (unsigned i = 0; i < N && used < err_size; i++)
        used += (size_t)snprintf(err + used, err_size - used, "%s%s", actions[i].name,
                                 i + 2 < N    ? ", "
                                 : i + 2 == N ? " or "
                                              : "");
    return false;
}

bool stimulus_parse_action(const char *action, struct stimulus *out, char *err, size_t err_size)
{
    *out = (struct stimulus){0};
    const char *p = skip_spaces(action);
    size_t n = strcspn(p, " \t");
    for (unsigned i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        const struct action *a = &actions[i];
        if (strlen(a->name) != n || memcmp(a->name, p, n) != 0)
            continue;
        out->kind = a->kind;
        out->uart = a->uart;
        return a->parse(skip_spaces(p + n), out, err, err_size);
    }
    return fail_action(err, err_size);
}

bool stimulus_parse(const char *spec, struct stimulus *out, char *err, size_t err_size)
{
    vtime time;
    *out = (struct stimulus){0};
    const char *equals = strchr(spec, '=');
    if (!equals || !duration_parse(spec, (size_t)(equals - spec), &time))
        return fail(err, err_size, "expected 'TIME=ACTION', such as '5ms=pin P0.11 0'");
    bool ok = stimulus_parse_action(equals + 1, out, err, err_size);
    out->time = time;
    return ok;
}

void stimulus_free(struct stimulus *s)
{
    free(s->text);
    s->text = NULL;
    s->length = 0;
}
