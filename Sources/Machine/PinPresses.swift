import Boards
import Deployments
import Documents
import Simulation
import Units

extension Assembly {
  /// Plans the deployment's presses: each pulls its pin to the level that it does not have then, and
  /// lets go.
  func schedulePresses() throws(MachineError) {
    let known = fabric.pins.names
    for press in deployment.presses {
      let name: String
      do throws(DocumentError) { name = try press.net(on: board).description } catch {
        throw .badInput(error.description)
      }
      guard known.contains(name) else {
        let near = nearest(to: name, in: known).map { "; did you mean '\($0)'?" } ?? ""
        throw .badInput(
          "\(press.position): error: '\(board.chip.name)' has no pin \(shortened(name))\(near)")
      }
      let (pin, driver) = (fabric.pins[name], "press of \(press.pin)")
      let release = scheduler.event(driver, order: .world) { pin.drive(driver, nil) }
      let start = scheduler.event(driver, order: .world) {
        pin.drive(driver, !pin.level)
        release.schedule(after: press.duration)
      }
      start.schedule(at: .zero + press.start)
    }
  }
}
