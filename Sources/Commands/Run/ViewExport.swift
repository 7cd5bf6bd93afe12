import Documents
import Profiling
import Reports
import Verdicts

/// A view of a run and the file that takes it: `callgrind=FILE`, `-` for standard output.
struct ViewExport {
  let format: ViewFormat
  let path: String

  static let key = Key<[ViewExport]>(
    name: "--export",
    help: "a view for another tool: " + ViewCatalog.formats.map(\.name).joined(separator: ", "),
    shape: .list(placeholder: "VIEW=FILE")
  ) { (texts) throws(CommandFailure) in
    var exports: [ViewExport] = []
    for text in texts { exports.append(try ViewExport(text)) }
    return exports
  }

  init(_ text: String) throws(CommandFailure) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let format = ViewCatalog.format(String(parts[0])) else {
      throw CommandFailure(
        .usage,
        "--export: error: unknown view '\(shortened(String(parts[0])))'"
          + hint(for: String(parts[0]), in: ViewCatalog.formats.map(\.name)))
    }
    guard parts.count == 2, !parts[1].isEmpty else {
      throw CommandFailure(
        .usage, "--export: error: expected \(format.name)=FILE, found '\(shortened(text))'")
    }
    (self.format, path) = (format, String(parts[1]))
  }

  /// Before a run: a place that cannot be written would cost its result.
  func check() throws(CommandFailure) {
    if path != "-" { try SystemFile.checkWritable(path) }
  }

  /// `base` is what a differential view is against; other views leave it out.
  func write(
    _ view: ViewData, against base: ViewData? = nil, _ terminal: Terminal
  ) throws(CommandFailure) {
    let bytes = format.render(view, base)
    if path == "-" { terminal.write(bytes) } else { try SystemFile.write(bytes, to: path) }
  }
}
