import Boards
import Deployments
import RunRecord
import Units
import Verdicts

/// Drawings of an HTML report: inline SVG in whole numbers, coloured by the page's style sheet.
enum HTMLCharts {
  /// A bar with its share filled, in thousandths; a mark where a limit lies.
  static func bar(_ share: Int, style: String, mark: Int? = nil, title: String) -> String {
    let filled = min(max(share, 0), 1_000)
    var parts = "<rect class=\"track\" width=\"1000\" height=\"60\" rx=\"8\"/>"
    parts += "<rect class=\"\(style)\" width=\"\(filled)\" height=\"60\" rx=\"8\"/>"
    if let mark {
      parts += "<rect class=\"mark\" x=\"\(min(mark, 996))\" y=\"-10\" width=\"4\" height=\"80\"/>"
    }
    return "<svg class=\"bar\" viewBox=\"0 -10 1000 80\" preserveAspectRatio=\"none\" role=\"img\">"
      + "<title>\(MarkupText.escaped(title))</title>\(parts)</svg>"
  }

  /// Parts of one whole beside each other, in the order they happened; widths sum exactly to 1000.
  static func stack(_ parts: [(name: String, style: String, size: Int64)]) -> String {
    let total = parts.reduce(Int128(0)) { $0 + Int128(max($1.size, 0)) }
    if total <= 0 { return "" }
    var (before, drawn) = (Int128(0), 0)
    var body = ""
    for part in parts {
      before += Int128(max(part.size, 0))
      let end = Int(before * 1_000 / total)
      defer { drawn = end }
      if end == drawn { continue }
      body += "<rect class=\"\(part.style)\" x=\"\(drawn)\" width=\"\(end - drawn)\" height=\"60\">"
      body += "<title>\(MarkupText.escaped(part.name))</title></rect>"
    }
    return "<svg class=\"bar tall\" viewBox=\"0 0 1000 60\" preserveAspectRatio=\"none\" "
      + "role=\"img\">\(body)</svg>"
  }

  /// How often each latency occurred: `bins` columns from the shortest to the longest.
  static func histogram(_ latencies: [Int64], deadline: Int64?, bins: Int = 50) -> String {
    guard let low = latencies.min(), let high = latencies.max() else { return "" }
    let width = (Int128(high) - Int128(low)) / Int128(bins) + 1
    var counts = [Int](repeating: 0, count: bins)
    for latency in latencies {
      counts[min(bins - 1, Int((Int128(latency) - Int128(low)) / width))] += 1
    }
    let peak = counts.max() ?? 1
    var body = ""
    for (index, count) in counts.enumerated() where count > 0 {
      // What occurred once is still seen.
      let height = max(2, count * 200 / peak)
      let from = Int128(low) + width * Int128(index)
      let isLate = deadline.map { from > Int128($0) } ?? false
      let range =
        "\(Figures.text(from, Figures.time)) to "
        + "\(Figures.text(from + width, Figures.time)): \(Figures.grouped(count))"
      body += "<rect class=\"\(isLate ? "missed" : "code")\" x=\"\(index * 1_000 / bins + 1)\" "
      body += "y=\"\(200 - height)\" width=\"\(1_000 / bins - 2)\" height=\"\(height)\">"
      body += "<title>\(range)</title></rect>"
    }
    let ends = (Figures.text(low, Figures.time), Figures.text(high, Figures.time))
    return "<figure><svg class=\"histogram\" viewBox=\"0 0 1000 202\" preserveAspectRatio=\"none\" "
      + "role=\"img\">\(body)<rect class=\"axis\" y=\"200\" width=\"1000\" height=\"2\"/></svg>"
      + "<figcaption><span>\(ends.0)</span><span>\(Figures.grouped(latencies.count)) times, "
      + "at most \(Figures.grouped(peak)) in a column</span><span>\(ends.1)</span></figcaption>"
      + "</figure>"
  }
}

/// What makes a page of it: colours by the reader's scheme, nothing from anywhere else.
enum HTMLStyle {
  static let text = """
    :root{--ink:#1a1c20;--soft:#5b616b;--page:#fff;--track:#e6e8ec;--met:#1b7f4b;--missed:#c0342b;
    --unknown:#a86a00;--code:#3567c8;--handler:#a3508f;--bus:#c98500;--sleep:#9aa3b0}
    @media(prefers-color-scheme:dark){:root{--ink:#e6e8ec;--soft:#9aa3b0;--page:#15171b;
    --track:#2b2f37;--met:#4cc38a;--missed:#f0695e;--unknown:#e0a33a;--code:#7aa2f7;
    --handler:#d088bd;--bus:#e0a33a;--sleep:#5b616b}}
    @media print{:root{--page:#fff;--ink:#000;--soft:#444;--track:#ddd}section{break-inside:avoid}
    svg{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
    body{font:15px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--page);
    max-width:60rem;margin:2rem auto;padding:0 1rem}
    h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}
    h3{font-size:1rem;margin:1rem 0 .25rem}p{margin:.25rem 0}
    table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
    th,td{text-align:left;padding:.2rem .6rem .2rem 0;border-bottom:1px solid var(--track);
    overflow-wrap:anywhere}th{color:var(--soft);font-weight:500}.n{text-align:right;
    white-space:nowrap}.soft,figcaption{color:var(--soft)}td.c{width:11rem}
    svg{display:block}.bar{width:100%;min-width:8rem;height:.8rem}.tall{height:1.6rem}
    .histogram{width:100%;height:8rem}figure{margin:.5rem 0}
    figcaption{display:flex;justify-content:space-between;font-size:.85rem}
    .track{fill:var(--track)}.mark,.axis{fill:var(--soft)}
    .met{fill:var(--met);color:var(--met)}.missed{fill:var(--missed);color:var(--missed)}
    .unknown{fill:var(--unknown);color:var(--unknown)}.code{fill:var(--code)}
    .handler{fill:var(--handler)}.bus{fill:var(--bus)}.sleep{fill:var(--sleep)}
    """
}
