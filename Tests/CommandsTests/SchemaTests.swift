import Documents
import Foundation
import Testing

/// Decimal fractions as they are written.
private typealias Exact = Foundation.Decimal

/// The schemas that ship with the tool say what it writes and what it reads.
@Suite(.enabled(if: BuiltTool.path != nil, BuiltTool.missing))
struct SchemaTests {
  private static let root = BuiltTool.root

  private func schema(_ name: String) throws -> SchemaValidator {
    let printed = try BuiltTool.run(["schema", name], in: Self.root)
    #expect(printed.status == 0)
    let file = Self.root.appendingPathComponent("Boards/Schemas/\(name).schema.json")
    #expect(Data(printed.output.utf8) == (try Data(contentsOf: file)))
    return try SchemaValidator(Data(printed.output.utf8))
  }

  /// Runs of every kind of ending.
  static let runs: [BadInput] =
    [
      BadInputRows.crashes, BadInputRows.unjudged, BadInputRows.demonstration,
    ].flatMap(\.self).filter(\.reports)

  private func result(_ row: BadInput) throws -> Data {
    let scratch = try Scratch()
    try row.lay(in: scratch)
    let run = try BuiltTool.run(
      row.arguments + ["--format", "json", "--quiet"], in: scratch.folder, limit: 120)
    #expect(run.status == row.status)
    return Data(run.output.utf8)
  }

  @Test(arguments: runs)
  func everyResultIsAsItsSchemaSays(_ row: BadInput) throws {
    let data = try result(row)
    let problems = try schema("result").problems(JSONSerialization.jsonObject(with: data))
    #expect(problems.isEmpty, "\(problems.prefix(5))")
    try expectSums(data)
  }

  @Test(
    .enabled(if: EnginesTests.hasCompiler, "needs arm-none-eabi-gcc"),
    arguments: EnginesTests.cases)
  func partsSumExactlyToTheirTotals(_ test: EnginesTests.Case) throws {
    let run = try BuiltTool.run(
      try test.words + ["--format", "json", "--quiet"], in: Self.root, limit: 180)
    let data = Data(run.output.utf8)
    let problems = try schema("result").problems(JSONSerialization.jsonObject(with: data))
    #expect(problems.isEmpty, "\(problems.prefix(5))")
    try expectSums(data)
  }

  /// The part of a result that adds up; decimals are read exactly.
  private struct Sums: Decodable {
    struct Cycles: Decodable {
      let total: UInt64
      let active: UInt64
      let sleep: UInt64
    }
    struct Row: Decodable {
      let name: String
      let cyclesSelf: UInt64
      let joulesSelf: Exact?
    }
    struct Energy: Decodable {
      struct Part: Decodable {
        let name: String
        let scope: String
        let joules: Exact
      }
      let joules: Exact
      let parts: [Part]
    }
    struct Worst: Decodable {
      struct Part: Decodable {
        let cycles: UInt64
        let seconds: Exact
      }
      let cycles: UInt64
      let seconds: Exact
      let parts: [Part]
    }
    struct Measure: Decodable {
      let max: Exact?
      let worst: Worst?
    }
    struct Sample: Decodable {
      let produced: UInt64
      let read: UInt64
      let lost: UInt64
    }
    let cycles: Cycles
    let functions: [Row]
    let remainders: [Row]
    let energy: Energy?
    let measures: [Measure]
    let samples: [Sample]
  }

  private func expectSums(_ data: Data) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let result = try decoder.decode(Sums.self, from: data)
    let rows = result.functions + result.remainders
    #expect(result.cycles.total == result.cycles.active + result.cycles.sleep)
    #expect(result.cycles.total == rows.reduce(0) { $0 + $1.cyclesSelf })
    if let energy = result.energy {
      #expect(energy.joules == energy.parts.reduce(Exact(0)) { $0 + $1.joules })
      let chip = energy.parts.filter { $0.scope == "soc" }.reduce(Exact(0)) { $0 + $1.joules }
      let attributed = rows.compactMap(\.joulesSelf).reduce(Exact(0), +)
      #expect(attributed > 0 && attributed <= chip)
    }
    for measure in result.measures {
      guard let worst = measure.worst else { continue }
      #expect(worst.seconds == measure.max)
      #expect(worst.seconds == worst.parts.reduce(Exact(0)) { $0 + $1.seconds })
      #expect(worst.cycles == worst.parts.reduce(0) { $0 + $1.cycles })
    }
    for sample in result.samples { #expect(sample.lost <= sample.produced) }
  }

  @Test(arguments: ["demo", "dataready"])
  func theRepositorysDeploymentsAreAsTheirSchemaSays(_ name: String) throws {
    let path = Self.root.appendingPathComponent("Firmware/\(name)/deployment.yaml").path
    let problems = try schema("deployment").problems(json(Node.load(path: path)))
    #expect(problems.isEmpty, "\(problems)")
  }

  /// A key of the schema that the tool does not know would be an error here, and the other way round.
  @Test func theSchemaNamesTheKeysThatTheToolReads() throws {
    let schema = try schema("deployment")
    let scratch = try Scratch()
    let nothing = schema.properties.map { "\($0): ~\n" }.joined()
    try scratch.write(Data(nothing.utf8), to: "d.yaml")
    let run = try BuiltTool.run(["run", "d.yaml"], in: scratch.folder)
    #expect(run.error.contains("missing key 'board'"), "\(run.error)")
    try scratch.write(Data("zzzzzzzz: 1\n".utf8), to: "d.yaml")
    let listed = try BuiltTool.run(["run", "d.yaml"], in: scratch.folder)
    let names = listed.error.split(separator: "expected one of ").last ?? ""
    let read = names.split { $0 == "," || $0 == " " || $0 == "\n" }.map(String.init).sorted()
    #expect(read == schema.properties, "\(listed.error)")
  }

  @Test func budgetsRelativeToABaselineAreAsTheSchemaSays() throws {
    let schema = try schema("deployment")
    let budgets =
      "{flash: [256 KiB, +2 %], ram: +1 %, m: {max: [1 ms, +2 %]}, label-accuracy: -1 %}"
    let text = "board: mps2-an386\nfirmware: a.elf\nbudgets: \(budgets)\n"
    let problems = schema.problems(json(try Node.parse(text, file: "d.yaml")))
    #expect(problems.isEmpty, "\(problems)")
    let wrong = "board: a\nbudgets: {flash: -2 %}\n"
    #expect(!schema.problems(json(try Node.parse(wrong, file: "d.yaml"))).isEmpty)
  }

  @Test func whatIsWrongIsFoundByTheSchema() throws {
    let schema = try schema("deployment")
    for text in [
      "board: a\nfor: 10\n", "board: a\nfoo: 1\n", "firmware: a\n", "board: a\njudge: maybe\n",
      "board: a\nbudgets: {flash: 1 s}\n", "board: a\nstreams: {imu: {rate: 1 Hz}}\n",
      "board: a\nmeasure: {m: {from: nowhere, to: return a}}\n",
    ] {
      #expect(!schema.problems(json(try Node.parse(text, file: "d.yaml"))).isEmpty, "\(text)")
    }
  }

  @Test func anUnknownSchemaIsWrongUsage() throws {
    let run = try BuiltTool.run(["schema", "reslt"], in: Self.root)
    #expect(run.status == 64)
    #expect(run.error.contains("unknown schema 'reslt'; did you mean 'result'?"))
  }

  /// YAML's values as JSON has them.
  private func json(_ node: Node) -> Any {
    switch node.content {
    case .scalar(let text, let quoted):
      if node.isNull { return NSNull() }
      if !quoted, let number = Int(text) { return NSNumber(value: number) }
      if !quoted, text == "true" || text == "false" { return NSNumber(value: text == "true") }
      return text
    case .sequence(let list): return list.map(json)
    case .mapping(let entries):
      return Dictionary(uniqueKeysWithValues: entries.map { ($0.key, json($0.value)) })
    }
  }
}
