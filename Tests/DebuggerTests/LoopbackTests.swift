import Debugger
import Foundation
import Testing

struct LoopbackTests {
  /// The system's own list of listeners is asked, not the code.
  @Test func aPortIsOpenOnThisMachineAlone() throws {
    let port = try LoopbackPort(0)
    let hexadecimal = String(port.number, radix: 16, uppercase: true)
    let wanted = String(repeating: "0", count: 4 - hexadecimal.count) + hexadecimal
    // 0A is LISTEN.
    func addresses(_ table: String) -> [String] {
      let text = (try? String(contentsOfFile: table, encoding: .utf8)) ?? ""
      let rows = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
      let own = rows.filter { $0.count > 3 && $0[1].hasSuffix(":" + wanted) && $0[3] == "0A" }
      return own.map { $0[1] }
    }
    #expect(addresses("/proc/net/tcp") == ["0100007F:\(wanted)"])
    #expect(addresses("/proc/net/tcp6") == [])
  }
}
