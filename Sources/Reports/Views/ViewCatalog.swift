public import Profiling

/// A view of a run in the format of another tool.
public struct ViewFormat: Sendable {
  /// What `--export` calls it.
  public var name: String
  /// What it is called in the directory of a saved run.
  public var fileName: String
  /// What it is and what opens it.
  public var summary: String
  /// The second, where there is one, is what a differential view is against.
  public var render: @Sendable (ViewData, ViewData?) -> [UInt8]

  init(
    _ name: String, _ fileName: String, _ summary: String,
    _ render: @escaping @Sendable (ViewData) -> String
  ) {
    (self.name, self.fileName, self.summary) = (name, fileName, summary)
    self.render = { view, _ in Array(render(view).utf8) }
  }

  init(
    _ name: String, _ fileName: String, _ summary: String,
    bytes render: @escaping @Sendable (ViewData, ViewData?) -> [UInt8]
  ) {
    (self.name, self.fileName, self.summary) = (name, fileName, summary)
    self.render = render
  }
}

/// Every view, by the name that `--export` uses.
public enum ViewCatalog {
  public static let formats: [ViewFormat] = [
    ViewFormat("callgrind", "callgrind.out", "KCachegrind, callgrind_annotate") {
      CallgrindView($0).text
    },
    ViewFormat(
      "pprof", "profile.pb.gz", "go tool pprof", bytes: { view, _ in PprofView(view).bytes }),
    ViewFormat("speedscope", "speedscope.json", "speedscope.app") { SpeedscopeView($0).text },
    ViewFormat("folded", "cycles.folded", "flamegraph.pl, inferno") { FoldedView($0).text },
    ViewFormat(
      "flamegraph", "flamegraph.svg", "a browser",
      bytes: { view, base in
        Array(FlameGraphView(view, against: base).text.utf8)
      }),
    ViewFormat("annotated", "annotated.txt", "source and disassembly with costs") {
      AnnotatedView($0).text
    },
    ViewFormat("memory", "memory.txt", "flash, RAM, stacks and heap") { MemoryView($0).text },
    ViewFormat("perfetto", "trace.json", "ui.perfetto.dev, chrome://tracing") {
      PerfettoView($0).text
    },
    ViewFormat("power-csv", "power.csv", "Power Profiler of nRF Connect") {
      PowerTraceView($0).text
    },
  ]

  /// The view of that name, or nil for an unknown one.
  public static func format(_ name: String) -> ViewFormat? { formats.first { $0.name == name } }
}
