import Simulation
import Testing

@Suite struct PinTests {
  @Test func oneNameIsOneNet() {
    let pins = madeUpFabric().pins
    #expect(pins["P0.14"] === pins["P0.14"])
    #expect(pins["P0.14"] !== pins["P0.15"])
    #expect(pins["P0.14"].name == "P0.14")
  }

  @Test func anUndrivenNetFollowsItsPullAndElseIsLow() {
    let pin = madeUpFabric().pins["x"]
    #expect(!pin.level)
    pin.setPull(true)
    #expect(pin.level)
    pin.drive("P0", false)
    #expect(!pin.level)
    #expect(pin.isDriven)
    pin.drive("P0", nil)
    #expect(pin.level)
    #expect(!pin.isDriven)
    pin.setPull(nil)
    #expect(!pin.level)
  }

  @Test func lowWinsAmongSeveralDrivers() {
    let pin = madeUpFabric().pins["x"]
    pin.drive("a", true)
    pin.drive("b", true)
    #expect(pin.level)
    pin.drive("b", false)
    #expect(!pin.level)
    pin.drive("b", nil)
    #expect(pin.level)
  }

  @Test func observersHearChangesOnly() {
    let pin = madeUpFabric().pins["x"]
    var first: [Bool] = []
    var second: [Bool] = []
    pin.observe { first.append($0) }
    pin.drive("a", false)
    pin.drive("a", true)
    pin.observe { second.append($0) }
    pin.drive("a", true)
    pin.setPull(true)
    pin.drive("a", nil)
    pin.drive("a", false)
    #expect(first == [true, false])
    #expect(second == [false])
  }
}
