/// Reads the options of one operator of a `.tflite` file.
///
/// Reference: TensorFlow, `schema.fbs` version 3, tables `Conv2DOptions` to `StridedSliceOptions`.
struct TensorFlowLiteOptions {
  private let step: FlatTable
  private let code: Int
  private let what: String

  init(_ step: FlatTable, _ code: Int, _ what: String) {
    self.step = step
    self.code = code
    self.what = what
  }

  func read() throws(NetworkError) -> Network.Options {
    guard let expected = TensorFlowLiteSchema.optionsType[code] else { return .none }
    let found = try step.integer(
      TensorFlowLiteSchema.Operator.optionsType, bytes: 1, "the kind of options")
    guard found == expected,
      let table = try step.table(TensorFlowLiteSchema.Operator.options, "the options")
    else {
      throw step.buffer.error(
        step.position, "\(what) should carry options of kind \(expected), found \(found)")
    }
    return try options(table)
  }

  private func options(_ table: FlatTable) throws(NetworkError) -> Network.Options {
    switch code {
    case 0, 18, 41: .arithmetic(try activation(table, 0))
    case 1, 17: .window(try pool(table))
    case 2:
      .concatenation(
        axis: try table.integer(0, bytes: 4, "the axis"), try activation(table, 1))
    case 3: .window(try convolution(table, isDepthwise: false))
    case 4: .window(try convolution(table, isDepthwise: true))
    case 9: try fullyConnected(table)
    case 25: .softmax(beta: try table.float(0, "beta"))
    case 40: .reduce(keepsDimensions: try table.integer(0, bytes: 1, "keep_dims") != 0)
    case 45: .stridedSlice(try masks(table))
    case 83: .pack(axis: try table.integer(1, bytes: 4, "the axis"))
    default: .none
    }
  }

  private func activation(
    _ table: FlatTable, _ slot: Int
  ) throws(NetworkError) -> Network.Activation {
    let code = try table.integer(slot, bytes: 1, "the activation function")
    guard let activation = Network.Activation(rawValue: code) else {
      throw table.buffer.error(
        table.position, "\(what) has an unknown activation function \(code)")
    }
    return activation
  }

  /// Padding is SAME (0) or VALID (1).
  private func isSame(_ table: FlatTable) throws(NetworkError) -> Bool {
    let padding = try table.integer(0, bytes: 1, "the padding")
    guard padding == 0 || padding == 1 else {
      throw table.buffer.error(
        table.position, "\(what) has padding \(padding); expected 0 (SAME) or 1 (VALID)")
    }
    return padding == 0
  }

  private func extent(
    _ table: FlatTable, width: Int, height: Int, default value: Int = 0, _ label: String
  ) throws(NetworkError) -> Network.Extent {
    let across = try table.integer(width, bytes: 4, default: value, label)
    let down = try table.integer(height, bytes: 4, default: value, label)
    guard (1...65_536).contains(across), (1...65_536).contains(down) else {
      throw table.buffer.error(
        table.position, "\(what) has \(label) \(down)x\(across); expected 1 to 65536 each way")
    }
    return Network.Extent(height: down, width: across)
  }

  private func convolution(
    _ table: FlatTable, isDepthwise: Bool
  ) throws(NetworkError) -> Network.Window {
    let last = isDepthwise ? 4 : 3
    return Network.Window(
      isSame: try isSame(table), stride: try extent(table, width: 1, height: 2, "a stride of"),
      dilation: try extent(
        table, width: last + 1, height: last + 2, default: 1, "a dilation of"),
      kernel: Network.Extent(height: 0, width: 0),
      depthMultiplier: isDepthwise ? try table.integer(3, bytes: 4, "the depth multiplier") : 0,
      activation: try activation(table, last))
  }

  private func pool(_ table: FlatTable) throws(NetworkError) -> Network.Window {
    Network.Window(
      isSame: try isSame(table), stride: try extent(table, width: 1, height: 2, "a stride of"),
      dilation: Network.Extent(height: 1, width: 1),
      kernel: try extent(table, width: 3, height: 4, "a window of"), depthMultiplier: 0,
      activation: try activation(table, 5))
  }

  private func fullyConnected(_ table: FlatTable) throws(NetworkError) -> Network.Options {
    let format = try table.integer(1, bytes: 1, "the weights format")
    guard format == 0 else {
      throw table.buffer.error(
        table.position, "\(what) has weights in format \(format); expected 0 (plain)")
    }
    return .fullyConnected(try activation(table, 0))
  }

  private func masks(_ table: FlatTable) throws(NetworkError) -> Network.SliceMasks {
    Network.SliceMasks(
      begin: try table.integer(0, bytes: 4, "begin_mask"),
      end: try table.integer(1, bytes: 4, "end_mask"),
      ellipsis: try table.integer(2, bytes: 4, "ellipsis_mask"),
      newAxis: try table.integer(3, bytes: 4, "new_axis_mask"),
      shrinkAxis: try table.integer(4, bytes: 4, "shrink_axis_mask"))
  }
}
