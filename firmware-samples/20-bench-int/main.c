/*
 * Integer work of many kinds; each round mixes its results into the checksum.
 */
#include <string.h>

#include "print.h"
#include "semihosting.h"

#ifndef BENCH_ITERATIONS
#define BENCH_ITERATIONS 15000
#endif

enum { DATA_SIZE = 512, NUMBERS = 64, MATRIX = 8, NODES = 64 };

static uint32_t mix(uint32_t checksum, uint32_t value) { return (checksum ^ value) * 16777619u; }

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* ---- CRC-32 by table: byte loads, table loads, shifts ---- */

static uint32_t crc_table[256];
static uint8_t data[DATA_SIZE];

static void crc_init(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;

        for (unsigned bit = 0; bit < 8; bit++)
            c = c & 1 ? 0xEDB88320u ^ c >> 1 : c >> 1;
        crc_table[i] = c;
    }
}

static uint32_t do_crc(uint32_t seed)
{
    uint32_t crc = 0xFFFFFFFF;

    data[seed % DATA_SIZE] ^= (uint8_t)seed;
    for (unsigned i = 0; i < DATA_SIZE; i++)
        crc = crc_table[(crc ^ data[i]) & 0xFF] ^ crc >> 8;
    return ~crc;
}

/* ---- Shell's sort: branches that depend on data ---- */

static uint32_t do_sort(uint32_t seed)
{
    static uint32_t number[NUMBERS];

    for (unsigned i = 0; i < NUMBERS; i++)
        number[i] = next_random(&seed);
    for (unsigned gap = NUMBERS / 2; gap > 0; gap /= 2) {
        for (unsigned i = gap; i < NUMBERS; i++) {
            uint32_t value = number[i];
            unsigned j = i;

            for (; j >= gap && number[j - gap] > value; j -= gap)
                number[j] = number[j - gap];
            number[j] = value;
        }
    }
    return mix(number[0], number[NUMBERS / 2]);
}

/* ---- Matrices: multiply-accumulate ---- */

static uint32_t do_matrix(uint32_t seed)
{
    static int32_t a[MATRIX][MATRIX], b[MATRIX][MATRIX];
    uint32_t sum = 0;

    for (unsigned i = 0; i < MATRIX * MATRIX; i++) {
        a[i / MATRIX][i % MATRIX] = (int16_t)next_random(&seed);
        b[i % MATRIX][i / MATRIX] = (int16_t)next_random(&seed);
    }
    for (unsigned i = 0; i < MATRIX; i++) {
        for (unsigned j = 0; j < MATRIX; j++) {
            int64_t cell = 0;

            for (unsigned k = 0; k < MATRIX; k++)
                cell += (int64_t)a[i][k] * b[k][j];
            sum = mix(sum, (uint32_t)cell + (uint32_t)(cell >> 32));
        }
    }
    return sum;
}

/* ---- A linked list, reversed and walked: dependent loads ---- */

struct node {
    struct node *next;
    uint32_t value;
};

static uint32_t do_list(uint32_t seed)
{
    static struct node nodes[NODES];
    struct node *head = NULL, *reversed = NULL;
    uint32_t sum = 0;

    for (unsigned i = 0; i < NODES; i++) {
        struct node *n = &nodes[i * 29 % NODES];

        n->value = next_random(&seed);
        n->next = head;
        head = n;
    }
    while (head) {
        struct node *next = head->next;

        head->next = reversed;
        reversed = head;
        head = next;
    }
    for (; reversed; reversed = reversed->next)
        sum = sum * 31 + reversed->value;
    return sum;
}

/* ---- Text: byte stores, divisions by ten, library calls ---- */

static uint32_t do_text(uint32_t seed)
{
    char text[64], copy[64];
    unsigned used = 0;

    for (unsigned i = 0; i < 4; i++) {
        uint32_t value = next_random(&seed);

        do {
            text[used++] = (char)('0' + value % 10);
            value /= 10;
        } while (value > 0);
        text[used++] = ',';
    }
    text[used] = 0;
    strcpy(copy, text);
    return mix((uint32_t)strlen(copy), (uint32_t)memcmp(copy, text, used) + (uint8_t)copy[used / 2]);
}

/* ---- Euclid's algorithm: UDIV, MLS ---- */

static uint32_t do_gcd(uint32_t seed)
{
    uint32_t sum = 0;

    for (unsigned i = 0; i < 16; i++) {
        uint32_t a = next_random(&seed), b = next_random(&seed);

        while (b) {
            uint32_t t = a % b;

            a = b;
            b = t;
        }
        sum += a;
    }
    return sum;
}

/* ---- An interpreter: table branches ---- */

enum op { OP_PUSH, OP_ADD, OP_MUL, OP_XOR, OP_SWAP, OP_DUP, OP_ROTATE, OP_LOOP, OP_END };

static uint32_t do_interpreter(uint32_t seed)
{
    static const uint8_t program[] = {OP_PUSH, OP_DUP, OP_ROTATE, OP_XOR,  OP_PUSH, OP_SWAP,
                                      OP_ADD,  OP_DUP, OP_MUL,    OP_LOOP, OP_END};
    uint32_t stack[4] = {seed}, turns = 40;
    unsigned sp = 0, pc = 0;

    for (;;) {
        uint32_t top = stack[sp];

        switch (program[pc++]) {
        case OP_PUSH:
            stack[++sp] = seed += 0x9E3779B9u;
            break;
        case OP_ADD:
            stack[--sp] += top;
            break;
        case OP_MUL:
            stack[--sp] *= top | 1;
            break;
        case OP_XOR:
            stack[--sp] ^= top;
            break;
        case OP_SWAP:
            stack[sp] = stack[sp - 1];
            stack[sp - 1] = top;
            break;
        case OP_DUP:
            stack[++sp] = top;
            break;
        case OP_ROTATE:
            stack[sp] = top << 7 | top >> 25;
            break;
        case OP_LOOP:
            if (--turns > 0)
                pc = 0;
            stack[0] = mix(stack[sp], stack[0]);
            sp = 0;
            break;
        case OP_END:
            return stack[0];
        }
    }
}

int main(void)
{
    static uint32_t (*const volatile work[])(uint32_t) = {do_crc,  do_sort, do_matrix,     do_list,
                                                          do_text, do_gcd,  do_interpreter};
    uint32_t checksum = 2166136261u;

    print_to(semihosting_write);
    crc_init();
    for (uint32_t i = 1; i <= BENCH_ITERATIONS; i++)
        for (unsigned k = 0; k < sizeof work / sizeof work[0]; k++)
            checksum = mix(checksum, work[k](i));
    print("integer mix: %u rounds, checksum %08x\n", BENCH_ITERATIONS, checksum);
    semihosting_exit(0);
}
