import Documents
import Registers
import Testing
import Units

/// What a System View Description says, as the standard's rules read it.
@Suite struct SVDTests {
  static func device(_ peripherals: String, head: String = "") throws(DocumentError)
    -> DeviceDescription
  {
    let text = """
      <?xml version="1.0"?>
      <device schemaVersion="1.3">
        <name>KESTREL</name>
        <vendor>Nobody</vendor>
        \(head)
        <size>32</size><access>read-write</access><resetValue>0x5</resetValue>
        <peripherals>\(peripherals)</peripherals>
      </device>
      """
    return try DeviceDescription(bytes: Array(text.utf8), file: "kestrel.svd")
  }

  static let timer = """
    <peripheral>
      <name>TIM0</name><description>A timer</description><baseAddress>0x40000000</baseAddress>
      <addressBlock><offset>0</offset><size>0x100</size><usage>registers</usage></addressBlock>
      <interrupt><name>TIM0</name><value>3</value></interrupt>
      <registers>
        <register>
          <name>CTRL</name><addressOffset>0</addressOffset>
          <fields>
            <field><name>ENABLE</name><bitRange>[0:0]</bitRange></field>
            <field><name>MODE</name><lsb>4</lsb><msb>6</msb><access>read-only</access>
              <enumeratedValues><name>MODES</name>
                <enumeratedValue><name>Up</name><value>#101</value></enumeratedValue>
                <enumeratedValue><name>Any</name><value>#1xx</value></enumeratedValue>
              </enumeratedValues></field>
            <field><name>FLAG</name><bitOffset>8</bitOffset><bitWidth>2</bitWidth>
              <modifiedWriteValues>oneToClear</modifiedWriteValues>
              <readAction>clear</readAction></field>
          </fields>
        </register>
        <register>
          <dim>3</dim><dimIncrement>4</dimIncrement>
          <name>CC[%s]</name><addressOffset>0x10</addressOffset>
          <size>16</size><access>write-only</access><resetValue>0x12345678</resetValue>
          <resetMask>0xff00</resetMask>
        </register>
        <cluster>
          <dim>2</dim><dimIncrement>0x20</dimIncrement><dimIndex>A,B</dimIndex>
          <name>CH%s</name><addressOffset>0x40</addressOffset>
          <register><name>DATA</name><addressOffset>0x4</addressOffset>
            <fields><field><dim>4</dim><dimIncrement>2</dimIncrement><dimIndex>0-3</dimIndex>
              <name>PIN%s</name><bitOffset>0</bitOffset><bitWidth>1</bitWidth></field></fields>
          </register>
          <cluster><name>SUB</name><addressOffset>0x10</addressOffset>
            <register><name>STATE</name><addressOffset>0</addressOffset></register>
          </cluster>
        </cluster>
      </registers>
    </peripheral>
    """

  @Test func registersInheritAndOverride() throws {
    let device = try Self.device(Self.timer)
    let control = try #require(device.registers.register("TIM0.CTRL"))
    #expect(control.reset == 5 && control.width == 32 && control.access == .readWrite)
    #expect(control.fields.map(\.name) == ["ENABLE", "MODE", "FLAG"])
    #expect(control.fields.map(\.mask) == [1, 0x70, 0x300])
    #expect(control.fields[1].access == .readOnly)
    #expect(control.fields[1].values.map(\.name) == ["Up"])
    #expect(control.fields[1].values.map(\.value) == [5])
    #expect(control.fields[2].modifiedWrite == .oneToClear)
    #expect(control.fields[2].readAction == .clear)
    let compare = try #require(device.registers[Address(0x4000_0018)])
    #expect(compare.path == "TIM0.CC[2]")
    #expect(compare.width == 16 && compare.reset == 0x5600 && !compare.isReadable)
  }

  @Test func arraysAndClustersAreExpanded() throws {
    let device = try Self.device(Self.timer)
    #expect(
      device.registers.registers.map { "\($0.path) \($0.address)" } == [
        "TIM0.CTRL 0x40000000", "TIM0.CC[0] 0x40000010", "TIM0.CC[1] 0x40000014",
        "TIM0.CC[2] 0x40000018", "TIM0.CHA.DATA 0x40000044", "TIM0.CHA.SUB.STATE 0x40000050",
        "TIM0.CHB.DATA 0x40000064", "TIM0.CHB.SUB.STATE 0x40000070",
      ])
    let data = try #require(device.registers.register("TIM0.CHB_DATA"))
    #expect(
      data.fields.map { "\($0.name) \($0.mask)" } == [
        "PIN0 1", "PIN1 4", "PIN2 16", "PIN3 64",
      ])
    let peripheral = device.peripherals[0]
    #expect(peripheral.size == 0x100 && peripheral.extent == 0..<0x74)
    #expect(peripheral.interrupts.map(\.number) == [3])
  }

  @Test func aDerivedPeripheralTakesOverAllButItsInterrupts() throws {
    let device = try Self.device(
      Self.timer + """
        <peripheral derivedFrom="TIM0">
          <name>TIM1</name><baseAddress>0x40001000</baseAddress>
          <registers><register><name>CTRL</name><addressOffset>0</addressOffset>
            <resetValue>0x77</resetValue></register>
            <register derivedFrom="CTRL"><name>EXTRA</name><addressOffset>0x80</addressOffset>
            </register></registers>
        </peripheral>
        <peripheral><name>OTHER</name><baseAddress>0x40002000</baseAddress>
          <registers><register derivedFrom="TIM0.CC[%s]"><name>C%s</name></register>
            <register derivedFrom="TIM0.CHA.SUB.STATE"><name>S</name></register></registers>
        </peripheral>
        """)
    let names = device.registers.registers.filter { $0.block == "TIM1" }
    #expect(names.count == 9)
    #expect(device.registers.register("TIM1.CTRL")?.reset == 0x77)
    #expect(device.registers.register("TIM1.CTRL")?.fields.isEmpty == true)
    #expect(device.registers.register("TIM1.EXTRA")?.reset == 0x77)
    #expect(device.registers.register("TIM1.CC[1]")?.address == Address(0x4000_1014))
    #expect(device.peripherals[1].interrupts.isEmpty && device.peripherals[1].size == 0x100)
    #expect(device.registers.register("OTHER.C2")?.address == Address(0x4000_2018))
  }

  @Test func theCoreIsRead() throws {
    let head = """
      <cpu><name>CM4</name><revision>r0p1</revision><endian>little</endian>
      <mpuPresent>true</mpuPresent><fpuPresent>1</fpuPresent><nvicPrioBits>3</nvicPrioBits>
      <deviceNumInterrupts>48</deviceNumInterrupts></cpu>
      """
    let core = try #require(try Self.device(Self.timer, head: head).core)
    #expect(core.name == "CM4" && core.hasFPU && core.hasMPU)
    #expect(core.priorityBits == 3 && core.interruptCount == 48)
  }

  static let refusals: [(String, String)] = [
    ("", "kestrel.svd:2:1: error: the device has no <peripheral>"),
    (
      "<peripheral><name>A</name></peripheral>",
      "kestrel.svd:7:16: error: <peripheral> has no <baseAddress>"
    ),
    (
      "<peripheral><name>A</name><baseAddress>4x</baseAddress></peripheral>",
      "kestrel.svd:7:42: error: expected a number in <baseAddress>, found '4x'"
    ),
    (
      #"<peripheral derivedFrom="B"><name>A</name></peripheral>"#
        + #"<peripheral derivedFrom="A"><name>B</name></peripheral>"#,
      "kestrel.svd:7:16: error: derivedFrom goes in a circle at 'B'"
    ),
    (
      #"<peripheral derivedFrom="TIMO"><name>A</name></peripheral>"# + timer,
      "kestrel.svd:7:16: error: derivedFrom names no <peripheral>: 'TIMO'; did you mean 'TIM0'?"
    ),
    (
      timer.replacing("oneToClear", with: "onesToClear"),
      "kestrel.svd:22:11: error: unknown modifiedWriteValues 'onesToClear'; "
        + "did you mean 'oneToClear'?"
    ),
    ("<peripheral>", "kestrel.svd:7:30: error: no XML: mismatched tag"),
  ]

  @Test(arguments: refusals)
  func whatIsWrongIsToldWithItsPlace(text: String, message: String) {
    let error = #expect(throws: DocumentError.self) { _ = try Self.device(text) }
    #expect(error?.description == message)
  }

  @Test func aDocumentTypeIsRefused() {
    let text = """
      <!DOCTYPE device [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>
      <device><name>&b;</name></device>
      """
    let error = #expect(throws: DocumentError.self) {
      _ = try DeviceDescription(bytes: Array(text.utf8), file: "bomb.svd")
    }
    #expect(error?.message == "a document type is not accepted here")
  }

  /// Arrays of arrays of arrays: a small file may not ask for more than a device has.
  @Test(.timeLimit(.minutes(1)))
  func arraysAreBounded() {
    var inner = "<register><name>R%s</name><dim>65536</dim><dimIncrement>4</dimIncrement>"
    inner += "<addressOffset>0</addressOffset></register>"
    for level in 0..<10 {
      inner =
        "<cluster><name>C\(level)_%s</name><dim>65536</dim><dimIncrement>0</dimIncrement>"
        + "<addressOffset>0</addressOffset>\(inner)</cluster>"
    }
    let error = #expect(throws: DocumentError.self) {
      _ = try Self.device(
        "<peripheral><name>A</name><baseAddress>0</baseAddress><registers>\(inner)</registers>"
          + "</peripheral>")
    }
    #expect(error?.message.hasPrefix("more than 262144 registers") == true, "\(error as Any)")
  }

  @Test func nestingIsBounded() {
    let text = String(repeating: "<a>", count: 100_000)
    let error = #expect(throws: DocumentError.self) {
      _ = try DeviceDescription(bytes: Array(text.utf8), file: "deep.svd")
    }
    #expect(error?.message == "nested deeper than 64")
  }

  /// Every prefix and every changed byte of a description is read or refused.
  @Test(arguments: 0..<200)
  func damagedDescriptionsAreReadOrRefused(seed: Int) throws {
    var bytes = Array(
      "<device><name>K</name><peripherals>\(Self.timer)</peripherals></device>".utf8)
    var state = UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 | 1
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    if seed % 4 == 0 {
      bytes = Array(bytes.prefix(random(bytes.count)))
    } else {
      for _ in 0..<1 + random(4) { bytes[random(bytes.count)] = UInt8(random(256)) }
    }
    do throws(DocumentError) {
      _ = try DeviceDescription(bytes: bytes, file: "damaged.svd")
    } catch { #expect(error.position.file == "damaged.svd") }
  }
}
