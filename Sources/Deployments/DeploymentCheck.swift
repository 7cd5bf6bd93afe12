public import Boards
public import Documents

extension Deployment {
  /// Checks what only the board can tell: its sensors, their channels and pins, interrupts, ports.
  public func check(against board: Board) throws(DocumentError) {
    for stream in streams {
      let sensor = try sensor(stream.sensor, on: board, at: stream.position)
      for channel in stream.channels
      where !sensor.channels.isEmpty && !sensor.channels.contains(channel.name) {
        throw DocumentError(
          "'\(stream.sensor)' has no channel '\(shortened(channel.name))'"
            + hint(for: channel.name, in: sensor.channels), at: channel.position)
      }
      for channel in stream.channels { try checkAxes(channel) }
    }
    for fault in faults {
      let sensor = try sensor(fault.sensor, on: board, at: fault.sensorPosition)
      try fault.check(against: sensor)
    }
    if case .generated(let generation) = firmware {
      for rate in generation.sensors {
        _ = try sensor(rate.sensor, on: board, at: rate.position)
      }
    }
    for measure in measures {
      try check(measure.from, against: board, at: measure.fromPosition)
      try check(measure.to, against: board, at: measure.toPosition)
    }
    for press in presses { _ = try press.net(on: board) }
    for hold in holds { _ = try hold.bits(on: board.chip) }
    // Ports of the core's debug interface are no blocks of the chip.
    for uart in uarts
    where board.chip.block(uart.name) == nil && !ConsolePort.names.contains(uart.name) {
      throw DocumentError(
        "'\(board.name)' has no serial port '\(shortened(uart.name))'"
          + hint(for: uart.name, in: board.chip.blocks.map(\.name).filter { $0.contains("UART") }),
        at: uart.position)
    }
  }

  /// A missing axis would be felt as nothing at all.
  private func checkAxes(_ channel: StreamInput.Channel) throws(DocumentError) {
    guard let columns = channel.columns else { return }
    let axes = ["accelerometer", "gyroscope", "magnetometer"].contains(channel.name) ? 3 : 1
    if columns.count != axes {
      throw DocumentError(
        "expected \(axes) \(axes == 1 ? "column" : "columns") for '\(channel.name)', "
          + "found \(columns.count)", at: channel.position)
    }
  }

  private func check(
    _ point: MeasurePoint, against board: Board, at position: Position
  ) throws(DocumentError) {
    if let id = point.sensor {
      let sensor = try sensor(id, on: board, at: position)
      if case .pin = point, sensor.pins.isEmpty {
        throw DocumentError(
          "no interrupt pin of '\(id)' is wired on '\(board.name)'; use \(id).data-ready or "
            + "\(id).read", at: position)
      }
    }
    if case .interrupt(let name) = point, board.chip.interrupt(name) == nil {
      let names = board.chip.interrupts.map(\.name) + board.chip.blocks.map(\.name)
      let near = nearest(to: name, in: names).map { "; did you mean '\($0)'?" } ?? ""
      throw DocumentError(
        "'\(board.chip.name)' has no interrupt '\(shortened(name))'\(near)", at: position)
    }
  }

  private func sensor(
    _ id: String, on board: Board, at position: Position
  ) throws(DocumentError) -> BoardSensor {
    if let sensor = board.sensor(id) { return sensor }
    let ids = board.sensors.map(\.id)
    let what = ids.isEmpty ? "; it has none" : hint(for: id, in: ids)
    throw DocumentError("'\(board.name)' has no sensor '\(shortened(id))'\(what)", at: position)
  }
}
