import Deployments
import Foundation
import Profiling
import Reports
import RunRecord
import Testing
import Units
import Verdicts

@Suite struct FormatTests {
  private func judged(_ settings: [String] = []) throws -> Judgement {
    var evidence = evidence(demonstration(), try bench(settings))
    evidence.labels = demonstrationLabels
    return Judgement(evidence)
  }

  private func random(_ seed: Int) throws -> Judgement {
    var random = SeededGenerator(seed: seed)
    return Judgement(evidence(randomRecord(&random), seed % 3 == 0 ? try plain() : try bench()))
  }

  @Test func `a missed budget in every format`() throws {
    let judgement = try judged(["budgets.response.max=500us"])
    expectGolden(JUnitReport(judgement).text, "missed.xml")
    expectGolden(MarkdownReport(judgement).text, "missed.md")
    expectGolden(GitHubReport(judgement).text, "missed-github.txt")
    expectGolden(HTMLReport(judgement).text, "missed.html")
  }

  @Test func `a run that holds all budgets is one notice`() throws {
    let text = GitHubReport(try judged()).text
    #expect(text.hasPrefix("::notice file=bench/deployment.yaml,title=bench-gesture%3A met::"))
    #expect(text.split(separator: "\n").count == 1)
  }

  @Test func `an annotation points at the budget's line`() throws {
    var judgement = try judged()
    judgement.budgets[2].verdict = .missed
    judgement.verdict = .missed
    #expect(judgement.budgets[2].name == "response.max")
    let text = GitHubReport(judgement).text
    #expect(text.contains("Golden/deployment.yaml,line=10,col="), "\(text)")
  }

  @Test func `a crash is an error wherever it is told`() throws {
    let judgement = Judgement(evidence(crashed(), try bench()))
    #expect(GitHubReport(judgement).text.contains("::error file=bench/deployment.yaml,title="))
    #expect(JUnitReport(judgement).text.contains("<error type=\"budget\""))
    #expect(MarkdownReport(judgement).text.hasPrefix("## CRASHED"))
    #expect(HTMLReport(judgement).text.contains("<span class=\"pill unknown\">CRASHED</span>"))
  }

  @Test func `names cannot break out of a format`() throws {
    var judgement = try judged(["budgets.response.max=500us"])
    let name = "a<b>&\"'|`%\r\n::error::\u{1}\u{7f}\u{1b}[31m"
    judgement.evidence.deployment.name = name
    judgement.evidence.deployment.path = name
    judgement.profile.rows[0].name = "<script>alert(1)</script>"
    let github = GitHubReport(judgement).text
    #expect(github.split(separator: "\n").allSatisfy { $0.hasPrefix("::error ") })
    #expect(github.contains("a<b>&\"'|`%25%0D%0A%3A%3Aerror%3A%3A[31m"))
    let html = HTMLReport(judgement).text
    #expect(!html.contains("<script") && html.contains("&lt;script&gt;"))
    let markdown = MarkdownReport(judgement).text
    #expect(markdown.replacing("\\<", with: "").contains("<") == false)
    for text in [github, html, MarkdownReport(judgement).text, JUnitReport(judgement).text] {
      #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f || $0 == "\n" })
    }
  }

  @Test func `a page loads nothing and stays small`() throws {
    var record = demonstration()
    for index in 0..<5_000 {
      let name = "function_\(index)_" + String(repeating: "n", count: 200)
      record.functions.append(
        FunctionRecord(
          name: name, address: .init(UInt32(0x10_0000 + index)), calls: 1, inclusiveCycles: 9))
      record.findings.append(
        Finding(kind: "unmodelled-register", place: name, message: name, count: 1))
    }
    let judgement = Judgement(evidence(record, try bench()))
    let html = HTMLReport(judgement).text
    #expect(html.utf8.count <= 2_000_000)
    #expect(!html.contains("http") && !html.contains("url(") && !html.contains("src="))
    #expect(MarkdownReport(judgement).text.utf8.count <= 1 << 20)
  }

  @Test func `XML and HTML are well-formed for python's parsers`() throws {
    try #require(python("") == 0, "python3 is missing")
    let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    for seed in 0..<60 {
      let judgement = try random(seed)
      for (text, suffix) in [
        (JUnitReport(judgement).text, "xml"), (HTMLReport(judgement).text, "html"),
      ] {
        let file = directory.appending(path: "\(seed).\(suffix)")
        try text.write(to: file, atomically: true, encoding: .utf8)
      }
      #expect(MarkdownReport(judgement).text.utf8.count <= 1 << 20)
    }
    #expect(python(Self.check, directory.path) == 0)
  }

  /// Fails on XML that is not well-formed, counts that do not agree, and tags that do not match.
  private static let check = """
    import glob, sys, html.parser, xml.etree.ElementTree as tree
    empty = {'meta', 'rect'}
    class Page(html.parser.HTMLParser):
        def __init__(self):
            super().__init__(); self.open = []
        def handle_starttag(self, tag, attributes):
            if tag not in empty: self.open.append(tag)
        def handle_endtag(self, tag):
            if tag in empty: return
            assert self.open and self.open.pop() == tag, (tag, self.open)
    files = glob.glob(sys.argv[1] + '/*')
    assert len(files) == 120
    for name in files:
        if name.endswith('.xml'):
            suite = tree.parse(name).getroot().find('testsuite')
            cases = suite.findall('testcase')
            assert int(suite.get('tests')) == len(cases)
            assert int(suite.get('failures')) == len(suite.findall('testcase/failure'))
            assert int(suite.get('errors')) == len(suite.findall('testcase/error'))
        else:
            page = Page(); page.feed(open(name, encoding='utf-8').read())
            assert page.open == [], page.open
    """

  private func python(_ program: String, _ arguments: String...) -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", program] + arguments
    do { try process.run() } catch { return -1 }
    process.waitUntilExit()
    return process.terminationStatus
  }
}
