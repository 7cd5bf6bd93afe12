import Testing

@testable import FirmwareImage

/// Names as rustc writes them. Reference: RFC 2603's examples and its compiler's test suite.
@Suite struct RustNameTests {
  static let names: [(String, String)] = [
    ("_RNvNtCshp5d4tyNz3J_1r6filter6choose", "r::filter::choose"),
    ("_RNvC6_123foo3bar", "123foo::bar"),
    ("_RNCNvC4core3run0B3_", "core::run::{closure#0}"),
    ("_RNCNvC4core3runs_0B3_", "core::run::{closure#1}"),
    ("_RINvNtC3std3mem8align_ofjdE", "std::mem::align_of::<usize, f64>"),
    (
      "_RINvNtC3std3mem8align_ofNtNtC3std3mem12DiscriminantE",
      "std::mem::align_of::<std::mem::Discriminant>"
    ),
    ("_RNvMs_C6kalmanINtB4_5StatefE6update", "<kalman::State::<f32>>::update"),
    ("_RNvXs0_C6kalmanNtB5_4GyroNtB5_6Sensor4read", "<kalman::Gyro as kalman::Sensor>::read"),
    ("_RINvC1a1fRShQlPKhE", ""),
    ("_RINvC1a1fRShQlPhE", "a::f::<&[u8], &mut i32, *const u8>"),
    ("_RINvC1a1fAmj4_TabEFUKCmlEuE", "a::f::<[u32; 4], (i8, bool), fn(u32, i32)>"),
    ("_RINvC1a1fKj1f_E", "a::f::<31>"),
    ("_ZN6kalman6filter6update17h0123456789abcdefE", "kalman::filter::update"),
    ("_RNvC1a", ""), ("_RB_", ""), ("_R", ""), ("_RNvB_1a", ""),
  ]

  @Test(arguments: names) func aPathIsReadBack(mangled: String, path: String) {
    #expect((demangle(mangled) ?? "") == path)
  }

  @Test func theFunctionIsFoundByItsPath() {
    #expect(linkName("_RNvNtCshp5d4tyNz3J_1r6filter6choose", matches: "r::filter::choose"))
    #expect(linkName("_ZN6kalman6update17h0123456789abcdefE", matches: "kalman::update"))
  }

  /// Whatever the letters, reading ends.
  @Test(.timeLimit(.minutes(1)), arguments: 0..<300)
  func damagedNamesEnd(seed: Int) {
    let letters = Array("CMXYNIBBBBEKLRQPSTAFDGnvsu0123456789_abcdhjlm")
    var state = UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 | 1
    var name = "_R"
    for _ in 0..<300 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      name.append(letters[Int(state >> 33) % letters.count])
    }
    #expect((RustName.path(name) ?? "").utf8.count < 200_000)
  }
}
