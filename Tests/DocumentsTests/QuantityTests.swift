import Documents
import Testing
import Units

@Suite struct QuantityTests {
  @Test(arguments: [
    ("12 ms", 12_000_000_000), ("1us", 1_000_000), ("10 s", 10_000_000_000_000),
    ("1.5 \u{B5}s", 1_500_000), ("2 min", 120_000_000_000_000), ("1 h", 3_600_000_000_000_000),
    ("-20 ms", -20_000_000_000), ("0.001 ns", 1), ("0 s", 0),
  ]) func `durations are exact picoseconds`(text: String, picoseconds: Int64) throws {
    #expect(try Quantity.interval(text) == Interval(picoseconds: picoseconds))
  }

  @Test(arguments: [
    ("119 Hz", Hertz(119)), ("14.9 Hz", Hertz(149, per: 10)), ("16 kHz", Hertz(16_000)),
    ("64 MHz", Hertz(64_000_000)), ("0.625 Hz", Hertz(5, per: 8)),
  ]) func `frequencies are exact fractions`(text: String, frequency: Hertz) throws {
    #expect(try Quantity.hertz(text) == frequency)
  }

  @Test func `the other quantities are exact whole numbers`() throws {
    #expect(try Quantity.bytes("256 KiB") == 262_144)
    #expect(try Quantity.bytes("1 kB") == 1_000)
    #expect(try Quantity.amperes("8 mA") == Amperes(nanoamperes: 8_000_000))
    #expect(try Quantity.amperes("418 uA") == Amperes(nanoamperes: 418_000))
    #expect(try Quantity.amperes("2.35 \u{3BC}A") == Amperes(nanoamperes: 2_350))
    #expect(try Quantity.volts("3.0 V") == Volts(millivolts: 3_000))
    #expect(try Quantity.joules("6 mJ") == Joules(femtojoules: 6_000_000_000_000))
    #expect(try Quantity.charge("220 mAh") == Charge(nanoampereHours: 220_000_000))
    #expect(try Quantity.ratio("15 ppm") == Ratio(partsPerBillion: 15_000))
    #expect(try Quantity.ratio("90 %") == Ratio(partsPerBillion: 900_000_000))
    #expect(try Quantity.integer("0x20000400") == 0x2000_0400)
    #expect(try Quantity.integer("-3") == -3)
  }

  @Test(arguments: [
    ("12", "'12' has no unit; a duration is in ps, ns, us, ms, s, min, h"),
    ("12 msec", "unknown unit 'msec'; a duration is in ps, ns, us, ms, s, min, h"),
    ("soon", "expected a duration such as '12 ms', found 'soon'"),
    ("", "expected a duration such as '12 ms', found ''"),
    ("-", "expected a duration such as '12 ms', found '-'"),
    (".", "expected a duration such as '12 ms', found '.'"),
    ("0.5 ps", "'0.5 ps' is finer than 1 ps, the smallest kept"),
    ("999999999 h", "'999999999 h' is out of range for a duration"),
    ("1e3 s", "unknown unit 'e3 s'; a duration is in ps, ns, us, ms, s, min, h"),
    ("1 2 s", "unknown unit '2 s'; a duration is in ps, ns, us, ms, s, min, h"),
  ]) func `a wrong duration says what was expected`(text: String, message: String) {
    #expect(error { () throws(QuantityError) in _ = try Quantity.interval(text) } == message)
  }

  @Test func `wrong quantities of other kinds say what was expected`() {
    #expect(
      error { () throws(QuantityError) in _ = try Quantity.hertz("0 Hz") }
        == "expected a frequency above zero, found '0 Hz'")
    #expect(
      error { () throws(QuantityError) in _ = try Quantity.bytes("64 KB") }
        == "unknown unit 'KB'; a size is in B, kB, KiB, MB, MiB, GB, GiB")
    #expect(
      error { () throws(QuantityError) in _ = try Quantity.bytes("-1 B") }
        == "expected a size, found '-1 B'")
    for text in ["", "0x", "+-3", "--3", "0x-3", "12a", "0x1FFFFFFFFFFFFFFFF"] {
      #expect(
        error { () throws(QuantityError) in _ = try Quantity.integer(text) }
          == "expected a whole number, found '\(text)'")
    }
  }

  @Test(arguments: 0..<200) func `a printed quantity reads back the same`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    // Over the whole range of magnitudes.
    let value = Int64(bitPattern: random.next()) >> Int64(random.next() % 63)
    #expect(
      try Quantity.interval(Quantity.text(Interval(picoseconds: value / 10)))
        == Interval(picoseconds: value / 10))
    #expect(
      try Quantity.amperes(Quantity.text(Amperes(nanoamperes: value / 10)))
        == Amperes(nanoamperes: value / 10))
    #expect(
      try Quantity.joules(Quantity.text(Joules(femtojoules: value / 10)))
        == Joules(femtojoules: value / 10))
    #expect(
      try Quantity.ratio(Quantity.text(Ratio(partsPerBillion: value / 10)))
        == Ratio(partsPerBillion: value / 10))
    let size = value.magnitude / 16
    #expect(try Quantity.bytes(Quantity.text(bytes: size)) == size)
    let frequency = Hertz(UInt64(value.magnitude % 1_000_000_000 + 1), per: 1000)
    #expect(try Quantity.hertz(Quantity.text(frequency)) == frequency)
  }
}

/// The message of what `body` throws, or an empty one.
func error<Failure: Error>(_ body: () throws(Failure) -> Void) -> String {
  do {
    try body()
    return ""
  } catch {
    return String(describing: error)
  }
}

/// Seeded random numbers: the same on every machine.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
