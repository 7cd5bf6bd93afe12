import Glibc

/// One call of a program in a directory of its own.
struct ToolchainProcess {
  private let program: String
  private let identifier: pid_t

  /// posix_spawn cannot change the directory portably, a shell can.
  private static let script = "cd \"$0\" && exec \"$@\""
  /// How a shell ends when there is no such program, or none in the directories that it may read.
  private static let notFound: [Int32] = [127, 126]

  /// Starts `arguments` in `directory`, its output and errors going to the file `log` there.
  init(_ arguments: [String], in directory: String, log: String) throws(FirmwareError) {
    program = arguments[0]
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_addopen(
      &actions, 1, directory + "/" + log, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
    let words = ["sh", "-c", Self.script, directory] + arguments
    var copies = unsafe words.map { unsafe strdup($0) } + [nil]
    defer { for index in 0...words.count { unsafe free(copies[index]) } }
    var identifier: pid_t = 0
    let status = unsafe posix_spawn(&identifier, "/bin/sh", &actions, nil, &copies, environ)
    if status != 0 {
      let reason = unsafe String(cString: strerror(status))
      throw FirmwareError(.missingProgram, "cannot start '\(program)': \(reason)")
    }
    self.identifier = identifier
  }

  /// Waits for the end; whether it ended well. Throws when there is no such program.
  func wait() throws(FirmwareError) -> Bool {
    var status: Int32 = 0
    while unsafe waitpid(identifier, &status, 0) < 0 {
      if errno != EINTR { return false }
    }
    if Self.notFound.contains(where: { status == $0 << 8 }) {
      throw FirmwareError(
        .missingProgram,
        "cannot find '\(program)', which builds the firmware; "
          + "install the packages gcc-arm-none-eabi and libnewlib-arm-none-eabi")
    }
    return status == 0
  }
}
