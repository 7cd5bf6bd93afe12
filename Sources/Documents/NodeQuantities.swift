public import Units

/// Scalars as quantities; a wrong one is an error at its place.
extension Node {
  func quantity<Value>(
    _ read: (String) throws(QuantityError) -> Value
  ) throws(DocumentError) -> Value {
    let text = try string()
    do { return try read(text) } catch { throw self.error(error.description) }
  }

  /// A duration of either sign of at most 1000 h: sums of a few stay in range.
  public func interval() throws(DocumentError) -> Interval {
    let value = try quantity(Quantity.interval)
    let limit = Interval.seconds(3_600_000)
    guard value <= limit, value >= .zero - limit else {
      throw error("expected a duration of at most 1000 h, found \(summary)")
    }
    return value
  }

  /// A frequency that clocks can be made of: their conversions stay in range.
  public func hertz() throws(DocumentError) -> Hertz {
    let value = try quantity(Quantity.hertz)
    guard value >= Hertz(1, per: 1_000), value <= Hertz(10_000_000_000),
      value.denominator <= 1_000_000
    else {
      throw error("expected 0.001 Hz to 10 GHz with at most six decimals, found \(summary)")
    }
    return value
  }

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
