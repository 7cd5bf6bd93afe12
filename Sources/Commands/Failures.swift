import Boards
import Documents
import Machine
import NetworkCompiler
import Streams
import Verdicts

/// How each module's errors end a command.
extension CommandFailure {
  init(_ error: DocumentError) {
    let status: ExitStatus =
      if error.kind == .cannotOpen {
        .cannotOpen
      } else if error.position.file.hasPrefix("--") {
        .usage
      } else {
        .badInput
      }
    self.init(status, error.description)
  }

  init(_ error: BoardError) {
    switch error {
    case .document(let error): self.init(error)
    case .noData: self.init(.cannotOpen, error.description)
    case .unknownBoard(_, _, let position):
      let isOption = position.map { $0.file.hasPrefix("--") } ?? true
      self.init(isOption ? .usage : .badInput, error.description + "; see 'thumbprint boards'")
    }
  }

  init(_ error: StreamError) {
    self.init(error.kind == .unreadable ? .cannotOpen : .badInput, error.description)
  }

  init(_ error: NetworkError) {
    self.init(error.isMissingFile ? .cannotOpen : .badInput, error.description)
  }

  /// Of building the firmware of a deployment, whose file is to blame for what does not fit.
  init(_ error: FirmwareError, of deployment: String) {
    switch error.kind {
    case .invalid: self.init(.badInput, "\(deployment): \(error)")
    case .cannotOpen: self.init(.cannotOpen, error.description)
    case .missingProgram: self.init(.programMissing, error.description)
    case .refused: self.init(.internalFault, error.description)
    }
  }

  init(_ error: MachineError) {
    switch error {
    case .recording(let error): self.init(error)
    case .engine: self.init(.internalFault, error.description)
    case .files: self.init(.cannotOpen, error.description)
    case .noSymbol: self.init(.notJudged, error.description)
    default: self.init(.badInput, error.description)
    }
  }
}
