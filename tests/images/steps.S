/*
 * Programs of a few instructions, one for each hazard of stepping that tests know: `hNN` is where a test starts,
 * `hNN_next` what follows. The interrupts' handlers count how often they ran.
 */
    .syntax unified
    .cpu cortex-m4
    .thumb

    .macro entry name
    .global \name
    .thumb_func
\name:
    .endm

    .section .table, "a"
    .word stack_top, idle
    .word nmi, hard, hard, hard, hard, 0, 0, 0, 0, supervisor, monitor, 0, pendsv, systick
    .rept 20
    .word hard
    .endr
    .word low, mid, high, peer, lowers, fp_user /* IRQ 20 to 25 */
    .rept 22
    .word hard
    .endr

    .section .bss
    .balign 4
    .global counts, nested, cell
counts: /* by exception number */
    .space 4 * 64
nested: /* what `low` writes to NVIC_ISPR0 */
    .space 4
cell:
    .space 4

    .text
entry reset_handler
entry idle
    nop
    nop
    nop
    b idle

/* ---- handlers ---- */

entry nmi
    nop
    b isr
entry systick
    nop
    b isr
entry pendsv
    nop
    b isr
entry supervisor
    nop
    b isr
entry mid
    nop
    b isr
entry high
    nop
    b isr
entry peer
    nop
    b isr
entry low
    ldr r0, =nested
    ldr r0, [r0]
    cmp r0, #0
    beq isr
    ldr r1, =0xE000E200
    str r0, [r1]
    dsb
    b isr
entry isr
    mrs r0, ipsr
    ldr r1, =counts
    ldr r2, [r1, r0, lsl #2]
    adds r2, #1
    str r2, [r1, r0, lsl #2]
entry isr_last
    bx lr
entry hard
    b hard

/* The agent of monitor mode: DEMCR.MON_REQ says that it is there, until a debugger takes it away. */
entry monitor
    ldr r0, =0xE000EDFC
    ldr r1, [r0]
    orr r1, #1 << 19
    str r1, [r0]
0:  ldr r1, [r0]
    tst r1, #1 << 19
    bne 0b
    bx lr

/* Lowers its own priority: r0 at r1. */
entry lowers
    strb r0, [r1]
entry h12_next
    nop
    bx lr

entry fp_user
    vadd.f32 s0, s0, s0
entry h41_next
    bx lr

/* ---- hazards ---- */

entry h01
    adds r4, #1
entry h01_next
    adds r4, #1
    nop
    b idle

entry h07
    cpsie i
entry h07_next
    nop
    b idle

entry h08
    cpsid i
entry h08_1
    adds r4, #1
entry h08_2
    adds r4, #1
entry h08_3
    cpsie i
entry h08_next
    adds r4, #1
    b idle

entry h09
    msr basepri, r4
entry h09_next
    nop
    b idle

entry h10
    mrs r4, primask
entry h10_next
    mrs r5, basepri
entry h10_end
    nop
    b idle

entry h15
    svc 0
entry h15_next
    nop
    b idle

entry h20
    ldrex r5, [r4]
entry h20_1
    adds r5, #1
entry h20_2
    strex r6, r5, [r4]
entry h20_3
    cmp r6, #0
entry h20_4
    bne h20
entry h20_next
    nop
    b idle

entry h21
    ite eq
entry h21_1
    addeq r4, #1
entry h21_2
    addne r5, #1
entry h21_next
    nop
    b idle

entry h23
    pop {r0-r7, pc}
    nop
entry h23_next
    nop
    b idle

entry h24
    wfi
entry h24_next
    nop
    b idle

entry h25
    sev
entry h25_1
    wfe
entry h25_2
    wfe
entry h25_next
    nop
    b idle

entry h32
    adds r4, #1
entry h32_next
    nop
    b h32

entry h38
    bkpt 0xAB
entry h38_next
    nop
    b idle

entry h43
    udf #0
    b idle

/* r0 at r1: a reset, say. */
entry h63
    str r0, [r1]
    dsb
    b h63

/* A sled, for ticks. */
entry h05
    .rept 200
    adds r4, #1
    .endr
    b h05
