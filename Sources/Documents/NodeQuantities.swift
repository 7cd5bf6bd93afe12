public import Units

/// Scalars as quantities; a wrong one is an error at its place.
extension Node {
  func quantity<Value>(
    _ read: (String) throws(QuantityError) -> Value
  ) throws(DocumentError) -> Value {
    let text = try string()
    do { return try read(text) } catch { throw self.error(error.description) }
  }

  public func interval() throws(DocumentError) -> Interval { try quantity(Quantity.interval) }
  public func hertz() throws(DocumentError) -> Hertz { try quantity(Quantity.hertz) }
  public func bytes() throws(DocumentError) -> UInt64 { try quantity(Quantity.bytes) }
  public func amperes() throws(DocumentError) -> Amperes { try quantity(Quantity.amperes) }
  public func volts() throws(DocumentError) -> Volts { try quantity(Quantity.volts) }
  public func joules() throws(DocumentError) -> Joules { try quantity(Quantity.joules) }
  public func charge() throws(DocumentError) -> Charge { try quantity(Quantity.charge) }
  public func ratio() throws(DocumentError) -> Ratio { try quantity(Quantity.ratio) }

  public func address() throws(DocumentError) -> Address {
    Address(UInt32(try integer(in: 0...0xFFFF_FFFF)))
  }

  /// A duration above zero.
  public func positiveInterval() throws(DocumentError) -> Interval {
    let value = try interval()
    guard value > .zero else { throw error("expected a duration above zero, found \(summary)") }
    return value
  }
}
