// What firmware finds at fixed addresses of an RP2040's boot ROM: vectors, the ROM's version, pointers to
// the tables of functions and data, and the function that looks things up in them.
// Reference: RP2040 datasheet 2.8.3 (bootrom contents).
  .syntax unified
  .cpu cortex-m0plus
  .thumb

  .section .tables, "ax"
  .word 0x20041f00              // below the place of the boot code from flash
  .word reset
  .word reset
  .word hard_fault
  .byte 'M', 'u', 1, 3          // version 3 is stepping B2
  .hword functions
  .hword data
  .hword look_up + 1
  .hword 0

  .macro entry first, second, target
  .byte \first, \second
  .hword \target
  .endm

functions:
  entry 'P', '3', popcount32 + 1
  entry 'R', '3', reverse32 + 1
  entry 'L', '3', clz32 + 1
  entry 'T', '3', ctz32 + 1
  entry 'M', 'S', rom_memset + 1
  entry 'S', '4', rom_memset4 + 1
  entry 'M', 'C', memcpy + 1
  entry 'C', '4', rom_memcpy44 + 1
  entry 'U', 'B', reset_usb_boot + 1
  entry 'W', 'V', wait_for_vector + 1
  entry 'I', 'F', connect_internal_flash + 1
  entry 'E', 'X', flash_exit_xip + 1
  entry 'R', 'E', flash_range_erase + 1
  entry 'R', 'P', flash_range_program + 1
  entry 'F', 'C', flash_flush_cache + 1
  entry 'C', 'X', flash_enter_cmd_xip + 1
  .hword 0

data:
  entry 'C', 'R', notice
  entry 'G', 'R', revision
  entry 'S', 'F', soft_float_table
  entry 'S', 'D', soft_double_table
  entry 'F', 'Z', soft_float_table_size
  .hword 0

  .balign 4
revision: .word 0
notice: .asciz "Thumbprint's boot ROM for an RP2040"

// r0: a table, r1: two letters; the entry's halfword, or 0.
  .balign 2
  .thumb_func
  .global look_up
look_up:
  ldrh r2, [r0]
  adds r0, #4
  cmp r2, #0
  beq 1f
  cmp r2, r1
  bne look_up
  subs r0, #2
  ldrh r0, [r0]
  bx lr
1:
  movs r0, #0
  bx lr

// A breakpoint ends here where no debugger listens.
  .thumb_func
  .global hard_fault
hard_fault:
  b hard_fault

// The second core waits for what the first has to say, and here for ever.
  .thumb_func
  .global wait_for_vector
wait_for_vector:
  wfe
  b wait_for_vector

  .thumb_func
  .global reset
reset:
  movs r0, #0xd0
  lsls r0, #24
  ldr r0, [r0]                  // SIO's CPUID
  cmp r0, #0
  bne wait_for_vector
  bl boot
