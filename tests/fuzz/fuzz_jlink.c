/* Messages to the J-Link, truncated and hostile. */
#include "tests/fuzz/fuzz_probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t state[] = {7, 0x07}, answer[] = {3300 & 0xFF, 3300 >> 8, 0, 0, 0, 1, 1, 1};
    fuzz_feed(&swd_jlink, data, size);
    swd_jlink.connected(&fuzz_probe);
    if (!swd_jlink.feed(&fuzz_probe, state, sizeof state))
        abort();
    fuzz_expect(answer, sizeof answer);
    return 0;
}
