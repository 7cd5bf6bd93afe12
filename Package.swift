// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target is compiled with.
let house: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// The same for a target that holds no C handle: unsafe code is an error there.
let strict: [SwiftSetting] = house + [.strictMemorySafety()]

/// One module of the product and the modules that it may know.
func module(_ name: String, _ dependencies: [String] = [], c: Bool = false) -> Target {
  .target(
    name: name, dependencies: dependencies.map { .init(stringLiteral: $0) },
    swiftSettings: c ? house : strict)
}

/// The tests of one module.
func tests(_ name: String, _ dependencies: [String], exclude: [String] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: dependencies.map { .init(stringLiteral: $0) },
    exclude: exclude, swiftSettings: house)
}

/// A C library of the system, found by pkg-config.
func library(_ name: String, _ pkgConfig: String, apt package: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

/// The modules whose readers are fed with made-up bytes.
let fuzzed = [
  "Boards", "Commands", "Deployments", "Documents", "FirmwareImage", "NetworkCompiler",
  "Registers", "Streams", "Units",
]

let package = Package(
  name: "thumbprint",
  products: [.executable(name: "thumbprint", targets: ["thumbprint"])],
  targets: [
    library("CUnicorn", "unicorn", apt: "libunicorn-dev"),
    library("CElfutils", "libdw", apt: "libdw-dev"),
    library("CCapstone", "capstone", apt: "libcapstone-dev"),
    library("CYAML", "yaml-0.1", apt: "libyaml-dev"),
    library("CZlib", "zlib", apt: "zlib1g-dev"),
    library("CSndfile", "sndfile", apt: "libsndfile1-dev"),
    library("CSQLite", "sqlite3", apt: "libsqlite3-dev"),
    library("CExpat", "expat", apt: "libexpat1-dev"),
    library("CCBOR", "libcbor", apt: "libcbor-dev"),

    module("Units"),
    module("FileSystem", ["CZlib"], c: true),
    module("Trust", ["Units"]),
    module("Documents", ["CYAML", "FileSystem", "Units"], c: true),
    module("Registers", ["CExpat", "Documents", "Units"], c: true),
    module("Boards", ["Documents", "FileSystem", "Registers", "Trust", "Units"]),
    module("Deployments", ["Boards", "Documents", "FileSystem", "Registers", "Units"]),
    module("Streams", ["CCBOR", "CSndfile", "Documents", "FileSystem", "Units"], c: true),
    module("Simulation", ["Units"]),
    module("RunRecord", ["Units"]),
    .target(
      name: "Engine", dependencies: ["CUnicorn", "Units"],
      // Tests run millions of blocks; the per-block path is optimised for them, too.
      swiftSettings: house + [.unsafeFlags(["-O"], .when(configuration: .debug))],
      linkerSettings: [
        // The bundled engine beside the package, then the system's.
        .unsafeFlags(["-Xlinker", "-rpath=$ORIGIN/../../../.engine"])
      ]),
    module("FirmwareImage", ["CElfutils", "FileSystem", "Units"], c: true),
    module("Disassembly", ["CCapstone", "Units"], c: true),
    module("Timing", ["Disassembly", "Boards", "Units"]),
    module("CortexM", ["Simulation", "Units"]),
    module("Peripherals", ["Simulation", "Units"]),
    module("Sensors", ["Simulation", "Units"]),
    module("Debugger", ["Units"], c: true),
    module(
      "Machine",
      [
        "Boards", "CortexM", "Debugger", "Deployments", "Disassembly", "Engine", "FileSystem",
        "FirmwareImage", "Peripherals", "Registers", "RunRecord", "Sensors", "Simulation",
        "Streams",
        "Timing", "Units",
      ], c: true),
    module("Energy", ["Boards", "RunRecord", "Trust", "Units"]),
    module("Profiling", ["Boards", "Energy", "FirmwareImage", "RunRecord", "Units"]),
    module(
      "Verdicts",
      [
        "Boards", "Deployments", "Documents", "Energy", "FirmwareImage", "Profiling", "RunRecord",
        "Trust", "Units",
      ]),
    module(
      "Reports",
      [
        "Boards", "Deployments", "Energy", "FileSystem", "Profiling", "RunRecord", "Trust", "Units",
        "Verdicts",
      ]),
    module("NetworkCompiler", ["Documents", "FileSystem", "Units"]),
    module("History", ["CSQLite"], c: true),
    module(
      "Commands",
      [
        "Boards", "Debugger", "Deployments", "Disassembly", "Documents", "Energy", "Engine",
        "FileSystem", "FirmwareImage", "History", "Machine", "NetworkCompiler", "Peripherals",
        "Profiling", "Registers", "Reports", "RunRecord", "Sensors", "Simulation", "Streams",
        "Timing", "Trust", "Units", "Verdicts",
      ]),
    .executableTarget(name: "thumbprint", dependencies: ["Commands"], swiftSettings: strict),

    .target(name: "TestSupport", path: "Tests/Support", swiftSettings: house),
    tests("Units", ["Units", "Trust"]),
    tests("FileSystem", ["FileSystem"]),
    tests("Documents", ["Documents", "Units"]),
    tests("Registers", ["Documents", "Registers", "Units"]),
    tests(
      "Boards", ["Boards", "Deployments", "Documents", "FileSystem", "Registers", "Trust", "Units"]),
    tests("Streams", ["Streams", "Units"]),
    tests("Simulation", ["Simulation", "Units"]),
    tests("FirmwareImage", ["FirmwareImage", "Units"]),
    tests("Debugger", ["Debugger", "Units"]),
    tests("Timing", ["Boards", "Disassembly", "Timing", "Units"]),
    tests("CortexM", ["CortexM", "Simulation", "Units"]),
    tests("Peripherals", ["Peripherals", "Simulation", "Units"]),
    tests("Sensors", ["Sensors", "Simulation", "Units"]),
    tests(
      "Machine",
      [
        "Boards", "Commands", "CortexM", "Deployments", "Documents", "Energy", "Engine",
        "FirmwareImage", "History", "Machine", "NetworkCompiler", "Peripherals", "Profiling",
        "RunRecord", "Sensors", "Simulation", "Streams", "Timing", "Trust", "Units", "Verdicts",
      ]),
    tests(
      "Reports",
      [
        "Boards", "Deployments", "Energy", "Profiling", "Reports", "RunRecord", "TestSupport",
        "Trust", "Units", "Verdicts",
      ], exclude: ["Golden"]),
    tests("Fuzz", fuzzed, exclude: ["Corpus"]),
    tests("NetworkCompiler", ["NetworkCompiler", "Units"]),
    tests("History", ["History"]),
    tests(
      "Commands",
      [
        "Boards", "Commands", "Deployments", "Documents", "Machine", "RunRecord", "TestSupport",
        "Timing", "Trust", "Units", "Verdicts",
      ],
      exclude: ["Crashes", "Files", "Sessions"]),
  ],
  swiftLanguageModes: [.v6]
)

/// Only Scripts/fuzz builds it: its main program is libFuzzer's.
if Context.environment["THUMBPRINT_FUZZ"] != nil {
  package.targets += [
    .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
    .executableTarget(
      name: "fuzz", dependencies: ["CFuzzer"] + fuzzed.map { .init(stringLiteral: $0) },
      path: "Tests/Fuzz", exclude: ["CFuzzer"], swiftSettings: house),
  ]
  package.products.append(.executable(name: "fuzz", targets: ["fuzz"]))
}
