import CSndfile
import Units

/// WAV files with integer or floating-point PCM, read by libsndfile.
///
/// Samples come out in int16 counts: a 16-bit file's numbers unchanged, wider ones with a fraction,
/// floating-point ±1.0 as ±32768. All channels are kept; a microphone plays the first unless another
/// is chosen.
///
/// Reference: Multimedia Programming Interface and Data Specifications 1.0 (IBM, Microsoft, 1991),
/// "Waveform Audio File Format"; EBU Tech 3306 (RF64).
/// Not modelled: compressed encodings, whose decoders may differ by machine.
enum WAVReader: RecordingReader {
  static let name = "WAV"
  static let extensions = ["wav", "wave"]

  static func recognizes(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 12 else { return false }
    let form = bytes[0..<4]
    return
      (form.elementsEqual("RIFF".utf8) || form.elementsEqual("RF64".utf8)
      || form.elementsEqual("RIFX".utf8)) && bytes[8..<12].elementsEqual("WAVE".utf8)
  }

  static func read(
    _ bytes: [UInt8], path: String, options: ReadingOptions
  ) throws(StreamError) -> [Recording] {
    let data = try WAVLayout(bytes, path)
    let isTruncated = data.promised > data.present
    if isTruncated && !options.allowsTruncated {
      throw StreamError(
        .truncated, path,
        "cut off: the header promises \(data.promised) bytes of audio, the file holds "
          + "\(data.present)",
        hint: "copy it whole, or write what is there again: sox IN.wav OUT.wav")
    }
    let sound = try SoundFile(bytes, path)
    let rate = Hertz(UInt64(sound.rate))
    if let given = options.rate, given != rate {
      throw StreamError(
        .wrongRate, path, "recorded at \(sound.rate) Hz, not at the given rate",
        hint: "leave `rate:` out: a WAV file has its own")
    }
    var samples = try sound.samples(limit: bytes.count)
    if samples[0].isEmpty {
      throw StreamError(.empty, path, "no audio samples", hint: "record it again or copy it whole")
    }
    var channels = channelNames(sound.channels).map { Channel(name: $0, unit: "int16") }
    if let channel = options.channel {
      guard samples.indices.contains(channel - 1) else {
        throw StreamError(
          .unknownColumn, path, "no channel \(channel)",
          hint: "it has \(sound.channels), counted from 1")
      }
      (samples, channels) = ([samples[channel - 1]], [channels[channel - 1]])
    }
    let recording = Recording(
      path: path, channels: channels, samples: samples, timing: .rate(rate),
      isTruncated: isTruncated)
    return [recording]
  }

  static func channelNames(_ count: Int) -> [String] {
    switch count {
    case 1: ["audio"]
    case 2: ["left", "right"]
    default: (1...count).map { "channel \($0)" }
    }
  }
}

/// How many bytes of audio a WAV file's header gives, and how many are there.
private struct WAVLayout {
  var promised: UInt64 = 0
  var present: UInt64 = 0

  init(_ bytes: [UInt8], _ path: String) throws(StreamError) {
    func word(_ offset: Int) -> UInt64 {
      let isBig = bytes[3] == UInt8(ascii: "X")
      var value: UInt64 = 0
      for index in 0..<4 {
        value = value << 8 | UInt64(bytes[offset + (isBig ? index : 3 - index)])
      }
      return value
    }
    guard WAVReader.recognizes(bytes) else {
      throw StreamError(
        .malformed, path, "not a WAV file", hint: "expected it to start with RIFF....WAVE")
    }
    var offset = 12
    while offset + 8 <= bytes.count {
      let size = word(offset + 4)
      if bytes[offset..<offset + 4].elementsEqual("data".utf8) {
        present = UInt64(bytes.count - offset - 8)
        // Recorders that cannot seek leave 0 or all ones; RF64 keeps the size elsewhere.
        let isOpen = size == 0xffff_ffff || (size == 0 && word(4) == 0)
        promised = isOpen ? present : size
        return
      }
      offset += 8 + Int(size + size % 2)
    }
    throw StreamError(
      .truncated, path, "cut off before its audio: no data chunk in \(bytes.count) bytes",
      hint: "copy it whole")
  }
}
