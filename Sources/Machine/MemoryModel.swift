import Disassembly
import Engine
import Timing
import Units

/// The rules by which code and data wait for slow memory, as one number.
public enum MemoryModel {
  /// A hash of what they answer to made-up requests and to the fetches of a made-up run, and of the
  /// fingerprint of a core's own rules.
  public static func fingerprint(with core: String) -> String {
    let bytes = (0..<64).map { UInt8(truncatingIfNeeded: $0 % 4 == 1 ? 0x18 : $0 * 3) }
    let run = Decoder.decodeBlock(bytes: bytes, at: Address(0x0800_0006))
    let offsets = run.indices.map { UInt16($0 + $0 / 5) }
    var text = core + "\n" + MemoryFingerprint.text
    for (line, words, lead) in [(UInt32(4), 1, 0), (8, 1, 3), (16, 1, 3), (32, 2, 0)] {
      let fetch = FetchUnit(wordsPerCycle: words, lead: lead, pausesForMultiples: line < 16)
      let lines = fetch.lines(run, offsets: offsets, lineBytes: line)
      text += lines.map {
        "\($0.offset),\($0.slack),\($0.cycles),\($0.pauseOffset),\($0.pauseCycles)"
      }.joined(separator: " ")
      let behind = fetch.linesBehind(run, offsets: offsets, cycles: run.count + 9, lineBytes: line)
      text += " \(behind)\n"
    }
    return String(SHA256.hexDigest(of: Array(text.utf8)).prefix(16))
  }
}
