/// A neural network as its `.tflite` file states it: tensors and the operators between them.
///
/// Only the first subgraph is held; nothing here says whether an operator can be generated.
public struct Network: Sendable {
  /// The file as the user named it.
  public let name: String
  public let tensors: [Tensor]
  /// In the order in which they run.
  public let operators: [Operator]
  /// Indices of the tensors that the caller fills.
  public let inputs: [Int]
  /// Indices of the tensors that the caller reads.
  public let outputs: [Int]
  /// Size of the file in bytes.
  public let byteCount: Int

  /// What one element of a tensor is.
  public enum ElementType: Int, Sendable {
    case float32 = 0
    case float16 = 1
    case int32 = 2
    case uint8 = 3
    case int64 = 4
    case string = 5
    case bool = 6
    case int16 = 7
    case complex64 = 8
    case int8 = 9
    case float64 = 10
    case complex128 = 11
    case uint64 = 12
    case resource = 13
    case variant = 14
    case uint32 = 15
    case uint16 = 16
    case int4 = 17

    /// Bytes of one element, or nil where a byte does not hold a whole number of them.
    public var byteCount: Int? {
      switch self {
      case .int8, .uint8, .bool: 1
      case .float16, .int16, .uint16: 2
      case .float32, .int32, .uint32: 4
      case .float64, .int64, .uint64, .complex64: 8
      case .complex128: 16
      case .string, .resource, .variant, .int4: nil
      }
    }
  }

  /// Affine quantization: real = scale × (stored − zero point).
  public struct Quantization: Sendable {
    /// One scale for the tensor, or one for each index of `dimension`.
    public let scales: [Float]
    public let zeroPoints: [Int]
    public let dimension: Int
  }

  /// A value that flows between operators, or a constant.
  public struct Tensor: Sendable {
    public let name: String
    public let type: ElementType
    public let shape: [Int]
    public let quantization: Quantization?
    /// Contents of a constant, little-endian; nil for a value computed at run time.
    public let data: ArraySlice<UInt8>?
    /// Number of elements.
    public let count: Int
    /// Where the file describes it.
    public let byte: Int

    /// The shape as people write it: `1x119x6`.
    public var shapeText: String {
      shape.isEmpty ? "scalar" : shape.map(String.init).joined(separator: "x")
    }
  }

  /// One step of the network.
  public struct Operator: Sendable {
    public let index: Int
    /// The code of `BuiltinOperator` in the schema.
    public let code: Int
    /// The schema's name (`CONV_2D`), or `CUSTOM name`.
    public let name: String
    /// Tensor indices; −1 for an optional operand that is absent.
    public let inputs: [Int]
    public let outputs: [Int]
    public let options: Options
    /// Where the file describes it.
    public let byte: Int
  }

  /// What an operator is told beside its operands.
  public enum Options: Equatable, Sendable {
    case none
    case window(Window)
    case fullyConnected(Activation)
    case softmax(beta: Float)
    case arithmetic(Activation)
    case concatenation(axis: Int, Activation)
    case pack(axis: Int)
    case reduce(keepsDimensions: Bool)
    case stridedSlice(SliceMasks)
  }

  /// How a kernel moves over an image; the kernel's size is given for pooling only.
  public struct Window: Equatable, Sendable {
    public let isSame: Bool
    public let stride: Extent
    public let dilation: Extent
    public let kernel: Extent
    public let depthMultiplier: Int
    public let activation: Activation
  }

  /// Height and width.
  public struct Extent: Equatable, Sendable {
    public let height: Int
    public let width: Int
  }

  /// Which begins, ends and axes of a strided slice are implied.
  public struct SliceMasks: Equatable, Sendable {
    public let begin: Int
    public let end: Int
    public let ellipsis: Int
    public let newAxis: Int
    public let shrinkAxis: Int
  }

  /// A fused activation function.
  public enum Activation: Int, Sendable {
    case none = 0
    case rectified = 1
    case rectifiedOne = 2
    case rectifiedSix = 3
    case hyperbolicTangent = 4
    case signBit = 5
  }
}
