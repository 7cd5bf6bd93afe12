import NetworkCompiler
import Verdicts

/// What a network holds, and what its generated C takes.
func networkSheet(_ path: String) throws(CommandFailure) -> Sheet {
  do throws(NetworkError) {
    let network = try Network(file: path)
    var sheet = Sheet(title: path)
    var rows = [Sheet.Row.fact("multiply-accumulates", "\(network.multiplyAccumulates)")]
    // What cannot be generated can still be looked at.
    do throws(NetworkError) { rows += summary(try CGenerator(network).summary) } catch {
      rows.append(.fact("C sources", error.description))
    }
    sheet.facts("network", rows)
    sheet.table("layers", network.layers.map(row))
    return sheet
  } catch { throw CommandFailure(error) }
}

private func summary(_ network: GeneratedNetwork) -> [Sheet.Row] {
  func tensor(_ shape: [Int], _ scale: Float, _ zero: Int) -> String {
    let offset = zero < 0 ? "+ \(-zero)" : "- \(zero)"
    return "\(text(shape)) int8, real = \(scale) * (stored \(offset))"
  }
  return [
    .fact("input", tensor(network.inputShape, network.inputScale, network.inputZeroPoint)),
    .fact("output", tensor(network.outputShape, network.outputScale, network.outputZeroPoint)),
    .fact("constants", "\(network.weightBytes) bytes of flash"),
    .fact("arena", "\(network.arenaBytes) bytes of RAM"),
  ]
}

private func row(_ layer: Layer) -> Sheet.Row {
  Sheet.Row([
    ("layer", "\(layer.index)"), ("operator", layer.operatorName),
    ("input", text(layer.inputShape)), ("output", text(layer.outputShape)),
    ("macs", "\(layer.multiplyAccumulates)"), ("bytes", "\(layer.weightBytes)"),
  ])
}

private func text(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: "x") }
