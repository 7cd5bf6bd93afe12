import Units

/// The accelerometer and gyroscope die's registers that the model acts on, or names.
///
/// Reference: LSM9DS1 data sheet (DocID025715 Rev 2), table 21 and section 7.
extension LSM9DS1 {
  // swift-format-ignore: AlwaysUseLowerCamelCase
  enum Register: UInt8 {
    case ACT_THS = 0x04
    case ACT_DUR = 0x05
    case INT_GEN_CFG_XL = 0x06
    case INT_GEN_THS_X_XL = 0x07
    case INT_GEN_THS_Y_XL = 0x08
    case INT_GEN_THS_Z_XL = 0x09
    case INT_GEN_DUR_XL = 0x0a
    case REFERENCE_G = 0x0b
    case INT1_CTRL = 0x0c
    case INT2_CTRL = 0x0d
    case WHO_AM_I = 0x0f
    case CTRL_REG1_G = 0x10
    case CTRL_REG2_G = 0x11
    case CTRL_REG3_G = 0x12
    case ORIENT_CFG_G = 0x13
    case INT_GEN_SRC_G = 0x14
    case OUT_TEMP_L = 0x15
    case OUT_TEMP_H = 0x16
    case STATUS_REG = 0x17
    case CTRL_REG4 = 0x1e
    case CTRL_REG5_XL = 0x1f
    case CTRL_REG6_XL = 0x20
    case CTRL_REG7_XL = 0x21
    case CTRL_REG8 = 0x22
    case CTRL_REG9 = 0x23
    case CTRL_REG10 = 0x24
    case INT_GEN_SRC_XL = 0x26
    case STATUS_REG_XL = 0x27
    case FIFO_CTRL = 0x2e
    case FIFO_SRC = 0x2f
    case INT_GEN_CFG_G = 0x30
    case INT_GEN_THS_XH_G = 0x31
    case INT_GEN_THS_XL_G = 0x32
    case INT_GEN_THS_YH_G = 0x33
    case INT_GEN_THS_YL_G = 0x34
    case INT_GEN_THS_ZH_G = 0x35
    case INT_GEN_THS_ZL_G = 0x36
    case INT_GEN_DUR_G = 0x37

    /// What it holds after power-on or SW_RESET.
    var resetValue: UInt8 {
      switch self {
      case .WHO_AM_I: 0x68
      case .CTRL_REG4, .CTRL_REG5_XL: 0x38
      case .CTRL_REG8: 0x04
      default: 0
      }
    }

    var isReadOnly: Bool {
      switch self {
      case .WHO_AM_I, .INT_GEN_SRC_G, .OUT_TEMP_L, .OUT_TEMP_H, .STATUS_REG, .INT_GEN_SRC_XL,
        .STATUS_REG_XL, .FIFO_SRC:
        true
      default: false
      }
    }

    /// The bits whose effect is not modelled: set, they become a finding.
    var unmodelledBits: UInt8 {
      switch self {
      case .INT1_CTRL: 0xc4
      case .INT2_CTRL: 0x80
      case .CTRL_REG2_G: 0x0f
      case .CTRL_REG3_G: 0x4f
      case .ORIENT_CFG_G: 0x07
      case .CTRL_REG7_XL: 0xe5
      case .CTRL_REG9: 0x18
      case .ACT_THS, .ACT_DUR, .INT_GEN_CFG_XL, .INT_GEN_THS_X_XL, .INT_GEN_THS_Y_XL,
        .INT_GEN_THS_Z_XL, .INT_GEN_DUR_XL, .REFERENCE_G, .INT_GEN_CFG_G, .INT_GEN_THS_XH_G,
        .INT_GEN_THS_XL_G, .INT_GEN_THS_YH_G, .INT_GEN_THS_YL_G, .INT_GEN_THS_ZH_G,
        .INT_GEN_THS_ZL_G, .INT_GEN_DUR_G:
        0xff
      default: 0
      }
    }
  }

  /// OUT_X_L_G to OUT_Z_H_G, and OUT_X_L_XL to OUT_Z_H_XL.
  static let gyroscopeOutputs: ClosedRange<UInt8> = 0x18...0x1d
  static let accelerometerOutputs: ClosedRange<UInt8> = 0x28...0x2d

  /// ODR_G (table 46): both dies run at this rate.
  static func commonRate(_ code: UInt8) -> Hertz? {
    switch code {
    case 1: Hertz(149, per: 10)
    case 2: Hertz(595, per: 10)
    default: fastRate(code)
    }
  }

  /// ODR_XL (table 68): the rate of the accelerometer while the gyroscope is powered down.
  static func accelerometerRate(_ code: UInt8) -> Hertz? {
    switch code {
    case 1: Hertz(10)
    case 2: Hertz(50)
    default: fastRate(code)
    }
  }

  private static func fastRate(_ code: UInt8) -> Hertz? {
    switch code {
    case 3: Hertz(119)
    case 4: Hertz(238)
    case 5: Hertz(476)
    case 6: Hertz(952)
    default: nil
    }
  }

  /// LA_So (table 3) by FS_XL, in 1e-12 g a count.
  static func accelerometerSensitivity(_ code: UInt8) -> Int {
    switch code {
    case 0: 61_000_000
    case 1: 732_000_000
    case 2: 122_000_000
    default: 244_000_000
    }
  }

  /// G_So (table 3) by FS_G, in 1e-12 degrees a second a count; code 2 is not available.
  static func gyroscopeSensitivity(_ code: UInt8) -> Int {
    switch code {
    case 0: 8_750_000_000
    case 1: 17_500_000_000
    default: 70_000_000_000
    }
  }
}
