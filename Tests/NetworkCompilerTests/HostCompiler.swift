import NetworkCompiler

#if canImport(Glibc)
  import Glibc
#endif

/// The host's C compiler, which builds generated networks under the sanitizers.
enum HostCompiler {
  static let isThere = system("command -v cc >/dev/null 2>&1") == 0

  /// Flags under which generated C must be clean.
  static let flags =
    "-std=c99 -O1 -Wall -Wextra -Werror -fsanitize=address,undefined -fno-sanitize-recover=all"

  private static let harness = """
    #include "deepcraft.h"
    #include <stdio.h>
    int main(void) {
      static int8_t input[DEEPCRAFT_INPUT_COUNT];
      while (fread(input, 1, sizeof input, stdin) == sizeof input) {
        int8_t best = (int8_t)deepcraft_infer(input);
        fwrite(deepcraft_scores, 1, sizeof deepcraft_scores, stdout);
        fwrite(&best, 1, 1, stdout);
      }
      return 0;
    }

    """

  /// What the generated network gives for rows of inputs: scores and class of each row.
  static func run(_ generator: CGenerator, rows: [Int8]) throws -> [(scores: [Int8], best: Int)] {
    var template = Array("/tmp/deepcraft-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw CannotRead(path: "/tmp") }
    let folder = String(cString: made)
    defer { _ = system("rm -rf '\(folder)'") }
    for file in generator.files() { try write(file.contents, to: folder + "/" + file.name) }
    try write(harness, to: folder + "/main.c")
    try write(rows.map { UInt8(bitPattern: $0) }, to: folder + "/in")
    let command =
      "cd '\(folder)' && cc \(flags) -o run deepcraft.c main.c >log 2>&1 && ./run <in >out 2>>log"
    guard system(command) == 0 else {
      throw CompilerFailed(log: String(decoding: try bytes(of: folder + "/log"), as: UTF8.self))
    }
    let output = try bytes(of: folder + "/out").map { Int8(bitPattern: $0) }
    let depth = generator.summary.outputCount + 1
    return stride(from: 0, to: output.count - depth + 1, by: depth).map {
      (Array(output[$0..<($0 + depth - 1)]), Int(output[$0 + depth - 1]))
    }
  }
}

struct CompilerFailed: Error {
  let log: String
}
