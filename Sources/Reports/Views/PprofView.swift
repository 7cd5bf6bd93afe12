import FileSystem
public import Profiling
import Units

/// Samples by stack and line, with every event in one file.
///
/// Reference: pprof's `proto/profile.proto`; the numbers here are its fields'.
public struct PprofView: Sendable {
  private let view: ViewData

  public init(_ view: ViewData) { self.view = view }

  /// Compressed by gzip.
  public var bytes: [UInt8] { Gzip.compressed(message) }

  /// The message itself.
  public var message: [UInt8] {
    var writer = Writer(view: view)
    return writer.profile()
  }

  private struct Function: Hashable {
    let name: String
    let file: String?
    let line: Int?
  }

  /// A frame as it was at one place of it.
  private struct Location: Hashable {
    let frame: Int
    let place: Int?
    let address: Address?
  }

  private struct Writer {
    let view: ViewData
    private var strings: [String: Int64] = ["": 0]
    private var table = [""]
    private var functions: [Function: Int64] = [:]
    private var functionMessages: [ProtocolBuffer] = []
    private var locations: [Location: Int64] = [:]
    private var locationMessages: [ProtocolBuffer] = []
    private var rounding = NanojouleRounding()

    init(view: ViewData) { self.view = view }

    mutating func profile() -> [UInt8] {
      var profile = ProtocolBuffer()
      for event in Cost.Event.allCases {
        let isEnergy = event == .energy
        profile.add(1, type(event.name, isEnergy ? "nanojoules" : "count"))
      }
      for sample in view.samplesByLine {
        var message = ProtocolBuffer()
        message.add(1, packed: stack(of: sample))
        message.add(
          2,
          packed: Cost.Event.allCases.map { event in
            event == .energy ? rounding.next(sample.cost[.energy]) : sample.cost[event]
          })
        profile.add(2, message)
      }
      var mapping = ProtocolBuffer()
      mapping.add(1, 1)
      mapping.add(3, 0xffff_ffff)
      mapping.add(5, string(view.firmware))
      for field in 7...10 { mapping.add(field, 1) }
      profile.add(3, mapping)
      for message in locationMessages { profile.add(4, message) }
      for message in functionMessages { profile.add(5, message) }
      profile.add(10, view.end.picoseconds / 1_000)
      profile.add(11, type("cycles", "count"))
      profile.add(12, 1)
      profile.add(13, packed: [string(view.title)])
      profile.add(14, string("cycles"))
      for text in table { profile.add(6, text) }
      return profile.bytes
    }

    private mutating func type(_ name: String, _ unit: String) -> ProtocolBuffer {
      var message = ProtocolBuffer()
      message.add(1, string(name))
      message.add(2, string(unit))
      return message
    }

    private mutating func string(_ text: String) -> Int64 {
      if let known = strings[text] { return known }
      strings[text] = Int64(table.count)
      table.append(text)
      return Int64(table.count - 1)
    }

    /// Locations from the top of the stack down.
    private mutating func stack(of sample: ViewData.Sample) -> [Int64] {
      var path = view.paths[sample.path]
      let address = sample.instruction.map { view.instructions[$0].address }
      var ids = [
        location(Location(frame: path.frame, place: sample.place, address: address))
      ]
      while let parent = path.parent {
        let caller = view.paths[parent]
        ids.append(
          location(Location(frame: caller.frame, place: path.site, address: path.siteAddress)))
        path = caller
      }
      return ids
    }

    private mutating func location(_ location: Location) -> Int64 {
      if let known = locations[location] { return known }
      let id = Int64(locationMessages.count + 1)
      locations[location] = id
      locationMessages.append(ProtocolBuffer())
      var message = ProtocolBuffer()
      message.add(1, id)
      message.add(2, 1)
      message.add(3, Int64(location.address?.value ?? 0))
      let frame = view.frames[location.frame]
      let place = location.place.map { view.places[$0] }
      let inlined = place?.inlined ?? []
      for (index, call) in inlined.enumerated().reversed() {
        let isInnermost = index == inlined.count - 1
        let file = isInnermost ? place?.file : inlined[index + 1].file
        message.add(
          4,
          line(
            Function(name: call.function, file: file, line: nil),
            isInnermost ? place?.line : inlined[index + 1].line))
      }
      message.add(
        4,
        line(
          Function(name: frame.name, file: frame.file, line: frame.line),
          inlined.first?.line ?? place?.line ?? frame.line))
      locationMessages[Int(id) - 1] = message
      return id
    }

    private mutating func line(_ function: Function, _ line: Int?) -> ProtocolBuffer {
      var message = ProtocolBuffer()
      message.add(1, id(of: function))
      message.add(2, Int64(line ?? 0))
      return message
    }

    private mutating func id(of function: Function) -> Int64 {
      if let known = functions[function] { return known }
      let id = Int64(functionMessages.count + 1)
      functions[function] = id
      var message = ProtocolBuffer()
      message.add(1, id)
      message.add(2, string(function.name))
      message.add(3, string(function.name))
      message.add(4, string(function.file ?? ""))
      message.add(5, Int64(function.line ?? 0))
      functionMessages.append(message)
      return id
    }
  }
}

/// Rounds each energy to nanojoules so that the rounded ones sum to the rounded sum.
struct NanojouleRounding {
  private var exact: Int128 = 0
  private var told: Int128 = 0

  mutating func next(_ femtojoules: Int64) -> Int64 {
    exact += Int128(femtojoules)
    let due = Figures.rounded(exact, 1_000_000, 1)
    defer { told = due }
    return Int64(clamping: due - told)
  }
}
