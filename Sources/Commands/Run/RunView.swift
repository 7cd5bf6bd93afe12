import Boards
import Deployments
import Disassembly
import Energy
import FileSystem
import FirmwareImage
import Profiling
import RunRecord
import Units
import Verdicts

extension ViewData {
  /// What views of a judged run are drawn from.
  init(_ judgement: Judgement, _ image: FirmwareImage) {
    let title = "\(judgement.deployment.name) on \(judgement.board.name)"
    let record = judgement.record
    var empty = ViewData(
      title: title, firmware: judgement.evidence.firmware.path,
      tool: judgement.evidence.toolVersion, coreClock: record.coreClock,
      end: record.end)
    empty.timeline = record.timeline
    empty.memory = ViewMemory(image, record.memory)
    empty.exceptionNames = Dictionary(
      record.exceptions.map { ($0.number, $0.name) }, uniquingKeysWith: { first, _ in first })
    if let bill = judgement.energy, let table = judgement.board.power {
      empty.power = EnergySeries(record, table, bill, .socAndSensors)
    }
    let disassembler = InstructionText()
    self = ViewBuilder.view(
      of: record, judgement.profile, judgement.energy, image, titled: empty
    ) { disassembler.text(of: $1, at: $0) }
    readSources(beside: judgement.evidence.firmware.path)
  }

  /// Text of the lines that cost something, for as long as the files lie where they were compiled.
  private mutating func readSources(beside firmware: String) {
    var lines: [String: Set<Int>] = [:]
    for place in places { lines[place.file, default: []].insert(place.line) }
    let folder = firmware.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    for (file, wanted) in lines {
      let candidates = file.hasPrefix("/") ? [file] : ["\(folder)/\(file)", "\(folder)/../\(file)"]
      guard let path = candidates.first(where: Files.exists),
        let bytes = try? Files.read(path, limit: 1 << 22)
      else { continue }
      let text = String(decoding: bytes, as: UTF8.self).split(
        separator: "\n", omittingEmptySubsequences: false)
      var found: [Int: String] = [:]
      for line in wanted where line > 0 && line <= text.count {
        found[line] = String(text[line - 1])
      }
      sources[file] = found
    }
  }
}

/// Owns the disassembler while views are made.
private final class InstructionText {
  private let disassembler = Disassembler()

  func text(of bytes: [UInt8], at address: Address) -> String {
    switch disassembler {
    case .none: ""
    case .some(let disassembler): disassembler.text(of: bytes, at: address)
    }
  }
}
