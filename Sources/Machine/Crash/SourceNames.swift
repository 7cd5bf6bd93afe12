import CortexM
import Disassembly
import Engine
import FirmwareImage
import RunRecord
import Units

/// Addresses as the source calls them.
extension Machine {
  var place: MemoryPlace {
    MemoryPlace(chip: bus.chip, image: image, register: { [bus] in bus.registerName($0) })
  }

  func source(_ location: SourceLocation?) -> CoreDump.Place? {
    location.map { CoreDump.Place(file: $0.file, line: $0.line) }
  }

  func source(of address: Address) -> CoreDump.Place? { source(debug?.location(of: address)) }

  /// Where the core was when something was found.
  var findingOrigin: String {
    let address = findingPlace ?? bus.origin ?? engine.programCounter
    guard image.function(at: address) != nil else { return "pc \(address)" }
    let line = source(of: address).map { ", \(lastPart($0.file)):\($0.line)" } ?? ""
    return "pc \(address), \(describe(address))\(line)"
  }

  func lastPart(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  func frames(_ steps: [Backtrace.Step]) -> [CoreDump.Frame] { steps.map(frame) }

  private func frame(_ step: Backtrace.Step) -> CoreDump.Frame {
    let function = image.function(at: step.lookup)
    var frame = CoreDump.Frame(
      programCounter: step.programCounter,
      function: step.exception.map { "<\(exceptionName($0))>" } ?? function?.demangledName
        ?? "[no symbol]",
      offset: step.exception != nil
        ? 0 : function.map { step.programCounter - $0.address } ?? 0,
      source: step.exception == nil ? source(of: step.lookup) : nil, unwoundBy: step.source)
    (frame.size, frame.count) = (step.size, step.count)
    if step.exception == nil {
      frame.inlined = (debug?.inlinedCalls(at: step.lookup) ?? []).reversed().map {
        CoreDump.Inlined(function: $0.name, call: source($0.call))
      }
    }
    return frame
  }

  /// One instruction as a listing shows it, with the registers that it reads.
  func listing(of registers: RegisterSnapshot, at address: Address) -> CoreDump.Instruction? {
    guard let bytes = engine.bytes(at: address, count: 4) ?? engine.bytes(at: address, count: 2),
      let decoded = Decoder.decodeBlock(bytes: bytes, at: address).first,
      let disassembler = Disassembler()
    else { return nil }
    let code = Array(bytes.prefix(Int(decoded.size)))
    let words = stride(from: 0, to: code.count - 1, by: 2).map {
      hexadecimal(UInt32(code[$0]) | UInt32(code[$0 + 1]) << 8).suffix(4)
    }
    var listed = CoreDump.Instruction(
      address: address, bytes: words.joined(separator: " "),
      text: disassembler.text(of: code, at: address), source: source(of: address))
    if decoded.kind.stores || decoded.kind.loads || decoded.writesPC || decoded.kind == .divide {
      let read = decoded.memory.count > 0 ? decoded.addressRegisters : decoded.reads
      listed.operands = (0..<15).filter { read >> UInt16($0) & 1 == 1 }.map {
        CoreDump.Register(RegisterSnapshot.names[$0], registers.core[$0])
      }
    }
    return listed
  }
}
