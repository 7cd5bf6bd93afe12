import FirmwareImage
import Testing
import Units

@Suite(.enabled(if: Compiler.program != nil, Comment(rawValue: Compiler.missing)))
struct DebugInformationTests {
  /// The number of the first source line that contains `text`, from 1.
  private func line(_ text: String) throws -> Int {
    let lines = Compiler.source.split(separator: "\n", omittingEmptySubsequences: false)
    return try #require(lines.firstIndex { $0.contains(text) }) + 1
  }

  @Test(arguments: [["-gdwarf-5"], ["-gdwarf-4"], ["-gdwarf-3"], ["-g", "-gz"]])
  func `functions and instructions lead to their lines`(options: [String]) throws {
    let path = try Compiler.build(
      "lines" + options.joined(),
      options: ["-O2", "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections"] + options)
    let image = try FirmwareImage(file: path)
    let debug = try #require(DebugInformation(image))
    let step = try #require(image.functions(named: "step").first)
    let declared = try #require(debug.declaration(of: step))
    #expect(declared.file.hasSuffix("lines\(options.joined()).c"))
    #expect(declared.line == (try line("uint32_t step(")))
    let lines = (0..<step.size / 2).compactMap { debug.location(of: step.address + 2 * $0)?.line }
    #expect(lines.contains(try line("totals[9] = x;")))
    #expect(lines.contains(try line("return counter;")))
    #expect(debug.location(of: Address(0x0800_0000)) == nil)
    #expect(debug.location(of: Address(0)) == nil)
  }

  @Test func `a function that a system's header announces lies where it is written`() throws {
    // As the preprocessor marks it: 3, a system's header.
    let source = """
      # 33 "system/announced.h" 3
      int announced(int);
      # 7 "source.c"
      int announced(int x) { return x * 3; }
      volatile int total;
      void Reset_Handler(void) { for (;;) total = announced(total); }
      """
    let path = try Compiler.build(
      "announced", source: source, options: ["-O2", "-g", "-fno-inline"])
    let image = try FirmwareImage(file: path)
    let debug = try #require(DebugInformation(image))
    let function = try #require(image.functions(named: "announced").first)
    let place = try #require(debug.declaration(of: function))
    #expect(place.file.hasSuffix("source.c"))
    #expect(place.line == 7)
  }

  @Test func `discarded functions do not shadow the code near address 0`() throws {
    let image = try FirmwareImage(file: Compiler.standard.get())
    let debug = try #require(DebugInformation(image))
    #expect(image.functions(named: "never_called").isEmpty)
    let discarded = try line("never_called(")...line("return totals[x & 63];")
    for function in image.functions {
      for offset in 0..<function.size / 2 {
        let place = try #require(debug.location(of: function.address + 2 * offset))
        #expect(!discarded.contains(place.line))
      }
    }
  }

  @Test func `inlined calls are found where the compiler put them`() throws {
    let image = try FirmwareImage(file: Compiler.standard.get())
    let debug = try #require(DebugInformation(image))
    #expect(image.functions(named: "square").isEmpty)
    let calls = debug.inlinedCalls(named: "square")
    let homes = calls.compactMap { $0.functionID.map { image.functions[$0].name } }
    #expect(Set(homes) == ["step", "quiet"])
    for call in calls {
      #expect(call.name == "square")
      #expect(call.contains(call.entry))
      #expect(debug.inlinedCalls(at: call.entry).contains(call))
    }
    let lines = Set(calls.compactMap { $0.call?.line })
    #expect(lines == [try line("counter += square(x);"), try line("calls += square(x + 1);")])
    #expect(debug.inlinedCalls(named: "absent").isEmpty)
  }

  @Test func `inlined C++ methods are found by their scope`() throws {
    let source = """
      namespace wand { struct Filter {
        __attribute__((always_inline)) int step(int x) { state += x; return state; }
        volatile int state;
      }; }
      wand::Filter filter;
      extern "C" void Reset_Handler() { for (;;) filter.step(2); }
      """
    let path = try Compiler.build("method", source: source, suffix: "cpp", options: ["-O2", "-g"])
    let debug = try #require(DebugInformation(FirmwareImage(file: path)))
    let calls = debug.inlinedCalls(named: "wand::Filter::step")
    #expect(calls.map(\.name) == ["wand::Filter::step"])
    #expect(debug.inlinedCalls(named: "step").isEmpty)
  }

  @Test func `the compiler and its options are noted by unit`() throws {
    let image = try FirmwareImage(file: Compiler.standard.get())
    let units = try #require(DebugInformation(image)).compilationUnits
    #expect(units.count == 1)
    #expect(units[0].name.hasSuffix("standard.c"))
    #expect(units[0].producer?.contains("-mcpu=cortex-m4") == true)
  }

  @Test func `an image without debug information has none`() throws {
    let path = try Compiler.build("plain", options: ["-O2"])
    #expect(DebugInformation(try FirmwareImage(file: path)) == nil)
  }
}
