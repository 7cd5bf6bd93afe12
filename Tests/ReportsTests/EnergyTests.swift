import Boards
import Deployments
import Energy
import Profiling
import RunRecord
import Testing
import Trust
import Units
import Verdicts

@Suite struct EnergyBills {
  private let cycles = Trust(.modelled, band: .exact)

  private func bill(_ record: RunRecord) throws -> EnergyBill {
    EnergyBill(record, try #require(try bench().1.power), cycles: cycles)
  }

  @Test func `switching the microphone off changes the joules by table times time alone`() throws {
    let on = demonstration()
    var off = on
    for index in off.power.indices { off.power[index].states["microphone"] = "off" }
    let (before, after) = (try bill(on), try bill(off))
    // (650 - 5) uA at 3 V for 10 s.
    let difference = before.total(.socAndSensors).value - after.total(.socAndSensors).value
    #expect(difference.femtojoules == 645 * 3 * 10 * 1_000_000_000)
    for (a, b) in zip(before.parts, after.parts) where a.name != "microphone" {
      #expect(a.joules == b.joules)
    }
    let (first, second) = (
      Judgement(evidence(on, try bench())), Judgement(evidence(off, try bench()))
    )
    #expect(first.profile.rows == second.profile.rows)
    #expect(first.measures.map(\.statistics) == second.measures.map(\.statistics))
  }

  @Test func `a consumer that the run never mentions stays in its initial state`() throws {
    var record = demonstration()
    record.power = []
    let parts = try bill(record).parts
    // Initially: cpu.run, hfclk does not count while the core runs, imu.off, microphone.off, board.on.
    let microwatts: [Int64] = [12_000, 0, 0, 15, 21_000]
    for (part, power) in zip(parts, microwatts) {
      #expect(part.joules.femtojoules == power * 10 * 1_000_000_000, "\(part.name)")
    }
  }

  @Test func `a figure at one clock is scaled to another, and trusted less`() throws {
    var table = try #require(try bench().1.power)
    let cpu = try #require(table.consumers.firstIndex { $0.name == "cpu" })
    let run = try #require(table.consumers[cpu].states.firstIndex { $0.name == "run" })
    func cost(at clock: String) throws -> (Joules, Trust) {
      var record = demonstration()
      record.power = [
        PowerResidency(
          states: ["cpu": "run", PowerResidency.coreClock: clock], time: .seconds(10))
      ]
      let parts = EnergyBill(record, table, cycles: cycles).parts
      let part = try #require(parts.first { $0.name == "cpu" })
      return (part.joules, part.trust)
    }
    let plain = try cost(at: "4000000/1")
    table.consumers[cpu].states[run].clock = Hertz(64_000_000)
    let (full, slow) = (try cost(at: "64000000/1"), try cost(at: "4000000/1"))
    #expect(full == plain)
    #expect(slow.0.femtojoules * 16 == full.0.femtojoules)
    #expect(slow.1.band > full.1.band && slow.1.tier >= .modelled)
  }

  @Test func `figures at several clocks are met, and joined by lines`() throws {
    var table = try #require(try bench().1.power)
    let cpu = try #require(table.consumers.firstIndex { $0.name == "cpu" })
    let run = try #require(table.consumers[cpu].states.firstIndex { $0.name == "run" })
    table.consumers[cpu].states[run].current = Amperes(nanoamperes: 40_000_000)
    table.consumers[cpu].states[run].clock = Hertz(168_000_000)
    table.consumers[cpu].states[run].others = [
      .init(clock: Hertz(16_000_000), current: Amperes(nanoamperes: 5_000_000)),
      .init(clock: Hertz(120_000_000), current: Amperes(nanoamperes: 26_000_000)),
    ]
    func milliamperes(at megahertz: Int) throws -> (Double, Trust) {
      var record = demonstration()
      let clock = "\(megahertz * 1_000_000)/1"
      record.power = [
        PowerResidency(
          states: ["cpu": "run", PowerResidency.coreClock: clock],
          time: Interval(picoseconds: record.end.picoseconds))
      ]
      let part = try #require(
        EnergyBill(record, table, cycles: cycles).parts.first { $0.name == "cpu" })
      let volts = Double(table.supply.value.millivolts) / 1_000
      let seconds = Double(record.end.picoseconds) * 1e-12
      return (Double(part.joules.femtojoules) * 1e-12 / volts / seconds, part.trust)
    }
    for (clock, current) in [(168, 40.0), (120, 26), (16, 5), (144, 33), (68, 15.5), (8, 2.5)] {
      #expect(abs(try milliamperes(at: clock).0 - current) < 1e-6, "\(clock) MHz")
    }
    let (stated, between, beyond) = (
      try milliamperes(at: 120).1, try milliamperes(at: 68).1, try milliamperes(at: 8).1
    )
    #expect(stated.band < between.band && between.band < beyond.band)
    #expect(between.tier >= .modelled)
  }

  @Test func `a conditional consumer counts while its condition holds`() throws {
    let record = demonstration()
    let parts = try bill(record).parts
    let clock = try #require(parts.first { $0.name == "hfclk" })
    #expect(clock.shares.map(\.time) == [record.power[1].time])
  }

  @Test func `a state without a figure is a finding and counts as nothing`() throws {
    var record = demonstration()
    for index in record.power.indices {
      record.power[index].states["imu"] = "hyper"
      record.power[index].states["radio"] = "transmit"
    }
    let bill = try bill(record)
    #expect(
      bill.findings.map(\.message) == [
        "no current known for imu in state hyper: counted as 0",
        "no current known for radio in state transmit: counted as 0",
      ])
    #expect(bill.parts.first { $0.name == "imu" }?.joules == .zero)
  }

  @Test(arguments: 0..<100)
  func `parts sum exactly to every scope's total`(seed: Int) throws {
    var random = SeededGenerator(seed: seed)
    let bill = try bill(randomRecord(&random))
    for scope in EnergyScope.allCases {
      let sum = bill.parts(in: scope).reduce(Int64(0)) { $0 + $1.joules.femtojoules }
      #expect(bill.total(scope).value.femtojoules == sum)
    }
    for part in bill.parts {
      #expect(
        part.shares.reduce(Int64(0)) { $0 + $1.joules.femtojoules } == part.joules.femtojoules)
    }
  }

  @Test func `the running core's band holds that of its cycles`() throws {
    let power = try #require(try bench().1.power)
    let bill = EnergyBill(
      demonstration(), power, cycles: Trust(.assumed, band: Band(percent: 10)))
    let shares = try #require(bill.parts.first { $0.name == "cpu" }).shares
    #expect(shares.map(\.trust.tier) == [.assumed, .validated])
    #expect(shares[0].trust.band.partsPerMillion == 155_000)
    #expect(shares[1].trust.band.partsPerMillion == 100_000)
  }

  @Test func `a battery lasts its charge, or its energy below the supply`() throws {
    var record = demonstration()
    // 12 mW board, 15 uW microphone: 4.005 mA for chip and sensors.
    record.power = []
    let bill = try bill(record)
    #expect(bill.averageCurrent(.socAndSensors).value.nanoamperes == 4_005_000)
    func seconds(_ millivolts: Int64) -> Int64? {
      bill.batterySeconds(
        capacity: Charge(nanoampereHours: 400_500_000), voltage: Volts(millivolts: millivolts),
        scope: .socAndSensors)
    }
    #expect(seconds(3_000) == 360_000)
    #expect(seconds(3_700) == 360_000)
    #expect(seconds(1_500) == 180_000)
  }

  @Test func `an average current's budget counts its own scope`() throws {
    let settings = ["budgets={average-current: {max: 1 A, scope: board}}"]
    let judgement = Judgement(evidence(demonstration(), try bench(settings)))
    let board = try #require(judgement.energy).averageCurrent(.board).value.nanoamperes
    #expect(judgement.budgets.map { $0.value?.value } == [board])
    #expect(board > 7_000_000)
  }
}
