import Testing

@testable import Commands

@Suite struct HelpTests {
  @Test(arguments: Catalog.commands.map(\.name))
  func `help fits 80 columns and names every option`(name: String) throws {
    let finished = Session.call([name, "--help"])
    #expect(finished.status == 0)
    #expect(finished.error.isEmpty)
    let command = try #require(Catalog.command(name))
    for key in command.keys where !key.isHidden {
      #expect(finished.output.contains(key.name), "\(key.name)")
      #expect(!key.help.isEmpty && !key.help.hasSuffix("."), "\(key.name)")
    }
    for line in finished.output.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
  }

  @Test func `the overview fits a screen and names every command`() {
    let finished = Session.call(["--help"])
    let lines = finished.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count <= 25)
    for line in lines { #expect(line.count <= 80, "\(line)") }
    for command in Catalog.commands { #expect(finished.output.contains("  \(command.name)")) }
  }

  @Test func `without a command the overview is an error`() {
    let finished = Session.call([])
    #expect(finished.status == 64)
    #expect(finished.output.isEmpty)
    #expect(finished.error.hasPrefix("usage: thumbprint"))
  }

  @Test(arguments: ["arduino-nano-33-ble-sense", "mps2-an386", "nrf52840-dk"])
  func `a board in full gives every number its source and trust`(name: String) {
    let finished = Session.call(["boards", name])
    #expect(finished.status == 0)
    #expect(finished.output.contains("core-clock"))
    #expect(finished.output.contains("sources\n"))
    #expect(finished.output.contains("measured, +-") || finished.output.contains("assumed, +-"))
    #expect(Session.call(["boards"]).output.contains(name))
  }

  @Test(arguments: ["cortex-m0", "cortex-m0+", "cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33"])
  func `a core in full gives its documents and what is assumed`(name: String) {
    let finished = Session.call(["cores", name])
    #expect(finished.status == 0)
    #expect(finished.output.contains("reference"))
    #expect(finished.output.contains("assumed"))
    #expect(Session.call(["cores"]).output.contains(name + " "))
  }
}
