import Deployments
import Documents
import Units
import Verdicts

/// What a deployment says, read and checked by itself.
func deploymentSheet(_ path: String) throws(CommandFailure) -> Sheet {
  let deployment: Deployment
  do throws(DocumentError) { deployment = try Deployment.load(path: path) } catch {
    throw CommandFailure(error)
  }
  var sheet = Sheet(title: path)
  var rows: [Sheet.Row] = [.fact("name", deployment.name), .fact("board", deployment.board)]
  switch deployment.firmware {
  case .file(let file): rows.append(.fact("firmware", file))
  case .generated(let generation):
    rows.append(.fact("firmware", "generated for \(generation.network)"))
  }
  if let labels = deployment.labels { rows.append(.fact("labels", labels)) }
  rows.append(
    .fact("for", deployment.duration.map { Quantity.text($0) } ?? "until its recordings end"))
  rows.append(.fact("judge", deployment.judge.rawValue))
  sheet.facts("deployment", rows)
  sheet.facts(
    "sensors",
    deployment.sensors.map { .fact($0.key, (try? $0.value["part"]?.string()) ?? "") })
  sheet.facts("faults", deployment.faults.map { .fact($0.sensor, $0.text) })
  sheet.facts("streams", deployment.streams.map { .fact($0.sensor, $0.file) })
  sheet.facts("measures", deployment.measures.map { .fact($0.name, "\($0.from) to \($0.to)") })
  sheet.facts(
    "budgets",
    deployment.budgets.map { budget in
      .fact(budget.name, (budget.isMinimum ? "at least " : "at most ") + "\(budget.limit)")
    })
  return sheet
}
