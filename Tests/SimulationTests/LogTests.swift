import Simulation
import Testing
import Units

@Suite struct PowerLogTests {
  @Test func jointStatesAreListedInTheOrderOfTheirFirstStates() {
    let fabric = madeUpFabric()
    let core = fabric.power.consumer("core", initial: "run")
    let imu = fabric.power.consumer("imu", initial: "off")
    func pass(_ picoseconds: Int64) {
      fabric.scheduler.advance(
        to: fabric.scheduler.now + Interval(picoseconds: picoseconds))
    }
    pass(3)
    core.enter("sleep")
    pass(5)
    imu.enter("on")
    pass(7)
    core.enter("run")
    imu.enter("off")
    pass(11)
    let rows = fabric.power.residencies()
    #expect(
      rows.map { $0.states.map(\.state) } == [["run", "off"], ["sleep", "off"], ["sleep", "on"]])
    #expect(rows.map { $0.states.map(\.consumer) } == Array(repeating: ["core", "imu"], count: 3))
    #expect(rows.map(\.time.picoseconds) == [14, 5, 7])
  }

  @Test func aConsumerAskedForTwiceIsTheSame() {
    let fabric = madeUpFabric()
    _ = fabric.power.consumer("imu", initial: "off")
    fabric.power.consumer("imu", initial: "anything").enter("on")
    fabric.scheduler.advance(to: Instant(picoseconds: 9))
    let rows = fabric.power.residencies()
    #expect(rows.count == 1)
    #expect(rows.first?.states.map(\.state) == ["on"])
  }

  @Test(arguments: 0..<100) func timesSumToTheTotal(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let fabric = madeUpFabric()
    let consumers = (0..<4).map { fabric.power.consumer("c\($0)", initial: "0") }
    var alone = Array(repeating: [String: Int64](), count: 4)
    var states = Array(repeating: "0", count: 4)
    for _ in 0..<200 {
      let elapsed = Int64.random(in: 0...1_000, using: &random)
      for index in 0..<4 { alone[index][states[index], default: 0] += elapsed }
      fabric.scheduler.advance(to: fabric.scheduler.now + Interval(picoseconds: elapsed))
      let index = Int.random(in: 0..<4, using: &random)
      states[index] = String(Int.random(in: 0..<3, using: &random))
      consumers[index].enter(states[index])
    }
    let rows = fabric.power.residencies()
    #expect(rows.map(\.time.picoseconds).reduce(0, +) == fabric.scheduler.now.picoseconds)
    for index in 0..<4 {
      for state in ["0", "1", "2"] {
        let time = rows.filter { $0.states[index].state == state }.map(\.time.picoseconds)
        #expect(time.reduce(0, +) == alone[index][state] ?? 0)
      }
    }
  }
}

@Suite struct ActivityTrackTests {
  @Test func spansHaveTheirStartAndEnd() {
    let fabric = madeUpFabric()
    let track = fabric.activity("TWIM0")
    #expect(fabric.activity("TWIM0") === track)
    var seen: [Bool] = []
    track.observer = { seen.append($0) }
    track.end()
    fabric.scheduler.advance(to: Instant(picoseconds: 10))
    track.begin()
    #expect(track.isBusy)
    #expect(track.start == Instant(picoseconds: 10))
    fabric.scheduler.advance(to: Instant(picoseconds: 15))
    track.begin()
    fabric.scheduler.advance(to: Instant(picoseconds: 30))
    track.end()
    track.end()
    #expect(!track.isBusy)
    #expect(track.start == nil)
    #expect(track.spans.map(\.start.picoseconds) == [10])
    #expect(track.spans.map(\.end.picoseconds) == [30])
    #expect(seen == [true, false])
    #expect(fabric.activityTracks.map(\.name) == ["TWIM0"])
  }

  @Test func onlyTheNewestSpansAreKept() {
    let fabric = madeUpFabric()
    let track = fabric.activity("TWIM0")
    for n in 0..<20_000 as Range<Int64> {
      fabric.scheduler.advance(to: Instant(picoseconds: 2 * n))
      track.begin()
      fabric.scheduler.advance(to: Instant(picoseconds: 2 * n + 1))
      track.end()
    }
    #expect(track.spans.count >= 4_096)
    #expect(track.spans.count <= 8_192)
    #expect(track.spans.last?.end.picoseconds == 39_999)
    #expect(zip(track.spans, track.spans.dropFirst()).allSatisfy { $0.end < $1.start })
  }
}

@Suite struct FindingLogTests {
  @Test func theSameThingIsListedOnceWithItsCount() {
    let log = FindingLog()
    log.note("a", "x", "m")
    log.note("b", "x", "m")
    log.origin = { "main.c:7" }
    log.note("a", "x", "m")
    log.note("a", "x", "other")
    #expect(log.entries.map(\.count) == [2, 1, 1])
    #expect(log.entries.map(\.message) == ["m", "m", "other (main.c:7)"])
  }
}

@Suite struct FabricTests {
  @Test func theFirstReasonToStopCounts() {
    let fabric = madeUpFabric()
    #expect(fabric.stopReason == nil)
    fabric.requestStop(.streamEnded(sensor: "imu"))
    fabric.requestStop(.scriptFailed("x"))
    #expect(fabric.stopReason == .streamEnded(sensor: "imu"))
  }

  @Test func servicesAndBusesAreMadeOnce() {
    final class Service {}
    let fabric = madeUpFabric()
    let first = fabric.service { _ in Service() }
    #expect(fabric.service { _ in Service() } === first)
    #expect(fabric.i2c("TWIM0") === fabric.i2c("TWIM0"))
    #expect(fabric.i2c("TWIM0") !== fabric.i2c("TWIM1"))
    #expect(fabric.pdm("PDM") === fabric.pdm("PDM"))
  }

  @Test func sensorTracksCountAndTell() {
    let scheduler = Scheduler()
    let track = SensorTrack(sensor: "imu", scheduler: scheduler)
    var ready: [Instant] = []
    var read: [Instant] = []
    track.onDataReady = { ready.append($0) }
    track.onRead = { read.append($0) }
    scheduler.advance(to: Instant(picoseconds: 4))
    track.markDataReady()
    track.markDataReady(10)
    track.markRead(2)
    track.markLost()
    track.markLost(3)
    track.markDuplicate()
    #expect(track.produced == 11)
    #expect(track.read == 2)
    #expect(track.lost == 4)
    #expect(track.duplicate == 1)
    #expect(ready == [scheduler.now, scheduler.now])
    #expect(read == [scheduler.now])
  }

  @Test func interruptLinesTellEachChangeOnce() {
    let line = InterruptLine(number: 8)
    var seen: [Bool] = []
    line.observer = { seen.append($0) }
    line.set(false)
    line.set(true)
    line.set(true)
    line.set(false)
    #expect(seen == [true, false])
  }
}
