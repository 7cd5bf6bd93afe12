// Reads 16 KiB of constants from flash in order, 16 bytes a turn.
  .syntax unified
  .text
  .balign 16
  .global read_words
  .type read_words, %function
  .thumb_func
// void read_words(const void *weights): 1024 turns.
read_words:
  push {r4-r7, lr}
  movs r1, #1
  lsls r1, r1, #10
  .balign 16
#ifdef STM32L4
  // The loop lies in two lines of flash; the G0's is as long as its cache.
  nop
  nop
#endif
1:
  ldr r4, [r0]
  ldr r5, [r0, #4]
  ldr r6, [r0, #8]
  ldr r7, [r0, #12]
  adds r0, #16
  subs r1, #1
  bne 1b
  pop {r4-r7, pc}
  .size read_words, . - read_words
