/// One operator of a network as a report lists it.
public struct Layer: Sendable, Equatable {
  public let index: Int
  /// The schema's name: `CONV_2D`.
  public let operatorName: String
  /// The C function that a generated network runs it in; an operator without work has none there.
  public let symbol: String
  public let inputShape: [Int]
  public let outputShape: [Int]
  /// Multiply-accumulates of one inference.
  public let multiplyAccumulates: Int
  /// Bytes of constants that it reads: weights and biases.
  public let weightBytes: Int
}

extension Network {
  /// The operators with their cost, in the order in which they run.
  public var layers: [Layer] { operators.map(layer) }

  /// Multiply-accumulates of one inference.
  public var multiplyAccumulates: Int {
    layers.reduce(0) { saturatingSum($0, $1.multiplyAccumulates) }
  }

  /// The name of an operator's C function: `deepcraft_layer_03_conv_2d`.
  static func symbol(_ step: Operator) -> String {
    let number = step.index < 10 ? "0\(step.index)" : "\(step.index)"
    let name = step.name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
    return "deepcraft_layer_\(number)_\(String(name))"
  }

  private func layer(_ step: Operator) -> Layer {
    let input = step.inputs.first.flatMap { tensors.indices.contains($0) ? tensors[$0] : nil }
    let output = step.outputs.first.flatMap { tensors.indices.contains($0) ? tensors[$0] : nil }
    let constants = step.inputs.filter { tensors.indices.contains($0) }.compactMap {
      tensors[$0].data?.count
    }
    return Layer(
      index: step.index, operatorName: step.name, symbol: Network.symbol(step),
      inputShape: input?.shape ?? [], outputShape: output?.shape ?? [],
      multiplyAccumulates: multiplyAccumulates(step, output),
      weightBytes: constants.reduce(0, saturatingSum))
  }

  private func multiplyAccumulates(_ step: Operator, _ output: Tensor?) -> Int {
    guard let output, step.inputs.count > 1, tensors.indices.contains(step.inputs[1]) else {
      return 0
    }
    let filter = tensors[step.inputs[1]].shape
    switch step.name {
    case "CONV_2D" where filter.count == 4:
      return saturatingProduct([output.count] + filter[1...])
    case "DEPTHWISE_CONV_2D" where filter.count == 4:
      return saturatingProduct([output.count, filter[1], filter[2]])
    case "FULLY_CONNECTED" where filter.count == 2:
      return saturatingProduct([output.count, filter[1]])
    default:
      return 0
    }
  }
}

/// A product that stays at the largest integer instead of overflowing.
func saturatingProduct(_ factors: [Int]) -> Int {
  factors.reduce(1) { product, factor in
    let (result, overflow) = product.multipliedReportingOverflow(by: factor)
    return overflow ? Int.max : result
  }
}

/// A sum of non-negative numbers that stays at the largest integer instead of overflowing.
func saturatingSum(_ left: Int, _ right: Int) -> Int {
  let (result, overflow) = left.addingReportingOverflow(right)
  return overflow ? Int.max : result
}
