import Streams
import Testing
import Units

/// An acquisition of two samples; the signature is of `python3 -c "hmac.new(b'fed53116', ...)"`.
private let signed =
  "{\"protected\":{\"ver\":\"v1\",\"alg\":\"HS256\",\"iat\":5},\"signature\":\"SIGNATURE\","
  + "\"payload\":{\"device_type\":\"a\",\"interval_ms\":16,\"sensors\":[{\"name\":\"accX\","
  + "\"units\":\"m/s2\"}],\"values\":[[1.5],[-2]]}}"

private func read(_ text: String, key: String? = nil) throws -> Recording {
  var options = ReadingOptions()
  options.key = key
  return try Recording(bytes: Array(text.utf8), path: "a.json", options: options)
}

private func payload(_ fields: String) -> String { "{\"payload\": {\(fields)}}" }

@Suite struct EdgeImpulseTests {
  private let signature = "ffbaffc3e0804013995e0bdc5195878e44382ca13aa462069e4ee80b922454a9"

  @Test func `a signature is checked with the key`() throws {
    let file = signed.replacing("SIGNATURE", with: signature)
    #expect(try read(file, key: "fed53116").samples == [[1.5, -2]])
    for (text, key) in [
      (file, "fed53117"), (file.replacing("1.5", with: "1.6"), "fed53116"),
      (file.replacing("HS256", with: "none"), "fed53116"),
      (file.replacing("\"signature\":\"\(signature)\",", with: ""), "fed53116"),
    ] {
      #expect(throws: StreamError.self) { try read(text, key: key) }
    }
    #expect(try read(file.replacing("1.5", with: "1.6")).samples == [[1.6, -2]])
  }

  @Test(arguments: ["a.json", "a.cbor"])
  func `what is signed can be checked`(path: String) throws {
    let recording = try read(signed)
    let written = try recording.written(to: path, options: WritingOptions(key: "secret"))
    var options = ReadingOptions()
    options.key = "secret"
    let again = try Recording(bytes: written.bytes, path: path, options: options)
    #expect(again.samples == recording.samples)
    #expect(again.attributes == recording.attributes)
    #expect(again.rate == Hertz(125, per: 2))
    options.key = "other"
    #expect(throws: StreamError.self) {
      try Recording(bytes: written.bytes, path: path, options: options)
    }
  }

  @Test func `one sensor needs no lists and sound is int16`() throws {
    let sound = try read(
      payload(
        "\"interval_ms\": 0.0625, \"sensors\": [{\"name\": \"audio\", \"units\": \"wav\"}],"
          + " \"values\": [-1, 32767]"))
    #expect(sound.channels == [Channel(name: "audio", unit: "int16")])
    #expect(sound.samples == [[-1, 32_767]])
    #expect(sound.rate == Hertz(16_000))
    // The period of 119 Hz in binary64 is 119 Hz again; any other is what its digits say.
    for (interval, rate) in [
      ("8.403361344537815", Hertz(119)), ("8.4", Hertz(10_000, per: 84)), ("1e1", Hertz(100)),
    ] {
      let text = payload(
        "\"interval_ms\": \(interval), \"sensors\": [{\"name\": \"a\"}], \"values\": [1, 2]")
      #expect(try read(text).rate == rate)
    }
  }

  @Test(arguments: [
    ("{\"protected\": 1}", "no payload; expected protected, signature and payload"),
    (payload(""), "no payload.sensors; expected a list of names and units"),
    (
      payload("\"sensors\": [{\"units\": \"g\"}]"),
      "payload.sensors[0] has no name; expected {\"name\", \"units\"}"
    ),
    (
      payload("\"sensors\": [{\"name\": \"a\"}], \"values\": [1, [2, 3]]"),
      "payload.values[1] is a list of 2; expected 1 numbers, one for each sensor"
    ),
    (
      payload("\"sensors\": [{\"name\": \"a\"}], \"values\": [1, null]"),
      "payload.values[1][0] is null; expected a finite number"
    ),
    (
      payload("\"sensors\": [{\"name\": \"a\"}], \"values\": [1], \"interval_ms\": 0"),
      "payload.interval_ms is 0; expected milliseconds between samples, above zero"
    ),
  ])
  func `what is missing in the tree is named`(text: String, message: String) {
    #expect(failure(Array(text.utf8), "a.json") == "a.json: error: " + message)
  }

  @Test(arguments: [
    ("{\"payload\": }", "a.json:1:13: error: unexpected '}'; expected a value"),
    ("{\"payload\": 1,\n 2}", "a.json:2:2: error: unexpected '2'; expected a key in quotes"),
    ("{\"payload\" 1}", "a.json:1:12: error: unexpected '1'; expected ':'"),
    ("{\"payload\": [1", "a.json:1:15: error: cut off; expected ',' or ']'"),
    ("{\"payload\": \"a", "a.json:1:13: error: a string that does not close; expected '\"'"),
    (
      "{\"payload\": \"\\x\"}", "a.json:1:15: error: unexpected 'x'; expected an escape such as \\n"
    ),
    ("{\"payload\": +1}", "a.json:1:13: error: unexpected '+'; expected a value"),
    ("{\"payload\": 1} 2", "a.json:1:16: error: unexpected '2'; expected the end of the file"),
    ("{\"payload\": nul}", "a.json:1:13: error: unexpected 'n'; expected a value"),
    (
      "{\"payload\": " + String(repeating: "[", count: 80),
      "a.json:1:77: error: unexpected '['; expected at most 64 levels"
    ),
  ])
  func `JSON that is none is refused with its place`(text: String, message: String) {
    #expect(failure(Array(text.utf8), "a.json") == message)
  }

  @Test(
    arguments: [
      [0xa1, 0x67], [0xa1, 0x67] + Array("payload".utf8),
      [0xa1, 0x67] + Array("payload".utf8) + [
        0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
      ],
      [0xa1, 0x67] + Array("payload".utf8) + [UInt8](repeating: 0x81, count: 100_000),
      [0xa1, 0x67] + Array("payload".utf8) + [UInt8](repeating: 0x9f, count: 100_000),
      [0xa1, 0x67] + Array("payload".utf8) + [0xff],
      [0xa1, 0x67] + Array("payload".utf8) + [1, 2],
      [0xbf, 0x67] + Array("payload".utf8) + [0xa1, 0x01, 0x02, 0xff],
      [0xa1, 0x67] + Array("payload".utf8) + [0x7f, 0x61, 0x61],
    ] as [[UInt8]])
  func `CBOR that is none is refused`(bytes: [UInt8]) {
    #expect(throws: StreamError.self) { try Recording(bytes: bytes, path: "a.cbor") }
  }

  @Test(arguments: 0..<300)
  func `changed bytes never crash`(seed: Int) throws {
    var generator = Generator(seed: seed)
    let recording = try read(signed)
    for path in ["a.json", "a.cbor"] {
      var bytes = try recording.written(to: path).bytes
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(
          in: .min ... .max, using: &generator)
      }
      _ = try? Recording(bytes: bytes, path: path)
    }
  }

  @Test func `info labels name stretches of samples`() throws {
    let recording = Recording(
      path: "folder/a.json", channels: [Channel(name: "x")],
      samples: [[Double](repeating: 0, count: 10)], timing: .rate(Hertz(10)))
    let labels = [
      Label(start: .zero, length: .milliseconds(300), text: "idle"),
      Label(start: .milliseconds(300), length: .milliseconds(700), text: "go \"fast\""),
    ]
    let file = try Labels.edgeImpulse(labels, of: recording)
    #expect(
      String(decoding: file, as: UTF8.self).contains(
        "{\"label\":\"idle\",\"endIndex\":2,\"startIndex\":0}"))
    #expect(try Labels(bytes: file, path: "info.labels", of: recording).labels == labels)
    #expect(throws: StreamError.self) { try Labels(bytes: file, path: "info.labels") }
    let track = Labels.deepCraft(labels)
    #expect(try Labels(bytes: track, path: "a.label").labels == labels)
    #expect(
      String(decoding: track, as: UTF8.self).contains("\n0.3,0.7,\"go \"\"fast\"\"\",1,\n"))
  }
}

@Suite(.enabled(if: Shared.root != nil, Comment(rawValue: Shared.missing)))
struct RealEdgeImpulseTests {
  @Test func `the pair in JSON and CBOR is one recording, and its CBOR is written byte for byte`()
    throws
  {
    let json = try Recording(file: Shared.recording("edge_impulse/wave.01.json"))
    let file = try Recording.bytes(Shared.recording("edge_impulse/wave.01.cbor"))
    let cbor = try Recording(bytes: file, path: "wave.01.cbor")
    #expect(json.samples == cbor.samples)
    #expect(json.channels == cbor.channels)
    #expect(json.attributes == cbor.attributes)
    #expect(json.rate == Hertz(100))
    // All but the signature, whose key is not known.
    var written = try json.written(to: "a.cbor", options: WritingOptions(key: "key")).bytes
    let place = 50..<114
    written.replaceSubrange(place, with: file[place])
    #expect(written == file)
  }

  @Test func `gestures and their other number formats are read`() throws {
    for index in 0...10 {
      let idle = try Recording(file: Shared.recording("edge_impulse/gestures/idle.\(index).cbor"))
      #expect(idle.rate == Hertz(125, per: 2))
      #expect(idle.channels.map(\.name) == ["accX", "accY", "accZ"])
      let height = idle.samples.map { $0.reduce(0, +) / Double(idle.count) }
      #expect(9...11 ~= height.map { $0 * $0 }.reduce(0, +).squareRoot())
    }
  }

  @Test func `the coffee machine's labels follow its samples`() throws {
    let name = "coffeemachine_multilabel_11.json.4gfhs9ch.ingestion-bbc48f79c-8s5dg.json"
    let coffee = try Recording(file: Shared.recording("edge_impulse/coffee/" + name))
    #expect(coffee.count == 11_031)
    let labels = try Labels(
      file: Shared.recording("edge_impulse/coffee/info.labels"), of: coffee
    ).labels
    #expect(Set(labels.map(\.text)) == ["idle", "grind", "extract", "pump"])
    #expect(zip(labels, labels.dropFirst()).allSatisfy { $0.end == $1.start })
    #expect(labels.last?.end == coffee.duration)
    let file = try Labels.edgeImpulse(labels, of: coffee)
    #expect(try Labels(bytes: file, path: "info.labels", of: coffee).labels == labels)
  }
}
