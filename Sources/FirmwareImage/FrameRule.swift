/// How to get from a place in a function to its caller's registers: where the frame ends and where
/// registers were saved.
public struct FrameRule: Sendable, Equatable {
  /// What says so, most trustworthy first.
  public enum Source: String, Sendable {
    /// `.debug_frame` or `.eh_frame`: right at every instruction.
    case callFrameInformation
    /// `.ARM.exidx`: right at calls.
    case exceptionIndex
    /// The function's first instructions.
    case prologue
  }

  /// Where a register of the caller is.
  public enum Saved: Sendable, Equatable {
    /// Nowhere: it is lost.
    case undefined
    /// In memory, so far from the frame's end.
    case atOffset(Int32)
    /// It is the frame's end and so much.
    case offset(Int32)
    /// In another register.
    case register(UInt8)
  }

  /// The frame's end (the canonical frame address, the caller's stack pointer) is this register and
  /// `offset`.
  public var base: UInt8
  public var offset: Int32
  /// By register number, 0 to 15; a register that is not here keeps its value.
  public var saved: [UInt8: Saved]
  /// The register whose value in the caller is the return address.
  public var returnRegister: UInt8
  public var source: Source

  public init(
    base: UInt8, offset: Int32, saved: [UInt8: Saved], returnRegister: UInt8, source: Source
  ) {
    (self.base, self.offset, self.saved) = (base, offset, saved)
    (self.returnRegister, self.source) = (returnRegister, source)
  }
}
