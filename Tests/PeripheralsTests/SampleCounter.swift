import Simulation
import Units

/// A microphone that counts: each sample is one more than the last.
final class SampleCounter: PDMSource, I2SSource {
  var next: Int32
  var isRunning = false
  var instants: [Instant] = []
  var rates: Set<Hertz> = []
  var slots: Set<Int> = []
  var read = 0
  var lost = 0

  init(from first: Int32 = 1) { next = first }

  private func take(_ instant: Instant, _ rate: Hertz) -> Int32 {
    instants.append(instant)
    rates.insert(rate)
    defer { next += 1 }
    return next
  }

  func sample(at instant: Instant, rate: Hertz) -> Int16? { Int16(take(instant, rate)) }
  func word(at instant: Instant, rate: Hertz, slotBits: Int) -> UInt32? {
    slots.insert(slotBits)
    return UInt32(bitPattern: take(instant, rate) << 8)
  }
  func clock(running: Bool) { isRunning = running }
  func delivered(count: Int) { read += count }
  func overwritten(count: Int) { lost += count }
  func delivered() { read += 1 }
  func overwritten() { lost += 1 }
}
