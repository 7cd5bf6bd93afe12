@ Calls a kernel with the registers that kernel.inc promises.

  .syntax unified
  .thumb

  .section .text.run, "ax"
  .balign 16
  .global leaf
  .thumb_func
leaf:
  bx lr

  .balign 4
  .global leaf_pop
  .thumb_func
leaf_pop:
  push {lr}
  pop {pc}

  .global run_kernel
  .balign 16
  .thumb_func
run_kernel:
  push {r4-r7, lr}
  ldr r2, =constants
  movs r3, #1
  movs r4, #2
  movs r5, #3
  movs r6, #8
#ifdef __ARM_FP
  vmov.f32 s3, #1.0
  vmov.f32 s4, #1.0
  vmov.f32 s5, #1.0
#endif
#if CORTEX_M > 0
  isb
#endif
  blx r0
  pop {r4-r7, pc}

  .section .rodata.constants, "a"
  .balign 512
constants:
  .skip 512
