// Kernels of ten copies: `nothing` is what stands around them.
  .syntax unified
  .thumb
  .text

  .macro kernel name
  .balign 8
  .global \name
  .type \name, %function
  .thumb_func
\name:
  .endm

  kernel nothing
  bx lr

  kernel spaced_loads
  .rept 10
  ldr r2, [r0]
  adds r3, r1, r1
  .endr
  bx lr

  kernel indexed_stores
  .rept 10
  str r0, [r0, r1, lsl #2]
  .endr
  bx lr

  kernel divisions
  .rept 10
  udiv r2, r1, r0
  .endr
  bx lr

  kernel taken_branches
  .rept 10
  b 2f
  .balign 4
2:
  .endr
  bx lr

  kernel folded
  cmp r1, #1
  .rept 10
  adds r2, r1, r1
  it eq
  moveq r3, r1
  .endr
  bx lr

  kernel call
  svc #0
  bx lr
