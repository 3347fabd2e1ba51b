/*
 * Fuzz target: board files, and what is made of them at the pins.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "soc/board_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

const struct board_builtin board_builtins[1];
const unsigned board_builtin_count = 0;

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void on_name(void *ctx, const char *name, unsigned pin)
{
    require(*name && !strchr(name, ' ') && pin < PIN_COUNT);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct board b;
    struct pins pins;
    char err[256] = "";
    if (!board_parse(&b, "fuzz", (const char *)bytes, size, err, sizeof err)) {
        require(strncmp(err, "fuzz: ", 6) == 0 && !strchr(err, '\n'));
        return 0;
    }
    pins_init(&pins, NULL);
    board_attach(&b, &pins);
    board_names(&b, on_name, NULL);
    for (unsigned pin = 0; pin < PIN_COUNT; pin++)
        pins_drive(&pins, pin, PIN_FROM_GPIO, pin & 1 ? PIN_HIGH : PIN_LOW);
    for (unsigned i = 0; i < b.n_buttons; i++) {
        require(board_button(&b, b.button[i].name) == (int)i);
        board_press(&b, i, true);
        board_press(&b, i, false);
    }
    for (unsigned i = 0; i < b.n_parts; i++)
        require(b.part[i].type && board_part(&b, b.part[i].name) == (int)i);
    for (unsigned i = 0; i < b.n_leds; i++)
        require(board_led_lit(&b, i) == ((b.led[i].pin & 1) == b.led[i].active));
    return 0;
}
