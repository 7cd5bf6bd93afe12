import Reports
import Verdicts

/// A run in files: every form of report, and the record, which can be judged again.
struct SavedRun {
  let judgement: Judgement
  let options: ReportOptions

  func write(to directory: String) throws(CommandFailure) {
    try SystemFile.createDirectory(directory)
    try SystemFile.write(RecordText(judgement.record).text, to: directory + "/record.json")
    for format in ReportCatalog.formats {
      try SystemFile.write(
        format.render(judgement, options), to: "\(directory)/\(format.fileName)")
    }
  }
}
