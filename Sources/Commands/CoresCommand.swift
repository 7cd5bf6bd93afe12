import Documents
import Timing
import Verdicts

private let name = Key.positional("NAME", "one core in full")

let coresCommand = Command(
  name: "cores", summary: "the cores whose timing is known, or one in full",
  details: """
    Lists the cores. With NAME: what exceptions cost, the documents behind the timing model, and \
    the figures that no source gives.
    """,
  examples: ["cores cortex-m4"],
  keys: [name, SheetFormat.key]
) { (arguments, invocation) throws(CommandFailure) in
  guard let name = try arguments[name] else {
    return try invocation.show(coreList(), arguments)
  }
  guard let core = TimingCatalog.timing(of: name.lowercased()) else {
    throw .usage(
      "unknown core '\(shortened(name))'" + hint(for: name, in: TimingCatalog.cores.map(\.name)))
  }
  return try invocation.show(coreSheet(core), arguments)
}

private func coreList() -> Sheet {
  var sheet = Sheet()
  let rows = TimingCatalog.cores.map { core in
    Sheet.Row([
      ("core", core.name), ("entry", "\(core.exceptions.entry)"),
      ("exit", "\(core.exceptions.exit)"), ("tail-chain", "\(core.exceptions.tailChain)"),
      ("assumed", "\(core.assumptions.count)"),
    ])
  }
  sheet.table("cores", rows)
  return sheet
}

private func coreSheet(_ core: any CoreTiming) -> Sheet {
  let costs = core.exceptions
  let rows: [(key: String, cycles: UInt32, what: String)] = [
    ("entry", costs.entry, "from the interrupt to the handler's first instruction"),
    ("exit", costs.exit, "from the return to the interrupted code"),
    ("tailChain", costs.tailChain, "from one handler's return to the next handler"),
    ("floatEntry", costs.floatEntry, "more when the floating-point frame is stacked at once"),
    ("floatExit", costs.floatExit, "more when it is unstacked"),
    ("lazyStacking", costs.lazyStacking, "at the first floating-point instruction of a handler"),
    ("hiddenWaits", costs.hiddenWaits, "of waits for vector and handler that entry hides"),
    ("wakeUp", costs.wakeUp, "from the wake-up event to the first instruction"),
  ]
  var sheet = Sheet(title: core.name)
  let exceptions = rows.map { row in
    let isAssumed = core.assumptions.contains("exceptions.\(row.key)")
    return Sheet.Row.fact(
      row.key, "\(row.cycles) cycles \(row.what)",
      [("trust", isAssumed ? "assumed" : "modelled")])
  }
  sheet.facts("exceptions", exceptions)
  let assumed = core.assumptions.filter { !$0.hasPrefix("exceptions.") }
  sheet.facts(
    "instructions",
    [
      .fact("reference", core.reference),
      .fact("assumed", assumed.isEmpty ? "nothing" : assumed.joined(separator: ", ")),
    ])
  return sheet
}
