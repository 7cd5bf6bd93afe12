/// The C of pooling and softmax.
extension CRuntime {
  /// The part of the window at (row, column) that lies inside the image.
  private static let inside = """
            int32_t top = row * g->stride_height - g->padding_top;
            int32_t left = column * g->stride_width - g->padding_left;
            int32_t bottom = top + g->kernel_height, right = left + g->kernel_width;
            top = top < 0 ? 0 : top;
            left = left < 0 ? 0 : left;
            bottom = bottom > g->input_height ? g->input_height : bottom;
            right = right > g->input_width ? g->input_width : right;

    """

  static let maximumSource =
    """
    DEEPCRAFT_INLINE void deepcraft_maximum(const deepcraft_window *g, int32_t minimum,
                                            int32_t maximum, const int8_t *input,
                                            int8_t *output) {
      const int32_t channels = g->input_channels, line = g->input_width * channels;
      for (int32_t batch = 0; batch < g->batches; batch++, input += g->input_height * line) {
        for (int32_t row = 0; row < g->output_height; row++) {
          for (int32_t column = 0; column < g->output_width; column++, output += channels) {

    """ + inside + """
              int32_t n = 0;
      #ifdef DEEPCRAFT_DSP
              for (; n + 3 < channels; n += 4) {
                uint32_t best = 0x01010101u * (uint8_t)minimum;
                for (int32_t y = top; y < bottom; y++) {
                  const int8_t *pixel = input + y * line + left * channels + n;
                  for (int32_t x = left; x < right; x++, pixel += channels) {
                    best = deepcraft_greater(best, deepcraft_word(pixel));
                  }
                }
                if (maximum < 127) best = deepcraft_lesser(best, 0x01010101u * (uint8_t)maximum);
                memcpy(output + n, &best, 4);
              }
      #endif
              for (; n < channels; n++) {
                int32_t best = minimum;
                for (int32_t y = top; y < bottom; y++) {
                  const int8_t *pixel = input + y * line + left * channels + n;
                  for (int32_t x = left; x < right; x++, pixel += channels) {
                    best = *pixel > best ? *pixel : best;
                  }
                }
                output[n] = (int8_t)(best > maximum ? maximum : best);
              }
            }
          }
        }
      }

      """

  static let averageSource =
    """
    /* Means rounded to nearest, ties away from zero. */
    DEEPCRAFT_INLINE void deepcraft_average(const deepcraft_window *g, int32_t minimum,
                                            int32_t maximum, const int8_t *input,
                                            int8_t *output) {
      const int32_t channels = g->input_channels, line = g->input_width * channels;
      for (int32_t batch = 0; batch < g->batches; batch++, input += g->input_height * line) {
        for (int32_t row = 0; row < g->output_height; row++) {
          for (int32_t column = 0; column < g->output_width; column++, output += channels) {

    """ + inside + """
              const int32_t count = (bottom - top) * (right - left);
              for (int32_t n = 0; n < channels; n++) {
                int32_t sum = 0;
                for (int32_t y = top; y < bottom; y++) {
                  const int8_t *pixel = input + y * line + left * channels + n;
                  for (int32_t x = left; x < right; x++, pixel += channels) sum += *pixel;
                }
                int32_t mean = (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
                mean = mean < minimum ? minimum : mean;
                output[n] = (int8_t)(mean > maximum ? maximum : mean);
              }
            }
          }
        }
      }

      """

  static let exponentialSource = """
    DEEPCRAFT_INLINE int32_t deepcraft_multiply(int32_t a, int32_t b) {
      return (int32_t)(((int64_t)a * b + (1 << 30)) >> 31);
    }

    DEEPCRAFT_INLINE int32_t deepcraft_divide(int32_t value, int32_t shift) {
      int32_t mask = (int32_t)((1u << shift) - 1u), half = (mask >> 1) + (value < 0);
      return (value >> shift) + ((value & mask) > half);
    }

    DEEPCRAFT_INLINE int32_t deepcraft_saturate(int64_t value) {
      return value > INT32_MAX ? INT32_MAX : value < INT32_MIN ? INT32_MIN : (int32_t)value;
    }

    /* e to a number that is not above zero: five integer bits in, none out. */
    DEEPCRAFT_INLINE int32_t deepcraft_exponential(int32_t value) {
      static const int32_t powers[7] = {1672461947, 1302514674, 790015084, 290630308,
                                        39332535,   720401,     242};
      if (value == 0) return INT32_MAX;
      int32_t part = (value & ((1 << 24) - 1)) - (1 << 24);
      int32_t rest = part - value;
      int32_t x = part * 32 + (1 << 28);
      int32_t square = deepcraft_multiply(x, x);
      int32_t cube = deepcraft_multiply(square, x);
      int32_t fourth = deepcraft_divide(deepcraft_multiply(square, square), 2);
      int32_t tail = deepcraft_divide(deepcraft_multiply(fourth + cube, 715827883) + square, 1);
      int32_t result = 1895147668 + deepcraft_multiply(1895147668, x + tail);
      for (int32_t index = 0; index < 7; index++) {
        if (rest & (1 << (24 + index))) result = deepcraft_multiply(result, powers[index]);
      }
      return result;
    }

    /* 1 / (1 + x) for x from 0 to 1. */
    DEEPCRAFT_INLINE int32_t deepcraft_reciprocal(int32_t value) {
      int32_t half = (int32_t)(((int64_t)value + INT32_MAX + 1) / 2);
      int32_t x = 1515870810 + deepcraft_multiply(half, -1010580540);
      for (int32_t step = 0; step < 3; step++) {
        int32_t rest = (1 << 29) - deepcraft_multiply(half, x);
        x += deepcraft_saturate((int64_t)deepcraft_multiply(x, rest) * 4);
      }
      return deepcraft_saturate((int64_t)x * 2);
    }

    """

  static let softmaxSource = """
    /* Softmax of rows; kept holds four bytes for each element of a row. */
    DEEPCRAFT_INLINE void deepcraft_softmax(int32_t rows, int32_t depth, int32_t multiplier,
                                            int32_t shift, int32_t smallest, const int8_t *input,
                                            int8_t *output, int8_t *kept) {
      for (int32_t row = 0; row < rows; row++, input += depth, output += depth) {
        int32_t peak = input[0], sum = 0, zeros = 0;
        for (int32_t n = 1; n < depth; n++) peak = input[n] > peak ? input[n] : peak;
        for (int32_t n = 0; n < depth; n++) {
          int32_t difference = input[n] - peak, power = 0;
          if (difference >= smallest) {
            power = deepcraft_exponential(
                deepcraft_multiply((int32_t)((uint32_t)difference << shift), multiplier));
            sum += deepcraft_divide(power, 12);
          }
          deepcraft_keep(kept + 4 * n, power);
        }
        while (!((uint32_t)sum << zeros & 0x80000000u)) zeros++;
        const int32_t scale =
            deepcraft_reciprocal((int32_t)(((uint32_t)sum << zeros) - 0x80000000u));
        for (int32_t n = 0; n < depth; n++) {
          int32_t share = deepcraft_multiply(scale, deepcraft_load(kept + 4 * n));
          share = deepcraft_divide(share, 35 - zeros) - 128;
          output[n] = (int8_t)(share > 127 ? 127 : share);
        }
      }
    }

    """
}
