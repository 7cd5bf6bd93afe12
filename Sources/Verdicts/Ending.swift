import Deployments
import RunRecord
import Units

/// What a run's end means for its verdict.
struct Ending {
  /// The status that the end alone asks for.
  var status = ExitStatus.success
  /// Why budgets cannot be judged; nil: the run was complete.
  var incomplete: String?

  init(_ record: RunRecord, _ deployment: Deployment) {
    switch record.outcome {
    case .exited(let code):
      if code != 0 { fail("the firmware exited with \(code)") }
    case .reachedLimit(.duration): break
    case .reachedLimit(.streamEnd(let sensor)):
      if let duration = deployment.duration, record.end.picoseconds < duration.picoseconds {
        cut("the recording of '\(sensor)' ends before the run's time")
      }
    case .faulted(let fault): fail("the firmware crashed: \(fault.cause)")
    case .lockedUp(let fault): fail("the core locked up: \(fault.cause)")
    case .sleepsForever:
      if !deployment.budgets.isEmpty { cut("nothing can wake the core again") }
    case .timedOut: cut("the time limit on the wall clock ended the run")
    case .scriptFailed(let why): fail("a script failed: \(why)")
    }
  }

  private mutating func fail(_ why: String) { (status, incomplete) = (.firmwareFailed, why) }
  private mutating func cut(_ why: String) { (status, incomplete) = (.notJudged, why) }
}
