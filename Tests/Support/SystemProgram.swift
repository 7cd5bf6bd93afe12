import Foundation

/// A program of the system that tests run for what it prints.
public enum SystemProgram {
  public static func exists(_ name: String) -> Bool {
    run("sh", ["-c", "command -v \(name)"]).status == 0
  }

  /// Its exit status, -1 where it did not start, and its standard output.
  public static func run(
    _ program: String, _ arguments: [String]
  ) -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch { return (-1, "") }
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}
