public import Documents
public import Units

/// A microcontroller as its vendor describes it for debuggers: a System View Description.
public struct DeviceDescription: Sendable {
  public struct Core: Hashable, Sendable {
    /// As the description writes it: `CM4`.
    public var name: String
    public var revision: String?
    public var hasFPU: Bool
    public var hasMPU: Bool
    public var priorityBits: Int?
    public var interruptCount: Int?
  }

  public struct Interrupt: Hashable, Sendable {
    public var name: String
    public var number: Int
  }

  public struct Peripheral: Hashable, Sendable {
    public var name: String
    public var summary: String?
    public var base: Address
    /// Offsets from the base that its address blocks reach up to; 0: none is given.
    public var size: UInt32
    public var interrupts: [Interrupt]
    /// Offset of its first register and of the byte behind its last; nil: it has none.
    public var extent: Range<UInt32>?
  }

  public var name: String
  public var vendor: String?
  public var version: String?
  public var core: Core?
  /// In the order of the description.
  public var peripherals: [Peripheral]
  public var registers: RegisterMap
}

/// What a description may make at most, whatever its arrays say.
enum DescriptionLimits {
  static let registers = 1 << 18
  /// Peripherals, clusters, registers and fields after arrays are expanded.
  static let steps = 1 << 22
  static let array = 1 << 16
  /// `derivedFrom` of `derivedFrom` of ...
  static let derivations = 16
  /// Elements that are looked at to find them.
  static let work = 1 << 26
}

extension DeviceDescription {
  /// Reads a file in the System View Description format.
  ///
  /// Reference: Open-CMSIS-Pack, CMSIS-SVD 1.3.
  /// Not modelled: write constraints, header and structure names, protection, security regions, `dim` of
  /// enumerated values.
  public init(file path: String) throws(DocumentError) {
    try self.init(bytes: try documentBytes(path, limit: XMLLimits.bytes), file: path)
  }

  public init(bytes: [UInt8], file: String) throws(DocumentError) {
    var reader = SVDReader(try XMLReader.root(of: bytes, file: file))
    self = try reader.device()
  }
}
