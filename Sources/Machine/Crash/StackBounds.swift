import FirmwareImage
import RunRecord
import Units

/// Where the main stack may reach, as the linker laid it out.
struct StackBounds {
  let top: UInt32
  /// The lowest address that is the stack's own; nil: nothing says so.
  private(set) var limit: UInt32?
  /// What says so.
  private(set) var limitedBy: String?
  /// Below this lies something else; a mere plan of the linker's (`_Min_Stack_Size`) may be exceeded.
  private(set) var hardLimit: UInt32?

  /// As common linker scripts call the lowest address.
  private static let names: Set<String> = [
    "__StackLimit", "__stack_limit", "__stack_limit__", "_sstack", "__stack_start__",
    "__stack_bottom", "_stack_bottom", "__StackBottom", "_stack_limit",
  ]
  private static let sizes: Set<String> = ["_Min_Stack_Size", "__STACK_SIZE", "__stack_size__"]

  init(_ image: FirmwareImage, top: UInt32) {
    self.top = top
    func offer(_ address: UInt32, _ name: String, isHard: Bool) {
      guard address < top, address > limit ?? 0 else { return }
      (limit, limitedBy) = (address, name)
      if isHard { hardLimit = address }
    }
    for section in image.sections where section.isAllocated && section.size > 0 {
      let range = section.range
      if section.name.lowercased().contains("stack") {
        if range.lowerBound < UInt64(top) && UInt64(top) <= range.upperBound {
          offer(section.address.value, section.name, isHard: true)
        }
      } else if section.isWritable, !section.name.contains("heap"),
        range.upperBound <= UInt64(top), range.upperBound > 0x1000_0000
      {
        offer(UInt32(range.upperBound), "the end of \(section.name)", isHard: true)
      }
    }
    for symbol in image.symbols where Self.names.contains(symbol.name) {
      offer(symbol.address.value, symbol.name, isHard: true)
    }
    let size = image.symbols.first { $0.section == nil && Self.sizes.contains($0.name) }
    if let size, size.address.value > 0, size.address.value < top {
      offer(top - size.address.value, size.name, isHard: false)
    }
  }
}
