/// A run as a history keeps it.
public struct HistoryRun: Hashable, Sendable {
  /// A figure in whole base units.
  public struct Figure: Hashable, Sendable {
    public var name: String
    public var unit: String
    public var value: Int64

    public init(name: String, unit: String, value: Int64) {
      (self.name, self.unit, self.value) = (name, unit, value)
    }
  }

  /// Counts up from 1; 0: not kept yet.
  public var id: Int64 = 0
  /// When it was kept: seconds since 1970.
  public var time: Int64 = 0
  public var deployment = ""
  public var board = ""
  /// nil: not in a git repository.
  public var branch: String?
  public var commit: String?
  /// Whether tracked files differed from the commit.
  public var isDirty = false
  public var firmware = ""
  public var firmwareHash = ""
  /// The compilers and their options, one a line.
  public var toolchain = ""
  /// Of the tool, of the board's files and of the core's timing.
  public var toolVersion = ""
  public var boardHash = ""
  public var timingHash = ""
  /// Of the recordings, by sensor: `imu=…`, one a line.
  public var recordings = ""
  public var verdict = ""
  public var status: Int32 = 0
  public var figures: [Figure] = []
  /// The result in JSON.
  public var result = ""

  public init() {}

  public func figure(_ name: String) -> Int64? { figures.first { $0.name == name }?.value }
}

/// Which runs; nil: whichever.
public struct HistoryFilter: Hashable, Sendable {
  public var deployment: String?
  public var board: String?
  public var branch: String?

  public init(deployment: String? = nil, board: String? = nil, branch: String? = nil) {
    (self.deployment, self.board, self.branch) = (deployment, board, branch)
  }
}

/// A run that later ones of a branch are held against.
public struct HistoryBaseline: Hashable, Sendable {
  public var branch: String
  public var board: String
  public var deployment: String
  public var run: Int64
}
