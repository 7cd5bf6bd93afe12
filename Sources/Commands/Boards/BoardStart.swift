import Boards
import Documents
import FileSystem
import Registers
import Trust
import Units

/// A board's file to start from, with its chip inside, made of a vendor's description: core, interrupts
/// and every peripheral, none of them modelled. What descriptions do not tell stands there as assumed.
struct BoardStart {
  private let device: DeviceDescription
  private let name: String
  /// The description as the file names it.
  private let path: String

  init(_ device: DeviceDescription, name: String, description path: String) {
    (self.device, self.name, self.path) = (device, name, path)
  }

  var text: String {
    head + core + memories + peripherals + interrupts + board
  }

  private var title: String { device.version.map { "\(device.name) \($0)" } ?? device.name }

  private var head: String {
    """
    # A start, made from \(Self.comment(path)) by 'thumbprint boards --new'. It runs as it stands:
    #
    #     thumbprint run app.elf --board \(Self.comment(name)).yaml
    #
    # What is marked HAND is not in the description: put in what the data sheet says.
    # Trust: A read in the vendor's text or measured, B quoted by others, D derived from A,
    # P of a close relative, M remembered or guessed. An entry without source and trust has these.
    board: \(Self.scalar(name))
    title: \(Self.quoted(title + " on a board of my own"))
    sources:
      SVD: {title: \(Self.quoted("description of " + title)), where: \(Self.quoted(path))}
      HAND: {title: "put in by hand", where: "no document yet"}
    source: SVD
    trust: B

    chip:
      name: \(Self.scalar(device.name.lowercased()))
      title: \(Self.quoted([device.vendor, title].compactMap { $0 }.joined(separator: " ")))
      # Names for findings, for --hold, and the rules of registers without a model.
      registers: \(Self.quoted(path))

    """
  }

  // MARK: Core

  private static let cores: [String: (name: String, hasDSP: Bool)] = [
    "CM0": ("cortex-m0", false), "CM0+": ("cortex-m0+", false),
    "CM0PLUS": ("cortex-m0+", false), "CM1": ("cortex-m0", false),
    "CM3": ("cortex-m3", false), "CM4": ("cortex-m4", true), "CM7": ("cortex-m7", true),
    "CM23": ("cortex-m0+", false), "CM33": ("cortex-m33", true),
  ]
  /// Cores that no timing model is for, by what stands for them.
  private static let substitutes: Set<String> = ["CM1", "CM23"]

  private var core: String {
    let given = device.core?.name.uppercased()
    let known = given.flatMap { Self.cores[$0] }
    let model = known ?? ("cortex-m33", true)
    var text = "  core:\n"
    if given == nil {
      text += "    # The description names no core.\n"
    } else if known == nil || Self.substitutes.contains(given ?? "") {
      text += "    # No timing model is for \(Self.comment(given ?? "")): its nearest relative.\n"
    }
    let isKnown = known != nil && !Self.substitutes.contains(given ?? "")
    let highest = interruptNames.map(\.number).max() ?? 0
    let count = max(device.core?.interruptCount ?? 0, highest + 1, 1)
    let isSmall = model.name.hasPrefix("cortex-m0")
    text += """
          name: \(model.name)
          fpu: \(device.core?.hasFPU ?? false)
          dsp: \(model.hasDSP)
          mpu: \(device.core?.hasMPU ?? false)
          # HAND: many chips with an M3 or M4 have the aliases at 0x22000000 and 0x42000000.
          bit-band: false
          priority-bits: \(min(max(device.core?.priorityBits ?? (isSmall ? 2 : 3), 2), 8))
          interrupts: \(min(count, 480))

      """
    return text + (isKnown ? "" : "    source: HAND\n    trust: M\n")
  }

  private var memories: String {
    """
      memories:
        # HAND: descriptions do not tell them. wait-states and caches: see Boards/README.md.
        flash: {kind: flash, base: 0x00000000, size: 256 KiB, source: HAND, trust: M}
        ram: {kind: ram, base: 0x20000000, size: 64 KiB, source: HAND, trust: M}

    """
  }

  // MARK: Peripherals

  private var peripherals: String {
    let source = Provenance(source: Source(key: "SVD", title: "", location: ""), mark: .quoted)
    var summaries: [String: String] = [:]
    for peripheral in device.peripherals where summaries[peripheral.name] == nil {
      summaries[peripheral.name] = peripheral.summary
    }
    var text = """
        # A type makes one work; 'thumbprint boards --types' lists the types.
        peripherals:

      """
    for block in Block.unmodelled(of: device, source) where block.base.value >> 20 != 0xe00 {
      if let summary = summaries[block.name] { text += "    # \(Self.comment(summary))\n" }
      text += "    \(Self.scalar(block.name)): {type: unmodelled, base: \(block.base)"
      if block.first > 0 { text += ", first: \(hexadecimal(block.first))" }
      text += ", size: \(Quantity.text(bytes: UInt64(block.size)))"
      switch block.interrupts.count {
      case 0: break
      case 1: text += ", irq: \(block.interrupts[0])"
      default: text += ", irq: [\(block.interrupts.map(String.init).joined(separator: ", "))]"
      }
      if !block.aliases.isEmpty {
        text += ", also: [\(block.aliases.map(Self.scalar).joined(separator: ", "))]"
      }
      text += "}\n"
    }
    return text
  }

  /// The first name of each line.
  private var interruptNames: [DeviceDescription.Interrupt] {
    var names: [Int: DeviceDescription.Interrupt] = [:]
    for interrupt in device.peripherals.flatMap(\.interrupts) where names[interrupt.number] == nil {
      names[interrupt.number] = interrupt
    }
    return names.values.sorted { $0.number < $1.number }
  }

  private var interrupts: String {
    let lines = interruptNames.map { "    \($0.number): \(Self.scalar($0.name))\n" }
    return lines.isEmpty ? "" : "  interrupts:\n" + lines.joined()
  }

  // MARK: Board

  private var board: String {
    """

    # HAND: the clock out of reset, where the core starts, what a linker script may fill.
    core-clock: {frequency: 16 MHz, source: HAND, trust: M}
    vector-table: {address: 0x00000000, source: HAND, trust: M}
    application:
      flash: {base: 0x00000000, size: 256 KiB}
      ram: {base: 0x20000000, size: 64 KiB}
      source: HAND
      trust: M

    # console: {controller: UART0}
    # buttons: {user: P0.11}
    # sensors:
    #   imu:
    #     part: LSM9DS1
    #     bus: {kind: i2c, controller: TWI0, pins: {sda: P0.14, scl: P0.15}}
    #     addresses: {accelerometer-gyroscope: 0x6B}
    #     channels: [accelerometer, gyroscope]
    # power:
    #   supply: {voltage: 3.0 V}
    #   consumers:
    #     cpu: {scope: soc, states: {run: {current: 4 mA}, sleep: {current: 3 uA}}}

    """
  }

  // MARK: Text

  /// A word as it is, else in quotes.
  private static func scalar(_ text: String) -> String {
    let isWord =
      text.utf8.first.map { (0x41...0x5a).contains($0 & 0xdf) } == true
      && text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5a).contains($0 & 0xdf) || $0 == 0x5f || $0 == 0x2d
      }
    let isPlain = !["y", "n", "yes", "no", "on", "off", "true", "false", "null"]
      .contains(text.lowercased())
    return isWord && isPlain ? text : quoted(text)
  }

  private static func quoted(_ text: String) -> String {
    "\"" + printable(text).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }

  private static func comment(_ text: String) -> String {
    let words = printable(text).split(separator: " ")
    var line = ""
    for word in words where line.count + word.count < 80 {
      line += line.isEmpty ? "\(word)" : " \(word)"
    }
    return line
  }

  private static func printable(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.prefix(200).map { $0.value < 0x20 || $0.value == 0x7f ? " " : $0 }))
  }
}
