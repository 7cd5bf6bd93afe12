import FileSystem
import RunRecord
import Verdicts

/// What --output kept of a run, as far as it takes to judge it again: its record and its firmware.
struct SavedRecord {
  let record: RunRecord
  /// The images that ran, the first one the one that starts.
  let firmware: [String]

  static let option = Key.option(
    "--saved", "DIR",
    "judges the run that --output kept there, by the deployment as it is now, and runs nothing")

  init(_ directory: String) throws(CommandFailure) {
    let path = "\(directory)/\(SavedRun.record)"
    let bytes: [UInt8]
    do throws(FileError) { bytes = try Files.read(path, limit: 1 << 30) } catch {
      throw CommandFailure(
        .cannotOpen,
        "\(path): error: cannot open: \(error.reason); 'thumbprint run --output DIR' saves a run")
    }
    do { record = try RecordReader.read(RunRecord.self, from: bytes) } catch {
      throw CommandFailure(
        .badInput,
        "\(path): error: expected the record of a saved run; \(RecordReader.reason(error)); "
          + "'thumbprint run --output DIR' makes it")
    }
    var firmware: [String] = []
    while Files.exists("\(directory)/\(SavedRun.firmware(firmware.count))") {
      firmware.append("\(directory)/\(SavedRun.firmware(firmware.count))")
    }
    if firmware.isEmpty {
      throw CommandFailure(
        .cannotOpen, "\(directory)/\(SavedRun.firmware(0)): error: the saved run's firmware is gone"
      )
    }
    self.firmware = firmware
  }
}

extension RecordReader {
  /// What is wrong with a file that could not be read.
  static func reason(_ error: any Error) -> String {
    switch error as? Failure {
    case .malformed(let place): "not JSON at byte \(place)"
    case .mismatch(let text): text
    case nil: ""
    }
  }
}
