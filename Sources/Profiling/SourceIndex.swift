public import FirmwareImage
public import RunRecord
public import Units

/// What the source calls the functions of a run and where it declares them; plain values.
public struct SourceIndex: Sendable {
  public struct Entry: Sendable, Hashable {
    /// `fuse_kalman` for `fuse_kalman.constprop.0`; C++ names with scope and parameters.
    public var name: String
    public var file: String?
    public var line: Int?
    /// Bytes of its code.
    public var size: UInt32?
    /// Bytes that its entry takes from the stack.
    public var frame: UInt32?
    /// What its code says, wherever it lies.
    public var digest: UInt64?
    /// What it calls, in the order of its instructions.
    public var callees: [String] = []

    public init(
      name: String, file: String?, line: Int?, size: UInt32? = nil, frame: UInt32? = nil
    ) {
      (self.name, self.file, self.line) = (name, file, line)
      (self.size, self.frame) = (size, frame)
    }
  }

  public struct IdleFunction: Sendable, Hashable {
    public var name: String
    public var size: UInt32

    public init(name: String, size: UInt32) { (self.name, self.size) = (name, size) }
  }

  private var entries: [Address: Entry]
  /// The line of the instruction that a crashed run faulted at.
  public var fault: (file: String, line: Int)?
  /// The compilers with version and options as they noted them, each once, in link order; options
  /// that name a place of the building machine are left out.
  public var producers: [String] = []
  /// Variables and constants large enough to matter, by name.
  public var objects: [DataObject] = []
  /// Code that is in the image and never ran, by name.
  public var idle: [IdleFunction] = []
  /// Functions that were put into their callers somewhere in the files that ran.
  public var inlined: [String] = []

  /// Knows nothing: functions go by their symbols.
  public init(entries: [Address: Entry] = [:]) { self.entries = entries }

  /// Reads the image's symbols and, where it has any, debug information of the functions that ran.
  public init(_ image: FirmwareImage, for record: RunRecord) {
    entries = [:]
    var ran = Set(record.blocks.compactMap(\.function))
    for index in record.functions.indices where record.functions[index].calls > 0 {
      ran.insert(index)
    }
    let debug = ran.isEmpty ? nil : DebugInformation(image)
    for case let producer? in debug?.compilationUnits.map(\.producer) ?? [] {
      let words = producer.split(separator: " ").filter { !$0.contains("/") }
      let text = words.joined(separator: " ")
      if !producers.contains(text) { producers.append(text) }
    }
    switch record.outcome {
    case .faulted(let value), .lockedUp(let value):
      fault = debug?.location(of: value.programCounter).map { ($0.file, $0.line) }
    default: break
    }
    let digest = ContentDigest(image)
    for index in ran where record.functions.indices.contains(index) {
      let address = record.functions[index].address
      guard let function = image.function(at: address) else { continue }
      let place = debug?.declaration(of: function)
      var entry = Entry(
        name: function.displayName, file: place?.file, line: place?.line, size: function.size,
        frame: StackFrame.size(of: function, in: image))
      if let code = digest.function(function) { (entry.digest, entry.callees) = code }
      entries[address] = entry
    }
    idle = image.functions.filter { entries[$0.address] == nil && $0.size > 0 }.map {
      IdleFunction(name: $0.displayName, size: $0.size)
    }.sorted { ($0.name, $0.size) < ($1.name, $1.size) }
    objects = DataObject.all(image, digest)
    inlined = debug?.loadedInlinedNames ?? []
  }

  public func entry(at address: Address) -> Entry? { entries[address] }
}
