@ One kernel for each rule of the timing models. Ten copies of each take the cycles that expected.txt and
@ expected-BOARD.txt say; where they come from stands beside the kernel:
@
@   M0   Arm DDI0432C (Cortex-M0 TRM) table 3-1
@   TRM  Arm DDI0439D (Cortex-M4 TRM) tables 3-1 and 7-1, section 3.3.2; the Cortex-M3's DDI0337
@   G    Arm DDI0337G table 15-3: branches to a target known in decode refill one cycle
@   JNK  jnk0le/random, cortex_m3m4.md (STM32F103, STM32F407), cortex_m7.md (STM32H743), cortex_m33.md (RP2350)
@   LLVM ARMScheduleM7.td, ARMLatencyMutations.cpp
@   COMP compendium.i-0.nl, division timing and instruction alignment (STM32L4)
@   SLO  SLOTHY, cortex_m7.py
@   DWE  dwelch67, stm32_samples, NUCLEO-F767ZI perf00 and perf01 (STM32F767)
@
@ Ten copies, so that 15 stands for one and a half cycles a copy.

  .set head_nops, 1
  .set kernel_alignment, 16
#include "kernel.inc"

@ Arithmetic. M0, TRM: one cycle. JNK: the Cortex-M7 issues two, a chain one.
kernel nop, "nop"
kernel add, "adds r3, #1; adds r4, #1"
kernel add_chain, "adds r3, #1; adds r3, #1"
@ TRM: one. JNK: a product is there a cycle later.
kernel multiply_chain, "muls r3, r4"

@ Loads. M0: two each. TRM: neighbouring loads one each. JNK: two share a cycle on different banks only.
kernel load, "ldr r3, [r1]"
kernel load_banks, "ldr r3, [r1]; ldr r4, [r1, #4]"
@ TRM: two where no load follows. JNK: its use issues a cycle after it, beside the next load.
kernel load_use, "ldr r3, [r1]; adds r4, r3, #1"
@ TRM: an address that the load before it brings waits one cycle. LLVM: EX1 takes it two cycles on.
kernel load_address, "ldr r3, [r1]; ldr r4, [r3, #4]"
@ JNK: a load eats the NOP behind it.
kernel load_nop, "ldr r3, [r1]; nop"

@ Stores. TRM: one with an immediate offset, two with a register. JNK: never two in a cycle.
kernel store, "str r3, [r1, #8]"
kernel store_index, "str r3, [r1, r6]"
@ JNK: a load behind a store costs one more; a store behind a load hides its second cycle.
kernel store_load, "str r3, [r1, #8]; ldr r4, [r1]"
kernel load_store, "ldr r3, [r1]; str r3, [r1, #8]"

@ Multiple transfers. M0, TRM: one and one for each register. JNK: two registers a cycle.
kernel push_pop, "push {r3-r6}; pop {r3-r6}"
kernel load_multiple, "ldmia r1!, {r3-r5}; subs r1, #12"

@ Branches. M0: three taken, one not. TRM, G: two taken, one not. JNK: none when predicted; one that is not
@ taken shares its cycle.
kernel branch, "b 1f; 1:"
kernel branch_not_taken, "cmp r3, r3; bne 1f; 1:"
@ M0: BL four, BX three. TRM, G: two each.
kernel call, "bl leaf"
#if CORTEX_M <= 4
@ M0: BL four, PUSH 1 + N, POP with PC 4 + N. TRM: two, 1 + N, and 1 + N + P with P = 3.
kernel call_pop, "bl leaf_pop"
@ M0: four. TRM: one or two.
kernel special, "mrs r3, primask"
#endif
#if CORTEX_M != 7
@ M0: 1 + 10 + 9 * 3 + 1. TRM: three cycles a turn, but the last.
kernel loop, "movs r3, #10; 1: subs r3, #1; bne 1b"
#else
@ JNK: a turn takes one cycle, and the way out eight more. DWE: as long as it lies in one line of 64 bits; across
@ two it takes two.
kernel loop, "movs r3, #100; nop; 1: subs r3, #1; bne 1b"
kernel loop_across, "movs r3, #100; 1: subs r3, #1; bne 1b; nop"
#endif

#if CORTEX_M == 3 || CORTEX_M == 4
@ DDI0337E 14.5.6: by the System bus a word is fetched every other cycle: as fast as two narrow instructions run,
@ half as fast as wide ones do.
kernel system_bus_narrow, "adds r3, #1; adds r4, #1", 1
kernel system_bus_wide, "add.w r3, r3, #1", 1
#endif

#if CORTEX_M > 0
@ TRM: MLA one on the Cortex-M4, two on the Cortex-M3. JNK: accumulators chain each cycle.
kernel multiply_accumulate, "mla r3, r4, r5, r3"
@ TRM: IT folds on a narrow instruction before it. JNK: it takes a slot.
kernel if_then, "cmp r3, r3; it eq; addeq r4, r5, r6"
@ JNK: a shifted operand is wanted a cycle earlier; bit field instructions have one unit.
kernel shifted_operand, "eor.w r3, r4, r5, ror #8"
kernel shifted_chain, "eor.w r3, r4, r3, ror #8"
kernel extend, "uxtb.w r3, r4; uxtb.w r5, r4"
@ TRM: one and two. JNK: two registers a cycle, alone.
kernel load_double, "ldrd r3, r4, [r1]"
#endif
#if CORTEX_M == 3 || CORTEX_M == 4
@ COMP, TRM: two with a zero, three for a shorter dividend, else five and one more for each four bits by which
@ the dividend is longer than the divisor. 1 / 8, 8 / 2, an address in RAM / 1, -2 / 3.
kernel divide_zero, "movs r7, #0; udiv r5, r7, r6"
kernel divide_shorter, "udiv r5, r3, r6"
kernel divide_near, "udiv r5, r6, r4"
kernel divide_far, "udiv r5, r1, r3"
kernel divide_signed, "mvn r7, #1; sdiv r7, r7, r5; movs r5, #3"
kernel divide_unsigned, "mvn r7, #1; udiv r7, r7, r5; movs r5, #3"
@ TRM 3.3.3: a word at a halfword's address and a halfword at an odd one move in two parts, a word at an odd
@ address in three.
kernel load_at_halfword, "ldr.w r3, [r1, #2]"
kernel load_at_byte, "ldr.w r3, [r1, #1]"
kernel load_halfword_at_byte, "ldrh.w r3, [r1, #1]"
@ JNK: loads overlap, and a store overlaps the load before it, where one memory answers both: not the code's (the
@ word at 8) and RAM.
kernel load_two_memories, "ldr r3, [r1]; ldr r4, [r6]"
kernel store_other_memory, "ldr r3, [r6]; str r3, [r1, #8]"
@ JNK: indexed stores with one base are not chained; on the Cortex-M3 one does not overlap the load before it. The
@ subtraction's result is an address.
kernel store_chain, "str r3, [r1, #8]!; str r3, [r1, #-8]!"
kernel load_indexed_store, "ldr r3, [r1]; str r3, [r1, #8]!; subs r1, #8"
@ JNK: loads that write two bases back overlap on the Cortex-M4, on the Cortex-M3 none that writes its own.
kernel load_post_index, "mov r7, r1; ldr r3, [r1], #4; ldr r4, [r7], #4; subs r1, #4"
@ G: CBZ issues its target in execute, two cycles of refill.
kernel compare_branch, "movs r7, #0; cbz r7, 1f; nop; 1:"
@ TRM 3.3.2: TBB two for its load, one for the sum and three to reload.
kernel table_branch, "movs r7, #0; nop; tbb [pc, r7]; .byte 1, 1; 1:"
@ COMP: a branch to a wide instruction at an odd halfword costs one more.
kernel branch_odd, "b 1f; nop; nop; 1: add.w r3, r4, r5; nop"
@ JNK: a store with a register offset eats the NOP behind it, too.
kernel store_index_nop, "str r3, [r1, r6]; nop"
@ JNK, after IACR ePrint 2025/523: one of several cycles followed by three wide ones at odd halfwords. COMP: costs one,
@ and more than once in a group.
kernel odd_halfwords, "adds r5, #1; ldrd r3, r4, [r1]; add.w r3, r5, r6; add.w r3, r5, r6; add.w r3, r5, r6; ldrd r3, r4, [r1]; add.w r3, r5, r6; add.w r3, r5, r6; add.w r3, r5, r6; adds r5, #1"
@ TRM: an address made by data processing waits one cycle.
kernel arithmetic_address, "adds r5, r1, #4; ldr r3, [r5]"
#endif
#if CORTEX_M == 7
@ LLVM: a load of what was stored waits four cycles.
kernel store_reload, "str r3, [r1, #8]; ldr r4, [r1, #8]"
@ SLO: so does a load of the doubleword's other word, not one of the next.
kernel store_beside, "str r3, [r1, #8]; ldr r4, [r1, #12]"
kernel store_behind, "str r3, [r1, #8]; ldr r4, [r1, #16]"
@ LLVM: also from one turn of a loop to the next. Twenty turns of 1 + 4, and 8 for the way out.
kernel store_turn, "movs r7, #20; 1: ldr r4, [r1, #8]; subs r7, #1; str r3, [r1, #8]; bne 1b"
@ JNK: MUL and a store do not pair; a load's factor waits a cycle.
kernel multiply_store, "mul r3, r4, r5; str r4, [r1, #8]"
kernel load_factor, "ldr r3, [r1]; mul r4, r5, r3"
@ JNK: a byte comes a cycle later, but can be stored at once.
kernel byte_use, "ldrb r3, [r1]; adds r4, r3, #1"
kernel byte_store, "ldrb r3, [r1]; str r3, [r1, #8]"
@ DWE: bytes and halfwords leave for memory every third cycle by one bank, JNK: every other by two. Fifty turns of two, the first without a wait, and 8 for the way out.
kernel byte_stores, "movs r7, #50; 1: strb r3, [r1, #8]; strb r3, [r1, #8]; subs r7, #1; bne 1b"
kernel halfword_stores, "movs r7, #50; 1: strh r3, [r1, #8]; strh r3, [r1, #12]; subs r7, #1; bne 1b"
@ DWE: words leave as fast as they come.
kernel word_stores, "movs r7, #50; 1: str r3, [r1, #8]; str r3, [r1, #8]; subs r7, #1; bne 1b"
#endif
#if CORTEX_M == 33
@ JNK: the first NOP shares the cycle of what is before it.
kernel pair_nop, "adds r3, #1; nop"
@ JNK: a constant that is a shifted byte makes a result of two stages, a repeated byte does not.
kernel shifted_constant, "eor.w r3, r4, #0x1fc0; add.w r5, r3, r4"
kernel repeated_constant, "eor.w r3, r4, #0x1b1b1b1b; add.w r5, r3, r4"
@ JNK: flags from it take two cycles; MOVS, and a register shifted on its way, are unaffected.
kernel constant_flags, "adds.w r3, r4, #0x1fc0"
kernel constant_move, "movs.w r3, #0x1fc0"
kernel shifted_flags, "adds.w r3, r4, r5, ror #3"
@ JNK: an accumulator comes from a multiplication, an extension with addition, a shifted operand or a load a cycle
@ sooner, but not from a DSP instruction.
kernel extend_chain, "uxtab r3, r3, r4"
kernel accumulate_shifted, "add.w r3, r4, r5, ror #24; mla r3, r4, r5, r3"
kernel accumulate_load, "ldr r3, [r1]; mla r4, r5, r6, r3"
kernel accumulate_saturated, "qsub r3, r4, r5; mla r3, r4, r5, r3"
kernel insert, "bfi r3, r4, #4, #8; add.w r5, r3, r4"
#endif
#if CORTEX_M == 33 && defined(__ARM_FP)
@ JNK: an addition or multiplication is issued a cycle before its operand is there, and the next one of the unit
@ not at once.
kernel float_early, "vmul.f32 s6, s4, s5; vadd.f32 s7, s6, s4; mov.w r5, r5; mov.w r5, r5; vstr s7, [r1, #8]"
@ JNK: a move takes what any ALU makes, also late; of two registers it has two cycles, and none is issued early.
kernel move_product, "mul r3, r4, r5; vmov s6, r3"
kernel move_pair, "vmov s6, s7, r3, r4; vadd.f32 s8, s6, s7; add.w r5, r3, r4"
#endif
#ifdef __ARM_FP
@ TRM: one, and one more for a result used at once; 3; 14. JNK: latencies 3 and 3; 16 and 14.
kernel float_add, "vadd.f32 s3, s4, s5"
kernel float_add_chain, "vadd.f32 s3, s3, s4"
kernel float_fused_chain, "vfma.f32 s3, s4, s5"
kernel float_divide, "vdiv.f32 s3, s4, s5"
kernel float_square_root, "vsqrt.f32 s3, s4"
@ TRM: two. JNK: one, as any load.
kernel float_load, "vldr s3, [r1]"
#endif
#if CORTEX_M == 4 && defined(__ARM_FP)
@ TRM table 7-1: two registers take two; a division runs on while no other floating-point instruction follows.
kernel float_move_pair, "vmov r3, r4, s3, s4"
kernel float_divide_hidden, "vdiv.f32 s3, s4, s5; .rept 13; adds r3, #1; .endr"
#endif
