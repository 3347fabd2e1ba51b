@ Linked to every generated program: start-up variables, the log, exception entry records, and the repair of faults.
@
@ The log is words in RAM, a header (tag, count, number) and count words, printed by semihosting when the program ends.
@ Only what the ARMv7-M architecture defines and what does not depend on timing is recorded: README.md has the list.

    .include "torture.inc"

    .equ LOG_BYTES, 0x17E00
    .equ LOG_SLACK, 0x200

    @ CFSR
    .equ FETCH_FAULTS, 0x00020101       @ INVSTATE, IBUSERR, IACCVIOL: the stacked PC is the target
    .equ RETURN_FAULTS, 0x00040808      @ INVPC, UNSTKERR, MUNSTKERR: on the frame of the exception that returned
    .equ STACKING_FAULTS, 0x00001010    @ STKERR, MSTKERR: no frame
    .equ MMARVALID, 0x80
    .equ BFARVALID, 0x8000

    .bss
    .balign 8
    .global log_pointer, fuel, good_exc_return, good_psp, recover_pc, nocp_enables, scratch, data_area
log_pointer:      .space 4
fuel:             .space 4
good_exc_return:  .space 4              @ what a handler should have returned with, had it not forged EXC_RETURN
good_psp:         .space 4              @ PSP before a handler made it bad
recover_pc:       .space 4              @ where to go on after a branch that faults
nocp_enables:     .space 4              @ not 0: the next NOCP switches the FPU on and repeats the instruction
scratch:          .space 64
data_area:        .space 128
text:             .space 0x1100
log:              .space LOG_BYTES
log_limit:        .space LOG_SLACK

    .text
    .global log_state, log_fp, log_entry, take_fuel, finish, runtime_init

    .thumb_func
runtime_init:
    IMM r0, log
    IMM r1, log_pointer
    str r0, [r1]
    bx lr

@ A handler asks before each of its actions, so that every program ends. Z set: no more. Corrupts r0, r1.
    .thumb_func
take_fuel:
    IMM r0, fuel
    ldr r1, [r0]
    cmp r1, #0
    itt ne
    subne r1, r1, #1
    strne r1, [r0]
    bx lr

@ A record: r0 = number, the caller has pushed r0-r3, r12, lr.
    .thumb_func
log_state:
    mrs r1, apsr
    push {r4-r11, lr}
    eor r2, r5, r4, ror #27
    eor r2, r6, r2, ror #27
    eor r2, r7, r2, ror #27
    eor r2, r8, r2, ror #27
    eor r2, r9, r2, ror #27
    eor r2, r10, r2, ror #27
    eor r2, r11, r2, ror #27
    IMM r10, log_pointer
    ldr r11, [r10]
    IMM r3, ('A' << 24 | 13 << 16)
    orr r0, r0, r3
    add r3, sp, #36
    ldmia r3, {r4-r9}
    stmia r11!, {r0, r4-r9}
    mrs r3, control
    mrs r4, primask
    mrs r5, basepri
    mrs r6, faultmask
    add r7, sp, #60
    mov r8, r2
    stmia r11!, {r1, r3-r8}
    bl log_commit
    pop {r4-r11, pc}

@ P record: r0 = number. S0-S3, S16 and FPSCR. Corrupts r0-r3, r12.
    .thumb_func
log_fp:
    push {r10, r11, lr}
    IMM r10, log_pointer
    ldr r11, [r10]
    IMM r1, ('P' << 24 | 6 << 16)
    orr r0, r0, r1
    vmov r1, r2, s0, s1
    vmov r3, r12, s2, s3
    stmia r11!, {r0-r3, r12}
    vmov r1, s16
    vmrs r2, fpscr
    stmia r11!, {r1, r2}
    bl log_commit
    pop {r10, r11, pc}

@ r10 = &log_pointer, r11 = its new value. Does not return when the log is full.
log_commit:
    str r11, [r10]
    IMM r12, log_limit
    cmp r11, r12
    bhs finish
    bx lr

@ Called first by every handler, which has pushed r4-r11, lr; r7 = number of the vector table it was reached by.
@ Records the entry, clears the fault status, repairs what faulted.
@ Gives r4 = EXC_RETURN to return with (also put into the pushed lr), r5 = frame, r6 = CFSR.
    .thumb_func
log_entry:
    mov r11, lr
    IMM r0, SCB_CFSR
    ldr r6, [r0]
    ldr r9, [r0, #SCB_HFSR - SCB_CFSR]
    ldr r4, [sp, #32]
    mov r8, r4
    bl repair_stack
    tst r4, #4
    ite ne
    mrsne r5, psp
    addeq r5, sp, #36
    bl is_synchronous
    bl record_entry
    IMM r0, SCB_CFSR
    str r6, [r0]
    str r9, [r0, #SCB_HFSR - SCB_CFSR]
    dsb
    cmp r12, #0
    it ne
    blne repair_frame
    movs r0, #0
    msr apsr_nzcvqg, r0                 @ UNKNOWN after entry
    bx r11

@ INVPC: the EXC_RETURN that was meant. [M]UNSTKERR: the PSP before. [M]STKERR: a new frame.
repair_stack:
    tst r6, #0x00040000
    beq 1f
    IMM r1, good_exc_return
    ldr r4, [r1]
    str r4, [sp, #32]
1:  movw r1, #0x0808
    tst r6, r1
    beq 2f
    IMM r1, good_psp
    ldr r2, [r1]
    msr psp, r2
2:  movw r1, #STACKING_FAULTS
    tst r6, r1
    beq 3f
    IMM r0, recovery_stack
    msr psp, r0
    IMM r1, 0x11111111
    lsl r2, r1, #1
    add r3, r2, r1
    stmia r0!, {r1-r3}
    lsl r2, r2, #1
    add r3, r2, r1
    lsl r12, r1, #3
    stmia r0!, {r2, r3, r12}
    IMM r1, recover_pc
    ldr r2, [r1]
    mov r3, #0x01000000
    stmia r0!, {r2, r3}
3:  bx lr

@ r12 = 1 for an exception its instruction (before the frame at r5) caused: SVC, and faults but those of stacking, of return, or pended by software.
is_synchronous:
    movs r12, #0
    mrs r10, ipsr
    cmp r10, #11
    beq 3f
    sub r0, r10, #3
    cmp r0, #3
    bhi 2f
    orrs r0, r6, r9
    beq 2f
    IMM r0, RETURN_FAULTS | STACKING_FAULTS
    tst r6, r0
    bne 2f
1:  movs r12, #1
2:  bx lr
3:  ldr r0, [r5, #24]                   @ an SVC that a stacking fault left pending comes later, anywhere
    ldrh r0, [r0, #-2]
    lsrs r0, r0, #8
    cmp r0, #0xDF
    beq 1b
    bx lr

@ E record: table, EXC_RETURN, frame, CONTROL, masks, ICSR, SHCSR, CFSR, HFSR, MMFAR, BFAR, SP, FPCCR, FPCAR.
record_entry:
    push {r4-r12, lr}
    IMM r11, log_pointer
    ldr r11, [r11]
    IMM r0, ('E' << 24 | 23 << 16)
    orr r0, r0, r10
    stmia r11!, {r0, r7, r8}
    bl record_frame
    mrs r0, control
    mrs r1, primask
    mrs r2, basepri
    mrs r3, faultmask
    stmia r11!, {r0-r3}
    IMM r4, SCB_ICSR
    ldr r0, [r4]
    IMM r1, 0x940009FF                  @ NMIPENDSET PENDSVSET PENDSTSET RETTOBASE VECTACTIVE
    and r0, r0, r1
    ldr r1, [r4, #SCB_SHCSR - SCB_ICSR]
    mov r2, r6
    mov r3, r9
    stmia r11!, {r0-r3}
    movs r0, #0
    tst r6, #MMARVALID
    it ne
    ldrne r0, [r4, #SCB_MMFAR - SCB_ICSR]
    movs r1, #0
    tst r6, #BFARVALID
    it ne
    ldrne r1, [r4, #SCB_BFAR - SCB_ICSR]
    add r2, sp, #40 + 36
    stmia r11!, {r0-r2}
    bl record_lazy
    IMM r10, log_pointer
    bl log_commit
    pop {r4-r12, pc}

@ The eight words of the frame. Asynchronous: ReturnAddress without the place in its window, xPSR without IT.
record_frame:
    ldmia r5, {r0-r3}
    stmia r11!, {r0-r3}
    ldr r0, [r5, #16]
    ldr r1, [r5, #20]
    ldr r2, [r5, #24]
    ldr r3, [r5, #28]
    cmp r12, #0
    IMM r8, 0xFF0FFFFF
    bne 1f
    bic r2, r2, #15
    IMM r8, 0xF90F03FF
1:  and r3, r3, r8
    stmia r11!, {r0-r3}
    bx lr

@ FPCCR and FPCAR while lazy stacking is outstanding; not for what may have been tail-chained to (README.md).
record_lazy:
    movs r0, #0
    movs r1, #0
    cmp r12, #0
    beq 1f
    IMM r2, FP_FPCCR
    ldr r0, [r2]
    and r0, r0, #0x7B                   @ BFRDY MMRDY HFRDY THREAD USER LSPACT
    tst r0, #1
    ite ne
    ldrne r1, [r2, #FP_FPCAR - FP_FPCCR]
    moveq r0, #0
1:  stmia r11!, {r0, r1}
    bx lr

@ r5 = frame, r6 = CFSR, r9 = HFSR: lets the interrupted code go on behind the instruction that faulted.
repair_frame:
    ldr r0, [r5, #24]
    ldr r1, [r5, #28]
    cbz r6, repair_svc
    IMM r2, FETCH_FAULTS
    tst r6, r2
    bne repair_fetch
    tst r6, #0x00080000
    beq skip_instruction
    IMM r2, nocp_enables
    ldr r3, [r2]
    cbz r3, skip_instruction
    movs r3, #0
    str r3, [r2]
    IMM r2, SCB_CPACR
    mov r3, #0x00F00000
    str r3, [r2]
    dsb
    isb
    bx lr

@ Not a fault of its own: SVC, also one escalated to HardFault; or BKPT.
repair_svc:
    cmp r9, #0
    blt skip_instruction
    ldrh r2, [r0, #-2]
    movw r3, #0xDF00 + SVC_PRIVILEGED
    cmp r2, r3
    bne 1f
    mrs r2, control
    bic r2, r2, #1
    msr control, r2
    isb
1:  bx lr

repair_fetch:
    IMM r0, recover_pc
    ldr r0, [r0]
    orr r1, r1, #0x01000000
    bic r1, r1, #0x06000000
    bic r1, r1, #0x0000FC00
    strd r0, r1, [r5, #24]
    bx lr

@ r0 = PC, r1 = xPSR: on by the instruction's length, and ITSTATE by one.
skip_instruction:
    ldrh r2, [r0], #2
    cmp r2, #0xE800
    it hs
    addhs r0, r0, #2
    ubfx r2, r1, #25, #2
    ubfx r3, r1, #10, #6
    orr r2, r2, r3, lsl #2
    tst r2, #7
    ite eq
    moveq r3, #0
    lslne r3, r2, #1
    and r3, r3, #0x1F
    it ne
    andne r2, r2, #0xE0
    it eq
    moveq r2, #0
    orr r2, r2, r3
    bfi r1, r2, #25, #2
    lsr r2, r2, #2
    bfi r1, r2, #10, #6
    strd r0, r1, [r5, #24]
    bx lr

@ The end, in any mode: F record, print, SYS_EXIT.
    .thumb_func
finish:
    mrs r0, ipsr
    cbnz r0, 1f
0:  svc #SVC_PRIVILEGED                 @ its handler may take privilege away again, while it has fuel
    mrs r0, control
    tst r0, #1
    bne 0b
1:  cpsid i
    IMM r10, log_pointer
    ldr r11, [r10]
    IMM r0, ('F' << 24 | 8 << 16)
    mrs r1, ipsr
    IMM r4, NVIC_ISPR
    ldr r2, [r4]
    ldr r3, [r4, #NVIC_IABR - NVIC_ISPR]
    stmia r11!, {r0-r3}
    IMM r4, NVIC_ISER
    ldr r0, [r4]
    IMM r4, SCB_SHCSR
    ldr r1, [r4]
    mrs r2, basepri
    mrs r3, control
    stmia r11!, {r0-r3}
    bl memory_sum
    stmia r11!, {r0}
    str r11, [r10]
    bl print_log
    movs r0, #0x18
    IMM r1, 0x20026
    bkpt 0xAB
    b .

@ r0 = a sum over the memory that the MPU tests store to. The MPU is off from here on.
memory_sum:
    IMM r1, MPU_CTRL
    movs r0, #0
    str r0, [r1]
    dsb
    isb
    IMM r1, mpu_memory
    add r2, r1, #0x2000
1:  ldr r3, [r1], #4
    eor r0, r3, r0, ror #25
    cmp r1, r2
    blo 1b
    bx lr

@ r4 = next record, r5 = end, r6 = where the text goes on.
print_log:
    push {r4-r8, lr}
    IMM r4, log
    IMM r5, log_pointer
    ldr r5, [r5]
    IMM r6, text
1:  ldr r0, [r4], #4
    lsr r1, r0, #24
    strb r1, [r6], #1
    ubfx r7, r0, #16, #8
    uxth r0, r0
    bl print_hex
2:  cbz r7, 3f
    ldr r0, [r4], #4
    bl print_hex
    subs r7, r7, #1
    b 2b
3:  movs r0, #'\n'
    strb r0, [r6], #1
    IMM r0, text + 0x0F80
    cmp r4, r5
    it lo
    cmplo r6, r0
    blo 1b
    movs r0, #0
    strb r0, [r6]
    IMM r1, text
    mov r6, r1
    movs r0, #4
    bkpt 0xAB
    cmp r4, r5
    blo 1b
    pop {r4-r8, pc}

@ A space and r0 in hexadecimal without leading zeros.
print_hex:
    movs r1, #' '
    strb r1, [r6], #1
    movs r2, #28
1:  lsr r1, r0, r2
    cmp r1, #0
    bne 2f
    subs r2, r2, #4
    bgt 1b
    movs r2, #0
2:  lsr r1, r0, r2
    and r1, r1, #15
    cmp r1, #10
    ite lo
    addlo r1, r1, #'0'
    addhs r1, r1, #'a' - 10
    strb r1, [r6], #1
    subs r2, r2, #4
    bpl 2b
    bx lr

    .section .stacks, "aw", %nobits
    .balign 8192
    .global mpu_memory, ram_code, bad_stack, msp_top, psp_top
mpu_memory:     .space 0x2000
ram_code:       .space 0x400
bad_stack:      .space 0x400            @ an MPU region without access
                .space 0x4000
msp_top:        .space 16
                .space 0x1000
psp_top:        .space 0x800
recovery_stack: .space 64
