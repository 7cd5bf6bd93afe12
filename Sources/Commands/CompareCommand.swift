import Deployments
import Documents
import FileSystem
import Reports
import Verdicts

private let base = Key.required(
  "BASE", "an ELF, a deployment, a directory that --output wrote, or a result in JSON")
private let head = Key.required("HEAD", "the same; what is worse in it is status 2")
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
  ],
  keys: [base, head, baseSettings, headSettings, format] + RunOptions.shared
) { (arguments, invocation) throws(CommandFailure) in
  let comparands = (
    try Comparand(try arguments[base], settings: try arguments[baseSettings], arguments),
    try Comparand(try arguments[head], settings: try arguments[headSettings], arguments)
  )
  let sides = (
    try comparands.0.side(arguments, invocation.terminal),
    try comparands.1.side(arguments, invocation.terminal)
  )
  let comparison = Comparison(base: sides.0, head: sides.1)
  let names = (comparands.0.name, comparands.1.name)
  if try arguments[format] {
    let report = ComparisonJSON(
      comparison, base: names.0, head: names.1, toolVersion: Version.number)
    invocation.terminal.write(report.text)
  } else {
    var options = ReportOptions()
    options.isFull = try arguments[RunOptions.full]
    options.target = shellWords(invocation.words.filter { $0 != "--full" })
    options.isColoured =
      invocation.terminal.isOutputTerminal && Files.environment("NO_COLOR") == nil
    let report = ComparisonReport(comparison, base: names.0, head: names.1, options)
    invocation.terminal.write(report.text)
  }
  return comparison.status
}
