// The tables of floating point, and what their functions need that C has no word for.
// Reference: RP2040 datasheet 2.8.3.2; Run-time ABI for the Arm Architecture (IHI 0043), 4.2 (long shifts
// and multiplication).
  .syntax unified
  .cpu cortex-m0plus
  .thumb
  .text

  .macro of_precision p, other
  .word \p\()add, \p\()sub, \p\()mul, \p\()div, \p\()cmp, \p\()cmp_flags, \p\()sqrt
  .word \p\()2int, \p\()2fix, \p\()2uint, \p\()2ufix
  .word int2\p, fix2\p, uint2\p, ufix2\p
  .word \p\()cos, \p\()sin, \p\()tan, \p\()sincos, \p\()exp, \p\()ln, \p\()cmp, \p\()atan2
  .word int642\p, fix642\p, uint642\p, ufix642\p
  .word \p\()2int64, \p\()2fix64, \p\()2uint64, \p\()2ufix64, \p\()2\other
  .endm

  .balign 4
  .hword 0, 32                    // the number of entries, before the first
  .global soft_float_table, soft_double_table, soft_float_table_size
soft_float_table:
  of_precision f, d
soft_double_table:
  of_precision d, f
soft_float_table_size:
  .word 32

  .macro function name
  .balign 2
  .thumb_func
  .type \name, %function
  .global \name
\name:
  .endm

// The flags of a comparison by its result.
  function fcmp_flags
  push {lr}
  bl fcmp
  cmp r0, #0
  pop {pc}
  function dcmp_flags
  push {lr}
  bl dcmp
  cmp r0, #0
  pop {pc}

  .thumb_set fsincos, fsin
  .global fsincos

// Sine in r0 and r1, cosine in r2 and r3.
  function dsincos
  push {r4, lr}
  sub sp, #8
  mov r2, sp
  bl sine_of_double
  pop {r2, r3}
  pop {r4, pc}

  function __aeabi_llsl
  cmp r2, #32
  bhs 1f
  lsls r1, r2
  movs r3, #32
  subs r3, r2
  mov r12, r4
  movs r4, r0
  lsrs r4, r3
  orrs r1, r4
  mov r4, r12
  lsls r0, r2
  bx lr
1:
  subs r2, #32
  lsls r0, r2
  movs r1, r0
  movs r0, #0
  bx lr

  function __aeabi_llsr
  cmp r2, #32
  bhs 1f
  lsrs r0, r2
  movs r3, #32
  subs r3, r2
  mov r12, r4
  movs r4, r1
  lsls r4, r3
  orrs r0, r4
  mov r4, r12
  lsrs r1, r2
  bx lr
1:
  subs r2, #32
  lsrs r1, r2
  movs r0, r1
  movs r1, #0
  bx lr

// The low halves' product by parts of sixteen bits, and the cross products above it.
  function __aeabi_lmul
  push {r4, r5, r6, lr}
  muls r1, r2
  muls r3, r0
  adds r1, r3
  uxth r3, r0
  uxth r4, r2
  lsrs r5, r0, #16
  lsrs r6, r2, #16
  movs r0, r3
  muls r0, r4
  muls r3, r6
  muls r4, r5
  muls r5, r6
  adds r1, r5
  adds r3, r4
  bcc 1f
  movs r4, #1
  lsls r4, #16
  adds r1, r4
1:
  lsls r4, r3, #16
  lsrs r3, #16
  adds r0, r4
  adcs r1, r3
  pop {r4, r5, r6, pc}
