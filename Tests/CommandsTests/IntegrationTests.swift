import Foundation
import Testing

/// The examples of `Scripts/integrations` run as their users would run them.
@Suite(
  .enabled(
    if: EnginesTests.hasCompiler && BuiltTool.path != nil,
    "needs arm-none-eabi-gcc and the executable"))
struct IntegrationTests {
  private static let folder = BuiltTool.root.appendingPathComponent("Scripts/integrations")

  /// One deployment whose budget holds and one whose does not.
  private func deployments() throws -> Scratch {
    let scratch = try Scratch()
    try TinyFirmware.build("exits", "", in: scratch)
    for (name, flash) in [("good", "64 KiB"), ("small", "16 B")] {
      let text = "board: mps2-an386\nfirmware: ../exits.elf\nbudgets: {flash: \(flash)}\n"
      try scratch.write(Data(text.utf8), to: "\(name)/deployment.yaml")
    }
    return scratch
  }

  private var environment: [String: String] {
    let tool = URL(fileURLWithPath: BuiltTool.path ?? "")
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return [
      "PATH": "\(tool.deletingLastPathComponent().path):\(path)", "THUMBPRINT": tool.path,
      "THUMBPRINT_HOME": BuiltTool.root.path,
    ]
  }

  @Test(.enabled(if: BuiltTool.has("ctest"), "needs cmake"))
  func `CTest passes and fails with the budgets`() throws {
    let scratch = try deployments()
    for (name, passes) in [("good", true), ("small", false)] {
      let build = scratch.folder.appendingPathComponent("build-\(name)").path
      let configured = try unmasked(
        [
          "cmake", "-S", Self.folder.appendingPathComponent("ctest").path, "-B", build,
          "-DDEPLOYMENT=\(scratch.folder.path)/\(name)",
        ], in: scratch.folder)
      #expect(configured.status == 0, "\(configured.text)")
      let tested = try unmasked(["ctest", "--test-dir", build], in: scratch.folder)
      #expect((tested.status == 0) == passes, "\(tested.text)")
      #expect(tested.output.contains(passes ? "100% tests passed" : "0% tests passed"))
    }
  }

  /// CMake waits for its children by SIGCHLD, which the threads of a test may block.
  private func unmasked(_ command: [String], in folder: URL) throws -> BuiltTool.Finished {
    let start =
      "import os, signal, sys; signal.pthread_sigmask(signal.SIG_SETMASK, []); "
      + "os.execvp(sys.argv[1], sys.argv[1:])"
    return try BuiltTool.run(
      "timeout", ["60", "python3", "-c", start] + command, in: folder, environment: environment)
  }

  private static let hasPytest: Bool = {
    (try? BuiltTool.run("python3", ["-m", "pytest", "--version"], in: BuiltTool.root))?.status == 0
  }()

  @Test(.enabled(if: hasPytest, "needs pytest"))
  func `pytest has a test for each budget`() throws {
    let scratch = try deployments()
    var environment = environment
    environment["PYTHONPATH"] = Self.folder.appendingPathComponent("pytest").path
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    let tested = try BuiltTool.run(
      "python3",
      [
        "-m", "pytest", "-p", "thumbprint_plugin", "-p", "no:cacheprovider", "-v",
        scratch.folder.path,
      ],
      in: scratch.folder, environment: environment)
    #expect(tested.status == 1, "\(tested.text)")
    #expect(tested.output.contains("1 failed, 3 passed"), "\(tested.text)")
    #expect(tested.output.contains("limit 16: missed"), "\(tested.text)")
  }

  private static let hasYAML: Bool = {
    (try? BuiltTool.run("python3", ["-c", "import yaml"], in: BuiltTool.root))?.status == 0
  }()

  @Test(.enabled(if: hasYAML, "needs python3-yaml"))
  func `the steps for GitHub and GitLab do what they say`() throws {
    let scratch = try deployments()
    let rehearse = Self.folder.appendingPathComponent("rehearse").path
    func run(_ words: String...) throws -> BuiltTool.Finished {
      try BuiltTool.run(
        "python3", [rehearse] + words, in: scratch.folder, environment: environment)
    }
    let good = try run("github", "deployments=good", "output=results")
    #expect(good.status == 0, "\(good.text)")
    #expect(good.output.contains("== GITHUB_OUTPUT\nstatus=0\n"), "\(good.text)")
    #expect(good.output.contains("## MET"), "\(good.text)")
    let both = try run("github", "deployments=good small", "baseline=results")
    #expect(both.status == 1, "\(both.text)")
    #expect(both.output.contains("::error file=small/deployment.yaml"), "\(both.text)")
    #expect(both.output.contains("status=1\n"), "\(both.text)")
    let job = try run("gitlab", "THUMBPRINT_DEPLOYMENTS=small")
    #expect(job.status == 1, "\(job.text)")
    #expect(job.output.contains("thumbprint-results/junit.xml: there"), "\(job.text)")
    #expect(try run("github", "deploymnts=good").status == 1)
  }

  @Test func `a simulator for Twister gives the console and keeps the verdict`() throws {
    let scratch = try Scratch()
    let print =
      "static const unsigned write[2] = {0, 0}; (void)write; static const char text[] = \"PROJECT "
      + "EXECUTION SUCCESSFUL\\n\"; register unsigned operation __asm(\"r0\") = 4; register const "
      + "char *argument __asm(\"r1\") = text; __asm volatile(\"bkpt 0xAB\" : : \"r\"(operation), "
      + "\"r\"(argument) : \"memory\");"
    try TinyFirmware.build("zephyr", "{ \(print) }", in: scratch)
    try FileManager.default.createDirectory(
      at: scratch.folder.appendingPathComponent("build/zephyr"), withIntermediateDirectories: true)
    try FileManager.default.moveItem(
      at: scratch.folder.appendingPathComponent("zephyr.elf"),
      to: scratch.folder.appendingPathComponent("build/zephyr/zephyr.elf"))
    let simulator = Self.folder.appendingPathComponent("twister/thumbprint-simulator").path
    let run = try BuiltTool.run(
      "bash", [simulator, "build", "mps2-an386"], in: scratch.folder, environment: environment)
    #expect(run.status == 0, "\(run.text)")
    #expect(run.output == "PROJECT EXECUTION SUCCESSFUL\n", "\(run.text)")
    #expect(try scratch.text("build/zephyr/thumbprint.json").contains("\"verdict\": \"met\""))
  }

  @Test func `writers that are killed leave a history whole`() throws {
    let scratch = try deployments()
    guard let tool = BuiltTool.path else { return }
    // Eight writers; two of them are killed while they write.
    let script = """
      for writer in 1 2 3 4 5 6 7 8; do
        ( for turn in 1 2 3; do
            "$0" run exits.elf --board mps2-an386 --history runs.db --quiet >/dev/null 2>>errors \\
              && echo done >>kept-$writer
          done ) & pids="$pids $!"
      done
      sleep 0.7
      for victim in $(ps -eo pid,args \\
        | awk -v tool="$0" '$2 == tool && /--history runs.db/ {print $1}' \\
        | head -n 2); do kill -9 $victim; done
      wait
      cat kept-* | wc -l
      """
    let run = try BuiltTool.run(
      "bash", ["-c", script, tool], in: scratch.folder, environment: environment)
    let kept = try #require(Int(run.output.trimmingCharacters(in: .whitespacesAndNewlines)))
    let errors = try scratch.text("errors")
    #expect(kept >= 16, "\(run.text) \(errors)")
    let listed = try BuiltTool.run(
      ["history", "list", "--limit", "100", "--format", "json", "--history", "runs.db"],
      in: scratch.folder)
    #expect(listed.status == 0, "\(listed.text)")
    let ids = listed.output.split(separator: "{\"id\": ").count - 1
    #expect(ids >= kept && ids <= 24, "\(ids) of \(kept)")
    #expect(listed.error.isEmpty, "\(listed.error)")
  }
}
