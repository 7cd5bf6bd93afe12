import RunRecord
import Units

/// A core dump as members of a JSON object.
extension JSONReport {
  func members(of dump: CoreDump) -> [(String, JSONValue)] {
    [
      ("reason", .string(dump.reason.rawValue)),
      ("at_seconds", seconds(dump.at.picoseconds)), ("mode", .string(dump.mode)),
      ("escalation", .optional(dump.escalation) { .string($0) }),
      ("registers", registers(dump.registers)),
      ("status", .array(dump.status.map(status))),
      ("stacked_frame", .optional(dump.stackedFrame, stackedFrame)),
      ("instruction", .optional(dump.instruction, instruction)),
      ("access", .optional(dump.access, access)),
      ("source", place(dump.instruction?.source ?? dump.frames.first?.source)),
      ("frames", .array(dump.frames.map(frame))),
      ("stacks", .array(dump.stacks.map(stack))),
      ("stack_overflow", .optional(dump.overflow, overflow)),
      ("exceptions", .array(dump.exceptions.map(event))),
      (
        "calls",
        .array(
          dump.calls.map {
            .object([
              ("at_seconds", seconds($0.at.picoseconds)), ("function", .string($0.function)),
            ])
          })
      ),
      ("earlier", .array(dump.earlier.map(earlier))),
      ("spin", .optional(dump.spin, spin)),
      ("notes", .array(dump.notes.map { .string($0) })),
    ]
  }

  private func address(_ address: Address) -> JSONValue { .string("\(address)") }

  private func registers(_ registers: [CoreDump.Register]) -> JSONValue {
    .object(registers.map { ($0.name, .string(hexadecimal($0.value))) })
  }

  private func place(_ place: CoreDump.Place?) -> JSONValue {
    .optional(place) {
      .object([("file", .string($0.file)), ("line", .integer($0.line))])
    }
  }

  private func status(_ register: CoreDump.StatusRegister) -> JSONValue {
    .object([
      ("name", .string(register.name)), ("value", .string(hexadecimal(register.value))),
      (
        "bits",
        .array(
          register.bits.map {
            .object([("name", .string($0.name)), ("meaning", .string($0.meaning))])
          })
      ),
    ])
  }

  private func stackedFrame(_ frame: CoreDump.StackedFrame) -> JSONValue {
    .object([
      ("address", address(frame.address)), ("stack", .string(frame.stack)),
      ("registers", registers(frame.registers)),
    ])
  }

  private func instruction(_ instruction: CoreDump.Instruction) -> JSONValue {
    .object([
      ("address", address(instruction.address)), ("bytes", .string(instruction.bytes)),
      ("text", .string(instruction.text)), ("source", place(instruction.source)),
      ("operands", registers(instruction.operands)),
    ])
  }

  private func access(_ access: CoreDump.Access) -> JSONValue {
    .object([
      ("kind", .string(access.kind.rawValue)), ("address", address(access.address)),
      ("size", .integer(access.size)), ("place", .string(access.place)),
    ])
  }

  private func frame(_ frame: CoreDump.Frame) -> JSONValue {
    .object([
      ("pc", address(frame.programCounter)), ("function", .string(frame.function)),
      ("offset", .integer(frame.offset)), ("source", place(frame.source)),
      (
        "inlined",
        .array(
          frame.inlined.map {
            .object([("function", .string($0.function)), ("call", place($0.call))])
          })
      ),
      ("size", .optional(frame.size) { .integer($0) }), ("count", .integer(frame.count)),
      ("unwound_by", .string(frame.unwoundBy.rawValue)),
    ])
  }

  private func stack(_ stack: CoreDump.Stack) -> JSONValue {
    .object([
      ("name", .string(stack.name)), ("pointer", address(stack.pointer)),
      ("limit", .optional(stack.limit, address)), ("top", .optional(stack.top, address)),
      ("limited_by", .optional(stack.limitedBy) { .string($0) }),
      ("high_water_bytes", .optional(stack.highWater) { .integer($0) }),
    ])
  }

  private func overflow(_ overflow: CoreDump.StackOverflow) -> JSONValue {
    .object([
      ("at_seconds", seconds(overflow.at.picoseconds)),
      ("pc", address(overflow.programCounter)), ("reach", address(overflow.reach)),
      ("limit", address(overflow.limit)), ("into", .string(overflow.into)),
      ("frames", .array(overflow.frames.map(frame))),
    ])
  }

  private func event(_ event: CoreDump.ExceptionEvent) -> JSONValue {
    .object([
      ("kind", .string(event.kind.rawValue)), ("name", .string(event.name)),
      ("at_seconds", seconds(event.at.picoseconds)),
      ("pc", .optional(event.programCounter, address)),
    ])
  }

  private func earlier(_ fault: CoreDump.EarlierFault) -> JSONValue {
    .object([
      ("exception", .string(fault.exception)), ("cause", .string(fault.cause)),
      ("pc", address(fault.programCounter)), ("place", .string(fault.place)),
      ("at_seconds", seconds(fault.at.picoseconds)),
    ])
  }

  private func spin(_ spin: CoreDump.Spin) -> JSONValue {
    .object([
      ("function", .string(spin.function)), ("pc", address(spin.programCounter)),
      ("source", place(spin.source)), ("target", .optional(spin.target) { .string($0) }),
      ("address", .optional(spin.address, address)),
      ("mask", .optional(spin.mask) { .string(hexadecimal($0)) }),
      ("awaits", .string(spin.awaits)),
      ("value", .optional(spin.value) { .string(hexadecimal($0)) }),
      ("hold", .optional(spin.hold) { .string($0) }),
      ("since_seconds", seconds(spin.since.picoseconds)), ("rounds", .integer(spin.rounds)),
    ])
  }
}
