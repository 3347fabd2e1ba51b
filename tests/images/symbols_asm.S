/* Names and frames that no compiler makes just so; see symbols.c. */
    .syntax unified
    .thumb
    .cfi_sections .debug_frame
    .text

    .global asm_sized
    .type asm_sized, %function
    .thumb_func
asm_sized:
    .cfi_startproc
    push {r4, lr}
    .cfi_def_cfa_offset 8
    .cfi_offset r4, -8
    .cfi_offset lr, -4
    sub sp, #16
    .cfi_def_cfa_offset 24
    .global asm_inner_label
asm_inner_label:
    bl asm_label
    add sp, #16
    .cfi_def_cfa_offset 8
    pop {r4, pc}
    .cfi_endproc
    .size asm_sized, . - asm_sized

/* A label without type or size, then data, then a function with a type but no size. */
asm_label:
    nop
    nop
    bx lr
    .align 2
asm_data:
    .word 0x12345678, 0x9abcdef0

    .global asm_unsized
    .type asm_unsized, %function
    .thumb_func
asm_unsized:
    .cfi_startproc
    nop
    /* CFA = r7 + 4 + 4; LR is at CFA - 8, r5 is r6 + 1, r8 is the word where r9 + 4 points. */
    .cfi_escape 0x0f, 0x04, 0x77, 0x04, 0x23, 0x04  /* def_cfa_expression: breg7 4, plus_uconst 4 */
    .cfi_escape 0x10, 0x0e, 0x03, 0x38, 0x1c, 0x22  /* expression r14: lit8, minus, plus: one operand short */
    nop
    .cfi_escape 0x10, 0x0e, 0x02, 0x38, 0x1c        /* expression r14: lit8, minus */
    .cfi_escape 0x16, 0x05, 0x02, 0x76, 0x01        /* val_expression r5: breg6 1 */
    .cfi_escape 0x16, 0x08, 0x03, 0x79, 0x04, 0x06  /* val_expression r8: breg9 4, deref */
    nop
    .cfi_escape 0x16, 0x05, 0x01, 0x2e              /* val_expression r5: ne, which is not evaluated */
    nop
    bx lr
    .cfi_endproc
