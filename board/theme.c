#include "board/theme.h"

const struct theme theme_dark = {
    .background = 0x14171B,
    .panel = 0x1D2228,
    .grid = 0x323A43,
    .text = 0xE8EBEE,
    .dim = 0xA3ADB7,
    .accent = 0x56B4E9,
    .board = 0x123A33,
    .silk = 0xD9E4DF,
    .chip = 0x0B0D0F,
    .button = 0x9AA3AB,
    .cap = 0x2A2F35,
    .warning = 0xE69F00,
    .masked = 0xCC79A7,
    .mark = 0xFFFFFF,
    .series = {0x56B4E9, 0xE69F00, 0x18B48A, 0xCC79A7, 0xF0E442, 0xE06A10},
};

const struct theme theme_light = {
    .background = 0xEEF0F3,
    .panel = 0xFFFFFF,
    .grid = 0xD3D9DF,
    .text = 0x1A1E23,
    .dim = 0x56606A,
    .accent = 0x0072B2,
    .board = 0x1E5B4F,
    .silk = 0xF2F6F4,
    .chip = 0x1B1E21,
    .button = 0xB9C0C7,
    .cap = 0x3C424A,
    .warning = 0xD55E00,
    .masked = 0xCC79A7,
    .mark = 0x000000,
    .series = {0x0072B2, 0xE69F00, 0x009E73, 0xCC79A7, 0xD55E00, 0x56B4E9},
};
