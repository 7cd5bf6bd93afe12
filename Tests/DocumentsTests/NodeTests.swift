import Documents
import Testing
import Units

private func parse(_ text: String) throws(DocumentError) -> Node {
  try Node.parse(text, file: "a.yaml")
}

@Suite struct NodeTests {
  @Test func `values know their line and column`() throws {
    let root = try parse("# comment\nname: x\nlist:\n  - {a: 1, \u{E4}b: two}\n")
    let entry = try #require(root["list"]?.elements().first)
    #expect(root["name"]?.position == Position(file: "a.yaml", line: 2, column: 7))
    #expect(entry["\u{E4}b"]?.position == Position(file: "a.yaml", line: 4, column: 16))
    #expect(try root.entries().map(\.key) == ["name", "list"])
  }

  @Test func `aliases are expanded`() throws {
    let root = try parse("a: &x {k: 1}\nb: *x\n")
    #expect(try root["b"]?["k"]?.integer() == 1)
  }

  @Test func `an empty document is nothing`() throws {
    #expect(try parse("").isNull)
    #expect(try parse("# only a comment\n").isNull)
    #expect(try parse("~").isNull)
    #expect(try !parse("''").isNull)
  }

  @Test(arguments: [
    ("a: 1\na: 2", "a.yaml:2:1: error: duplicate key 'a', first on line 1"),
    (
      "a: [1, 2",
      "a.yaml:2:1: error: did not find expected ',' or ']' while parsing a flow sequence"
    ),
    ("a: *b", "a.yaml:1:4: error: no anchor 'b' before this alias"),
    ("a: &b [*b]", "a.yaml:1:8: error: no anchor 'b' before this alias"),
    (
      "a: !!int 3",
      "a.yaml:1:4: error: the tag 'tag:yaml.org,2002:int' is not supported; "
        + "write the value alone"
    ),
    ("[a]: 1", "a.yaml:1:1: error: expected a key"),
    ("a: 1\n---\nb: 2\n", "a.yaml:2:1: error: expected one document only"),
    (
      "a:\n\t- 1",
      "a.yaml:2:1: error: found character that cannot start any token while scanning "
        + "for the next token"
    ),
  ]) func `malformed documents are errors with a place`(text: String, message: String) {
    #expect(error { () throws(DocumentError) in _ = try parse(text) } == message)
  }

  @Test func `bad UTF-8 is an error`() {
    let message = error { () throws(DocumentError) in
      _ = try Node.parse([0x61, 0x3A, 0x20, 0xFF, 0xFE], file: "a.yaml")
    }
    #expect(message == "a.yaml:1:1: error: invalid leading UTF-8 octet")
  }

  @Test func `depth, size and alias bombs are refused`() {
    let deep = String(repeating: "[", count: 65) + String(repeating: "]", count: 65)
    #expect(
      error { () throws(DocumentError) in _ = try parse(deep) }
        == "a.yaml:1:65: error: nested more than 64 deep")
    let unclosed = String(repeating: "{a: ", count: 100_000)
    #expect(
      error { () throws(DocumentError) in _ = try parse(unclosed) }
        == "a.yaml:1:257: error: nested more than 64 deep")
    var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...9 {
      let alias = "*a\(level - 1)"
      bomb +=
        "a\(level): &a\(level) [\([String](repeating: alias, count: 10).joined(separator: ", "))]\n"
    }
    #expect(
      error { () throws(DocumentError) in _ = try parse(bomb) }
        == "a.yaml:6:50: error: more than 1048576 values")
    let large = [UInt8](repeating: 0x20, count: (16 << 20) + 1)
    #expect(
      error { () throws(DocumentError) in _ = try Node.parse(large, file: "a.yaml") }
        == "a.yaml: error: the document is larger than 16 MiB")
  }

  @Test func `a file that cannot be read says why`() {
    var caught: DocumentError?
    do { _ = try Node.load(path: "/nowhere/a.yaml") } catch { caught = error }
    #expect(caught?.kind == .cannotOpen)
    #expect(
      caught?.description == "/nowhere/a.yaml: error: cannot open: no such file or directory")
    do { _ = try Node.load(path: "/") } catch { caught = error }
    #expect(caught?.description == "/: error: cannot open: is a directory")
  }
}

@Suite struct FieldsTests {
  @Test(arguments: [
    ("{clok: 1}", "a.yaml:1:2: error: unknown key 'clok'; did you mean 'clock'?"),
    ("{colck: 1}", "a.yaml:1:2: error: unknown key 'colck'; did you mean 'clock'?"),
    ("{frequency: 1}", "a.yaml:1:2: error: unknown key 'frequency'; expected one of clock, size"),
    ("{}", "a.yaml:1:1: error: missing key 'clock' in a chip"),
    ("{clock: }", "a.yaml:1:1: error: missing key 'clock' in a chip"),
    ("[]", "a.yaml:1:1: error: expected the keys of a chip, found a list"),
    ("7", "a.yaml:1:1: error: expected the keys of a chip, found '7'"),
    ("{clock: [1]}", "a.yaml:1:9: error: expected a text, found a list"),
    ("{clock: x}", "a.yaml:1:9: error: expected a whole number, found 'x'"),
    ("{clock: 9}", "a.yaml:1:9: error: expected a number from 0 to 8, found 9"),
    ("{clock: 3, size: maybe}", "a.yaml:1:18: error: expected true or false, found 'maybe'"),
    (
      "{clock: 3, size: \"a\\nb\"}",
      "a.yaml:1:18: error: expected true or false, "
        + "found 'a\u{FFFD}b'"
    ),
  ]) func `wrong keys and values are errors with a place`(text: String, message: String) {
    #expect(
      error { () throws(DocumentError) in
        let fields = try Fields(parse(text), "a chip", keys: ["clock", "size"])
        _ = try fields.required("clock").integer(in: 0...8)
        _ = try fields.optional("size")?.boolean()
      } == message)
  }

  @Test func `a quantity that is wrong names its place`() {
    #expect(
      error { () throws(DocumentError) in _ = try parse("12 msec").interval() }
        == "a.yaml:1:1: error: unknown unit 'msec'; a duration is in ps, ns, us, ms, s, min, h")
    #expect(
      error { () throws(DocumentError) in _ = try parse("2000 h").interval() }
        == "a.yaml:1:1: error: expected a duration of at most 1000 h, found '2000 h'")
    #expect(
      error { () throws(DocumentError) in _ = try parse("11 GHz").hertz() }
        == "a.yaml:1:1: error: expected 0.001 Hz to 10 GHz with at most six decimals, "
        + "found '11 GHz'")
    #expect(
      error { () throws(DocumentError) in _ = try parse("0x100000000").address() }
        == "a.yaml:1:1: error: expected a number from 0 to 4294967295, found 4294967296")
  }

  @Test func `the nearest candidate is the first of the closest`() {
    #expect(nearest(to: "TIMER9", in: ["RTC0", "TIMER0", "TIMER1"]) == "TIMER0")
    #expect(nearest(to: "Flash", in: ["flash"]) == "flash")
    #expect(nearest(to: "entirely-other", in: ["flash", "ram"]) == nil)
    #expect(nearest(to: "", in: ["flash"]) == nil)
    #expect(nearest(to: "x", in: []) == nil)
  }
}

@Suite struct OverrideTests {
  private func set(_ settings: [String], in text: String) throws(DocumentError) -> Node {
    var root = try parse(text)
    for setting in settings { try root.apply(Override(setting)) }
    return root
  }

  @Test func `an override replaces, adds and nests`() throws {
    let root = try set(
      ["a.b=2", "c.d.e=x", "list.1=9", "f={g: [1, 2]}", "h="], in: "a: {b: 1}\nlist: [7, 8]\nh: 1")
    #expect(try root["a"]?["b"]?.integer() == 2)
    #expect(root["a"]?["b"]?.isOverride == true)
    #expect(root["a"]?.isOverride == false)
    #expect(try root["c"]?["d"]?["e"]?.string() == "x")
    #expect(
      try root["list"]?.elements().map { n throws(DocumentError) in try n.integer() } == [7, 9])
    #expect(try root["f"]?["g"]?.elements().count == 2)
    #expect(root["h"]?.isNull == true)
    #expect(root["f"]?["g"]?.position.description == "--set f={g: [1, 2]}")
  }

  @Test(arguments: [
    ("a", "--set a: error: expected KEY=VALUE"),
    ("=1", "--set =1: error: expected a dotted key before '='"),
    ("list.2=1", "--set list.2=1: error: no element '2' in a list of 2"),
    ("list.x=1", "--set list.x=1: error: no element 'x' in a list of 2"),
    ("a.b.c=1", "--set a.b.c=1: error: '1' has no key 'c'"),
    (
      "a=[",
      "--set a=[:2:1: error: did not find expected node content "
        + "while parsing a flow node"
    ),
  ]) func `a wrong override is named as it was typed`(setting: String, message: String) {
    #expect(
      error { () throws(DocumentError) in
        _ = try set([setting], in: "a: {b: 1}\nlist: [7, 8]")
      } == message)
  }
}

@Suite struct RandomDocumentTests {
  private static let alphabet = Array("ab1:-,[]{}&*!|>'\"#%@ \n\t?~.\u{E9}".utf8)

  @Test(arguments: 0..<200) func `random bytes never crash the reader`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let count = Int(random.next() % 400)
    let structured = seed % 2 == 0
    let bytes = (0..<count).map { _ in
      let word = random.next()
      return structured
        ? Self.alphabet[Int(word % UInt64(Self.alphabet.count))] : UInt8(truncatingIfNeeded: word)
    }
    do {
      let node = try Node.parse(bytes, file: "random")
      #expect(node.position.line >= 1)
    } catch {
      #expect(error.description.hasPrefix("random:"))
    }
  }

  @Test(arguments: 0..<200) func `random text never crashes a quantity`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let alphabet = Array("0123456789.+-xe mhskMGHzAJVB%")
    let text = String(
      (0..<Int(random.next() % 30)).map { _ in
        alphabet[Int(random.next() % UInt64(alphabet.count))]
      })
    if let value = try? Quantity.interval(text) {
      #expect((try? Quantity.interval(Quantity.text(value))) == value)
    }
    if let value = try? Quantity.hertz(text) { #expect(value.numerator > 0) }
    if let value = Decimal(text) { #expect(Decimal(value.description) == value) }
    _ = try? Quantity.joules(text)
    _ = try? Quantity.integer(text)
  }
}
