/*
 * Text through RTT: the debugger takes it out of RAM while the core runs. The 1024 bytes of the buffer are filled more
 * than once, so the writer has to wait for the reader.
 */
#include "console.h"
#include "rtt.h"

enum { LINES = 40 };

int main(void)
{
    char none[4];

    rtt_init(RTT_BLOCK);
    print_to(rtt_write);
    print("hello from RTT\n");
    for (unsigned i = 1; i <= LINES; i++)
        print("line %2u of %u: the quick brown fox waits for the reader\n", i, LINES);
    print("down channel: %u bytes\n", rtt_read(none, sizeof none));
    finish();
}
