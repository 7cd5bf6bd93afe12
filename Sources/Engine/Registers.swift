internal import CUnicorn
public import Units

extension CoreRegister {
  var unicorn: Int32 {
    switch self {
    case .r0, .r1, .r2, .r3, .r4, .r5, .r6, .r7, .r8, .r9, .r10, .r11, .r12:
      Int32(UC_ARM_REG_R0.rawValue) + Int32(rawValue)
    case .sp: Int32(UC_ARM_REG_SP.rawValue)
    case .lr: Int32(UC_ARM_REG_LR.rawValue)
    case .pc: Int32(UC_ARM_REG_PC.rawValue)
    case .xpsr: Int32(UC_ARM_REG_XPSR.rawValue)
    case .msp: Int32(UC_ARM_REG_MSP.rawValue)
    case .psp: Int32(UC_ARM_REG_PSP.rawValue)
    case .primask: Int32(UC_ARM_REG_PRIMASK.rawValue)
    case .basepri: Int32(UC_ARM_REG_BASEPRI.rawValue)
    case .faultmask: Int32(UC_ARM_REG_FAULTMASK.rawValue)
    case .control: Int32(UC_ARM_REG_CONTROL.rawValue)
    case .fpscr: Int32(UC_ARM_REG_FPSCR.rawValue)
    }
  }
}

extension Engine {
  public subscript(_ register: CoreRegister) -> UInt32 {
    get {
      var value: UInt32 = 0
      uc_reg_read(handle, register.unicorn, &value)
      return value
    }
    set {
      var value = newValue
      uc_reg_write(handle, register.unicorn, &value)
    }
  }

  /// S0 … S31.
  public subscript(single index: Int) -> UInt32 {
    get {
      var value: UInt32 = 0
      uc_reg_read(handle, Int32(UC_ARM_REG_S0.rawValue) + Int32(index), &value)
      return value
    }
    set {
      var value = newValue
      uc_reg_write(handle, Int32(UC_ARM_REG_S0.rawValue) + Int32(index), &value)
    }
  }

  /// Where the core is, without the Thumb bit.
  public var programCounter: Address {
    get { Address(self[.pc] & ~1) }
    set { self[.pc] = newValue.value | 1 }
  }

  /// Writes IPSR alone, ICI/IT state cleared.
  public func setExceptionNumber(_ number: UInt32) {
    var value = number
    uc_reg_write(handle, Int32(UC_ARM_REG_IPSR.rawValue), &value)
    rebuildFlags()
  }

  /// Sets ITSTATE and the Thumb bit.
  public func setExecutionState(_ epsr: UInt32) {
    var value = epsr
    uc_reg_write(handle, Int32(UC_ARM_REG_EPSR.rawValue), &value)
  }

  /// Writes the application flags N, Z, C, V, Q and GE.
  public func setApplicationFlags(_ xpsr: UInt32) {
    var value = xpsr
    uc_reg_write(handle, Int32(UC_ARM_REG_APSR_NZCVQG.rawValue), &value)
    rebuildFlags()
  }

  /// Both library versions keep derived flags of the core's mode; writing NZCV renews them.
  public func rebuildFlags() {
    var flags: UInt32 = 0
    uc_reg_read(handle, Int32(UC_ARM_REG_APSR_NZCV.rawValue), &flags)
    uc_reg_write(handle, Int32(UC_ARM_REG_APSR_NZCV.rawValue), &flags)
  }
}
