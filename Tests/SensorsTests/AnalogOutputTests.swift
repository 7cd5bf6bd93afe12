import Simulation
import Testing
import Units

@testable import Sensors

@Suite struct AnalogOutputTests {
  @Test func `each conversion is a sample at its instant, to the microvolt`() {
    let bench = Bench(part: "ANALOG", pins: ["OUT": "PA0"]) { quantity, instant in
      quantity == .voltage ? .values([0.1 + Double(instant.picoseconds) / 1e12]) : .absent
    }
    let inputs = bench.fabric.service(AnalogInputs.init)
    #expect(inputs.microvolts(at: "PA0") == 100_000)
    bench.advance(.milliseconds(250))
    #expect(inputs.microvolts(at: "PA0") == 350_000)
    #expect(inputs.microvolts(at: "PA1") == 0)
    #expect(bench.track.produced == 2)
    #expect(bench.track.read == 2)
  }

  @Test func `below ground it is ground, and a dropout keeps the last value`() {
    let bench = Bench(
      part: "ANALOG", pins: ["OUT": "PA0"],
      faults: [SensorFault(.dropout, from: .zero + .milliseconds(1))]
    ) { _, instant in .values([instant == .zero ? 1.5 : -2]) }
    let inputs = bench.fabric.service(AnalogInputs.init)
    #expect(inputs.microvolts(at: "PA0") == 1_500_000)
    bench.advance(.microseconds(500))
    #expect(inputs.microvolts(at: "PA0") == 0)
    bench.advance(.milliseconds(1))
    #expect(inputs.microvolts(at: "PA0") == 0)
    #expect(bench.track.produced == 2)
  }
}
