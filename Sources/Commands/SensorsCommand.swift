import Documents
import Sensors
import Simulation
import Units
import Verdicts

private let name = Key.positional("NAME", "one part in full")

let sensorsCommand = Command(
  name: "sensors", summary: "the sensors that are modelled, or one in full",
  details: """
    Lists the parts that a board may carry. With NAME: what it measures, its rates, pins and power \
    states, the document behind its model, and what the model leaves out.
    """,
  examples: ["sensors LSM9DS1"],
  keys: [name, SheetFormat.key]
) { (arguments, invocation) throws(CommandFailure) in
  guard let name = try arguments[name] else {
    return try invocation.show(sensorList(), arguments)
  }
  let parts = SensorCatalog.parts
  guard let part = parts.first(where: { $0.lowercased() == name.lowercased() }),
    let description = SensorCatalog.description(of: part)
  else { throw .usage("unknown sensor '\(shortened(name))'" + hint(for: name, in: parts)) }
  return try invocation.show(sensorSheet(description), arguments)
}

private func sensorList() -> Sheet {
  var sheet = Sheet()
  let parts = SensorCatalog.parts.compactMap { SensorCatalog.description(of: $0) }
  let rows = parts.map { part in
    Sheet.Row([
      ("sensor", part.part), ("bus", bus(part)), ("what", part.summary),
    ])
  }
  sheet.table("sensors", rows)
  return sheet
}

private func bus(_ part: SensorDescription) -> String {
  switch part.attachment {
  case .i2c: part.hasSPI ? "I2C, SPI" : "I2C"
  case .pdm: "PDM"
  case .i2s: "I2S"
  case .analog: "analogue"
  }
}

private func sensorSheet(_ part: SensorDescription) -> Sheet {
  var attachment = bus(part)
  if case .i2c(let addresses) = part.attachment {
    attachment += " at " + addresses.map { "0x" + String($0, radix: 16) }.joined(separator: ", ")
  }
  let rates = part.rates.map { Quantity.text($0) }.joined(separator: ", ")
  var sheet = Sheet(title: "\(part.part): \(part.summary)")
  sheet.facts(
    "sensor",
    [
      .fact("bus", attachment),
      .fact("feels", part.quantities.map(\.rawValue).joined(separator: ", ")),
      .fact("rates", rates.isEmpty ? "set by the controller" : rates),
      .fact("pins", part.pins.isEmpty ? "none" : part.pins.joined(separator: ", ")),
      .fact("power states", part.powerStates.joined(separator: ", ")),
      .fact("currents", "in the board's power table: 'thumbprint boards NAME'"),
      .fact("reference", part.reference),
      .fact("not modelled", part.notModelled),
    ])
  return sheet
}
