import Foundation
import Testing

/// Returns are seen however a function comes to them.
@Suite(
  .enabled(
    if: BuiltTool.path != nil && BuiltTool.has("arm-none-eabi-gcc"),
    "needs the executable and arm-none-eabi-gcc"))
struct CallReturnTests {
  /// As libgcc's `__aeabi_dmul` does for zeros: a call within the function that returns for its caller.
  private static let functions = """
    __attribute__((naked, noinline)) void product(unsigned n) {
      __asm("push {r4, lr}\\n cmp r0, #0\\n it eq\\n bleq 1f\\n movs r0, #2\\n pop {r4, pc}\\n"
            "1: movs r0, #1\\n pop {r4, pc}");
    }
    __attribute__((noinline)) void network(void) {
      for (unsigned n = 0; n < 3; n++) product(n & 1);
      __asm volatile("");
    }
    """

  @Test func `a call that returns for its caller leaves no frame behind`() throws {
    let scratch = try Scratch()
    try TinyFirmware.build(
      "calls", "for (int i = 0; i < 5000; i++) network();", functions: Self.functions, in: scratch)
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
