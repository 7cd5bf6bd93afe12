import Boards
import Deployments
import FirmwareImage
import Machine
import RunRecord

public func scratch(_ arguments: [String]) {
  do {
    let data = try DataDirectory()
    var parts = DeploymentParts()
    parts.firmware = arguments[1]
    parts.duration = "60 s"; parts.timeout = "3 s"
    parts.board = arguments.count > 2 ? arguments[2] : "mps2-an386"
    let deployment = try Deployment.make(parts: parts)
    let board = try deployment.loadBoard(from: data)
    let image = try FirmwareImage(file: arguments[1])
    let machine = try Machine(board: board, image: image, deployment: deployment)
    var text: [UInt8] = []
    machine.console = { text.append($0) }
    let start = WallClock.seconds()
    let record = machine.run()
    let wall = WallClock.seconds() - start
    print(String(decoding: text, as: UTF8.self))
    print("outcome", record.outcome)
    print(
      "instructions", record.instructions, "active", record.activeCycles, "sleep",
      record.sleepCycles, "wall", wall, "mips", Double(record.instructions) / wall / 1e6)
    let sum = record.blocks.reduce(0) { $0 + $1.cycles }
    print("sum", sum + record.exceptionCycles + record.lazyStackingCycles + record.wakeUpCycles)
    for e in record.exceptions { print(e) }
    for f in record.findings { print(f.kind, f.place, f.message, f.count) }
    print(record.memory)
  } catch { print("\(error)") }
}
