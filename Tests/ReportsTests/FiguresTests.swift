import Boards
import Deployments
import RunRecord
import Testing
import Trust
import Units
import Verdicts

@testable import Reports

@Suite struct PrintedFigures {
  @Test func `numbers are printed as people read them`() {
    #expect(Figures.grouped(640_000_000) == "640,000,000")
    #expect(Figures.grouped(-1_234) == "-1,234")
    #expect(Figures.grouped(12) == "12")
    #expect(Figures.fixed(-25, 10, decimals: 0) == "-3")
    #expect(Figures.fixed(24, 10, decimals: 0) == "2")
    #expect(Figures.fixed(5, 1_000, decimals: 2) == "0.01")
    #expect(Figures.percent(213, of: 10_000, decimals: 2) == "2.13 %")
    #expect(Figures.percent(1, of: 1_000_000, decimals: 2) == "<0.01 %")
    #expect(Figures.percent(1, of: 1_000) == "<1 %")
    #expect(Figures.percent(0, of: 1_000) == "0 %")
    #expect(Figures.short(10_000_000_000_000, Figures.time) == "10 s")
    #expect(Figures.size(72_704) == "71 KiB")
    #expect(Figures.size(800) == "800 B")
    #expect(Figures.lifetime(375_000) == "4.3 days")
    #expect(Figures.frequency(Hertz(64_000_000)) == "64 MHz")
    #expect(Figures.frequency(Hertz(32_768)) == "32.768 kHz")
  }

  @Test func `a band is never printed too small`() {
    func text(_ partsPerMillion: Int64) -> String {
      Figures.bandSize(Band(partsPerMillion: partsPerMillion))
    }
    #expect(text(0) == "0 %")
    #expect(text(1) == "0.1 %")
    #expect(text(9_000) == "0.9 %")
    #expect(text(9_001) == "1 %")
    #expect(text(70_000) == "7 %")
    #expect(text(70_001) == "8 %")
    #expect(text(.max) == "1000 % or more")
  }

  @Test(arguments: 0..<300)
  func `three significant digits are within half a unit of the last`(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let limit = Int64(1) << Int64.random(in: 1...61, using: &random)
    let value = Int64.random(in: 1...limit, using: &random)
    let scale = Figures.Scale(Int128(value), Figures.time)
    let text = scale.number(Int128(value))
    let printed = Double(text) ?? -1
    let exact = Double(value) / Double(scale.unit.scale)
    let step = [1, 0.1, 0.01][scale.decimals]
    #expect(abs(printed - exact) <= step * 0.5 + exact * 1e-12, "\(value): \(text)")
    #expect(printed < 1_000 || scale.unit.symbol == "s", "\(value): \(text)")
    let digits = text.filter(\.isNumber).drop { $0 == "0" }
    #expect(digits.count >= 3 || scale.unit.symbol == "ps", "\(value): \(text)")
  }

  @Test func `exact decimals keep every digit and no zeros at their end`() {
    #expect(exactDecimal(123_000, 6) == "0.123")
    #expect(exactDecimal(-1, 15) == "-0.000000000000001")
    #expect(exactDecimal(5_000_000, 6) == "5")
    #expect(exactDecimal(0, 9) == "0")
    #expect(exactDecimal(1_200, 0) == "1200")
  }

  @Test func `strings are escaped`() {
    let value = JSONValue.object([("a\"\\", .string("\u{1}\n\té"))])
    #expect(value.description == "{\n  \"a\\\"\\\\\": \"\\u0001\\n\\té\"\n}")
    #expect(JSONValue.real(.infinity).description == "null")
  }

  @Test func `names lose their middle, not their ends`() {
    #expect(TextLayout.shortened("deepcraft_layer_00_conv_2d", to: 12) == "deepc..nv_2d")
    #expect(TextLayout.shortened("short", to: 12) == "short")
    #expect(TextLayout.shortened("a\u{1b}[31m", to: 12) == "a?[31m")
  }

  @Test(arguments: 0..<100)
  func `the printed parts of the worst occurrence sum to its printed length`(seed: Int) throws {
    var random = SeededGenerator(seed: seed)
    var record = demonstration()
    let kinds: [MeasureRecord.Part.Kind] = [.function, .exception, .bus, .sleep]
    let parts = (0..<Int.random(in: 1...30, using: &random)).map { index in
      MeasureRecord.Part(
        kind: kinds.randomElement(using: &random) ?? .bus, what: "part_\(index)",
        time: Interval(picoseconds: Int64.random(in: 0...900_000_000, using: &random)))
    }
    record.measures[1].worst = .init(index: 0, parts: parts)
    record.measures.remove(at: 0)
    var (deployment, board) = try bench()
    deployment.measures.removeFirst()
    deployment.budgets = []
    let text = TextReport(Judgement(evidence(record, (deployment, board))), ReportOptions()).text
    let lines = text.split(separator: "\n").map(String.init)
    let first = try #require(lines.firstIndex { $0.hasPrefix("worst") })
    let end = try #require(lines.firstIndex { $0.hasPrefix("cycles") })
    let code = lines[first..<end].filter { $0.hasPrefix("          code ") }
    let all = lines[first..<end].filter { !code.contains($0) }.joined(separator: " ")
    for equation in code + [String(all.split(separator: ":")[1])] {
      let sides = equation.split(separator: "=")
      let total = sides[0].split(separator: " ").compactMap { Double($0) }.first
      let sum = (sides.count > 1 ? sides[1] : "").split(separator: "+").reduce(0.0) {
        $0 + (Double($1.split(separator: " ").first ?? "") ?? .nan)
      }
      #expect(abs(sum - (total ?? .nan)) < 0.001, "\(equation)")
    }
  }

  @Test func `the largest numbers do not overflow`() throws {
    var record = demonstration()
    for index in record.blocks.indices {
      record.blocks[index].baseCycles = .max
      record.blocks[index].stallCycles = .max - UInt64(index)
    }
    for index in record.functions.indices {
      record.functions[index].calls = .max
      record.functions[index].inclusiveCycles = .max
    }
    record.activeCycles = .max
    record.sleepCycles = .max
    record.exceptionCycles = .max
    record.cyclesAbove = .max
    record.end = Instant(picoseconds: .max)
    for index in record.power.indices { record.power[index].time = Interval(picoseconds: .max) }
    for index in record.measures.indices {
      record.measures[index].occurrences[0] = .init(
        from: Instant(picoseconds: .min), to: Instant(picoseconds: .max))
      let part = MeasureRecord.Part(
        kind: .function, what: "x", time: Interval(picoseconds: .max))
      record.measures[index].worst = .init(index: 0, parts: [part, part, part])
    }
    record.memory.staticRAM = .max
    record.memory.flash = .max
    record.memory.stackHighWater = .max
    var (deployment, board) = try bench()
    deployment.battery?.capacity = Charge(nanoampereHours: .max)
    deployment.battery?.voltage = Volts(millivolts: .max)
    for index in board.power?.consumers.indices ?? 0..<0 {
      board.power?.consumers[index].states[0].current = Amperes(nanoamperes: .max)
    }
    var options = ReportOptions()
    let judgement = Judgement(evidence(record, (deployment, board)))
    for isFull in [false, true] {
      options.isFull = isFull
      for format in ReportCatalog.formats { #expect(!format.render(judgement, options).isEmpty) }
    }
  }
}
