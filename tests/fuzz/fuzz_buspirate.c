/* Bytes to the Bus Pirate. Zeros bring it back to binary mode, wherever it was: at most 16 bytes of data come before.
 */
#include "tests/fuzz/fuzz_probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t zeros[16 + 20];
    fuzz_feed(&swd_buspirate, data, size);
    swd_buspirate.feed(&fuzz_probe, zeros, sizeof zeros);
    fuzz_expect("BBIO1", 5);
    swd_buspirate.feed(&fuzz_probe, (const uint8_t[]){5}, 1);
    fuzz_expect("RAW1", 4);
    return 0;
}
