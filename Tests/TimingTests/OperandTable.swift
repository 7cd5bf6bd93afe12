/// Assembly, class, registers read, registers written, and marks: `f` reads flags, `F` writes
/// flags, `c` call, `r` return candidate, `u` moves SP by an unknown amount, `+n` or `-n` moves SP.
let operandTable = """
  adds r0, r1, r2 | alu | r1 r2 | r0 | F
  adds r0, r1, #3 | alu | r1 | r0 | F
  adds r0, #200 | alu | r0 | r0 | F
  subs r0, r1, r2 | alu | r1 r2 | r0 | F
  subs r3, #1 | alu | r3 | r3 | F
  movs r0, #7 | alu | | r0 | F
  movs r0, r1 | alu | r1 | r0 | F
  cmp r3, #9 | alu | r3 | | F
  lsls r0, r1, #3 | shift | r1 | r0 | F
  lsrs r0, r1, #3 | shift | r1 | r0 | F
  asrs r0, r1, #3 | shift | r1 | r0 | F
  ands r0, r1 | alu | r0 r1 | r0 | F
  eors r0, r1 | alu | r0 r1 | r0 | F
  lsls r0, r1 | shift | r0 r1 | r0 | F
  rors r0, r1 | shift | r0 r1 | r0 | F
  adcs r0, r1 | alu | r0 r1 | r0 | fF
  sbcs r0, r1 | alu | r0 r1 | r0 | fF
  tst r0, r1 | alu | r0 r1 | | F
  negs r0, r1 | alu | r1 | r0 | F
  cmp r0, r1 | alu | r0 r1 | | F
  cmn r0, r1 | alu | r0 r1 | | F
  orrs r0, r1 | alu | r0 r1 | r0 | F
  muls r0, r1, r0 | multiply | r0 r1 | r0 | F
  bics r0, r1 | alu | r0 r1 | r0 | F
  mvns r0, r1 | alu | r1 | r0 | F
  add r8, r9 | alu | r8 r9 | r8 |
  cmp r8, r1 | alu | r8 r1 | | F
  mov r8, r1 | alu | r1 | r8 |
  mov pc, lr | alu | lr | pc | r
  mov sp, r7 | alu | r7 | sp | u
  bx lr | branchExchange | lr | pc | r
  bx r3 | branchExchange | r3 | pc |
  blx r3 | call | r3 | lr pc | c
  ldr r0, [pc, #8] | load | pc | r0 |
  str r0, [r1, r2] | store | r0 r1 r2 | |
  strh r0, [r1, r2] | store | r0 r1 r2 | |
  ldrsb r0, [r1, r2] | load | r1 r2 | r0 |
  ldr r0, [r1, r2] | load | r1 r2 | r0 |
  ldrsh r0, [r1, r2] | load | r1 r2 | r0 |
  str r0, [r1, #4] | store | r0 r1 | |
  ldr r0, [r1, #4] | load | r1 | r0 |
  strb r0, [r1, #1] | store | r0 r1 | |
  ldrh r0, [r1, #2] | load | r1 | r0 |
  str r0, [sp, #4] | store | r0 sp | |
  ldr r0, [sp, #4] | load | sp | r0 |
  adr r0, . + 4 | alu | pc | r0 |
  add r0, sp, #8 | alu | sp | r0 |
  add sp, #8 | alu | sp | sp | +8
  sub sp, #16 | alu | sp | sp | -16
  cbz r0, . + 8 | compareBranch | r0 | pc |
  cbnz r0, . + 8 | compareBranch | r0 | pc |
  sxth r0, r1 | alu | r1 | r0 |
  uxtb r0, r1 | alu | r1 | r0 |
  push {r0, r4, lr} | storeMultiple | r0 r4 lr sp | sp | -12
  pop {r4, pc} | loadMultiple | sp | r4 sp pc | r+8
  pop {r4, r5} | loadMultiple | sp | r4 r5 sp | +8
  rev r0, r1 | alu | r1 | r0 |
  revsh r0, r1 | alu | r1 | r0 |
  cpsid i | changeProcessorState | | |
  bkpt #171 | breakpoint | | |
  svc #1 | supervisorCall | | |
  udf #1 | undefined | | |
  nop | hint | | |
  wfi | waitForInterrupt | | |
  wfe | waitForEvent | | |
  sev | sendEvent | | |
  yield | hint | | |
  stmia r0!, {r1, r2} | storeMultiple | r0 r1 r2 | r0 |
  ldmia r0!, {r1, r2} | loadMultiple | r0 | r0 r1 r2 |
  ldmia r0, {r0, r1} | loadMultiple | r0 | r0 r1 |
  beq . + 8 | conditionalBranch | | pc | f
  b . + 8 | branch | | pc |
  stmdb sp!, {r4-r8, lr} | storeMultiple | r4 r5 r6 r7 r8 lr sp | sp | -24
  ldmia.w sp!, {r4-r8, pc} | loadMultiple | sp | r4 r5 r6 r7 r8 sp pc | r+24
  ldmdb r0, {r1, r2} | loadMultiple | r0 | r1 r2 |
  strd r0, r1, [r2, #8] | storeDouble | r0 r1 r2 | |
  ldrd r0, r1, [r2], #8 | loadDouble | r2 | r0 r1 r2 |
  strd r0, r1, [sp, #-8]! | storeDouble | r0 r1 sp | sp | -8
  ldrex r0, [r1, #4] | loadExclusive | r1 | r0 |
  strex r0, r1, [r2, #4] | storeExclusive | r1 r2 | r0 |
  ldrexb r0, [r1] | loadExclusive | r1 | r0 |
  strexh r0, r1, [r2] | storeExclusive | r1 r2 | r0 |
  clrex | clearExclusive | | |
  tbb [pc, r0] | tableBranch | pc r0 | pc |
  tbh [r1, r0, lsl #1] | tableBranch | r1 r0 | pc |
  and.w r0, r1, r2, lsl #3 | alu | r1 r2 | r0 |
  tst.w r1, r2, lsr #3 | alu | r1 r2 | | F
  bic.w r0, r1, r2 | alu | r1 r2 | r0 |
  orn r0, r1, r2 | alu | r1 r2 | r0 |
  mvn.w r0, r2, asr #1 | alu | r2 | r0 |
  mov.w r0, r9 | alu | r9 | r0 |
  lsl.w r0, r1, #4 | shift | r1 | r0 |
  rrx r0, r1 | shift | r1 | r0 | f
  teq r0, r1 | alu | r0 r1 | | F
  pkhbt r0, r1, r2, lsl #4 | simd | r1 r2 | r0 |
  adds.w r8, r1, r2 | alu | r1 r2 | r8 | F
  adc.w r0, r1, r2 | alu | r1 r2 | r0 | f
  sbcs.w r8, r1, r2 | alu | r1 r2 | r8 | fF
  rsb r0, r1, r2 | alu | r1 r2 | r0 |
  cmp.w r0, r1, lsl #2 | alu | r0 r1 | | F
  sub.w sp, sp, r3 | alu | sp r3 | sp | u
  and r0, r1, #0xff00ff | alu | r1 | r0 |
  mov.w r0, #0x12000000 | alu | | r0 |
  cmn.w r8, #1 | alu | r8 | | F
  add.w sp, sp, #1024 | alu | sp | sp | +1024
  sub.w sp, sp, #4096 | alu | sp | sp | -4096
  subw sp, sp, #1028 | alu | sp | sp | -1028
  addw r0, r1, #4095 | alu | r1 | r0 |
  movw r0, #0x1234 | alu | | r0 |
  movt r0, #0x1234 | alu | r0 | r0 |
  ssat r0, #8, r1, asr #2 | saturating | r1 | r0 | F
  usat16 r0, #8, r1 | saturating | r1 | r0 | F
  sbfx r0, r1, #2, #3 | alu | r1 | r0 |
  bfi r0, r1, #2, #3 | alu | r0 r1 | r0 |
  bfc r0, #2, #3 | alu | r0 | r0 |
  beq.w . + 400 | conditionalBranch | | pc | f
  b.w . + 4000 | branch | | pc |
  bl . + 400 | call | | lr pc | c
  msr primask, r0 | writeSpecial | r0 | |
  msr apsr_nzcvq, r0 | writeSpecial | r0 | | F
  msr msp, r0 | writeSpecial | r0 | sp | u
  mrs r0, apsr | readSpecial | | r0 | f
  mrs r0, psp | readSpecial | sp | r0 |
  dsb sy | barrier | | |
  isb sy | barrier | | |
  strb.w r0, [r1, #4000] | store | r0 r1 | |
  str r0, [r1], #4 | store | r0 r1 | r1 |
  str r0, [sp, #-4]! | store | r0 sp | sp | -4
  ldr pc, [sp], #4 | load | sp | sp pc | r+4
  ldr pc, [r0, r1, lsl #2] | load | r0 r1 | pc |
  ldrsh.w r0, [r1, #-4]! | load | r1 | r0 r1 |
  ldrt r0, [r1, #4] | load | r1 | r0 |
  str.w r0, [r1, r2, lsl #2] | store | r0 r1 r2 | |
  ldr.w r0, [pc, #-8] | load | pc | r0 |
  pld [r0, #8] | preload | r0 | |
  lsl.w r0, r1, r2 | shift | r1 r2 | r0 |
  asrs.w r8, r1, r2 | shift | r1 r2 | r8 | F
  sxtah r0, r1, r2, ror #8 | simd | r1 r2 | r0 |
  uxtb16 r0, r1 | simd | r1 | r0 |
  sxtab16 r0, r1, r2 | simd | r1 r2 | r0 |
  uxtb.w r8, r9 | alu | r9 | r8 |
  sadd16 r0, r1, r2 | simd | r1 r2 | r0 | F
  uqadd8 r0, r1, r2 | simd | r1 r2 | r0 |
  qadd r0, r1, r2 | saturating | r1 r2 | r0 | F
  sel r0, r1, r2 | simd | r1 r2 | r0 | f
  clz r0, r1 | alu | r1 | r0 |
  rbit r0, r1 | alu | r1 | r0 |
  mul r0, r1, r8 | multiply | r1 r8 | r0 |
  mla r0, r1, r2, r3 | multiplyAccumulate | r1 r2 r3 | r0 |
  mls r0, r1, r2, r3 | multiplyAccumulate | r1 r2 r3 | r0 |
  smlabb r0, r1, r2, r3 | multiplyAccumulate | r1 r2 r3 | r0 | F
  smulbb r0, r1, r2 | multiply | r1 r2 | r0 |
  smlad r0, r1, r2, r3 | multiplyAccumulate | r1 r2 r3 | r0 | F
  smuad r0, r1, r2 | multiply | r1 r2 | r0 | F
  smmla r0, r1, r2, r3 | multiplyAccumulate | r1 r2 r3 | r0 |
  usada8 r0, r1, r2, r3 | multiplyAccumulate | r1 r2 r3 | r0 |
  smull r0, r1, r2, r3 | longMultiply | r2 r3 | r0 r1 |
  umlal r0, r1, r2, r3 | longMultiplyAccumulate | r0 r1 r2 r3 | r0 r1 |
  umaal r0, r1, r2, r3 | longMultiplyAccumulate | r0 r1 r2 r3 | r0 r1 |
  smlald r0, r1, r2, r3 | longMultiplyAccumulate | r0 r1 r2 r3 | r0 r1 |
  sdiv r0, r1, r2 | divide | r1 r2 | r0 |
  vldr s1, [r0, #4] | fpLoad | r0 | s1 |
  vldr d1, [r0, #-8] | fpLoad | r0 | s2 s3 |
  vstr s1, [sp, #4] | fpStore | sp s1 | |
  vldmia r0!, {s0-s3} | fpLoadMultiple | r0 | r0 s0 s1 s2 s3 |
  vpush {d8, d9} | fpStoreMultiple | sp s16 s17 s18 s19 | sp | -16
  vpop {s16} | fpLoadMultiple | sp | sp s16 | +4
  vadd.f32 s0, s1, s2 | fpAlu | s1 s2 | s0 |
  vsub.f64 d0, d1, d2 | fpAlu | s2 s3 s4 s5 | s0 s1 |
  vmul.f32 s0, s1, s2 | fpMultiply | s1 s2 | s0 |
  vmla.f32 s0, s1, s2 | fpMultiplyAccumulate | s0 s1 s2 | s0 |
  vfma.f32 s0, s1, s2 | fpMultiplyAccumulate | s0 s1 s2 | s0 |
  vdiv.f32 s0, s1, s2 | fpDivide | s1 s2 | s0 |
  vsqrt.f32 s0, s1 | fpSquareRoot | s1 | s0 |
  vabs.f32 s0, s1 | fpAlu | s1 | s0 |
  vcmp.f32 s0, s1 | fpAlu | s0 s1 | |
  vcmp.f32 s0, #0.0 | fpAlu | s0 | |
  vcvt.s32.f32 s0, s1 | fpAlu | s1 | s0 |
  vcvt.f64.f32 d1, s0 | fpAlu | s0 | s2 s3 |
  vcvt.f32.f64 s0, d1 | fpAlu | s2 s3 | s0 |
  vcvt.f64.s32 d1, s0 | fpAlu | s0 | s2 s3 |
  vcvt.f32.s32 s0, s0, #4 | fpAlu | s0 | s0 |
  vcvtb.f32.f16 s0, s1 | fpAlu | s1 | s0 |
  vmov.f32 s0, #1.0 | fpMove | | s0 |
  vmov.f32 s0, s1 | fpMove | s1 | s0 |
  vmov s0, r0 | fpMove | r0 | s0 |
  vmov r0, s0 | fpMove | s0 | r0 |
  vmov s0, s1, r0, r1 | fpMove | r0 r1 | s0 s1 |
  vmov r0, r1, d3 | fpMove | s6 s7 | r0 r1 |
  vmov.32 d1[1], r0 | fpMove | r0 | s3 |
  vmrs apsr_nzcv, fpscr | fpSystem | | | F
  vmrs r0, fpscr | fpSystem | | r0 |
  vmsr fpscr, r0 | fpSystem | r0 | |
  vseleq.f32 s0, s1, s2 | fpAlu | s1 s2 | s0 | f
  vmaxnm.f32 s0, s1, s2 | fpAlu | s1 s2 | s0 |
  vrinta.f32 s0, s1 | fpAlu | s1 | s0 |
  vcvta.s32.f64 s0, d1 | fpAlu | s2 s3 | s0 |
  """
