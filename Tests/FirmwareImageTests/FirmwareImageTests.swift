import FirmwareImage
import Testing
import Units

@Suite(.enabled(if: Compiler.program != nil, Comment(rawValue: Compiler.missing)))
struct FirmwareImageTests {
  let image: FirmwareImage

  init() throws { image = try FirmwareImage(file: Compiler.standard.get()) }

  @Test func `segments carry what is written to flash, at load addresses`() throws {
    let flash = image.segments.filter { !$0.bytes.isEmpty }
    #expect(flash.map(\.loadAddress.value).min() == 0)
    let data = try #require(image.segments.first { $0.address == Address(0x2000_0000) })
    #expect(Array(data.bytes) == [7, 0, 0, 0])
    #expect(data.loadAddress.value < 0x1000)
    #expect(image.loadedBytes == flash.reduce(0) { $0 + UInt64($1.bytes.count) })
    let sections = image.sections.filter { $0.loadAddress != nil }
    #expect(image.loadedBytes == sections.reduce(0) { $0 + UInt64($1.size) })
  }

  @Test func `the vector table is the isr_vector section and points at the reset handler`() throws {
    let table = try #require(image.vectorTable)
    #expect(table == Address(0))
    let word = try #require(image.contents(at: table + 4, count: 4))
    let reset = word.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    #expect(reset & 1 == 1)
    #expect(image.function(at: Address(reset & ~1))?.name == "Reset_Handler")
    #expect(image.entryPoint == Address(reset & ~1))
  }

  @Test func `functions are sorted, numbered by address and found at every byte`() throws {
    #expect(image.functions.map(\.id) == Array(image.functions.indices))
    #expect(image.functions.map(\.address) == image.functions.map(\.address).sorted())
    for function in image.functions {
      #expect(function.isThumb && function.size > 0)
      for offset in 0..<function.size {
        #expect(image.functionID(at: function.address + offset) == function.id)
      }
    }
    #expect(image.function(at: Address(0x0000_0000)) == nil)
    #expect(image.function(at: Address(0xffff_ffff)) == nil)
    #expect(image.function(at: Address(0x2000_0000)) == nil)
  }

  @Test func `handlers that share one loop are one function named Default_Handler`() throws {
    let handler = try #require(image.functions(named: "ADC_IRQHandler").first)
    #expect(handler.name == "Default_Handler")
    #expect(handler.aliases == ["ADC_IRQHandler", "HardFault_Handler"])
    #expect(handler.binding == .global)
    #expect(image.functions(named: "quiet").first?.binding == .local)
  }

  @Test func `variables and linker labels are found by name and by address`() throws {
    let totals = try #require(image.objects(named: "totals").first)
    #expect(totals.size == 256)
    #expect(image.object(at: totals.address + 255)?.name == "totals")
    #expect(image.objects(named: "calls").count == 1)
    #expect(image.symbol(named: "__StackTop")?.address == Address(0x2001_0000))
    #expect(image.symbol(named: "absent") == nil)
  }

  @Test func `a misspelled name is answered with the nearest one`() {
    #expect(image.nearestName(to: "stpe") == "step")
    #expect(image.nearestName(to: "reset_handler") == "Reset_Handler")
    #expect(image.nearestName(to: "quite") == "quiet")
    #expect(image.nearestName(to: "deepcraft_infer") == nil)
  }

  @Test func `static memory counts data and bss but no heap placeholder`() {
    // counter 4, totals 256, calls 4.
    #expect(image.staticRAM() == 264)
    #expect(image.staticRAM { $0.value >= 0x2000_0000 } == 264)
    #expect(image.staticRAM { _ in false } == 0)
  }

  @Test func `a variable called heap in a section of its own counts`() throws {
    let script = Compiler.linkerScript.replacing(
      ".bss (NOLOAD) : { *(.bss*) *(COMMON) } > RAM",
      with: ".bss (NOLOAD) : { *(.bss) *(COMMON) } > RAM")
    let source =
      Compiler.source + "static uint8_t ucHeap[1000];\nuint8_t *heap(void) { return ucHeap; }\n"
    let path = try Compiler.build(
      "orphan", source: source, script: script, options: ["-O0", "-fdata-sections"])
    let image = try FirmwareImage(file: path)
    #expect(image.sections.contains { $0.name == ".bss.ucHeap" })
    #expect(image.staticRAM() == 1264)
  }

  @Test func `literal pools are data and code is not`() throws {
    let step = try #require(image.functions(named: "step").first)
    #expect(!image.isData(at: step.address))
    #expect(image.isData(at: step.address + (step.size - 4)))
  }

  @Test func `build attributes name the processor and its floating point convention`() {
    #expect(image.attributes.floatABI == .hard)
    #expect(image.attributes.architecture == 13)
    #expect(image.attributes.floatingPoint == 6)
    #expect(image.attributes.isMicrocontrollerProfile)
  }

  @Test func `a stripped image runs without symbols`() throws {
    let path = try Compiler.build("stripped", options: ["-O2", "-s"])
    let stripped = try FirmwareImage(file: path)
    #expect(!stripped.hasSymbols)
    #expect(stripped.functionID(at: stripped.entryPoint) == nil)
    #expect(stripped.vectorTable == Address(0))
    #expect(stripped.nearestName(to: "step") == nil)
  }

  @Test func `C++ names are found as declared`() throws {
    let source = """
      namespace wand { struct Filter { int step(int); int state; };
      __attribute__((noinline)) int Filter::step(int x) { state += x; return state; } }
      wand::Filter filter;
      extern "C" void Reset_Handler() { for (;;) filter.step(2); }
      """
    let path = try Compiler.build("plus", source: source, suffix: "cpp", options: ["-O2"])
    let image = try FirmwareImage(file: path)
    let step = try #require(image.functions(named: "wand::Filter::step").first)
    #expect(step.demangledName == "wand::Filter::step(int)")
    #expect(image.functions(named: "wand::Filter::step(int)") == [step])
    #expect(image.functions(named: step.name) == [step])
    #expect(image.nearestName(to: "wand::Filter::stop") == "wand::Filter::step")
  }

  @Test func `C++ names keep the parentheses of their scopes and operators`() throws {
    let source = """
      namespace { struct Adder { int operator()(int) const; int state; };
      __attribute__((noinline, noclone)) int Adder::operator()(int x) const { return state + x; } }
      int total;
      extern "C" void Reset_Handler() { Adder adder{total}; for (;;) total = adder(2); }
      """
    let path = try Compiler.build("scopes", source: source, suffix: "cpp", options: ["-O1"])
    let image = try FirmwareImage(file: path)
    let name = "(anonymous namespace)::Adder::operator()"
    #expect(image.functions(named: name).map(\.demangledName) == ["\(name)(int) const"])
    #expect(image.functions(named: "").isEmpty)
  }

  @Test func `a part of a C++ function is shown by its declaration`() throws {
    let source = """
      .syntax unified
      .thumb
      .global Reset_Handler
      .thumb_func
      Reset_Handler: b .
      .type _ZN4wand4stepEi.part.0, %function
      _ZN4wand4stepEi.part.0: bx lr
      .type step.cold, %function
      step.cold: bx lr
      .type _ZN4wand4stopEi.constprop.0, %function
      _ZN4wand4stopEi.constprop.0: bx lr
      """
    let path = try Compiler.build("parts", source: source, suffix: "s", options: [])
    let image = try FirmwareImage(file: path)
    #expect(
      image.functions.map(\.displayName) == [
        "Reset_Handler", "wand::step(int) [part.0]", "step.cold", "wand::stop(int)",
      ])
  }

  @Test func `assembly without types or sizes still makes functions up to the next symbol`() throws
  {
    let source = """
      .syntax unified
      .thumb
      .text
      .global Reset_Handler
      .thumb_func
      Reset_Handler: bl helper
      loop: b loop
      .global helper
      helper: movs r0, #1
      bx lr
      .word 42
      """
    let path = try Compiler.build("assembly", source: source, suffix: "s", options: [])
    let image = try FirmwareImage(file: path)
    #expect(image.functions.map(\.name) == ["Reset_Handler", "helper"])
    #expect(image.functions.map(\.size) == [6, 8])
  }

  @Test func `headers that share a segment with code are not written to flash`() throws {
    let script = Compiler.linkerScript.replacing(
      "ORIGIN = 0x00000000", with: "ORIGIN = 0x00010100")
    let path = try Compiler.build("headers", script: script, options: ["-O2", "-g"])
    let image = try FirmwareImage(file: path)
    #expect(image.segments.map(\.loadAddress.value).min() == 0x10100)
  }
}

@Test(arguments: [
  ("foo", "foo", SymbolName.Variant.whole), ("foo.constprop.0", "foo", .clone),
  ("foo.isra.0.constprop.1", "foo", .clone), ("foo.part.0", "foo", .part),
  ("foo.cold", "foo", .cold), ("foo.isra.0.cold", "foo", .cold),
  ("foo.lto_priv.0", "foo", .clone), ("calls.3", "calls", .whole),
  ("foo.bar", "foo.bar", .whole), (".hidden", ".hidden", .whole), ("a.", "a.", .whole),
])
func `compiler suffixes are taken off symbol names`(
  name: String, source: String, variant: SymbolName.Variant
) {
  #expect(SymbolName(name).source == source)
  #expect(SymbolName(name).variant == variant)
}
