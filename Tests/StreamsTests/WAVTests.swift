import Streams
import Testing
import Units

@Suite struct WAVTests {
  @Test func `16-bit samples come out unchanged`() throws {
    let values: [Int16] = [0, 1, -1, 32_767, -32_768, 12_345]
    let recording = try Recording(bytes: wav(values), path: "a.wav")
    #expect(recording.samples == [values.map(Double.init)])
    #expect(recording.rate == Hertz(16_000))
    #expect(recording.channels == [Channel(name: "audio", unit: "int16")])
    #expect(recording.duration == .microseconds(375))
  }

  @Test func `stereo keeps both channels and one can be chosen`() throws {
    let bytes = wav([1, 2, 3, 4], channels: 2)
    let both = try Recording(bytes: bytes, path: "a.wav")
    #expect(both.channels.map(\.name) == ["left", "right"])
    #expect(both.samples == [[1, 3], [2, 4]])
    #expect(
      try Recording(bytes: bytes, path: "a.wav", options: .init(channel: 2)).samples == [[2, 4]])
    #expect(
      failure(bytes, "a.wav", .init(channel: 3))
        == "a.wav: error: no channel 3; it has 2, counted from 1")
  }

  @Test func `other encodings are scaled to int16 full scale`() throws {
    let bits24 = try Recording(
      bytes: wav([0x80, 0x01, 0x00, 0x00, 0x00, 0x80], format: 1, bits: 24), path: "a.wav")
    #expect(bits24.samples == [[1.5, -32_768]])
    let unsigned = try Recording(bytes: wav([0, 128, 255, 129], format: 1, bits: 8), path: "a.wav")
    #expect(unsigned.samples == [[-32_768, 0, 32_512, 256]])
    let float = [Float(0.5), -1, 1].flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
    #expect(
      try Recording(bytes: wav(float, format: 3, bits: 32), path: "a.wav").samples
        == [[16_384, -32_768, 32_768]])
  }

  @Test func `a file that was cut off is refused, or read as far as it goes`() throws {
    let bytes = wav([1, 2, 3], promised: 32_000)
    #expect(
      failure(bytes, "a.wav")
        == "a.wav: error: cut off: the header promises 32000 bytes of audio, the file holds 6; "
        + "copy it whole, or write what is there again: sox IN.wav OUT.wav")
    var options = ReadingOptions()
    options.allowsTruncated = true
    let recording = try Recording(bytes: bytes, path: "a.wav", options: options)
    #expect(recording.samples == [[1, 2, 3]])
    #expect(recording.isTruncated)
  }

  @Test func `an unfinished header of a pipe is not a cut`() throws {
    let recording = try Recording(bytes: wav([1, 2], promised: 0xffff_ffff), path: "a.wav")
    #expect(recording.samples == [[1, 2]])
    #expect(!recording.isTruncated)
  }

  @Test func `what is not there or not wanted is named`() {
    #expect(
      failure(wav([]), "a.wav")
        == "a.wav: error: no audio samples; record it again or copy it whole")
    #expect(
      failure(Array("RIFF".utf8), "a.wav")
        == "a.wav: error: not a WAV file; expected it to start with RIFF....WAVE")
    #expect(
      failure(Array(wav([1, 2]).prefix(30)), "a.wav")
        == "a.wav: error: cut off before its audio: no data chunk in 30 bytes; copy it whole")
    #expect(
      failure(wav([1]), "a.wav", .init(rate: Hertz(8_000)))
        == "a.wav: error: recorded at 16000 Hz, not at the given rate; "
        + "leave `rate:` out: a WAV file has its own")
    #expect(
      failure([1, 2, 3], "a.bin")
        == "a.bin: error: unknown recording format; "
        + "expected one of .wav, .wave, .resd, .json, .cbor, .dat, .sds, .csv, .tsv, .txt, .data")
    let nan = (0..<4).map { UInt8(truncatingIfNeeded: Float.nan.bitPattern >> (8 * $0)) }
    #expect(
      failure(wav(nan, format: 3, bits: 32), "a.wav")
        == "a.wav: error: sample 0 of channel 1 is NaN; expected numbers from -1 to 1")
    #expect(failure([], "a.wav") == "a.wav: error: an empty file; record it again or copy it whole")
    #expect(
      (try? Recording(file: "/nonexistent/a.wav")) == nil)
    do {
      _ = try Recording(file: "/nonexistent/a.wav")
    } catch {
      #expect(error.kind == .unreadable)
      #expect(
        error.description
          == "/nonexistent/a.wav: error: cannot read: no such file or directory; "
          + "give the path of a recording")
    }
  }

  @Test(arguments: 0..<300)
  func `mutated files never crash`(seed: Int) {
    var generator = Generator(seed: seed)
    let samples = (0..<40).map { _ in Int16.random(in: .min ... .max, using: &generator) }
    var bytes = wav(samples, channels: 1 + seed % 3)
    for _ in 0..<Int.random(in: 1...6, using: &generator) {
      let place = Int.random(in: 0..<44, using: &generator)
      bytes[place] = UInt8.random(in: 0...255, using: &generator)
    }
    bytes.removeLast(Int.random(in: 0..<40, using: &generator))
    var options = ReadingOptions()
    options.allowsTruncated = true
    if let recording = try? Recording(bytes: bytes, path: "a.wav", options: options) {
      #expect(recording.count <= bytes.count)
    }
  }
}

@Suite(.enabled(if: Shared.root != nil, Comment(rawValue: Shared.missing)))
struct RealWAVTests {
  @Test func `speech commands read as their bytes say`() throws {
    let recording = try Recording(file: Shared.recording("audio/yes_1000ms.wav"))
    #expect(recording.rate == Hertz(16_000))
    #expect(recording.count == 16_000)
    #expect(recording.duration == .seconds(1))
    #expect(recording.samples[0].allSatisfy { $0 == $0.rounded() && abs($0) <= 32_768 })
    #expect(recording.samples[0].contains { $0 != 0 })
  }

  @Test func `the stereo word has two channels`() throws {
    let recording = try Recording(file: Shared.recording("audio/marvin_617de221_0.wav"))
    #expect(recording.channels.count == 2)
    #expect(recording.count == 16_000)
  }
}
