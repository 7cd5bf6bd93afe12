  .syntax unified
  .thumb

// r0: a place in memory, r1: how many turns. Each kernel is a loop of one block.
  .macro kernel name
  .thumb_func
  .global \name
  .type \name, %function
  .balign 8
\name:
  .endm

  .macro again name
  subs r1, #1
  bne 1b
  bx lr
  .size \name, . - \name
  .endm

  .macro pause
  .rept 4
  nop
  .endr
  .endm

// A load in each turn.
  .macro loads name
  kernel \name
1:
  ldr r2, [r0]
  pause
  again \name
  .endm

  .text
  loads loads_here
  loads loads_apart
  loads loads_half

// A store that nothing follows.
  kernel stores
1:
  str r2, [r0]
  pause
  again stores

// A store, and a load behind it at once.
  kernel stores_and_loads
1:
  str r2, [r0]
  ldr r2, [r0, #4]
  pause
  again stores_and_loads

// The place is on the stack, and overwritten as soon as it has been used.
  kernel pointers
  push {r0, lr}
  mov r0, sp
1:
  ldr r2, [r0]
  ldr r2, [r2]
  pause
  subs r1, #1
  bne 1b
  pop {r0, pc}
  .size pointers, . - pointers

  .section .data.kernels, "aw"
  loads loads_from_ram
