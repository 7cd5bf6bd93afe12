import Boards
import Deployments
import Energy
import Profiling
import Reports
import RunRecord
import Testing
import Units
import Verdicts

#if canImport(Glibc)
  import Glibc
#endif

/// The folder of the golden files and of the bench's board and deployment.
let golden = #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/Golden"
private let packageRoot = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

/// A splitmix64 sequence: equal seeds give equal records.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: Int) { state = UInt64(bitPattern: Int64(seed)) &* 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// The bench's deployment with `settings` on top, and its board.
func bench(_ settings: [String] = []) throws -> (Deployment, Board) {
  var parts = DeploymentParts()
  parts.settings = settings
  var deployment = try Deployment.load(path: golden + "/deployment.yaml", parts: parts)
  let board = try deployment.loadBoard(from: try DataDirectory(explicit: packageRoot))
  deployment.path = "bench/deployment.yaml"
  return (deployment, board)
}

/// A deployment of nothing but a firmware.
func plain() throws -> (Deployment, Board) {
  var (deployment, board) = try bench()
  deployment.name = "app.elf"
  deployment.path = nil
  deployment.measures = []
  deployment.budgets = []
  deployment.battery = nil
  deployment.inference = nil
  return (deployment, board)
}

let firmware = FirmwareSummary(
  path: "build/app.elf", sha256: String(repeating: "0", count: 64), symbols: 9)

func evidence(_ record: RunRecord, _ bench: (Deployment, Board)) -> Evidence {
  var evidence = Evidence(record, bench.1, bench.0, firmware)
  evidence.toolVersion = "0.1.0"
  evidence.wallSeconds = 1.5
  return evidence
}

/// The file's text; nil when there is none.
func contents(of path: String) -> String? {
  guard let file = fopen(path, "r") else { return nil }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = fread(&buffer, 1, buffer.count, file)
    if count == 0 { break }
    bytes += buffer[..<count]
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// Compares with a golden file; `UPDATE_GOLDEN=1` rewrites it.
func expectGolden(_ text: String, _ name: String) {
  let path = "\(golden)/\(name)"
  if getenv("UPDATE_GOLDEN") != nil, let file = fopen(path, "w") {
    fputs(text, file)
    fclose(file)
  }
  let expected = contents(of: path) ?? ""
  if text == expected { return }
  let old = expected.split(separator: "\n", omittingEmptySubsequences: false)
  let new = text.split(separator: "\n", omittingEmptySubsequences: false)
  let changes = new.difference(from: old).map { change in
    switch change {
    case .remove(let line, let text, _): "-\(line + 1): \(text)"
    case .insert(let line, let text, _): "+\(line + 1): \(text)"
    }
  }
  Issue.record("\(name) differs:\n\(changes.joined(separator: "\n"))")
}
