  .syntax unified
  .cpu cortex-m0plus
  .thumb

// Reads r1 words, each in a line of its own.
  .section .ram, "ax"
  .thumb_func
  .global read_lines
  .balign 8
read_lines:
1:
  ldr r2, [r0]
  adds r0, #8
  subs r1, #1
  bne 1b
  bx lr

// 64 words of code, then the return.
  .text
  .thumb_func
  .global straight_line
  .balign 8
straight_line:
  .rept 128
  adds r0, #1
  .endr
  bx lr
  nop
