import Boards
import Documents
import FileSystem
import Foundation
import Testing
import Trust
import Units

/// A chip and a board that are correct; tests spoil one line of them.
private let chipText = """
  chip: tiny
  title: A chip
  sources:
    DOC: {title: A document, where: section 1}
  core: {name: cortex-m0, fpu: false, dsp: false, mpu: false, bit-band: false, priority-bits: 2, interrupts: 4, source: DOC, trust: A}
  clocks:
    main: {frequency: 16 MHz, source: DOC, trust: A}
  memories:
    flash: {kind: flash, base: 0x0, size: 64 KiB, source: DOC, trust: A, wait-states: {uncached: 1, source: DOC, trust: M}}
    ram: {kind: ram, base: 0x20000000, size: 8 KiB, source: DOC, trust: A}
  peripherals:
    UART: {type: unmodelled, base: 0x40000000, size: 4 KiB, irq: 3, source: DOC, trust: A}
  interrupts: {3: UART}
  power:
    consumers:
      cpu: {scope: soc, states: {run: {current: 1 mA, source: DOC, trust: P, band: 12.5 %}, sleep: {current: 1 uA, source: DOC, trust: D}}}
      clock: {scope: soc, while: cpu.sleep, states: {off: {current: 0 A, source: DOC, trust: A}}}
  """

private let boardText = """
  board: tiny
  title: A board
  chip: tiny
  sources:
    DOC: {title: A document, where: section 2}
  core-clock: {frequency: 16 MHz, source: DOC, trust: A}
  vector-table: {address: 0x0, source: DOC, trust: A}
  application: {flash: {base: 0x0, size: 64 KiB}, ram: {base: 0x20000000, size: 8 KiB}, source: DOC, trust: A}
  power: {supply: {voltage: 3 V, source: DOC, trust: A}, consumers: {}}
  """

/// Writes both files into a folder of their own, loads them and removes it.
private func load(
  _ overrides: [String] = [], board: String = boardText, chip: String = chipText
) throws -> Board {
  let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  defer { try? FileManager.default.removeItem(at: folder) }
  let chips = folder.appending(path: "Boards/Chips")
  try FileManager.default.createDirectory(at: chips, withIntermediateDirectories: true)
  try Data(chip.utf8).write(to: chips.appending(path: "tiny.yaml"))
  try Data(board.utf8).write(to: folder.appending(path: "Boards/tiny.yaml"))
  let data = try DataDirectory(explicit: folder.path())
  return try data.board("tiny", overrides: overrides.map { try Override($0) })
}

private func failure(
  _ overrides: [String] = [], board: String = boardText, chip: String = chipText
) -> String {
  do {
    _ = try load(overrides, board: board, chip: chip)
    return ""
  } catch {
    let text = String(describing: error)
    // Without the temporary folder.
    return text.range(of: "Boards/").map { String(text[$0.upperBound...]) } ?? text
  }
}

@Suite struct BoardErrorTests {
  @Test func `the board that the other tests spoil is correct`() throws {
    let board = try load()
    #expect(board.chip.memory("flash")?.waitStates?.miss == 1)
    #expect(board.chip.interrupt("UART") == 3)
    let run = try #require(board.power?.consumer("cpu")?.state("run"))
    #expect(run.trust == Trust(.modelled, band: Band(partsPerMillion: 125_000)))
    #expect(board.power?.consumer("clock")?.condition?.state == "sleep")
    #expect(board.power?.consumer("cpu")?.initial == "run")
    #expect(board.assumptions.map(\.key) == ["flash.wait-states"])
  }

  @Test(arguments: [
    (", trust: A}\nvector", "}\nvector", "tiny.yaml:6:13: error: missing key 'trust' in frequency"),
    (
      "16 MHz, source: DOC", "16 MHz, source: DOG",
      "tiny.yaml:6:41: error: unknown source 'DOG'; did you mean 'DOC'?"
    ),
    (
      "16 MHz, source: DOC, trust: A", "16 MHz, source: DOC, trust: C",
      "tiny.yaml:6:53: error: unknown trust mark 'C'; did you mean 'A'?"
    ),
    (
      "chip: tiny", "chip: tinny",
      "tiny.yaml:3:7: error: unknown chip 'tinny'; did you mean 'tiny'?"
    ),
    (
      "chip: tiny", "chip: ../tiny",
      "tiny.yaml:3:7: error: unknown chip '../tiny'; expected 'tiny'"
    ),
    (
      "core-clock", "core-clok",
      "tiny.yaml:6:1: error: unknown key 'core-clok'; did you mean 'core-clock'?"
    ),
    (
      "application:",
      "boot-loader: {writes: {UART+0x1000: 1}, source: DOC, trust: A}\napplication:",
      "tiny.yaml:8:37: error: 'UART+0x1000' is no register; expected one like UARTE0+0x500"
    ),
    (
      "ram: {base: 0x20000000, size: 8 KiB}", "ram: {base: 0x20000000, size: 9 KiB}",
      "tiny.yaml:8:54: error: the region is not inside one memory of 'tiny'"
    ),
    (
      "consumers: {}",
      "consumers: {cpu: {scope: board, states: {on: {current: 1 mA, source: DOC, trust: A}}}}",
      "tiny.yaml:9:8: error: consumer 'cpu' is in the chip's table and in the board's"
    ),
    (
      "consumers: {}",
      "consumers: {x: {scope: bord, states: {on: {current: 1 mA, source: DOC, trust: A}}}}",
      "tiny.yaml:9:79: error: unknown scope 'bord'; did you mean 'board'?"
    ),
    (
      "consumers: {}",
      "consumers: {x: {scope: board, while: cpu.slep, states: {on: {current: 1 mA, source: DOC, trust: A}}}}",
      "tiny.yaml:9:8: error: 'x' counts while 'cpu.slep', which is no state of an unconditional consumer"
    ),
    ("3 V", "0 V", "tiny.yaml:9:27: error: expected a voltage above zero"),
  ]) func `a wrong board says where`(from: String, to: String, message: String) {
    #expect(failure(board: boardText.replacingOccurrences(of: from, with: to)) == message)
  }

  @Test(arguments: [
    (
      "priority-bits: 2", "priority-bits: 9",
      "Chips/tiny.yaml:5:93: error: expected a number from 2 to 8, found 9"
    ),
    ("irq: 3", "irq: 4", "Chips/tiny.yaml:12:64: error: expected a number from 0 to 3, found 4"),
    (
      "{3: UART}", "{4: UART}",
      "Chips/tiny.yaml:13:14: error: expected an interrupt number below 4, found '4'"
    ),
    (
      "size: 8 KiB", "size: 4 GiB",
      "Chips/tiny.yaml:10:44: error: expected a size from 1 B to below 4 GiB, found '4 GiB'"
    ),
    (
      "size: 8 KiB", "size: 8 KiB, sharing: {slaves: [4 KiB, 2 KiB], source: DOC, trust: A}",
      "Chips/tiny.yaml:10:69: error: expected sizes that sum to the memory's 8192 B, found 6144 B"
    ),
    (
      "size: 8 KiB", "size: 8 KiB, sharing: {core-firts: true, source: DOC, trust: A}",
      "Chips/tiny.yaml:10:61: error: unknown key 'core-firts'; did you mean 'core-first'?"
    ),
    (
      "size: 8 KiB", "size: 8 KiB, sharing: {banks: 0, source: DOC, trust: A}",
      "Chips/tiny.yaml:10:68: error: expected a number from 1 to 64, found 0"
    ),
    (
      "base: 0x20000000", "base: 0xFFFFF000",
      "Chips/tiny.yaml:10:44: error: the memory ends beyond 0xffffffff"
    ),
    (
      "kind: ram", "alias-of: rom",
      "Chips/tiny.yaml:10:8: error: no memory 'rom' as large as its alias; did you mean 'ram'?"
    ),
    (
      "kind: ram", "kind: ram, contents: x.hex",
      "Chips/tiny.yaml:10:30: error: only a memory of kind 'rom' has contents"
    ),
    (
      "kind: ram", "kind: rom, contents: x.hex",
      "Chips/tiny.yaml:10:30: error: cannot open 'x.hex'"
    ),
    (
      "current: 1 mA", "current: -1 mA",
      "Chips/tiny.yaml:16:47: error: expected a current that is not negative"
    ),
    (
      "uncached: 1", "uncached: 1.5",
      "Chips/tiny.yaml:9:96: error: expected a whole number, found '1.5'"
    ),
  ]) func `a wrong chip says where`(from: String, to: String, message: String) {
    #expect(failure(chip: chipText.replacingOccurrences(of: from, with: to)) == message)
  }

  @Test func `a memory is shared as its chip says, or by turns`() throws {
    let plain = try #require(try load().chip.memory("ram"))
    #expect(plain.sharing == nil)
    let set = try load(["ram.sharing={slaves: [6 KiB, 2 KiB], banks: 2, core-first: true}"])
    let ram = try #require(set.chip.memory("ram"))
    #expect(ram.sharing?.slaves == [6144, 2048])
    #expect(ram.sharing?.banks == 2 && ram.sharing?.isCoreFirst == true)
    #expect(ram.provenance == plain.provenance && ram.sharing?.provenance.source.key == "--set")
    let figure = set.figures.first { $0.key == "ram.sharing" }
    #expect(figure?.value == "6 KiB, 2 KiB, 2 banks, the core first")
  }

  @Test func `an override reaches board, chip, memory and consumer`() throws {
    let board = try load([
      "core-clock=8 MHz", "core.priority-bits=4", "flash.wait-states=3",
      "cpu.states.run.current=2 mA", "power.supply.voltage=1.8 V", "main.frequency=8 MHz",
    ])
    #expect(board.coreClock.value == Hertz(8_000_000))
    #expect(board.coreClock.provenance.trust.tier == .assumed)
    #expect(board.chip.core.priorityBits == 4)
    #expect(board.chip.core.provenance.source.key == "--set")
    #expect(board.chip.memory("flash")?.provenance.source.key == "DOC")
    #expect(board.chip.memory("flash")?.waitStates?.provenance.source.key == "--set")
    #expect(board.chip.memory("flash")?.waitStates?.uncached == 3)
    #expect(board.chip.clock("main")?.frequency == Hertz(8_000_000))
    let run = try #require(board.power?.consumer("cpu")?.state("run"))
    #expect(run.current == Amperes(nanoamperes: 2_000_000))
    #expect(run.provenance.source.key == "--set")
    #expect(board.power?.supply.value == Volts(millivolts: 1_800))
  }

  @Test(arguments: [
    (
      "flsh.wait-states=2",
      "--set board.flsh.wait-states=2: error: unknown key 'flsh' of a board; did you mean 'flash'?"
    ),
    (
      "flash.wait-state=2",
      "--set board.flash.wait-state=2: error: unknown key 'wait-state'; did you mean 'wait-states'?"
    ),
    (
      "flash.wait-states=many",
      "--set board.flash.wait-states=many: error: expected a whole number, found 'many'"
    ),
    (
      "titel=x", "--set board.titel=x: error: unknown key 'titel' of a board; did you mean 'title'?"
    ),
  ]) func `a wrong override is named as it was typed`(setting: String, message: String) {
    #expect(failure([setting]) == message)
  }
}

@Suite struct DataDirectoryTests {
  @Test func `an unknown board lists the nearest and all`() throws {
    let data = try data()
    let place = Position(file: "d.yaml", line: 2, column: 8)
    let known = data.boardNames()
    #expect(known.contains("nrf52840-dk") && known == known.sorted())
    let list = known.joined(separator: ", ")
    #expect(
      error { () throws(BoardError) in _ = try data.board("nrf52840dk", at: place) }
        == "d.yaml:2:8: error: unknown board 'nrf52840dk'; did you mean 'nrf52840-dk'? "
        + "(known: \(list))")
    #expect(
      error { () throws(BoardError) in _ = try data.board("toaster") }
        == "error: unknown board 'toaster' (known: \(list))")
  }

  @Test func `a board is also a file`() throws {
    let board = try data().board(packageRoot + "/Boards/mps2-an386.yaml")
    #expect(board.name == "mps2-an386")
    let missing = error { () throws(BoardError) in _ = try data().board("nowhere/x.yaml") }
    #expect(missing == "nowhere/x.yaml: error: cannot open: no such file or directory")
  }

  @Test func `a place without boards is named`() {
    #expect(
      error { () throws(BoardError) in _ = try DataDirectory(explicit: "/nowhere") }
        == "error: no folder 'Boards' in /nowhere; give --data DIRECTORY or set THUMBPRINT_HOME")
  }

  @Test func `the package root is found above the executable`() throws {
    if Files.environment("THUMBPRINT_HOME") == nil {
      #expect(try DataDirectory().path == packageRoot)
    }
  }
}
