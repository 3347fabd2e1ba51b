/*
 * A program with what `nrfemu info` tells of: a vector table, variables of all kinds, floating point, a switch, data in
 * the code, a call that does not return, and traces of well-known systems. With FOREIGN, an instruction of another
 * core.
 */
extern unsigned __StackTop;

void Reset_Handler(void);
float scale(float x);
int choose(int n);
_Noreturn void stop(void);

__attribute__((section(".vectors"), used)) const void *const vectors[] = {&__StackTop, (const void *)Reset_Handler};

__attribute__((used)) const char banner[] = "*** Booting Zephyr OS build v3.6.0-rc1 ***\n";
int counter = 3;
int zeroed[25];
volatile float input, output;

__attribute__((noinline)) float scale(float x) { return x * 1.5f + 2.0f; }

/* A table branch, and behind its last case a call that does not return. */
__attribute__((noinline)) int choose(int n)
{
    switch (n) {
    case 0:
        zeroed[1]++;
        return 11;
    case 1:
        zeroed[2] = counter;
        break;
    case 2:
        zeroed[3]--;
        return 5;
    case 3:
        counter ^= zeroed[7] * 3;
        break;
    case 4:
        return (int)scale((float)n);
    default:
        stop();
    }
    return -n;
}

__attribute__((noinline)) _Noreturn void stop(void)
{
    for (;;)
        ;
}

/* Has no code of its own: it is part of its caller. */
static inline __attribute__((always_inline)) void prepare(void) { zeroed[9] = counter * 5; }

void Reset_Handler(void)
{
    output = scale(input);
    prepare();
    counter += choose(zeroed[0]);
#ifdef FOREIGN
    __asm volatile(FOREIGN ::: "r0");
#endif
    stop();
}
