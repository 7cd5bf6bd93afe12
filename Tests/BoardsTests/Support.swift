import Boards
import Documents

/// The package's own root: it holds `Boards/`.
let packageRoot = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

func data() throws(BoardError) -> DataDirectory { try DataDirectory(explicit: packageRoot) }

/// The message of what `body` throws, or an empty one.
func error<Failure: Error>(_ body: () throws(Failure) -> Void) -> String {
  do {
    try body()
    return ""
  } catch {
    return String(describing: error)
  }
}
