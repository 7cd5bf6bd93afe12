import Testing
import Units

@testable import Engine

/// Memories that let the core wait, found by address.
struct MemoryPathsTests {
  @Test("a chip may have as many as it likes, each under as many addresses")
  func many() {
    var paths = MemoryPaths()
    defer { paths.destroy() }
    for number in UInt32(0)..<40 {
      var setting = Engine.MemorySetting()
      setting.dataWaits = number == 17 ? 5 : 0
      paths.add(
        Engine.SlowMemory(
          windows: (0..<4).map { (Address(number << 20 | $0 << 28), 0x1000) }, line: 16,
          setting: setting))
    }
    for number in UInt32(0)..<40 {
      for alias in UInt32(0)..<4 {
        let address = number << 20 | alias << 28 | 0xffc
        #expect(paths.path(of: address) == paths.items[Int(number)])
        #expect(paths.dataWindow(of: address)?.waits == (number == 17 ? 5 : nil))
      }
    }
    #expect(paths.path(of: 0x1000) == nil)
    #expect(paths.dataCanWait)
    paths.set(paths.items[17], Engine.MemorySetting())
    #expect(!paths.dataCanWait)
  }
}
