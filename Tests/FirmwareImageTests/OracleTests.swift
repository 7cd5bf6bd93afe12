import FirmwareImage
import Testing
import Units

/// The same questions to binutils, which read the same files independently.
@Suite(.enabled(if: Compiler.program != nil, Comment(rawValue: Compiler.missing)))
struct OracleTests {
  @Test(arguments: ["-O1", "-O2", "-Os"])
  func `every instruction's line is the one that addr2line gives`(level: String) throws {
    // Without discarded functions, which addr2line mixes up with live ones.
    let path = try Compiler.build("oracle" + level, options: [level, "-g"])
    let image = try FirmwareImage(file: path)
    let debug = try #require(DebugInformation(image))
    let addresses = image.functions.flatMap { function in
      (0..<function.size / 2).map { function.address + 2 * $0 }
    }
    let printed = try Compiler.tool(
      "addr2line", ["-e", path] + addresses.map(\.description))
    let lines = printed.split(separator: "\n").map { $0.prefix { $0 != " " } }
    #expect(lines.count == addresses.count && !addresses.isEmpty)
    for (address, expected) in zip(addresses, lines) {
      let place = debug.location(of: address).map { "\($0.file):\($0.line)" }
      #expect(place == String(expected), "at \(address)")
    }
  }

  @Test func `memory is what size gives, without the heap placeholder`() throws {
    let path = try Compiler.standard.get()
    let image = try FirmwareImage(file: path)
    let rows = try Compiler.tool("size", [path]).split(separator: "\n")
    let numbers = rows[1].split { $0 == " " || $0 == "\t" }.compactMap { UInt64($0) }
    let heap = UInt64(4_096)
    #expect(image.loadedBytes == numbers[0] + numbers[1])
    #expect(image.staticRAM() == numbers[1] + numbers[2] - heap)
  }
}
