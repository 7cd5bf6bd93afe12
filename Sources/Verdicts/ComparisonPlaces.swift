import Boards
public import Profiling
import Units

/// Where a run's code and data lay.
extension Judgement {
  public func place(of row: Profile.Row) -> ComparisonSide.Place {
    guard let address = row.address else { return ComparisonSide.Place() }
    let memory = board.chip.memory(at: address)
    return ComparisonSide.Place(
      memory: memory?.cells ?? "",
      isInRAM: Self.isRAM(address) || memory?.isTightlyCoupled == true)
  }

  public func place(of object: DataObject) -> ComparisonSide.Place {
    ComparisonSide.Place(
      memory: board.chip.memory(at: object.address)?.cells ?? "", isInRAM: object.isInRAM)
  }

  /// Where Arm's memory map has it: DDI 0403E, B3.1.
  private static func isRAM(_ address: Address) -> Bool { address.value >> 29 == 1 }
}
