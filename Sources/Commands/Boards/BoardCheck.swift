import Boards
import Documents
import Peripherals

extension Board {
  /// Checks what only the models can tell: the types of its chip's peripherals.
  func checkModels() throws(CommandFailure) {
    do throws(DocumentError) {
      for block in chip.blocks where block.isModelled {
        guard let position = block.typePosition, !PeripheralCatalog.names.contains(block.type)
        else {
          continue
        }
        throw DocumentError(
          "unknown type '\(shortened(block.type))' of a peripheral"
            + Self.hint(block.type, PeripheralCatalog.names + ["unmodelled"])
            + "; see 'thumbprint boards --types'", at: position)
      }
    } catch { throw CommandFailure(error) }
  }

  private static func hint(_ word: String, _ known: [String]) -> String {
    nearest(to: word, in: known).map { "; did you mean '\($0)'?" } ?? ""
  }
}
