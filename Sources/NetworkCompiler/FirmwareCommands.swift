/// The compiler's and the linker's command lines, as a build runs them and as a Makefile.
struct FirmwareCommands {
  static let compiler = "arm-none-eabi-gcc"
  static let program = "app.elf"

  let coreFlags: [String]
  let sources: [String]

  /// Contraction is off so that a host computes the same floats, bit for bit.
  private static let options = [
    "-std=c11", "-O2", "-g", "-Wall", "-Wextra", "-ffunction-sections", "-fdata-sections",
    "-ffp-contract=off", "-fno-math-errno",
  ]
  private static let linking = [
    "-nostartfiles", "--specs=nano.specs", "-Wl,--gc-sections", "-Wl,--build-id=none",
    "-T", "firmware.ld",
  ]

  private static func object(_ source: String) -> String { source.dropLast(2) + ".o" }

  /// Where the compiler's words about a file go.
  static func log(_ file: String) -> String { file + ".log" }

  /// What a build leaves beside the program and its sources.
  var leftovers: [String] {
    sources.map(Self.object) + (sources + [Self.program]).map(Self.log)
  }

  /// Compiles one source in `directory`, whose name leaves no trace in the object.
  func compile(_ source: String, in directory: String) -> [String] {
    [Self.compiler] + coreFlags + Self.options
      + ["-ffile-prefix-map=\(directory)=.", "-c", source, "-o", Self.object(source)]
  }

  var link: [String] {
    [Self.compiler] + coreFlags + Self.linking + sources.map(Self.object)
      + ["-o", Self.program]
  }

  var makefile: String {
    """
    # Builds \(Self.program) with \(Self.compiler); the result does not depend on the directory.
    CC = \(Self.compiler)
    CORE = \(coreFlags.joined(separator: " "))
    CFLAGS = $(CORE) \(Self.options.joined(separator: " ")) -ffile-prefix-map=$(CURDIR)=.
    LDFLAGS = $(CORE) \(Self.linking.joined(separator: " "))
    OBJECTS = \(sources.map(Self.object).joined(separator: " "))

    \(Self.program): $(OBJECTS) firmware.ld
    \t$(CC) $(LDFLAGS) $(OBJECTS) -o $@

    $(OBJECTS): $(wildcard *.h)

    clean:
    \trm -f $(OBJECTS) \(Self.program)

    .PHONY: clean

    """
  }
}
