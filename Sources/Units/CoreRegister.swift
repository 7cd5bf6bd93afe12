/// A register of an M-profile core, by the architecture's names.
public enum CoreRegister: Int, Sendable, CaseIterable {
  case r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12
  case sp, lr, pc
  case xpsr, msp, psp, primask, basepri, faultmask, control, fpscr
}
