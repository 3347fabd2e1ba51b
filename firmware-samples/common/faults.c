#include "faults.h"

#include "print.h"

volatile struct fault faults_last;

void faults_enable(void) { SCB->SHCSR |= SHCSR_MEMFAULTENA | SHCSR_BUSFAULTENA | SHCSR_USGFAULTENA; }

void faults_expect(void) { faults_last = (struct fault){.exception = 0}; }

void faults_print(const char *title)
{
    static const char *const names[] = {"no fault", "", "", "HardFault", "MemManage", "BusFault", "UsageFault"};

    print("%-36s %s", title, names[faults_last.exception]);
    if (faults_last.exception)
        print(" CFSR=%08x", faults_last.cfsr);
    if (faults_last.hfsr)
        print(" HFSR=%08x", faults_last.hfsr);
    if (faults_last.cfsr & CFSR_MMARVALID)
        print(" MMFAR=%08x", faults_last.mmfar);
    if (faults_last.cfsr & CFSR_BFARVALID)
        print(" BFAR=%08x", faults_last.bfar);
    if (faults_last.count > 1)
        print(" (%u times)", faults_last.count);
    print("\n");
}

static unsigned instruction_size(uint32_t pc) { return *(const uint16_t *)pc >> 11 >= 0x1D ? 4 : 2; }

/* Where the fault was the fetch itself, there is no instruction to skip: return from the function that was called. */
static void recover(struct frame *frame, uint32_t cfsr)
{
    if (cfsr & (CFSR_IACCVIOL | CFSR_IBUSERR | CFSR_INVSTATE)) {
        frame->pc = frame->lr & ~1u;
        frame->xpsr |= XPSR_T;
    } else if (cfsr) {
        frame->pc += instruction_size(frame->pc);
    } else if ((*(const uint16_t *)frame->pc & 0xFF00) == 0xDF00) {
        frame->pc += 2; /* an SVC that escalated */
    }
}

void faults_handle(struct frame *frame);
void faults_handle(struct frame *frame)
{
    volatile struct fault *f = &faults_last;

    __asm volatile("mrs %0, ipsr" : "=r"(f->exception));
    f->count++;
    f->cfsr = SCB->CFSR;
    f->hfsr = SCB->HFSR;
    f->mmfar = SCB->MMFAR;
    f->bfar = SCB->BFAR;
    f->pc = frame->pc;
    SCB->CFSR = f->cfsr; /* ones clear */
    SCB->HFSR = f->hfsr;
    recover(frame, f->cfsr);
}

/* EXC_RETURN[2] tells which stack the frame is on. */
#define FAULT_HANDLER(name)                  \
    void name(void);                         \
    __attribute__((naked)) void name(void)   \
    {                                        \
        __asm volatile("tst lr, #4\n"        \
                       "ite eq\n"            \
                       "mrseq r0, msp\n"     \
                       "mrsne r0, psp\n"     \
                       "b faults_handle\n"); \
    }

FAULT_HANDLER(HardFault_Handler)
FAULT_HANDLER(MemManage_Handler)
FAULT_HANDLER(BusFault_Handler)
FAULT_HANDLER(UsageFault_Handler)
