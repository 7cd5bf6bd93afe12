public import Simulation

/// Every kind of device that a chip's description can name, by the name it uses.
public enum PeripheralCatalog {
  public static let types: [String: @Sendable (PeripheralContext) -> any Peripheral] = [
    "cmsdk-dualtimer": { CMSDKDualTimer($0) },
    "cmsdk-timer": { CMSDKTimer($0) },
    "cmsdk-uart": { CMSDKUART($0) },
    "cmsdk-watchdog": { CMSDKWatchdog($0) },
    "nordic-clock-power": { NordicClockPower($0) },
    "nordic-comparator": { NordicComparator($0) },
    "nordic-ecb": { NordicECB($0) },
    "nordic-egu": { NordicEGU($0) },
    "nordic-ficr": { NordicFICR($0) },
    "nordic-gpio": { NordicGPIO($0) },
    "nordic-gpiote": { NordicGPIOTE($0) },
    "nordic-i2s": { NordicI2S($0) },
    "nordic-nvmc": { NordicNVMC($0) },
    "nordic-pdm": { NordicPDM($0) },
    "nordic-ppi": { NordicPPI($0) },
    "nordic-pwm": { NordicPWM($0) },
    "nordic-qdec": { NordicQDEC($0) },
    "nordic-qspi": { NordicQSPI($0) },
    "nordic-radio": { NordicRadio($0) },
    "nordic-rng": { NordicRNG($0) },
    "nordic-rtc": { NordicRTC($0) },
    "nordic-saadc": { NordicSAADC($0) },
    "nordic-serial": { NordicSerial($0) },
    "nordic-temp": { NordicTEMP($0) },
    "nordic-timer": { NordicTimer($0) },
    "nordic-twim": { NordicSerial($0) },
    "nordic-uarte": { NordicUARTE($0) },
    "nordic-uicr": { NordicUICR($0) },
    "nordic-usbd": { NordicUSBD($0) },
    "nordic-wdt": { NordicWDT($0) },
  ]

  /// The names in alphabetical order.
  public static let names: [String] = types.keys.sorted()

  /// A new instance; nil when no device has that type name.
  public static func make(_ type: String, _ context: PeripheralContext) -> (any Peripheral)? {
    types[type]?(context)
  }
}

/// A device with a serial input that the run can feed.
public protocol SerialPort: Peripheral {
  /// Puts bytes on the receive line; they arrive one after another, as the device can take them.
  func receive(_ bytes: [UInt8])
}
