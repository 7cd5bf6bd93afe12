import Streams
import Testing
import Units

private let rate = Hertz(119)

private func read(_ text: String, _ options: ReadingOptions = .init(rate: rate)) throws -> Recording
{
  try Recording(bytes: Array(text.utf8), path: "a.csv", options: options)
}

@Suite struct CSVTests {
  @Test(arguments: [",", ";", "\t"])
  func `columns come by name whatever the separator`(separator: String) throws {
    let text = "aX,aY\n1,-2.5\n3e-3,+4\n".replacing(",", with: separator)
    let recording = try read(text)
    #expect(recording.channels.map(\.name) == ["aX", "aY"])
    #expect(recording.samples == [[1, 0.003], [-2.5, 4]])
    #expect(recording.rate == rate)
    #expect(recording.duration == Interval(picoseconds: 16_806_722_690))
    #expect(try recording.selecting(["aY"]).samples == [[-2.5, 4]])
  }

  @Test func `titles, comments, units, quotes, blanks and trailing separators are understood`()
    throws
  {
    let text =
      "\u{feff}Sensor tile (raw)\r\n\r\n# remark\r\n\"A_X [mg]\"\t \"say \"\"hi\"\"\" \t\r\n 1 \t\"2\"\t\r\n\r\n3\t4\r\n"
    let recording = try read(text)
    #expect(
      recording.channels == [Channel(name: "A_X", unit: "mg"), Channel(name: "say \"hi\"")])
    #expect(recording.samples == [[1, 3], [2, 4]])
    #expect(recording.segments == [0..<1, 1..<2])
  }

  @Test func `a single column needs no separator`() throws {
    #expect(try read("level\n1\n2\n").samples == [[1, 2]])
  }

  @Test func `equal time steps make a rate and others stay timestamps`() throws {
    let even = try read("time,x\n5.00,1\n5.02,2\n5.04,3\n", .init())
    #expect(even.rate == Hertz(50))
    #expect(even.start == .seconds(5))
    #expect(even.channels.map(\.name) == ["x"])
    let odd = try read("Timestamp(ms),x\n0,1\n1.5,2\n2,3\n", .init())
    #expect(odd.timing == .timestamps([.zero, .microseconds(1_500), .milliseconds(2)]))
    #expect(odd.duration == .microseconds(2_500))
    let micro = try read("x,time_us\n1,10\n2,20\n", .init())
    #expect(micro.rate == Hertz(100_000))
    let epoch = try read("timestamp,x\n1700000000.25,1\n1700000000.5,2\n", .init())
    #expect(epoch.rate == Hertz(4))
    #expect(try read("tick,x\n0,1\n3,2\n", .init(timeColumn: "tick")).rate == Hertz(1, per: 3))
  }

  @Test(arguments: [
    ("", "a.csv: error: an empty file; record it again or copy it whole"),
    ("\n\n", "a.csv: error: no header line; expected column names such as aX,aY,aZ"),
    (
      "1,2\n3,4\n",
      "a.csv:1:1: error: numbers instead of column names; add a first line such as aX,aY,aZ"
    ),
    ("a,b\n", "a.csv: error: a header but no samples; expected a line of numbers for each sample"),
    ("a,b\n1,nan\n", "a.csv:2:3: error: 'nan' in column 'b'; expected a finite number"),
    ("a,b\n1,2\n1, inf\n", "a.csv:3:4: error: 'inf' in column 'b'; expected a finite number"),
    ("a,b\n1e400,2\n", "a.csv:2:1: error: '1e400' in column 'a'; expected a finite number"),
    ("a,b\n0x10,2\n", "a.csv:2:1: error: '0x10' in column 'a'; expected a finite number"),
    ("a,b\n,2\n", "a.csv:2:1: error: a missing value in column 'a'; expected a finite number"),
    (
      "a;b\n1,5;2\n1.5;2\n",
      "a.csv:3:1: error: '1.5' after numbers with ','; expected one sign for decimals in all of the file"
    ),
    ("a;b\n1,5,5;2\n", "a.csv:2:1: error: '1,5,5' in column 'a'; expected a finite number"),
    ("a,b\n1\n", "a.csv:2:2: error: 1 cell, the header has 2; expected one number for each column"),
    (
      "a,b\n1,2,3\n",
      "a.csv:2:5: error: 3 cells, the header has 2; expected one number for each column"
    ),
    ("a,a\n1,2\n", "a.csv:1:3: error: two columns are named 'a'; expected each name once"),
    (
      "a,,b\n1,2,3\n",
      "a.csv:1:3: error: a column without a name; expected column names such as aX,aY,aZ"
    ),
    (
      "a,\"b\n1,2\n",
      "a.csv:1:3: error: a quote that does not close; expected '\"' on the same line"
    ),
    ("a,\"b\"c\n1,2\n", "a.csv:1:6: error: text after a closing quote; expected a separator"),
    ("x\nabc\n", "a.csv:2:1: error: 'abc' in column 'x'; expected a finite number"),
    (
      "t,x\n1,0\n1,0\n",
      "a.csv:3:1: error: time does not increase: 1; expected later than the line before"
    ),
    (
      "t\n1\n2\n",
      "a.csv:1:1: error: only a column of times; expected at least one column of samples"
    ),
    ("a,b\n1,2\0\n", "a.csv: error: not a text file: a zero byte at 7; expected CSV"),
  ])
  func `bad input is named with its place and a hint`(text: String, message: String) {
    #expect(failure(Array(text.utf8), "a.csv", .init(rate: rate)) == message)
  }

  @Test(arguments: [
    "a;b\n1,5;-2\n0,25;3e2\n", "a,b\n1.5;-2\n0.25;3e2\n", "a b\n1.5  -2\n0.25\t3e2\n",
    "a, b\n 1.5 -2\n0.25\t3e2\n", "a\tb\n1,5\t-2\n0,25\t3e2\n",
    "# rate: 7 Hz\n# by some logger\na;b\n1.5;-2;\n0.25,3e2\n",
  ])
  func `decimal commas and other separators than the header's are read`(text: String) throws {
    let recording = try read(text)
    #expect(recording.channels.map(\.name) == ["a", "b"])
    #expect(recording.samples == [[1.5, 0.25], [-2, 300]])
  }

  @Test func `a comment gives the rate`() throws {
    let text = "# Sample rate = 62.5 Hz\nx,y\n1,2\n"
    #expect(try read(text, .init()).rate == Hertz(125, per: 2))
    #expect(try read("# rate: 2 kHz\nx,y\n1,2\n", .init()).rate == Hertz(2_000))
  }

  @Test func `times rounded from one whole rate give it, and others stay`() throws {
    func timing(_ times: [String]) throws -> Recording.Timing {
      try read("t,x\n" + times.map { $0 + ",1\n" }.joined(), .init()).timing
    }
    let rounded = (0..<300).map { index in
      let micro = (index * 1_000_000 * 2 + 119) / (2 * 119)
      let digits = String(1_000_000 + micro % 1_000_000).dropFirst()
      return "\(micro / 1_000_000).\(digits)"
    }
    #expect(try timing(rounded) == .rate(Hertz(119)))
    var late = rounded
    late.remove(at: 100)
    guard case .timestamps = try timing(late) else {
      Issue.record("a gap is no rate")
      return
    }
    // Too few to tell 119 Hz from 118.
    guard case .timestamps = try timing(["0.000", "0.008", "0.017"]) else {
      Issue.record("three times tell no rate")
      return
    }
  }

  @Test func `the unit of the column of times can be given`() throws {
    let text = "tick,x\n0,1\n10,2\n20,3\n"
    #expect(try read(text, .init(timeColumn: "tick [ms]")).rate == Hertz(100))
    #expect(
      failure(Array(text.utf8), "a.csv", .init(timeColumn: "tick [mV]"))
        == "a.csv: error: 'tick [mV]' is in no unit of time; expected s, ms, us or ns in the brackets"
    )
  }

  @Test(
    arguments: [
      ("timestamp,x\n0,1\n1,2\n", "a.csv", ["column 'timestamp' names no unit: taken as seconds"]),
      ("timestamp [ms],x\n0,1\n1,2\n", "a.csv", []),
      ("time_us,x\n0,1\n1,2\n", "a.csv", []),
      ("seconds,x\n0,1\n1,2\n", "a.csv", []),
      ("t,x\n0,1\n1,2\n", "a.data", []),
    ] as [(String, String, [String])])
  func `a column of times without a unit is taken as seconds, and that is told`(
    text: String, path: String, assumptions: [String]
  ) throws {
    let recording = try Recording.tracks(
      bytes: Array(text.utf8), path: path, options: ReadingOptions())[0]
    #expect(recording.assumptions == assumptions)
    #expect(try recording.selecting(["x"]).assumptions == assumptions)
    let rated = try Recording.tracks(
      bytes: Array(text.utf8), path: path, options: ReadingOptions(rate: Hertz(5)))[0]
    #expect(rated.assumptions == [], "a rate that is given makes the times unimportant")
  }

  @Test func `times that repeat or jump back are read when asked for`() throws {
    var options = ReadingOptions()
    options.allowsDisorder = true
    let recording = try read("t,x\n0,1\n1,2\n1,3\n3,4\n0,5\n1,6\n", options)
    #expect(recording.samples == [[1, 2, 4, 5, 6]])
    #expect(recording.timing == .timestamps([0, 1, 3, 4, 5].map { .seconds($0) }))
    #expect(recording.segments == [0..<3, 3..<5])
    #expect(
      recording.repairs == [
        "1 samples of a time that was there left out", "1 jumps back in time taken for a new part",
      ])
  }

  @Test(arguments: [
    (
      "a,b\n1,2\n",
      "a.csv: error: no time column and no rate; give the stream's rate, such as `rate: 119 Hz`"
    ),
    (
      "t,x\n1,2\n",
      "a.csv: error: too short: one sample has no rate; expected at least two samples, or the stream's `rate:`"
    ),
  ])
  func `a rate must come from somewhere`(text: String, message: String) {
    #expect(failure(Array(text.utf8), "a.csv") == message)
  }

  @Test func `an unknown column is answered with the nearest one`() throws {
    let recording = try read("aX,aY\n1,2\n")
    #expect(throws: StreamError.self) { try recording.selecting(["aZ"]) }
    do {
      _ = try recording.selecting(["ax"])
    } catch { #expect(error.description == "a.csv: error: no column 'ax'; did you mean 'aX'?") }
    do {
      _ = try recording.selecting(["gyro"])
    } catch { #expect(error.description == "a.csv: error: no column 'gyro'; it has aX, aY") }
  }

  @Test func `units convert by exact fractions`() throws {
    let recording = try read("x [mg]\n1000\n-61\n")
    #expect(try recording.converted(to: "g").samples == [[1, -0.061]])
    #expect(try recording.converted(to: "m/s2").samples[0][0] == 9.80665)
    #expect(try recording.converted(to: "mdps", from: "dps").samples == [[1e6, -61_000]])
    #expect(throws: StreamError.self) { try recording.converted(to: "dps") }
    #expect(throws: StreamError.self) { try recording.converted(to: "furlong") }
    #expect(throws: StreamError.self) { try read("x\n1\n").converted(to: "g") }
  }

  @Test(arguments: 0..<200)
  func `numbers read as the nearest binary64 number`(seed: Int) throws {
    var generator = Generator(seed: seed)
    let value = Double(bitPattern: generator.next())
    guard value.isFinite else { return }
    for text in ["\(value)", "\(Float(Int16.random(in: .min ... .max, using: &generator)) / 16)"] {
      #expect(try read("x\n\(text)\n").samples[0][0].bitPattern == Double(text)!.bitPattern)
    }
  }

  @Test(arguments: 0..<300)
  func `random bytes never crash`(seed: Int) {
    var generator = Generator(seed: seed)
    let alphabet = Array("0123456789.eE+-,;\t\"# \n\r\nabtx[]()\u{e9}".utf8)
    let count = Int.random(in: 0..<400, using: &generator)
    var bytes = Array("t,x\n0,1\n".utf8.prefix(Int.random(in: 0..<9, using: &generator)))
    for _ in 0..<count { bytes.append(alphabet.randomElement(using: &generator)!) }
    for options in [ReadingOptions(), ReadingOptions(rate: rate)] {
      if let recording = try? Recording(bytes: bytes, path: "a.csv", options: options) {
        #expect(recording.samples.allSatisfy { $0.count == recording.count })
        #expect(recording.duration > .zero)
      }
    }
    _ = try? Labels(bytes: bytes, path: "a.label")
  }
}

@Suite(.enabled(if: Shared.root != nil, Comment(rawValue: Shared.missing)))
struct RealCSVTests {
  @Test func `magic wand recordings are whole windows of 119 rows`() throws {
    let recording = try Recording(
      file: Shared.recording("imu/magic_wand/AvadaKedavra.csv"), options: .init(rate: rate))
    #expect(recording.channels.map(\.name) == ["aX", "aY", "aZ", "gX", "gY", "gZ"])
    #expect(recording.count == 2_737)
    #expect(recording.windows(of: 119).count == 23)
    #expect(recording.samples[0][0] == 0.057_999_999_999_999_83)
    #expect(recording.samples[5][1] == 22.400_000_000_000_09)
  }

  @Test func `tool exports carry their units`() throws {
    let fan = try Recording(
      file: Shared.recording("imu/st_fan/converted_Fan_on_ISM330DHCX.txt"),
      options: .init(rate: Hertz(104)))
    #expect(fan.channels[0] == Channel(name: "A_X", unit: "g"))
    #expect(fan.channels[5] == Channel(name: "G_Z", unit: "mdps"))
    #expect(fan.samples[3][1] == 192.5)
    let driving = try Recording(
      file: Shared.recording("imu/st_activity/driving.txt"), options: .init(rate: Hertz(25)))
    #expect(try driving.converted(to: "g").samples[0][0] == 0.307)
    let ring = try Recording(
      file: Shared.recording("imu/tf_magic_wand/ring_25Hz.csv"), options: .init(rate: Hertz(25)))
    #expect(ring.channels[0] == Channel(name: "x_mg", unit: "mg"))
    #expect(ring.count == 128)
  }

  @Test func `a time column gives the rate`() throws {
    let recording = try Recording(file: Shared.recording("imu/emlearn_sensordata.csv"))
    #expect(recording.rate == Hertz(50))
    #expect(recording.channels.count == 6)
  }
}
