import Units

/// Edge Impulse's `info.labels`: what happens in each file of an export, by numbers of samples.
///
/// Reference: Edge Impulse documentation, "Uploader": `info.labels`, version 1.
/// Not modelled: bounding boxes of images.
enum EdgeImpulseLabels {
  static func read(
    _ bytes: [UInt8], _ path: String, of recording: Recording?
  ) throws(StreamError) -> [Label] {
    let root = try JSONReader.read(bytes, path).root
    guard let files = root["files"]?.list else {
      throw malformed(path, "no files", "expected Edge Impulse's info.labels")
    }
    guard let recording else {
      throw malformed(
        path, "labels by numbers of samples", "name the recording that they belong to")
    }
    let name = recording.path.split(separator: "/").last ?? ""
    guard let file = files.first(where: { $0["path"]?.text?.split(separator: "/").last == name })
    else {
      throw malformed(
        path, "no labels for \(name)",
        "it has \(files.prefix(3).compactMap { $0["path"]?.text }.joined(separator: ", "))")
    }
    return try labels(file["label"], path, recording)
  }

  private static func labels(
    _ label: DataTree?, _ path: String, _ recording: Recording
  ) throws(StreamError) -> [Label] {
    switch label?["type"]?.text {
    case "unlabeled": return []
    case "label":
      guard let text = label?["label"]?.text, !text.isEmpty else { break }
      return [Label(start: recording.start, length: recording.duration, text: text)]
    case "multi-label":
      guard let list = label?["labels"]?.list else { break }
      var labels: [Label] = []
      for (index, one) in list.enumerated() {
        guard let text = one["label"]?.text, !text.isEmpty, let first = one["startIndex"]?.count,
          let last = one["endIndex"]?.count, first <= last, last < recording.count
        else {
          throw malformed(
            path, "label \(index) of \(recording.path) is no stretch of its samples",
            "expected a label from startIndex to endIndex, below \(recording.count)")
        }
        let start = recording.time(ofSample: first)
        labels.append(
          Label(
            start: recording.start + start,
            length: recording.time(ofSample: last + 1) - start, text: text))
      }
      return labels
    default: break
    }
    throw malformed(
      path, "no usable label of \(recording.path)", "expected the type label or multi-label")
  }

  /// The file for one recording.
  static func file(_ labels: [Label], of recording: Recording) throws(StreamError) -> [UInt8] {
    var parts: [String] = []
    for label in labels {
      let first = recording.sample(at: label.start - recording.start)
      let last = recording.sample(at: label.end - recording.start) - 1
      guard first <= last, first < recording.count else { continue }
      parts.append(
        "{\"label\":\(JSONText.quoted(label.text)),\"endIndex\":"
          + "\(min(last, recording.count - 1)),\"startIndex\":\(first)}")
    }
    let name = String(recording.path.split(separator: "/").last ?? "")
    let stem = name.split(separator: ".").first.map(String.init) ?? name
    let text =
      "{\"version\":1,\"files\":[{\"path\":\(JSONText.quoted(name)),"
      + "\"name\":\(JSONText.quoted(stem)),\"category\":\"split\","
      + "\"label\":{\"type\":\"multi-label\",\"labels\":[\(parts.joined(separator: ","))]}}]}\n"
    return Array(text.utf8)
  }

  private static func malformed(_ path: String, _ message: String, _ hint: String) -> StreamError {
    StreamError(.malformed, path, message, hint: hint)
  }
}
