/// The C helpers that generated layers are built from; each is inlined into its layer, so that a
/// profiler charges the layer, and none is printed that no layer needs.
///
/// Reference: Arm Architecture Reference Manual ARMv7-M, A7.7: SXTB16, SMLAD, SMLABB, SMLATT,
/// SMMULR,
/// SSAT, SSUB8, SEL. The plain loops beside them give the same sums.
enum CRuntime: Int, CaseIterable {
  case window
  case scale
  case words
  case dot
  case convolve
  case depthwise
  case maximum
  case average
  case exponential
  case softmax

  /// The helpers that this one calls.
  private var needs: [CRuntime] {
    switch self {
    case .convolve: [.window, .scale, .words, .dot]
    case .depthwise: [.window, .scale, .words]
    case .maximum: [.window, .words]
    case .average: [.window]
    case .softmax: [.exponential, .words]
    case .dot: [.words]
    case .window, .scale, .words, .exponential: []
    }
  }

  /// The text of these helpers and of those that they call.
  static func text(_ used: Set<CRuntime>) -> String {
    var all = used
    for helper in CRuntime.allCases.reversed() where all.contains(helper) {
      all.formUnion(helper.needs)
    }
    return prologue
      + CRuntime.allCases.filter { all.contains($0) }.map { $0.source(all) + "\n" }.joined()
  }

  private func source(_ all: Set<CRuntime>) -> String {
    switch self {
    case .window: Self.windowSource
    case .scale: Self.scaleSource
    case .words: Self.words(all)
    case .dot: Self.dotSource
    case .convolve: Self.convolveSource
    case .depthwise: Self.depthwiseSource
    case .maximum: Self.maximumSource
    case .average: Self.averageSource
    case .exponential: Self.exponentialSource
    case .softmax: Self.softmaxSource
    }
  }

  /// Attributes: layers stay functions of their own, helpers never are.
  private static let prologue = #"""
    #if defined(__clang__)
    #define DEEPCRAFT_LAYER static __attribute__((noinline))
    #elif defined(__GNUC__)
    #define DEEPCRAFT_LAYER static __attribute__((noinline, noclone))
    #else
    #define DEEPCRAFT_LAYER static
    #endif
    #if defined(__GNUC__)
    #define DEEPCRAFT_INLINE static inline __attribute__((always_inline))
    #define DEEPCRAFT_ALIGNED __attribute__((aligned(4)))
    #else
    #define DEEPCRAFT_INLINE static inline
    #define DEEPCRAFT_ALIGNED
    #endif
    #if defined(__GNUC__) && defined(__ARM_FEATURE_DSP) && defined(__ARM_FEATURE_SIMD32) && \
        !defined(__ARM_BIG_ENDIAN)
    #define DEEPCRAFT_DSP 1
    #endif


    """#

  private static let windowSource = """
    /* A window that moves over an image in NHWC order. */
    typedef struct {
      int32_t batches, input_height, input_width, input_channels;
      int32_t output_height, output_width, output_channels;
      int32_t kernel_height, kernel_width, stride_height, stride_width;
      int32_t dilation_height, dilation_width, padding_top, padding_left;
      int32_t is_padded;
    } deepcraft_window;

    """

  private static let scaleSource = """
    /* From sums to outputs; right_shifts says that every shift is to the right by one or more. */
    typedef struct {
      int32_t input_zero_point, zero_point, minimum, maximum, right_shifts;
    } deepcraft_stage;

    /* value * multiplier / 2^(31 + shift), rounded after each of the two divisions. Right shifts
       come one short, which leaves a bit to round by; their values lie within 31 bits. */
    DEEPCRAFT_INLINE int32_t deepcraft_scale(int32_t value, int32_t multiplier, int32_t shift,
                                             int32_t right_shifts) {
      if (right_shifts) {
    #ifdef DEEPCRAFT_DSP
        int32_t high;
        __asm__("smmulr %0, %1, %2" : "=r"(high) : "r"(value * 2), "r"(multiplier));
    #else
        int32_t high = (int32_t)(((int64_t)value * multiplier + (1 << 30)) >> 31);
    #endif
        return (((high + (high >> 31)) >> shift) + 1) >> 1;
      }
      int32_t left = shift < 0 ? -shift : 0, right = shift < 0 ? 0 : shift;
      int32_t high = (int32_t)(((int64_t)(value * (1 << left)) * multiplier + (1 << 30)) >> 31);
      int32_t mask = (int32_t)((1u << right) - 1u), half = (mask >> 1) + (high < 0);
      return (high >> right) + ((high & mask) > half);
    }

    DEEPCRAFT_INLINE int8_t deepcraft_store(int32_t sum, int32_t multiplier, int32_t shift,
                                            const deepcraft_stage *stage) {
      int32_t value =
          deepcraft_scale(sum, multiplier, shift, stage->right_shifts) + stage->zero_point;
    #ifdef DEEPCRAFT_DSP
      if (stage->minimum == -128 && stage->maximum == 127) {
        __asm__("ssat %0, #8, %1" : "=r"(value) : "r"(value));
        return (int8_t)value;
      }
    #endif
      value = value < stage->minimum ? stage->minimum : value;
      return (int8_t)(value > stage->maximum ? stage->maximum : value);
    }

    """

  private static func words(_ all: Set<CRuntime>) -> String {
    var text = ""
    if all.contains(.softmax) { text += loadStoreSource }
    if all.contains(.dot) || all.contains(.depthwise) || all.contains(.maximum) {
      text += "#ifdef DEEPCRAFT_DSP\n" + wordSource
      if all.contains(.dot) || all.contains(.depthwise) { text += extendSource }
      if all.contains(.dot) { text += multiplySource }
      if all.contains(.depthwise) { text += halvesSource }
      if all.contains(.maximum) { text += selectSource }
      text += "#endif\n"
    }
    return text
  }

  private static let loadStoreSource = """
    DEEPCRAFT_INLINE int32_t deepcraft_load(const int8_t *from) {
      int32_t value;
      memcpy(&value, from, 4);
      return value;
    }

    DEEPCRAFT_INLINE void deepcraft_keep(int8_t *to, int32_t value) {
      memcpy(to, &value, 4);
    }


    """

  private static let wordSource = """
    DEEPCRAFT_INLINE uint32_t deepcraft_word(const int8_t *from) {
      uint32_t word;
      memcpy(&word, from, 4);
      return word;
    }


    """

  private static let extendSource = """
    /* Bytes 0 and 2, or 1 and 3, as two signed halfwords. */
    DEEPCRAFT_INLINE uint32_t deepcraft_even(uint32_t word) {
      uint32_t pair;
      __asm__("sxtb16 %0, %1" : "=r"(pair) : "r"(word));
      return pair;
    }

    DEEPCRAFT_INLINE uint32_t deepcraft_odd(uint32_t word) {
      uint32_t pair;
      __asm__("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(word));
      return pair;
    }


    """

  private static let multiplySource = """
    DEEPCRAFT_INLINE int32_t deepcraft_dual(uint32_t a, uint32_t b, int32_t sum) {
      int32_t result;
      __asm__("smlad %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
      return result;
    }


    """

  private static let halvesSource = """
    DEEPCRAFT_INLINE int32_t deepcraft_low(uint32_t a, uint32_t b, int32_t sum) {
      int32_t result;
      __asm__("smlabb %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
      return result;
    }

    DEEPCRAFT_INLINE int32_t deepcraft_high(uint32_t a, uint32_t b, int32_t sum) {
      int32_t result;
      __asm__("smlatt %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
      return result;
    }


    """

  private static let selectSource = """
    /* The greater and the lesser of four signed bytes each. */
    DEEPCRAFT_INLINE uint32_t deepcraft_greater(uint32_t a, uint32_t b) {
      uint32_t result;
      __asm__("ssub8 %0, %1, %2\\n\\tsel %0, %1, %2" : "=&r"(result) : "r"(a), "r"(b) : "cc");
      return result;
    }

    DEEPCRAFT_INLINE uint32_t deepcraft_lesser(uint32_t a, uint32_t b) {
      uint32_t result;
      __asm__("ssub8 %0, %1, %2\\n\\tsel %0, %2, %1" : "=&r"(result) : "r"(a), "r"(b) : "cc");
      return result;
    }


    """
}
