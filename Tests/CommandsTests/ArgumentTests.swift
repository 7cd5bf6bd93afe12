import Testing
import Verdicts

@testable import Commands

@Suite struct ArgumentTests {
  private static let name = Key.required("NAME", "a name")
  private static let other = Key.positional("OTHER", "another")
  private static let flag = Key.flag("--flag", "a flag")
  private static let option = Key.option("--option", "VALUE", "an option")
  private static let list = Key.list("--list", "VALUE", "a list")
  private static let keys: [any ArgumentKey] = [name, other, flag, option, list]

  /// Numbers that look random and are the same in every run.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
  }

  @Test(arguments: 0..<200)
  func `values come back in any order and either spelling`(seed: Int) throws {
    var random = Generator(state: UInt64(seed))
    let values = ["a", "-", "-x=1", "x=y", "--", "é ö", "'"]
    let items = (0..<Int.random(in: 0...4, using: &random)).map { _ in
      values.filter { $0 != "--" }.randomElement(using: &random) ?? ""
    }
    let value = values.filter { $0 != "--" }.randomElement(using: &random) ?? ""
    let hasFlag = Bool.random(using: &random)
    var parts: [[String]] = [["--option=\(value)"]]
    if Bool.random(using: &random) { parts[0] = ["--option", value] }
    if hasFlag { parts.append(["--flag"]) }
    parts.append(["name"])
    parts.shuffle(using: &random)
    // Elements of a list keep their order, so they stay together.
    let words = (parts + items.map { ["--list", $0] }).flatMap { $0 }
    let arguments = try Arguments(words, keys: Self.keys)
    #expect(try arguments[Self.name] == "name")
    #expect(try arguments[Self.other] == nil)
    #expect(try arguments[Self.flag] == hasFlag)
    #expect(try arguments[Self.option] == value)
    #expect(try arguments[Self.list] == items)
  }

  @Test(arguments: 0..<200)
  func `no words crash it, and what it refuses is wrong usage`(seed: Int) {
    var random = Generator(state: UInt64(seed) &+ 1_000)
    let pieces = ["--flag", "--option", "--list", "=", "--", "-", "", "--flag=", "x", "--optoin"]
    let words = (0..<Int.random(in: 0...8, using: &random)).map { _ in
      (pieces.randomElement(using: &random) ?? "")
        + (Bool.random(using: &random) ? "" : pieces.randomElement(using: &random) ?? "")
    }
    do {
      let arguments = try Arguments(words, keys: Self.keys)
      #expect(words.contains(try arguments[Self.name]))
    } catch {
      #expect(error.status == .usage)
    }
  }

  @Test func `after two dashes nothing is an option`() throws {
    let arguments = try Arguments(["--", "--flag", "--"], keys: Self.keys)
    #expect(try arguments[Self.name] == "--flag")
    #expect(try arguments[Self.other] == "--")
    #expect(try !arguments[Self.flag])
  }

  @Test(arguments: [
    (["n", "--optoin", "1"], "did you mean '--option'?"), (["n", "m", "o"], "unexpected"),
    (["n", "--option"], "--option VALUE"), (["n", "--option="], "--option VALUE"),
    (["n", "--flag", "--flag"], "twice"), (["n", "--option=1", "--option", "2"], "twice"),
    ([], "NAME"),
  ])
  func `what is wrong is named`(words: [String], part: String) {
    let error = #expect(throws: CommandFailure.self) { try Arguments(words, keys: Self.keys) }
    #expect(error?.message.contains(part) == true)
    #expect(error?.status == .usage)
  }

  @Test(arguments: ["", "a", "ab", "bc", "abc", "abcd", "c"])
  func `a part of a text is found`(part: String) {
    #expect("abc".holds(part) == (part.isEmpty || ["a", "ab", "bc", "abc", "c"].contains(part)))
  }
}
