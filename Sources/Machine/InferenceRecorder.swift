import Deployments
import Engine
import FirmwareImage
import RunRecord
import Units

/// Sees the firmware's decisions: when an inference ended, which class and which scores it gave.
final class InferenceRecorder {
  private unowned let engine: Engine
  private let inference: Inference?
  private var entries: Set<UInt32> = []
  private var deciders: Set<UInt32> = []
  private var scores: (address: Address, source: Inference.Scores)?
  private(set) var records: [InferenceRecord] = []
  /// Told at the entry of an inference the first argument: where its input lies.
  var onInference: (Address) -> Void = { _ in }

  init(engine: Engine, image: FirmwareImage, inference: Inference?) throws(MachineError) {
    self.engine = engine
    self.inference = inference
    guard let inference else { return }
    entries = try Self.watch(inference.entry, engine, image, use: "inference.entry")
    switch inference.classSource {
    case .argument(_, let symbol), .result(let symbol):
      deciders = try Self.watch(symbol, engine, image, use: "inference.class")
    case nil: break
    }
    guard let source = inference.scores else { return }
    guard let symbol = image.objects(named: source.symbol).first else {
      throw .noSymbol(
        name: source.symbol, use: "inference.scores", nearest: image.nearestName(to: source.symbol))
    }
    scores = (symbol.address, source)
  }

  private static func watch(
    _ name: String, _ engine: Engine, _ image: FirmwareImage, use: String
  ) throws(MachineError) -> Set<UInt32> {
    let functions = image.entries(named: name)
    if functions.isEmpty {
      throw .noSymbol(name: name, use: use, nearest: image.nearestName(to: name))
    }
    for function in functions { engine.watch(function: UInt32(function.id)) }
    return Set(functions.map { UInt32($0.id) })
  }

  func entered(_ function: UInt32) {
    if entries.contains(function) { onInference(Address(engine[.r0])) }
    guard case .argument(let index, _)? = inference?.classSource, deciders.contains(function),
      let register = CoreRegister(rawValue: index)
    else { return }
    decide(Int(Int32(bitPattern: engine[register])))
  }

  func returned(_ function: UInt32, at instant: Instant, cycles: UInt64) {
    if entries.contains(function) {
      records.append(
        InferenceRecord(at: instant, cycles: cycles, classIndex: nil, scores: readScores()))
    }
    if case .result? = inference?.classSource, deciders.contains(function) {
      decide(Int(Int32(bitPattern: engine[.r0])))
    }
  }

  /// A decision belongs to the newest inference that has none yet.
  private func decide(_ index: Int) {
    guard let last = records.indices.last, records[last].classIndex == nil else { return }
    records[last].classIndex = index
  }

  private func readScores() -> [Int]? {
    guard let (address, source) = scores,
      let bytes = engine.bytes(at: address, count: source.count * source.element.size)
    else { return nil }
    return (0..<source.count).map { index in
      let start = index * source.element.size
      let raw = bytes[start..<start + source.element.size].reversed().reduce(UInt32(0)) {
        $0 << 8 | UInt32($1)
      }
      return switch source.element {
      case .int8: Int(Int8(truncatingIfNeeded: raw))
      case .int16: Int(Int16(truncatingIfNeeded: raw))
      case .uint8, .uint16: Int(raw)
      case .int32: Int(Int32(bitPattern: raw))
      case .uint32: Int(raw)
      case .float32: Int((Float(bitPattern: raw) * 1_000_000).rounded())
      }
    }
  }
}
