import Foundation
import Testing

/// A run that --output kept, judged again by changed limits without being run.
@Suite(.enabled(if: EnginesTests.hasCompiler, "skipped: arm-none-eabi-gcc is not installed"))
struct SavedRunTests {
  private static let deployment =
    Session.root.appending(path: "Firmware/demo/deployment.yaml").path
  private static let shortened = [deployment, "--for", "1 s", "--judge", "nominal"]

  /// A result without what names the run's place and its time on the wall clock.
  private func plain(_ text: String) throws -> String {
    let data = try JSONSerialization.jsonObject(with: Data(text.utf8))
    var result = try #require(data as? [String: Any])
    result["wall_seconds"] = nil
    result["firmware"] = nil
    let bytes = try JSONSerialization.data(withJSONObject: result, options: .sortedKeys)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func `a saved run gives the same result, and another verdict for other limits`() throws {
    try Session.inDirectory { directory in
      let json = ["--format", "json"]
      let run = Session.call(["run"] + Self.shortened + json + ["--output", directory])
      let saved = ["--saved", directory]
      let again = Session.call(["run"] + Self.shortened + json + saved)
      #expect(again.status == run.status)
      let (first, second) = (try plain(run.output), try plain(again.output))
      #expect(first == second)
      #expect(again.output.contains("\"wall_seconds\": 0"))
      let limits = [
        "latency.p99=1ms", "response=1us", "flash=1KiB", "ram=1KiB", "stack=64 B", "lost-samples=0",
        "average-current=1uA", "energy-per-inference=1nJ",
      ]
      for limit in limits {
        let judged = Session.call(["run"] + Self.shortened + saved + ["--budget", limit])
        #expect(judged.status == (limit == "lost-samples=0" ? 0 : 1), "\(limit): \(judged.all)")
      }
      let views = Session.call(
        ["run"] + Self.shortened + saved + ["--export", "folded=-", "--format", "github"])
      #expect(views.output.contains("kalman_step"), "\(views.all)")
    }
  }

  @Test func `what a saved run did not look at cannot be judged`() throws {
    try Session.inDirectory { directory in
      _ = Session.call(["run"] + Self.shortened + ["--output", directory])
      let saved = ["--saved", directory]
      let measure = ["--measure", "other=imu.read..enter kalman_step", "--budget", "other=1s"]
      let unknown = Session.call(["run"] + Self.shortened + saved + measure)
      #expect(unknown.status == 4, "\(unknown.all)")
      #expect(unknown.error.contains("measure other is not in the saved run"))
      let longer = Session.call(["run", Self.deployment, "--for", "2 s"] + saved)
      #expect(longer.status == 4, "\(longer.all)")
      let none = Session.call(["run"] + Self.shortened + ["--saved", directory + "/none"])
      #expect(none.status == 66)
      try Data("{}".utf8).write(to: URL(fileURLWithPath: directory + "/record.json"))
      #expect(Session.call(["run"] + Self.shortened + saved).status == 65)
    }
  }

  @Test func `a gate judges again what a gate saved`() throws {
    try Session.inDirectory { directory in
      let first = Session.call(["gate"] + Self.shortened + ["--output", directory])
      let again = Session.call(
        ["gate"] + Self.shortened + ["--saved", directory, "--budget", "response=1us"])
      #expect(first.status == 0, "\(first.all)")
      #expect(again.status == 1, "\(again.all)")
      #expect(again.output.contains("response"))
    }
  }
}
