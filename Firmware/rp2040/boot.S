// The 256 bytes that an RP2040's boot ROM copies to RAM and runs: they set the flash up to be read in
// place, by four wires and without a command, then start the image behind them.
// Reference: RP2040 datasheet 2.8.1, 4.10; Winbond W25Q16JV, Fast Read Quad I/O (0xeb).
  .syntax unified
  .cpu cortex-m0plus
  .thumb

  .equ SSI, 0x18000000
  .equ QUAD_READ, 2 << 21 | 31 << 16 | 3 << 8   // four wires, 32 bits, address then data
  .equ COMMAND_FIRST, 1 | 8 << 2 | 2 << 8 | 4 << 11
  .equ NO_COMMAND, 2 | 8 << 2 | 4 << 11 | 0xa0 << 24

  .section .boot, "ax"
start:
  ldr r3, =SSI
  movs r1, #0
  str r1, [r3, #0x08]           // off, to set it up
  movs r1, #2
  str r1, [r3, #0x14]           // half of clk_sys
  ldr r1, =QUAD_READ
  str r1, [r3, #0x00]
  movs r1, #0
  str r1, [r3, #0x04]           // one frame
  movs r2, #0xf4
  ldr r1, =COMMAND_FIRST
  str r1, [r3, r2]
  movs r1, #1
  str r1, [r3, #0x08]
  // One read whose mode bits tell the flash to expect no command from now on.
  movs r1, #0xeb
  str r1, [r3, #0x60]
  movs r1, #0xa0
  str r1, [r3, #0x60]
1:
  ldr r1, [r3, #0x28]
  movs r0, #5                   // empty, not busy
  ands r1, r0
  cmp r1, #4
  bne 1b
  movs r1, #0
  str r1, [r3, #0x08]
  ldr r1, =NO_COMMAND
  str r1, [r3, r2]
  movs r1, #1
  str r1, [r3, #0x08]
  ldr r0, =0x10000100           // the vector table
  ldr r1, =0xe000ed08
  str r0, [r1]
  ldmia r0, {r0, r1}
  msr msp, r0
  bx r1
  .ltorg
  .org 252, 0
  // CRC-32 of the rest; where it is wrong, a run says so and which it should be.
  .word 0x25550c0a
