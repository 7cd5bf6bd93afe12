import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Conversations with `Firmware/serial` through `--uart`.
@Suite(
  .enabled(
    if: BuiltTool.path != nil && BuiltTool.has("arm-none-eabi-gcc") && BuiltTool.has("make"),
    "needs the executable, arm-none-eabi-gcc and make"))
struct SerialLineTests {
  static let boards = ["mps2-an386", "microbit"]

  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// The image for a board, built once.
  private static let images: [String: String] = {
    var images: [String: String] = [:]
    guard let folder = try? Scratch() else { return images }
    kept.append(folder)
    for board in boards {
      let output = folder.folder.appendingPathComponent(board)
      let made = try? BuiltTool.run(
        "make",
        [
          "-s", "-C", BuiltTool.root.appendingPathComponent("Firmware/serial").path,
          "BOARD=\(board)", "OUT=\(output.path)",
        ], in: BuiltTool.root)
      if made?.status == 0 { images[board] = output.appendingPathComponent("serial.elf").path }
    }
    return images
  }()
  nonisolated(unsafe) private static var kept: [Scratch] = []

  private func run(
    _ board: String, _ uart: String, _ more: [String] = [], for time: String = "2 s"
  ) throws -> BuiltTool.Finished {
    let image = try #require(Self.images[board])
    return try BuiltTool.run(
      ["run", image, "--board", board, "--for", time, "--uart", uart] + more,
      in: scratch.folder)
  }

  private func converse(
    _ board: String, _ script: String, _ more: [String] = [], for time: String = "2 s"
  ) throws -> BuiltTool.Finished {
    try scratch.write(Data(script.utf8), to: "talk.txt")
    return try run(board, "UART0=script:talk.txt", more, for: time)
  }

  @Test(arguments: boards) func `a script that is answered passes`(_ board: String) throws {
    let run = try converse(
      board,
      """
      # The firmware asks first.
      expect "> " 100 ms
      send "one\\n"
      expect "you said one\\n> "
      wait 5 ms   # nobody says anything
      send "\\x74\\167\\157\\n"
      expect "you said two"
      expect "> "
      send "bye\\n"
      """)
    #expect(run.status == 0, "\(run.text)")
    #expect(run.output.hasPrefix("> you said one\n> you said two\n> \nDONE"))
  }

  @Test(arguments: boards) func `an answer other than expected is status 3`(_ board: String) throws
  {
    let run = try converse(
      board, "expect \"> \"\nsend \"one\\n\"\nexpect \"two\" 300 ms\n", ["--format", "json"])
    #expect(run.status == 3)
    let result = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    let outcome = result?["outcome"] as? [String: Any]
    #expect(outcome?["kind"] as? String == "script-failed")
    #expect(
      outcome?["message"] as? String
        == "talk.txt:3:1: expected \"two\" within 300 ms; seen instead: \"you said one\\n> \"")
    let seconds = try #require(result?["seconds"] as? Double)
    #expect(seconds > 0.3 && seconds < 0.31)
  }

  @Test func `silence is said so`() throws {
    let run = try converse(
      "microbit", "expect \"> \"\nexpect \"more\" 1 ms\n", ["--format", "json"])
    #expect(run.status == 3)
    #expect(run.output.contains(#"talk.txt:2:1: expected \"more\" within 1 ms; nothing was seen"#))
  }

  @Test func `a run that ends before its script is status 3`() throws {
    let early = try converse("microbit", "send \"bye\\n\"\nexpect \"welcome\" 1 s\n")
    #expect(early.status == 3)
    #expect(early.output.contains("talk.txt:2:1: expected \"welcome\""))
    let late = try converse("microbit", "wait 10 s\n", for: "100 ms")
    #expect(late.status == 3)
    #expect(late.output.contains("talk.txt:1:1: more was to come"))
  }

  @Test func `a firmware's own failure goes before its script's`() throws {
    let run = try converse("microbit", "send \"fail\\n\"\nexpect \"welcome\" 1 s\n")
    #expect(run.status == 3)
    #expect(run.output.contains("exited with 7"))
  }

  @Test(
    arguments: [
      ("expect\n", "1:7: error: expected a text in double quotes after 'expect', found the end"),
      ("\n  expekt \"a\"\n", "2:3: error: unknown step 'expekt'; did you mean 'expect'?"),
      ("send \"a\n", "1:6: error: a text without its closing double quote"),
      ("send \"a\\q\"\n", "1:8: error: unknown escape '\\q'; expected one of C's"),
      ("send \"\\777\"\n", "1:7: error: unknown escape '\\777'"),
      ("expect \"\"\n", "1:1: error: expected a text that is not empty"),
      ("expect \"a\" 10\n", "1:12: error: '10' has no unit; a duration is in"),
      ("wait\n", "1:5: error: expected a duration such as 10 ms after 'wait'"),
      ("wait -1 s\n", "1:6: error: expected a duration that is not negative"),
      ("send \"a\" b\n", "1:10: error: expected the end of the line, found 'b'"),
    ])
  func `a bad script says where`(_ script: String, _ message: String) throws {
    let run = try converse("microbit", script)
    #expect(run.status == 65)
    #expect(run.error.hasPrefix("talk.txt:" + message), "\(run.error)")
  }

  @Test func `a script that is not there is status 66`() throws {
    let run = try run("microbit", "UART0=script:absent.txt")
    #expect(run.status == 66)
    #expect(run.error.hasPrefix("absent.txt: error: cannot open"))
  }

  @Test func `what is no serial port is wrong usage`() throws {
    let run = try run("microbit", "TIMER0=out.txt")
    #expect(run.status == 64)
    #expect(
      run.error.contains("'TIMER0' of 'microbit' is no serial port; expected 'UART0'"),
      "\(run.error)")
  }

  @Test func `a file takes what the port says away from the console`() throws {
    let run = try run("microbit", "UART0=out.txt", for: "10 ms")
    #expect(run.status == 0)
    #expect(try scratch.text("out.txt") == "> ")
    #expect(run.output.hasPrefix("DONE"))
  }

  @Test func `channels of Real-Time Transfer are ports, too`() throws {
    let image = try FirmwareBuilds.path("rtt")
    try scratch.write(Data(#"expect "all arrives\n""#.utf8), to: "talk.txt")
    let run = try BuiltTool.run(
      [
        "run", image, "--board", "mps2-an386", "--uart", "RTT1=out.txt", "--uart",
        "RTT0=script:talk.txt",
      ], in: scratch.folder)
    #expect(run.status == 0, "\(run.text)")
    #expect(try scratch.text("out.txt").hasPrefix("0123456789abcde0123456789abcde"))
    #expect(run.output.contains("and all arrives\n"))
    let other = try BuiltTool.run(
      ["run", image, "--board", "mps2-an386", "--uart", "RTT99=out.txt"], in: scratch.folder)
    #expect(other.status == 64)
    #expect(other.error.contains("'mps2-an386' has no serial port 'RTT99'"))
  }

  @Test func `an Intel HEX tells what it does not hold`() throws {
    let data = [":10000000004000200900000001BE00BE00BE00BE8E", ":00000001FF"]
    try scratch.write(Data(data.joined(separator: "\n").utf8), to: "a.hex")
    let sheet = try BuiltTool.run(["inspect", "a.hex"], in: scratch.folder)
    #expect(sheet.output.contains("flash              16 bytes"), "\(sheet.text)")
    #expect(sheet.output.contains("an Intel HEX file has"))
  }

  @Test(arguments: boards) func `a time is measured from one line to the next`(
    _ board: String
  ) throws {
    let script = #"""
      expect "> "
      send "one\n"
      expect "you said one\n> "
      wait 20 ms
      send "two\n"
      expect "you said two\n> "
      """#
    let point = #"uart UART0 "said two\n""#
    let run = try converse(
      board, script,
      ["--measure", #"lap=uart UART0 "said one\n"..\#(point)"#, "--budget", "lap=30 ms"],
      for: "100 ms")
    #expect(run.status == 0, "\(run.text)")
    #expect(run.output.contains("budgets"), "\(run.text)")
    let early = try converse(
      board, script,
      ["--measure", "lap=uart UART0 \"said one\"..\(point)", "--budget", "lap=15 ms"],
      for: "100 ms")
    #expect(early.status == 1, "\(early.text)")
  }

  @Test func `a port that the chip has not cannot be a point`() throws {
    let run = try converse(
      "microbit", "wait 1 ms", ["--measure", #"lap=uart UART9 "a"..uart UART0 "b""#])
    #expect(run.status == 65)
    #expect(run.error.contains("no serial port 'UART9'; did you mean 'UART0'?"), "\(run.text)")
  }

  @Test func `equal scripts give equal results`() throws {
    let script =
      "expect \"> \"\nsend \"\(String(repeating: "long ", count: 14))\\n\"\nexpect \"long\"\n"
    let texts = try (0..<2).map { _ in
      try converse("microbit", script, ["--format", "json"], for: "50 ms").output
        .replacing(/"wall_seconds": [0-9.e-]+/, with: "")
    }
    #expect(texts[0].contains("\"reached-limit\""))
    #expect(texts[0] == texts[1])
  }

  // MARK: Terminals

  /// The tool under way, with a file that takes its standard error.
  private func start(_ uart: String) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
    process.arguments = [
      "-k", "5", "30", try #require(BuiltTool.path), "run", try #require(Self.images["microbit"]),
      "--board", "microbit", "--for", "20 s", "--quiet", "--uart", uart,
    ]
    process.standardError = try scratch.handle("error")
    process.standardOutput = try scratch.handle("output")
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Waits for a line on standard error and gives what follows `prefix`.
  private func announcement(_ prefix: String) throws -> String {
    for _ in 0..<200 {
      let text = try scratch.text("error")
      if let line = text.split(separator: "\n").first(where: { $0.hasPrefix(prefix) }),
        text.hasSuffix("\n")
      {
        return String(line.dropFirst(prefix.count))
      }
      usleep(50_000)
    }
    throw BuiltTool.Failed(description: "no '\(prefix)' in \(try scratch.text("error"))")
  }

  /// Says a line once it is asked, and gives the answer.
  private func talk(_ descriptor: Int32) -> String {
    var heard = ""
    var said = 0
    let lines = ["hello\n", "bye\n"]
    var buffer = [UInt8](repeating: 0, count: 256)
    while said < lines.count {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, 10_000) > 0 else { break }
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else { break }
      heard += String(decoding: buffer[..<count], as: UTF8.self)
      guard heard.hasSuffix("> ") else { continue }
      _ = lines[said].withCString { write(descriptor, $0, strlen($0)) }
      said += 1
    }
    return heard
  }

  @Test func `a pseudo-terminal converses`() throws {
    let process = try start("UART0=pty")
    let path = try announcement("UART0: ")
    #expect(path.hasPrefix("/dev/pts/"))
    let terminal = open(path, O_RDWR | O_NOCTTY)
    try #require(terminal >= 0)
    #expect(talk(terminal) == "> you said hello\n> ")
    close(terminal)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(try scratch.text("output").contains("exited with 0"))
  }

  @Test func `a TCP port of this machine converses`() throws {
    let number = UInt16.random(in: 20_000..<30_000)
    let process = try start("UART0=tcp:\(number)")
    #expect(try announcement("UART0: waiting at ") == "127.0.0.1:\(number)")
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = number.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let isConnected = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    try #require(isConnected)
    #expect(talk(descriptor) == "> you said hello\n> ")
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  @Test func `a port that is taken cannot be opened`() throws {
    let first = try start("UART0=tcp:31007")
    _ = try announcement("UART0: waiting at ")
    let second = try run("microbit", "UART0=tcp:31007")
    first.terminate()
    first.waitUntilExit()
    #expect(second.status == 66)
    #expect(second.error.contains("cannot listen on 127.0.0.1:31007: address already in use"))
  }
}
