/// The peripheral and component identification registers at the end of a CMSDK device.
///
/// Reference: Cortex-M System Design Kit TRM (ARM DDI 0479C), the programmer's model of each APB
/// component.
enum CMSDKIdentification {
  /// PID4 to CID3 of the component with that part number; nil at any other offset.
  static func read(_ offset: UInt32, part: UInt32) -> UInt32? {
    guard (0xfd0...0xffc).contains(offset), offset & 3 == 0 else { return nil }
    let values: [UInt32] = [4, 0, 0, 0, part & 0xff, 0xb8, 0x1b, 0, 0x0d, 0xf0, 0x05, 0xb1]
    return values[Int(offset - 0xfd0) / 4]
  }

  /// Whether the offset is one of these read-only registers.
  static func contains(_ offset: UInt32) -> Bool { read(offset, part: 0) != nil }
}
