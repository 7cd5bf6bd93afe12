import Foundation
import Testing

/// Returns are seen however a function comes to them.
@Suite(
  .enabled(
    if: BuiltTool.path != nil && BuiltTool.has("arm-none-eabi-gcc"),
    "needs the executable and arm-none-eabi-gcc"))
struct CallReturnTests {
  /// As libgcc's `__aeabi_dmul` does for zeros: a call within the function that returns for its caller.
  private static let source = """
    __attribute__((naked, noinline)) void product(unsigned n) {
      __asm("push {r4, lr}\\n cmp r0, #0\\n it eq\\n bleq 1f\\n movs r0, #2\\n pop {r4, pc}\\n"
            "1: movs r0, #1\\n pop {r4, pc}");
    }
    __attribute__((noinline)) void network(void) {
      for (unsigned n = 0; n < 3; n++) product(n & 1);
      __asm volatile("");
    }
    static void leave(void) {
      static const unsigned block[2] = {0x20026, 0};
      register unsigned operation __asm("r0") = 0x20;
      register const unsigned *argument __asm("r1") = block;
      __asm volatile("bkpt 0xAB" : : "r"(operation), "r"(argument) : "memory");
    }
    __attribute__((used)) void Reset_Handler(void) {
      for (int i = 0; i < 5000; i++) network();
      leave();
      for (;;) {}
    }
    __attribute__((section(".vectors"), used)) static void *const vectors[] =
      {(void *)0x20004000, (void *)Reset_Handler};

    """

  @Test func `a call that returns for its caller leaves no frame behind`() throws {
    let scratch = try Scratch()
    try scratch.write(Data(Self.source.utf8), to: "calls.c")
    let built = try BuiltTool.run(
      "arm-none-eabi-gcc",
      [
        "-mcpu=cortex-m4", "-mthumb", "-O1", "-g", "-nostdlib", "-ffreestanding",
        "-Wl,--section-start=.vectors=0,-Ttext=0x100,-Tdata=0x20000000,-Tbss=0x20000100",
        "-Wl,-e,Reset_Handler", "-o", "calls.elf", "calls.c",
      ], in: scratch.folder)
    try #require(built.status == 0, "\(built.text)")
    let run = try BuiltTool.run(
      [
        "run", "calls.elf", "--board", "mps2-an386", "--format", "json",
        "--measure", "each=enter network..return network",
        "--measure", "part=enter product..return product",
      ], in: scratch.folder)
    #expect(run.status == 0, "\(run.text)")
    let result = try #require(
      JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let measures = try #require(result["measures"] as? [[String: Any]])
    #expect(measures.map { $0["count"] as? Int } == [5_000, 15_000])
    let functions = try #require(result["functions"] as? [[String: Any]])
    let product = functions.first { $0["name"] as? String == "product" }
    let network = functions.first { $0["name"] as? String == "network" }
    #expect(product?["cycles_inclusive"] as? Int == product?["cycles_self"] as? Int)
    let whole = (product?["cycles_self"] as? Int ?? 0) + (network?["cycles_self"] as? Int ?? 0)
    #expect(network?["cycles_inclusive"] as? Int == whole)
  }
}
