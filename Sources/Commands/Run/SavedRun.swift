import FirmwareImage
import Profiling
import Reports
import Verdicts

/// A run in files: every form of report and view, the firmware, the record, which can be judged again,
/// and the profile, from which views can be made again.
struct SavedRun {
  private let judgement: Judgement
  private let options: ReportOptions
  private let view: ViewData
  private let image: FirmwareImage

  /// What views are made from later.
  static let profile = "profile.json"
  /// What it is judged by again.
  static let record = "record.json"
  /// The images that ran, counted from 0.
  static func firmware(_ index: Int) -> String {
    index == 0 ? "firmware.elf" : "firmware-\(index + 1).elf"
  }

  init(_ run: JudgedRun, _ options: ReportOptions) {
    (view, image) = (run.view, run.image)
    var judgement = run.judgement
    judgement.evidence.view = view
    (self.judgement, self.options) = (judgement, options)
  }

  func write(to directory: String) throws(CommandFailure) {
    try SystemFile.createDirectory(directory)
    try SystemFile.write(RecordText(judgement.record).text, to: "\(directory)/\(Self.record)")
    try SystemFile.write(RecordText(view).text, to: "\(directory)/\(Self.profile)")
    for (index, part) in (image.parts.isEmpty ? [image] : image.parts).enumerated() {
      try SystemFile.write(part.file, to: "\(directory)/\(Self.firmware(index))")
    }
    for format in ReportCatalog.formats {
      try SystemFile.write(
        format.render(judgement, options), to: "\(directory)/\(format.fileName)")
    }
    for format in ViewCatalog.formats {
      try SystemFile.write(format.render(view, nil), to: "\(directory)/\(format.fileName)")
    }
  }
}
