/*
 * Colours. Series are those of Okabe and Ito, which people with any colour vision tell apart; shape says the same.
 */
#ifndef BOARD_THEME_H
#define BOARD_THEME_H

#include <stdint.h>

enum { THEME_SERIES = 6 };

struct theme {
    uint32_t background, panel, grid, text, dim, accent;
    uint32_t board, silk, chip, button, cap; /* the picture of the board */
    uint32_t warning, masked, mark;
    uint32_t series[THEME_SERIES];
};

extern const struct theme theme_dark, theme_light;

#endif
