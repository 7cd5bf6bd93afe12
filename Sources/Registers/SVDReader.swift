import Documents
import Units

/// Makes a device description of the elements of an SVD file.
struct SVDReader {
  private let root: XMLElement
  private let peripherals: [XMLElement]
  private let derivation: SVDDerivation
  private var map = RegisterMap()
  private var steps = 0

  init(_ root: XMLElement) {
    self.root = root
    peripherals = root["peripherals"]?.all("peripheral") ?? []
    derivation = SVDDerivation(peripherals)
  }

  mutating func device() throws(DocumentError) -> DeviceDescription {
    guard root.name == "device" else {
      throw root.error(
        "expected <device>, the root of an SVD file, found <\(shortened(root.name))>")
    }
    guard !peripherals.isEmpty else { throw root.error("the device has no <peripheral>") }
    let properties = try SVDProperties().changed(by: root)
    var made: [DeviceDescription.Peripheral] = []
    for element in peripherals {
      let element = try derivation.resolved(element, among: peripherals)
      for instance in try SVDArray.elements(of: element) {
        made.append(try peripheral(element, instance, properties))
      }
    }
    return DeviceDescription(
      name: try root.required("name").text, vendor: root.text("vendor"),
      version: root.text("version"), core: try core(), peripherals: made, registers: map)
  }

  private func core() throws(DocumentError) -> DeviceDescription.Core? {
    guard let cpu = root["cpu"] else { return nil }
    return DeviceDescription.Core(
      name: try cpu.required("name").text, revision: cpu.text("revision"),
      hasFPU: cpu.boolean("fpuPresent"), hasMPU: cpu.boolean("mpuPresent"),
      priorityBits: try cpu["nvicPrioBits"].map { (node) throws(DocumentError) in
        Int(try node.number(upTo: 8))
      },
      interruptCount: try cpu["deviceNumInterrupts"].map { (node) throws(DocumentError) in
        Int(try node.number(upTo: 480))
      })
  }

  private mutating func step(_ element: XMLElement) throws(DocumentError) {
    steps += 1
    if steps > DescriptionLimits.steps {
      throw element.error("arrays make more than \(DescriptionLimits.steps) registers and fields")
    }
  }

  private mutating func peripheral(
    _ element: XMLElement, _ instance: SVDArray, _ inherited: SVDProperties
  ) throws(DocumentError) -> DeviceDescription.Peripheral {
    try step(element)
    let base = try element.required("baseAddress").number(upTo: 0xffff_ffff) &+ instance.distance
    let first = map.count
    let properties = try inherited.changed(by: element)
    if let registers = element["registers"] {
      derivation.scope = registers.children
      try members(
        of: registers, at: base, Place(block: instance.name, prefix: ""), properties, depth: 0)
    }
    var interrupts: [DeviceDescription.Interrupt] = []
    for interrupt in element.all("interrupt") {
      interrupts.append(
        DeviceDescription.Interrupt(
          name: try interrupt.required("name").text,
          number: Int(try interrupt.required("value").number(upTo: 479))))
    }
    return DeviceDescription.Peripheral(
      name: instance.name, summary: element.text("description"),
      base: Address(UInt32(truncatingIfNeeded: base)), size: try size(element),
      interrupts: interrupts, extent: extent(from: first, base))
  }

  private func size(_ element: XMLElement) throws(DocumentError) -> UInt32 {
    var end: UInt64 = 0
    for block in element.all("addressBlock") {
      let offset = try block.required("offset").number(upTo: 0xffff_ffff)
      end = max(end, offset + (try block.required("size").number(upTo: 0xffff_ffff)))
    }
    return UInt32(clamping: end)
  }

  private func extent(from first: Int, _ base: UInt64) -> Range<UInt32>? {
    let made = map.registers[first...]
    let base = UInt32(truncatingIfNeeded: base)
    guard let low = made.map({ $0.address.value &- base }).min(),
      let high = made.map({ $0.address.value &- base &+ UInt32($0.width / 8) }).max(), high > low
    else { return nil }
    return low..<high
  }

  // MARK: Registers

  /// Where registers belong: `UARTE0` and `PSEL.`.
  private struct Place {
    let block: String
    let prefix: String
  }

  private mutating func members(
    of element: XMLElement, at base: UInt64, _ place: Place, _ properties: SVDProperties, depth: Int
  ) throws(DocumentError) {
    guard depth < DescriptionLimits.derivations else {
      throw element.error("clusters nested deeper than \(DescriptionLimits.derivations)")
    }
    let siblings = element.children
    for child in siblings where child.name == "register" || child.name == "cluster" {
      let child = try derivation.resolved(child, among: siblings)
      let properties = try properties.changed(by: child)
      let offset = try child.required("addressOffset").number(upTo: 0xffff_ffff)
      let fields = child.name == "register" ? try fields(child, properties) : []
      for instance in try SVDArray.elements(of: child) {
        try step(child)
        let address = base &+ offset &+ instance.distance
        if child.name == "cluster" {
          let inner = Place(block: place.block, prefix: place.prefix + instance.name + ".")
          try members(of: child, at: address, inner, properties, depth: depth + 1)
        } else {
          try append(child, place.prefix + instance.name, place.block, address, properties, fields)
        }
      }
    }
  }

  private mutating func append(
    _ element: XMLElement, _ name: String, _ block: String, _ address: UInt64,
    _ properties: SVDProperties, _ fields: [RegisterField]
  ) throws(DocumentError) {
    guard map.count < DescriptionLimits.registers else {
      throw element.error("more than \(DescriptionLimits.registers) registers")
    }
    guard address <= 0xffff_ffff else {
      throw element.error("register '\(shortened(name))' lies beyond 0xffffffff")
    }
    let reset = properties.reset & properties.resetMask
    var register = Register(
      block: block, name: name, address: Address(UInt32(address)),
      reset: UInt32(truncatingIfNeeded: reset), width: min(properties.size, 32),
      access: properties.access, fields: fields.filter { $0.lowest < 32 })
    register.modifiedWrite = try element.choice("modifiedWriteValues", as: ModifiedWrite.self)
    register.readAction = try element.choice("readAction", as: ReadAction.self)
    map.append(register)
    guard properties.size > 32 else { return }
    // The upper word of a double word goes by a name of its own.
    register.name += "_HIGH"
    register.address = Address(UInt32(address) &+ 4)
    register.reset = UInt32(truncatingIfNeeded: reset >> 32)
    register.width = properties.size - 32
    register.fields = fields.filter { $0.lowest >= 32 }.map { field in
      var field = field
      field.lowest -= 32
      return field
    }
    map.append(register)
  }

  private mutating func fields(
    _ register: XMLElement, _ properties: SVDProperties
  ) throws(DocumentError) -> [RegisterField] {
    guard let list = register["fields"]?.children else { return [] }
    var fields: [RegisterField] = []
    for element in list where element.name == "field" {
      let element = try derivation.resolved(element, among: list)
      let (lowest, width) = try SVDBits.range(of: element)
      for instance in try SVDArray.elements(of: element) {
        try step(element)
        guard instance.distance < 64, lowest + Int(instance.distance) + width <= 64 else {
          throw element.error("field '\(shortened(instance.name))' lies beyond bit 63")
        }
        var field = RegisterField(
          name: instance.name, lowest: lowest + Int(instance.distance), width: width,
          access: try element.choice("access", as: RegisterAccess.self) ?? properties.access,
          modifiedWrite: try element.choice("modifiedWriteValues", as: ModifiedWrite.self),
          readAction: try element.choice("readAction", as: ReadAction.self))
        field.values = try SVDBits.values(of: element, derivation, list)
        fields.append(field)
      }
    }
    return fields
  }
}
