import Units

extension Recording {
  /// The columns that a list names, renamed where it says so: `ax=A_X,ay=A_Y,temperature`.
  public func picking(_ list: String) throws(StreamError) -> Recording {
    var channels: [Channel] = []
    var picked: [[Double]] = []
    for item in list.split(separator: ",") {
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      let index = try index(ofChannel: String(parts[parts.count - 1]))
      if name.isEmpty || channels.contains(where: { $0.name == name }) {
        throw StreamError(
          .unknownColumn, path, name.isEmpty ? "a column without a name" : "'\(name)' twice",
          hint: "expected each name once, such as ax=A_X,ay=A_Y")
      }
      channels.append(Channel(name: name, unit: self.channels[index].unit))
      picked.append(samples[index])
    }
    guard !channels.isEmpty else {
      throw StreamError(.unknownColumn, path, "no column is named", hint: "expected ax,ay,az")
    }
    return replacing(channels, picked)
  }

  /// The columns that an item of `picking` needs, by their names in the file.
  public static func columns(of list: String) -> [String] {
    list.split(separator: ",").map { item in
      String(item.split(separator: "=", maxSplits: 1).last ?? "")
    }
  }

  /// The units that its numbers are in, where the file does not say or says it wrongly: `g`, or
  /// `accelerometer=g,gyroscope=dps`, or by column.
  public func declaring(units list: String) throws(StreamError) -> Recording {
    var channels = channels
    for (places, unit) in try assignments(list) {
      for place in places { channels[place] = Channel(name: channels[place].name, unit: unit) }
    }
    return replacing(channels, samples)
  }

  /// Converted to other units, by quantity or column as above.
  public func converting(units list: String) throws(StreamError) -> Recording {
    var channels = channels
    var converted = samples
    for (places, unit) in try assignments(list) {
      for place in places {
        let channel = self.channels[place]
        guard let source = channel.unit else {
          throw StreamError(
            .unknownUnit, path, "column '\(channel.name)' has no unit",
            hint: "give what it is in: --units \(channel.name)=\(unit)")
        }
        let factor = try UnitFactor(from: source, to: unit, of: channel.name, in: path)
        converted[place] = samples[place].map(factor.apply)
        channels[place] = Channel(name: channel.name, unit: unit)
      }
    }
    return replacing(channels, converted)
  }

  private func assignments(_ list: String) throws(StreamError) -> [(places: [Int], unit: String)] {
    var result: [(places: [Int], unit: String)] = []
    for item in list.split(separator: ",") {
      let parts = item.split(separator: "=", maxSplits: 1).map(String.init)
      let unit = parts[parts.count - 1]
      // Throws when there is no such unit.
      _ = try UnitFactor(knowing: unit, of: parts[0], in: path)
      if parts.count == 1 {
        result.append((Array(channels.indices), unit))
      } else if let quantity = RecordedQuantity(rawValue: parts[0]),
        let places = quantity.columns(of: channels)
      {
        result.append((places, unit))
      } else {
        result.append(([try index(ofChannel: parts[0])], unit))
      }
    }
    return result
  }
}
