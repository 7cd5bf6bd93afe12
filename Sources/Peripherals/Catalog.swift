public import Simulation

/// Every kind of device that a chip's description can name, by the name it uses.
public enum PeripheralCatalog {
  public static let types: [String: @Sendable (PeripheralContext) -> any Peripheral] = [
    "cmsdk-dualtimer": { CMSDKDualTimer($0) },
    "cmsdk-timer": { CMSDKTimer($0) },
    "cmsdk-uart": { CMSDKUART($0) },
    "cmsdk-watchdog": { CMSDKWatchdog($0) },
    "nordic-adc": { NordicADC($0) },
    "nordic-clock-power": { NordicClockPower($0) },
    "nordic-comparator": { NordicComparator($0) },
    "nordic-ecb": { NordicECB($0) },
    "nordic-egu": { NordicEGU($0) },
    "nordic-ficr": { NordicFICR($0) },
    "nordic-rom-table": { NordicROMTable($0) },
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
    "nordic-uart": { NordicUART($0) },
    "nordic-uarte": { NordicUARTE($0) },
    "nordic-uicr": { NordicUICR($0) },
    "nordic-usbd": { NordicUSBD($0) },
    "nordic-wdt": { NordicWDT($0) },
    "nordic51-clock-power": { Nordic51ClockPower($0) },
    "nordic51-ficr": { Nordic51FICR($0) },
    "nordic51-identification": { Nordic51Identification($0) },
    "stm32-adc": { STM32Gated($0, STM32ADC($0)) },
    "stm32-adc-common": { STM32Gated($0, STM32ADCCommon($0)) },
    "stm32-adc-first": { STM32Gated($0, STM32ADCFirst($0)) },
    "stm32-adc-first-common": { STM32ADCFirstCommon($0) },
    "stm32-crc": { STM32Gated($0, STM32CRC($0)) },
    "stm32-dbgmcu": { STM32DBGMCU($0) },
    "stm32-dcache": { STM32Gated($0, STM32DCACHE($0)) },
    "stm32-dfsdm": { STM32Gated($0, STM32DFSDM($0)) },
    "stm32-dma": { STM32Gated($0, STM32DMA($0)) },
    "stm32-dma-streams": { STM32Gated($0, STM32DMAStreams($0)) },
    "stm32-dmamux": { STM32Gated($0, STM32DMAMUX($0)) },
    "stm32-exti": { STM32EXTI($0) },
    "stm32-flash": { STM32Flash($0) },
    "stm32-fmc": { STM32FMC($0) },
    "stm32-gpdma": { STM32Gated($0, STM32GPDMA($0)) },
    "stm32-gpio": { STM32Gated($0, STM32GPIO($0)) },
    "stm32-i2c": { STM32Gated($0, STM32I2C($0)) },
    "stm32-i2c-first": { STM32Gated($0, STM32I2CFirst($0)) },
    "stm32-icache": { STM32ICACHE($0) },
    "stm32-iwdg": { STM32IWDG($0) },
    "stm32-lptim": { STM32Gated($0, STM32LPTIM($0)) },
    "stm32-mdf": { STM32Gated($0, STM32MDF($0)) },
    "stm32-pwr": { STM32GatedBackup($0, STM32PWR($0)) },
    "stm32-rng": { STM32Gated($0, STM32RNG($0)) },
    "stm32-rtc": { STM32GatedBackup($0, STM32RTC($0)) },
    "stm32-sai": { STM32Gated($0, STM32SAI($0)) },
    "stm32-signature": { STM32Signature($0) },
    "stm32-spi": { STM32Gated($0, STM32SPI($0)) },
    "stm32-spi-third": { STM32Gated($0, STM32SPIThird($0)) },
    "stm32-syscfg": { STM32Gated($0, STM32SYSCFG($0)) },
    "stm32-tamp": { STM32GatedBackup($0, STM32TAMP($0)) },
    "stm32-timer": { STM32Gated($0, STM32Timer($0)) },
    "stm32-usart": { STM32GatedSerial($0, serial: STM32USART($0)) },
    "stm32-wwdg": { STM32Gated($0, STM32WWDG($0)) },
    "stm32f4-flash": { STM32F4Flash($0) },
    "stm32f4-pwr": { STM32GatedBackup($0, STM32F4PWR($0)) },
    "stm32f4-rcc": { STM32F4RCC.make($0) },
    "stm32g0-rcc": { STM32G0RCC.make($0) },
    "stm32h7-flash": { STM32H7Flash($0) },
    "stm32h7-pwr": { STM32GatedBackup($0, STM32H7PWR($0)) },
    "stm32h7-rcc": { STM32H7RCC.make($0) },
    "stm32l4-rcc": { STM32L4RCC.make($0) },
    "stm32u5-pwr": { STM32GatedBackup($0, STM32U5PWR($0)) },
    "stm32u5-rcc": { STM32U5RCC.make($0) },
  ]

  /// The names in alphabetical order.
  public static let names: [String] = types.keys.sorted()

  /// A new instance; nil when no device has that type name.
  public static func make(_ type: String, _ context: PeripheralContext) -> (any Peripheral)? {
    guard let device = types[type]?(context) else { return nil }
    return context.parameters["power-register"] == 1 ? NordicPowerRegister(device) : device
  }
}

/// A device that holds what a programmer writes into the chip before it starts, beside its memories.
public protocol ProgrammablePeripheral: Peripheral {
  /// Puts a byte at an offset; false where there is no cell.
  func program(_ offset: UInt32, _ byte: UInt8) -> Bool
}
