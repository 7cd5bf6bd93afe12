  .syntax unified
  .cpu cortex-m0plus
  .thumb

// Loads from r0, r1 times: nine cycles a turn, out of RAM that code and data share with DMA.
  .macro loads name
  .thumb_func
  .global \name
  .type \name, %function
  .balign 8
\name:
1:
  ldr r2, [r0]
  .rept 4
  nop
  .endr
  subs r1, #1
  bne 1b
  bx lr
  .size \name, . - \name
  .endm

  .section .ram, "ax"
  loads striped
  loads beside
