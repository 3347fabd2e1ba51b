/* For `make bench-debug`: calls, loads, stores and arithmetic without an end, for single steps on the chip and on QEMU.
 */
#include <stdint.h>

static volatile uint32_t sum;
static uint32_t table[16];

__attribute__((noinline)) static uint32_t mix(uint32_t a, uint32_t b) { return (a ^ b << 5) * 2654435761u + (a >> 3); }

int main(void)
{
    for (uint32_t i = 0;; i++) {
        table[i % 16] = mix(i, table[(i + 1) % 16]);
        sum += table[i % 16] > sum ? 1 : mix(sum, i);
    }
}
