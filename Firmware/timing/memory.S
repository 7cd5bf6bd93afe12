@ One kernel for each rule of memories that let the core wait. What ten copies take behind which memory, and why, stands
@ in memory.yaml. Copies are whole lines of 16 bytes.

  .set head_nops, 7
  .set kernel_alignment, 32
#include "kernel.inc"

@ Loads from so many lines of 16 bytes, the next of twenty; with `also`, each is followed by one of a line beside them.
  .set offset, 16
  .macro load_next count, also
  .rept \count
  ldr.w r3, [r2, #offset]
  .ifnb \also
  ldr.w r4, [r2]
  .endif
  .set offset, offset % 320 + 16
  .endr
  .endm

  .macro nops count
  .rept \count
  nop
  .endr
  .endm

@ Fetches: a line of narrow instructions, of wide ones, and one of which only the first instruction runs.
kernel narrow, "adds r3, #1; adds r4, #1; adds r3, #1; adds r4, #1; adds r3, #1; adds r4, #1; adds r3, #1; adds r4, #1"
#if CORTEX_M > 0
kernel wide, "add.w r3, r3, #1; add.w r4, r4, #1; add.w r3, r3, #1; add.w r4, r4, #1"
#endif
kernel branch, "b 1f; nop; nop; nop; nop; nop; nop; nop; 1:"
@ A loop over two lines: twenty turns.
kernel branch_back, "movs r7, #20; nop; nop; nop; nop; nop; nop; nop; 1: nop; nop; nop; nop; nop; nop; nop; subs r7, #1; bne 1b; nop; nop; nop; nop; nop; nop; nop"
@ Reads of data: four words of one line.
kernel load, "ldr r3, [r2]; ldr r3, [r2, #4]; ldr r3, [r2, #8]; ldr r3, [r2, #12]; nop; nop; nop; nop"

#if CORTEX_M > 0
@ Seventeen lines a copy: four of them fill a cache of 1 KiB.
kernel wide_lines, ".rept 34; add.w r3, r3, #1; add.w r4, r4, #1; .endr"
@ More lines than a data cache holds; each followed by one that it holds.
kernel load_lines, "load_next 8"
kernel load_line_held, "load_next 6, also"
#endif
#if CORTEX_M == 3 || CORTEX_M == 4
@ The branch is decoded while the load runs.
kernel branch_decoded, "ldr.w r3, [r1]; b 1f; nop; nop; nop; nop; nop; 1:"
@ Narrow code is far enough ahead to ask for the line behind a branch; wide code asks for it as the branch is decoded.
kernel branch_behind, "nops 7; b 1f; nops 16; 1: nops 8"
kernel branch_wide, "add.w r3, r3, #1; add.w r4, r4, #1; add.w r3, r3, #1; nop; b 1f; nops 24; 1:"
@ What is fetched beside a load of several words, and lost meanwhile: twenty turns.
kernel load_multiple, "movs r7, #20; nop; nop; nop; nop; nop; nop; nop; 1: nop; ldmia r1, {r1, r3-r5}; nop; nop; nop; nop; nop; nop; subs r7, #1; bne 1b; ldr r3, [r1]; ldr r4, [r3]; nop; nop; nop; nop"
@ Three loads while code for four instructions comes. A turn at the port is followed within a block, which ends where a
@ KiB does.
  .section .text.kernels, "ax"
  .balign 1024
kernel load_beside_code, "ldr.w r3, [r2]; ldr.w r4, [r2, #4]; ldr.w r3, [r2, #8]; add.w r5, r5, #1"
#endif
