import Simulation
import Testing
import Units

/// Power states over time, however long a run is.
@Suite struct PowerStepsTests {
  @Test(arguments: [1, 40, 700, 90_000])
  func `steps sum to the residencies and stay few`(milliseconds: Int64) {
    let fabric = madeUpFabric()
    let core = fabric.power.consumer("cpu", initial: "run")
    let sensor = fabric.power.consumer("imu", initial: "off")
    var at = Instant.zero
    var turn: Int64 = 0
    while at < .zero + .milliseconds(milliseconds) {
      turn += 1
      at = at + .microseconds(17 + turn % 5 * milliseconds * 3)
      fabric.scheduler.advance(to: at)
      core.enter(turn % 2 == 0 ? "run" : "sleep")
      if turn % 7 == 0 { sensor.enter(turn % 14 == 0 ? "off" : "on") }
    }
    let rows = fabric.power.residencies()
    let steps = fabric.power.timeSteps()
    #expect(steps.rows.allSatisfy { $0.step < 4_096 })
    #expect(steps.rows.map(\.step) == steps.rows.map(\.step).sorted())
    for (index, row) in rows.enumerated() {
      let time = steps.rows.filter { $0.row == index }.reduce(Interval.zero) { $0 + $1.time }
      #expect(time == row.time)
    }
    // Each step but the last is full.
    let first = steps.rows.filter { $0.step == 0 }.reduce(Interval.zero) { $0 + $1.time }
    #expect(first == steps.width || steps.rows.last?.step == 0)
  }
}
