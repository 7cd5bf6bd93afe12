#if canImport(Glibc)
  import Glibc
#endif

/// A program of the host that the tool calls, such as git.
enum HostProgram {
  struct Finished {
    /// 127: there is no such program.
    var status: Int32
    /// What it wrote to standard output, and, if asked for, to standard error.
    var output: [UInt8]

    var text: String { String(decoding: output, as: UTF8.self) }
    /// Without the line breaks at its end.
    var line: String {
      var text = text
      while text.last?.isNewline == true { text.removeLast() }
      return text
    }
  }

  /// Runs `words` in `directory` and waits for the end.
  static func run(
    _ words: [String], in directory: String, takesErrors: Bool = false
  ) -> Finished {
    var pipes: [Int32] = [-1, -1]
    guard unsafe pipe(&pipes) == 0 else { return Finished(status: 127, output: []) }
    for end in pipes { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(pipes[0]) }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, pipes[1], 1)
    if takesErrors {
      unsafe posix_spawn_file_actions_adddup2(&actions, pipes[1], 2)
    } else {
      unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    }
    // posix_spawn cannot change the directory portably, a shell can.
    let all = ["sh", "-c", "cd \"$0\" && exec \"$@\"", directory] + words
    var copies = unsafe all.map { unsafe strdup($0) } + [nil]
    defer { for index in all.indices { unsafe free(copies[index]) } }
    var identifier: pid_t = 0
    let spawned = unsafe posix_spawn(&identifier, "/bin/sh", &actions, nil, &copies, environ)
    close(pipes[1])
    if spawned != 0 { return Finished(status: 127, output: []) }
    let output = read(pipes[0])
    var status: Int32 = 0
    while unsafe waitpid(identifier, &status, 0) < 0 { if errno != EINTR { break } }
    let signal = status & 0x7F
    return Finished(status: signal == 0 ? status >> 8 & 0xFF : 128 + signal, output: output)
  }

  private static func read(_ descriptor: Int32) -> [UInt8] {
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return output }
      output += chunk[..<count]
    }
  }
}
