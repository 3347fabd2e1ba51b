#include "float_mix.h"

#include <string.h>

enum { TAPS = 16, SAMPLES = 32, MATRIX = 4, BODIES = 3, UNKNOWNS = 5 };

static uint32_t mix(uint32_t checksum, float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    return (checksum ^ bits) * 16777619u;
}

/* -1 … 1, always the same series. */
static float next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (float)(int32_t)(*state >> 8 & 0xFFFF) / 32768.0f - 1.0f;
}

static uint32_t filter(uint32_t seed, uint32_t checksum)
{
    float tap[TAPS], sample[SAMPLES + TAPS];

    for (unsigned i = 0; i < TAPS; i++)
        tap[i] = next_random(&seed);
    for (unsigned i = 0; i < SAMPLES + TAPS; i++)
        sample[i] = next_random(&seed);
    for (unsigned i = 0; i < SAMPLES; i++) {
        float sum = 0.0f;

        for (unsigned k = 0; k < TAPS; k++)
            sum += tap[k] * sample[i + k];
        checksum = mix(checksum, sum);
    }
    return checksum;
}

static uint32_t multiply_matrices(uint32_t seed, uint32_t checksum)
{
    float a[MATRIX][MATRIX], b[MATRIX][MATRIX];

    for (unsigned i = 0; i < MATRIX * MATRIX; i++) {
        a[i / MATRIX][i % MATRIX] = next_random(&seed);
        b[i / MATRIX][i % MATRIX] = next_random(&seed);
    }
    for (unsigned i = 0; i < MATRIX; i++) {
        for (unsigned j = 0; j < MATRIX; j++) {
            float sum = 0.0f;

            for (unsigned k = 0; k < MATRIX; k++)
                sum += a[i][k] * b[k][j];
            checksum = mix(checksum, sum);
        }
    }
    return checksum;
}

static float square_root(float x)
{
    float y = x > 1.0f ? x : 1.0f;

    for (unsigned i = 0; i < 8; i++)
        y = 0.5f * (y + x / y);
    return y;
}

/* Bodies that attract each other, a few steps of Euler's method. */
static uint32_t move_bodies(uint32_t seed, uint32_t checksum)
{
    struct {
        float x, y, vx, vy;
    } body[BODIES];

    for (unsigned i = 0; i < BODIES; i++) {
        body[i].x = next_random(&seed);
        body[i].y = next_random(&seed);
        body[i].vx = body[i].vy = 0.0f;
    }
    for (unsigned step = 0; step < 4; step++) {
        for (unsigned i = 0; i < BODIES; i++) {
            for (unsigned j = 0; j < BODIES; j++) {
                float dx = body[j].x - body[i].x, dy = body[j].y - body[i].y;
                float r2 = dx * dx + dy * dy + 0.01f;
                float pull = 0.001f / (r2 * square_root(r2));

                body[i].vx += dx * pull;
                body[i].vy += dy * pull;
            }
        }
        for (unsigned i = 0; i < BODIES; i++) {
            body[i].x += body[i].vx;
            body[i].y += body[i].vy;
        }
    }
    for (unsigned i = 0; i < BODIES; i++)
        checksum = mix(mix(checksum, body[i].x), body[i].y);
    return checksum;
}

/* Gauss's elimination; the diagonal dominates, so no pivot is looked for. */
static uint32_t solve_equations(uint32_t seed, uint32_t checksum)
{
    float m[UNKNOWNS][UNKNOWNS + 1];

    for (unsigned i = 0; i < UNKNOWNS; i++) {
        for (unsigned j = 0; j <= UNKNOWNS; j++)
            m[i][j] = next_random(&seed);
        m[i][i] += 8.0f;
    }
    for (unsigned p = 0; p < UNKNOWNS; p++) {
        for (unsigned i = 0; i < UNKNOWNS; i++) {
            float factor = m[i][p] / m[p][p];

            for (unsigned j = p; i != p && j <= UNKNOWNS; j++)
                m[i][j] -= factor * m[p][j];
        }
    }
    for (unsigned i = 0; i < UNKNOWNS; i++)
        checksum = mix(checksum, m[i][UNKNOWNS] / m[i][i]);
    return checksum;
}

/* How long points of a line of the Mandelbrot set take to escape: comparisons and conversions. */
static uint32_t escape_times(uint32_t round, uint32_t checksum)
{
    float ci = (float)(int32_t)(round % 64) / 32.0f - 1.0f;

    for (int i = 0; i < 8; i++) {
        float cr = (float)(i - 6) / 4.0f, zr = 0.0f, zi = 0.0f;
        unsigned n = 0;

        while (n < 24 && zr * zr + zi * zi < 4.0f) {
            float t = zr * zr - zi * zi + cr;

            zi = 2.0f * zr * zi + ci;
            zr = t;
            n++;
        }
        checksum = (checksum ^ n) * 16777619u;
        checksum = (checksum ^ (uint32_t)(int32_t)(zr * 1000.0f)) * 16777619u;
    }
    return checksum;
}

uint32_t float_mix_round(uint32_t round, uint32_t checksum)
{
    checksum = filter(round, checksum);
    checksum = multiply_matrices(round + 1, checksum);
    checksum = move_bodies(round + 2, checksum);
    checksum = solve_equations(round + 3, checksum);
    return escape_times(round, checksum);
}
