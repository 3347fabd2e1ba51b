@ The ways in which handlers end: `b exit_x` with r4 = EXC_RETURN, r5 = frame, sp as behind the handler's push of
@ r4-r11, lr. A way that the present state does not allow ends as exit_pop does.

    .include "torture.inc"
    .text
    .global exit_pop, exit_bx, exit_ldm, exit_ldr, exit_switch_stack, exit_mode, exit_reserved, exit_unstack, exit_faultmask

    .thumb_func
exit_pop:
    pop {r4-r11, pc}

    .thumb_func
exit_bx:
    pop {r4-r11, lr}
    bx lr

    .thumb_func
exit_ldm:
    mov r12, sp
    add sp, sp, #36
    ldmia r12, {r4-r11, pc}

    .thumb_func
exit_ldr:
    pop {r4-r11}
    ldr pc, [sp], #4

@ FAULTMASK is set on return; the return clears it.
    .thumb_func
exit_faultmask:
    cpsid f
    isb
    pop {r4-r11, pc}

@ Z set if no exception is pending: only then is what a faulting return is followed by free of choices that tail-chaining
@ may make. Corrupts r0-r2.
nothing_pending:
    IMM r0, NVIC_ISPR
    ldr r0, [r0]
    IMM r1, SCB_ICSR
    ldr r2, [r1]
    bic r2, r2, #0x6B000000
    bic r2, r2, #0x00FF0000
    lsrs r2, r2, #16
    orr r0, r0, r2
    ldr r2, [r1, #SCB_SHCSR - SCB_ICSR]
    and r2, r2, #0xF000
    orrs r0, r0, r2
    bx lr

@ A return to the wrong mode: UsageFault INVPC.
    .thumb_func
exit_mode:
    bl nothing_pending
    bne exit_pop
    bl take_fuel
    beq exit_pop
    tst r4, #8
    ite ne
    bicne r0, r4, #0x0C
    orreq r0, r4, #0x08
    b forge

@ A return with reserved bits: UsageFault INVPC.
    .thumb_func
exit_reserved:
    bl nothing_pending
    bne exit_pop
    bl take_fuel
    beq exit_pop
    bic r0, r4, #0x0F
    orr r0, r0, #0x05
forge:
    IMM r1, good_exc_return
    str r4, [r1]
    str r0, [sp, #32]
    pop {r4-r11, pc}

@ A return to a frame that cannot be read: MUNSTKERR or UNSTKERR. r3 = the bad PSP.
    .thumb_func
exit_unstack:
    bl nothing_pending
    bne exit_pop
    bl take_fuel
    beq exit_pop
    cmn r4, #3
    bne exit_pop
    mrs r0, psp
    IMM r1, good_psp
    str r0, [r1]
    msr psp, r3
    pop {r4-r11, pc}

@ A return to Thread mode with the other stack; the frame moves there.
    .thumb_func
exit_switch_stack:
    cmn r4, #7
    beq main_to_process
    cmn r4, #3
    bne exit_pop
    mov r12, sp
    ldmia r12!, {r4-r11}
    add r12, r12, #4
    mrs r1, psp
    bl move_frame
    msr psp, r1
    mov sp, r12
    mvn lr, #6
    bx lr

main_to_process:
    mov r1, r5
    mrs r12, psp
    bl move_frame
    msr psp, r12
    mov r12, sp
    mov sp, r1
    ldmia r12, {r4-r11}
    mvn lr, #2
    bx lr

@ r1 = frame, r12 = the stack pointer it shall return with: gives r12 = the frame's copy, r1 = the stack pointer that the
@ old frame leaves. The copy may overlap nothing but dead registers. Corrupts r0, r2, r3.
move_frame:
    push {r4-r11}
    ldmia r1!, {r4-r11}
    tst r11, #0x200
    it ne
    addne r1, r1, #4
    bic r11, r11, #0x200
    tst r12, #4
    it ne
    orrne r11, r11, #0x200
    bic r12, r12, #4
    sub r12, r12, #32
    IMM r0, scratch
    stmia r0, {r4-r11}
    pop {r4-r11}
    push {r12}
    ldr r2, [r0], #4
    str r2, [r12], #4
    ldr r2, [r0], #4
    str r2, [r12], #4
    ldr r2, [r0], #4
    str r2, [r12], #4
    ldr r2, [r0], #4
    str r2, [r12], #4
    ldr r2, [r0], #4
    str r2, [r12], #4
    ldr r2, [r0], #4
    str r2, [r12], #4
    ldr r2, [r0], #4
    str r2, [r12], #4
    ldr r2, [r0], #4
    str r2, [r12], #4
    pop {r12}
    bx lr
