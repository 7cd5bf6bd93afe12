public import Documents
public import Units

/// A peripheral of a chip: an instance of a type of device at an address.
public struct Block: Hashable, Sendable {
  /// The data sheet's name: `TIMER0`.
  public var name: String
  /// Other names of the same registers: `SPIM0` of `TWIM0`.
  public var aliases: [String]
  /// The model that implements it: `nordic-timer`; `unmodelled` when there is none.
  public var type: String
  /// Where its file says so; nil: no file does.
  public var typePosition: Position?
  public var base: Address
  /// Offset of its first register: where two blocks share a page, each has only its own part.
  public var first: UInt32
  /// Offsets from `first` up to, not including, this one are the block's.
  public var size: UInt32
  /// Numbers of its interrupt lines, in the order that its type defines.
  public var interrupts: [Int]
  /// The clock that it runs on; nil: the core's.
  public var clock: String?
  /// Constants of the instance: `channels: 4`.
  public var parameters: [String: Int]
  public var provenance: Provenance

  public var isModelled: Bool { type != "unmodelled" }

  public func contains(_ address: Address) -> Bool {
    address >= base && address - base >= first && address - base < size
  }

  public func isNamed(_ name: String) -> Bool { self.name == name || aliases.contains(name) }
}

/// An interrupt line of the NVIC by the name that start-up code gives it.
public struct Interrupt: Hashable, Sendable {
  public var number: Int
  public var name: String
}
