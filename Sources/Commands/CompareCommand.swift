import Deployments
import Documents
import FileSystem
import Reports
import Verdicts

private let base = Key.required(
  "BASE",
  "an ELF, a deployment, a network, a directory that --output of run or gate wrote, or a result in JSON"
)
private let head = Key.positional(
  "HEAD", "the same; what is worse in it is status 2; of --bisect left out")
private let bisect = Key.option(
  "--bisect", "GOOD..BAD",
  "finds the commit that made BASE, a deployment or firmware of this git repository, worse")
private let build = Key.option(
  "--build", "COMMAND", "makes the firmware, in the work tree of each commit that is tried")
private let inside = Key.option(
  "--in", "DEPLOYMENT.yaml",
  "what runs a BASE or HEAD that is a network; without it the other side's deployment")
private let baseSettings = Key.list(
  "--base-set", "KEY=VALUE", "as --set, of BASE alone")
private let headSettings = Key.list(
  "--head-set", "KEY=VALUE", "as --set, of HEAD alone")
private let format = Key.choice(
  "--format", [("text", false), ("json", true)], "how the result is printed")

let compareCommand = Command(
  name: "compare", summary: "two runs side by side, cause first",
  details: """
    Runs two firmwares or deployments, or takes saved results, and tells first what made the \
    difference; then every figure of both, and the functions whose differences add up to the whole.

    Simulation repeats exactly, so every difference counts. The status is 0 when nothing is worse \
    and 2 when something is. The other options are those of 'run' and hold for both.
    """,
  examples: [
    "compare timer.yaml data-ready.yaml",
    "compare app.yaml app.yaml --head-set generate.run-in=main",
    "compare baseline/ build/app.elf --board mps2-an386 --for '10 s'",
    "compare app.yaml smaller.tflite", "compare last-gate/ this-gate/",
    "compare app.yaml --bisect v1.2..HEAD --build make",
  ],
  keys: [base, head, inside, bisect, build, baseSettings, headSettings, format] + RunOptions.shared
) { (arguments, invocation) throws(CommandFailure) in
  if let range = try arguments[bisect] {
    return try runBisection(range, arguments, invocation)
  }
  guard let second = try arguments[head] else { throw .usage("missing argument HEAD") }
  let first = try arguments[base]
  switch (try SavedGate(first), try SavedGate(second)) {
  case (nil, nil): break
  case (let base?, let head?): return try tell((base, head), arguments, invocation)
  default: throw .usage("the results of a gate are compared with those of another gate")
  }
  let deployment = try arguments[inside]
  let comparands = (
    try Comparand(
      first, settings: try arguments[baseSettings], in: deployment ?? second, arguments),
    try Comparand(
      second, settings: try arguments[headSettings], in: deployment ?? first, arguments)
  )
  let sides = (
    try comparands.0.side(arguments, invocation.terminal),
    try comparands.1.side(arguments, invocation.terminal)
  )
  return try tell(
    Comparison(base: sides.0, head: sides.1), (comparands.0.name, comparands.1.name), arguments,
    invocation)
}

/// Two gates, deployment by deployment.
private func tell(
  _ gates: (SavedGate, SavedGate), _ arguments: Arguments, _ invocation: Invocation
) throws(CommandFailure) -> ExitStatus {
  let comparison = GateComparison(
    SavedGate.pairs(gates.0, gates.1), base: gates.0.name, head: gates.1.name,
    try options(arguments, invocation))
  invocation.terminal.write(
    try arguments[format] ? comparison.json(toolVersion: Version.number) : comparison.text)
  return comparison.status
}

private func options(
  _ arguments: Arguments, _ invocation: Invocation
) throws(CommandFailure) -> ReportOptions {
  var options = ReportOptions()
  options.isFull = try arguments[RunOptions.full]
  options.target = shellWords(invocation.words.filter { $0 != "--full" })
  options.isColoured = invocation.terminal.isOutputTerminal && Files.environment("NO_COLOR") == nil
  return options
}

/// The commit in the first line, then the comparison of it with the one before.
private func runBisection(
  _ range: String, _ arguments: Arguments, _ invocation: Invocation
) throws(CommandFailure) -> ExitStatus {
  guard let command = try arguments[build] else {
    throw .usage("--bisect needs --build COMMAND, which makes the firmware")
  }
  if try arguments[head] != nil { throw .usage("--bisect takes one BASE and no HEAD") }
  let bisection = try Bisection(
    range, build: command, target: try arguments[base], arguments, invocation.terminal)
  guard let found = try bisection.run() else {
    invocation.terminal.write("SAME  nothing is worse at the end of \(range)\n")
    return .success
  }
  if try !arguments[format] { invocation.terminal.write("FOUND  \(found.commit)\n") }
  return try tell(found.comparison, (found.base, found.head), arguments, invocation)
}

private func tell(
  _ comparison: Comparison, _ names: (String, String), _ arguments: Arguments,
  _ invocation: Invocation
) throws(CommandFailure) -> ExitStatus {
  if try arguments[format] {
    let report = ComparisonJSON(
      comparison, base: names.0, head: names.1, toolVersion: Version.number)
    invocation.terminal.write(report.text)
  } else {
    let report = ComparisonReport(
      comparison, base: names.0, head: names.1, try options(arguments, invocation))
    invocation.terminal.write(report.text)
  }
  return comparison.status
}
