/// The core's NMI input, as devices on the chip reach it.
public final class NonMaskableInterrupt {
  /// Makes the exception pending; the core hooks in here.
  public var pend: () -> Void = {}

  public init(_ fabric: Fabric) {}
}
