import Simulation
import Units

/// Where the parts of a family's reset and clock controller are: registers, bits, clock tree.
struct STM32RCCLayout {
  struct Source {
    let name: String
    let register: UInt32
    let on: UInt32
    let ready: UInt32
    let startUp: Interval
    /// Bit of its ready flag in CIER, CIFR and CICR.
    let flag: UInt32
  }

  /// A field that chooses a peripheral's clock among named ones; "" is none.
  struct Selection {
    let clock: String
    let register: UInt32
    let shift: UInt32
    let sources: [String]
  }

  struct PLL {
    let on: UInt32
    let ready: UInt32
    let flag: UInt32
    let decode: STM32PLL.Decode
  }

  struct Prescaler {
    let shift: UInt32
    let width: UInt32
    /// Nil: the configuration register.
    var register: UInt32?
  }

  /// Bits of the status register that tell why the chip was reset, and the one that removes them.
  struct ResetFlags {
    let remove: UInt32
    let powerOn: UInt32
    let pin: UInt32
    let software: UInt32
    let independent: UInt32
    let window: UInt32
    let lowPower: UInt32

    var all: UInt32 { powerOn | pin | software | independent | window | lowPower }
  }

  /// Registers that hold what is written, with their reset values.
  var resets: [UInt32: UInt32]
  let sources: [Source]
  let plls: [PLL]
  let control: UInt32
  let configuration: UInt32
  /// SW and SWS in CFGR, and the clock that each value means.
  let systemClock: (shift: UInt32, width: UInt32, status: UInt32, sources: [String])
  let ahb: Prescaler
  /// pclk1, pclk2 and on.
  let apb: [Prescaler]
  let selections: [Selection]
  /// Enable registers, and how far before each its reset register is.
  let enables: [UInt32]
  let resetDistance: UInt32
  let interrupts: (enable: UInt32, flags: UInt32, clear: UInt32)
  let backup: UInt32
  let status: UInt32
  let flags: ResetFlags
  /// The clock that runs the core after Stop, and its oscillator.
  let wake: (STM32RCC) -> (clock: String, oscillator: String)
  /// Frequencies of oscillators that other registers decide: MSI's range.
  var derive: (STM32RCC) -> Void = { _ in }
  /// Clocks that are neither oscillators nor outputs of a PLL: HSI after its divider.
  var derived: (STM32RCC, _ name: String) -> Hertz? = { _, _ in nil }
  /// Divides the system clock for the core where AHB has a prescaler behind the core's own (H7).
  var core: Prescaler?
  /// A bit that reads as another of its register is written: ready as soon as it is enabled.
  var repeats: [(register: UInt32, from: UInt32, to: UInt32)] = []
  /// Offsets at which registers answer that lie so much further: the H7's second view of its gates.
  var alias: (offsets: ClosedRange<UInt32>, distance: UInt32)?
  /// Bits that always read as ones.
  var ones: [UInt32: UInt32] = [:]
  /// A timer runs at its bus's clock times this, and no faster than AHB: TIMPRE.
  var timerFactor: (STM32RCC) -> UInt64 = { _ in 2 }
  /// What the high-speed crystal is divided by for the RTC.
  var rtcDivider: (STM32RCC) -> UInt64 = { _ in 32 }
  /// The clock behind SysTick's CLKSOURCE 0: an eighth of the core's, unless the chip can choose.
  var systick: (STM32RCC, _ core: Hertz) -> Hertz? = { $1.scaled(by: 1, over: 8) }

  /// Where the register behind an offset is.
  func place(_ offset: UInt32) -> UInt32 {
    guard let alias, alias.offsets.contains(offset) else { return offset }
    return offset + alias.distance
  }
}
