/// The architecture's names of system exceptions, the chip's of interrupts.
enum ExceptionName {
  private static let system = [
    1: "Reset", 2: "NMI", 3: "HardFault", 4: "MemManage", 5: "BusFault", 6: "UsageFault",
    11: "SVCall", 12: "DebugMonitor", 14: "PendSV", 15: "SysTick",
  ]

  static func name(_ number: Int, interrupts: [Int: String]) -> String {
    if number < 16 { return system[number] ?? "exception \(number)" }
    return interrupts[number - 16] ?? "IRQ \(number - 16)"
  }
}
