import Streams
import Testing
import Units

/// A RESD file of the blocks given.
private func resd(_ blocks: [UInt8]...) -> [UInt8] {
  Array("RESD".utf8) + [1, 0, 0, 0] + blocks.flatMap { $0 }
}

private func word<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
  (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

/// A block of a constant period; `metadata` is skipped by readers.
private func block(
  _ type: UInt16, channel: UInt16 = 0, start: UInt64 = 0, period: UInt64 = 1_000_000,
  metadata: [UInt8] = [], _ samples: [UInt8]
) -> [UInt8] {
  let body =
    word(start) + word(period) + word(UInt64(metadata.count)) + metadata + samples
  return [2] + word(type) + word(channel) + word(UInt64(body.count)) + body
}

@Suite struct RESDTests {
  @Test func `blocks of one series follow each other and equal times make one track`() throws {
    let bytes = resd(
      block(1, metadata: Array("note\0".utf8) + [2, 7], word(Int32(-5)) + word(Int32(6))),
      block(2, [1, 2, 3, 4, 5, 6].flatMap { word(Int32($0)) }),
      block(9, [1, 0, 0, 0, 9]),
      block(1, start: 2_000_000, word(Int32(7))),
      block(2, start: 2_000_000, [7, 8, 9].flatMap { word(Int32($0)) }),
      block(7, channel: 3, period: 500, word(UInt64(101_325_000))))
    let tracks = try Recording.tracks(bytes: bytes, path: "a.resd")
    #expect(tracks.count == 2)
    #expect(tracks[0].channels.map(\.name) == ["temperature", "ax", "ay", "az"])
    #expect(tracks[0].channels.map(\.unit) == ["mC", "ug", "ug", "ug"])
    #expect(tracks[0].samples == [[-5, 6, 7], [1, 4, 7], [2, 5, 8], [3, 6, 9]])
    #expect(tracks[0].rate == Hertz(1_000))
    #expect(tracks[0].attribute("skipped") == "samples of type 9")
    #expect(tracks[1].channels == [Channel(name: "pressure.3", unit: "mPa")])
    #expect(tracks[1].rate == Hertz(2_000_000))
    var options = ReadingOptions()
    options.columns = ["pressure.3"]
    #expect(
      try Recording(bytes: bytes, path: "a.resd", options: options).samples == [[101_325_000]])
    #expect(
      failure(bytes, "a.resd")
        == "a.resd: error: 2 tracks that were sampled apart; name the columns of one of them: "
        + "temperature ax ay az; pressure.3")
  }

  @Test func `a gap between blocks leaves timestamps`() throws {
    let bytes = resd(
      block(1, word(Int32(1)) + word(Int32(2))), block(1, start: 5_000_000, word(Int32(3))))
    let recording = try Recording(bytes: bytes, path: "a.resd")
    #expect(recording.timing == .timestamps([.zero, .milliseconds(1), .milliseconds(5)]))
  }

  @Test(arguments: [
    (Array("RESD".utf8), "a.resd: error: cut off at byte 4; copy it whole, or record it again"),
    (
      resd(),
      "a.resd: error: no samples; expected a block of acceleration, angular rate, temperature or the like"
    ),
    (
      Array("RESD".utf8) + [2, 0, 0, 0],
      "a.resd: error: RESD version 2; expected version 1"
    ),
    (
      resd(block(0xf001, [1, 2, 3])),
      "a.resd: error: only samples of type 61441, which are no numbers; expected a block of acceleration, angular rate, temperature or the like"
    ),
    (
      resd(block(1, period: 0, word(Int32(1)))),
      "a.resd: error: a period of 0 at byte 37; expected nanoseconds between samples"
    ),
    (
      resd(block(2, [1, 2, 3])),
      "a.resd: error: 3 bytes of samples at byte 45; expected a multiple of 12"
    ),
    (
      resd(Array(block(1, word(Int32(1))).dropLast())),
      "a.resd: error: cut off at byte 48; copy it whole, or record it again"
    ),
    (
      resd(block(1, start: .max, word(Int32(1)))),
      "a.resd: error: 18446744073709551615 ns, more than 40 days at byte 29; expected nanoseconds from the start"
    ),
    (
      resd(block(1, word(Int32(1)) + word(Int32(2))), block(1, word(Int32(3)))),
      "a.resd: error: time does not increase: 0 ns at byte 90; expected later than 1000000 ns"
    ),
  ])
  func `bad files are named with their place`(bytes: [UInt8], message: String) {
    #expect(failure(bytes, "a.resd") == message)
  }

  @Test func `numbers beyond RESD's are refused, and columns that it does not know`() throws {
    let recording = Recording(
      path: "a.csv", channels: [Channel(name: "temperature", unit: "C")], samples: [[3e6]],
      timing: .rate(Hertz(1)))
    do {
      _ = try recording.written(to: "a.resd")
    } catch {
      #expect(
        error.description
          == "a.resd: error: 'temperature' of sample 0 is beyond RESD's range; check its unit: it was taken to be in C"
      )
    }
    let other = Recording(
      path: "a.csv", channels: [Channel(name: "x")], samples: [[1]], timing: .rate(Hertz(1)))
    do {
      _ = try other.written(to: "a.resd")
    } catch {
      #expect(
        error.description
          == "a.resd: error: no column is called like a quantity that RESD knows; rename them: --columns ax=x,..."
      )
    }
  }
}

@Suite(.enabled(if: Shared.root != nil, Comment(rawValue: Shared.missing)))
struct RealRESDTests {
  @Test func `the file of csv2resd is written byte for byte`() throws {
    let file = try Recording.bytes(Shared.recording("resd/avada_kedavra_119Hz.resd"))
    let csv = try Recording(
      file: Shared.recording("resd/avada_kedavra_ug_udps.csv"), options: .init(rate: Hertz(119)))
    #expect(try csv.written(to: "a.resd").bytes == file)
    let read = try Recording(bytes: file, path: "b.resd")
    #expect(read.samples == csv.samples)
    #expect(try read.written(to: "a.resd").bytes == file)
    let text = try read.written(to: "a.csv").bytes
    #expect(try Recording(bytes: text, path: "c.csv").written(to: "a.resd").bytes == file)
  }
}
