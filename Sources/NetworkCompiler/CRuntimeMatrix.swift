/// The C of convolutions and fully connected layers.
///
/// The input's zero point is folded into the biases, so the inner loops multiply stored bytes; what
/// lies outside the image is then the zero point itself.
extension CRuntime {
  static let dotSource = """
    /* Adds products of two windows with two filters: four sums in one pass. */
    DEEPCRAFT_INLINE void deepcraft_dot_2x2(const int8_t *a, const int8_t *b, const int8_t *v,
                                            const int8_t *w, int32_t count, int32_t sums[4]) {
      int32_t av = sums[0], bv = sums[1], aw = sums[2], bw = sums[3], k = 0;
    #ifdef DEEPCRAFT_DSP
      for (; k + 3 < count; k += 4) {
        uint32_t x = deepcraft_word(a + k), y = deepcraft_word(b + k);
        uint32_t p = deepcraft_word(v + k), q = deepcraft_word(w + k);
        uint32_t xe = deepcraft_even(x), xo = deepcraft_odd(x);
        uint32_t ye = deepcraft_even(y), yo = deepcraft_odd(y);
        uint32_t pe = deepcraft_even(p), po = deepcraft_odd(p);
        av = deepcraft_dual(xo, po, deepcraft_dual(xe, pe, av));
        bv = deepcraft_dual(yo, po, deepcraft_dual(ye, pe, bv));
        uint32_t qe = deepcraft_even(q), qo = deepcraft_odd(q);
        aw = deepcraft_dual(xo, qo, deepcraft_dual(xe, qe, aw));
        bw = deepcraft_dual(yo, qo, deepcraft_dual(ye, qe, bw));
      }
    #endif
      for (; k < count; k++) {
        av += a[k] * v[k];
        bv += b[k] * v[k];
        aw += a[k] * w[k];
        bw += b[k] * w[k];
      }
      sums[0] = av;
      sums[1] = bv;
      sums[2] = aw;
      sums[3] = bw;
    }

    /* Adds products of one window with four filters, count bytes apart. */
    DEEPCRAFT_INLINE void deepcraft_dot_1x4(const int8_t *a, const int8_t *v, int32_t count,
                                            int32_t sums[4]) {
      int32_t s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3], k = 0;
    #ifdef DEEPCRAFT_DSP
      for (; k + 3 < count; k += 4) {
        uint32_t x = deepcraft_word(a + k);
        uint32_t xe = deepcraft_even(x), xo = deepcraft_odd(x);
        uint32_t p = deepcraft_word(v + k), q = deepcraft_word(v + count + k);
        s0 = deepcraft_dual(xe, deepcraft_even(p), s0);
        s0 = deepcraft_dual(xo, deepcraft_odd(p), s0);
        s1 = deepcraft_dual(xe, deepcraft_even(q), s1);
        s1 = deepcraft_dual(xo, deepcraft_odd(q), s1);
        p = deepcraft_word(v + 2 * count + k);
        q = deepcraft_word(v + 3 * count + k);
        s2 = deepcraft_dual(xe, deepcraft_even(p), s2);
        s2 = deepcraft_dual(xo, deepcraft_odd(p), s2);
        s3 = deepcraft_dual(xe, deepcraft_even(q), s3);
        s3 = deepcraft_dual(xo, deepcraft_odd(q), s3);
      }
    #endif
      for (; k < count; k++) {
        s0 += a[k] * v[k];
        s1 += a[k] * v[count + k];
        s2 += a[k] * v[2 * count + k];
        s3 += a[k] * v[3 * count + k];
      }
      sums[0] = s0;
      sums[1] = s1;
      sums[2] = s2;
      sums[3] = s3;
    }

    /* A sum and the products of one window with one filter. */
    DEEPCRAFT_INLINE int32_t deepcraft_dot(const int8_t *a, const int8_t *v, int32_t count,
                                           int32_t sum) {
      int32_t k = 0;
    #ifdef DEEPCRAFT_DSP
      for (; k + 3 < count; k += 4) {
        uint32_t x = deepcraft_word(a + k), p = deepcraft_word(v + k);
        sum = deepcraft_dual(deepcraft_even(x), deepcraft_even(p), sum);
        sum = deepcraft_dual(deepcraft_odd(x), deepcraft_odd(p), sum);
      }
    #endif
      for (; k < count; k++) sum += a[k] * v[k];
      return sum;
    }

    """

  static let convolveSource = """
    /* The bytes under the window at (y, x): in place where they lie together, else gathered. */
    DEEPCRAFT_INLINE const int8_t *deepcraft_under(const deepcraft_window *g, const int8_t *input,
                                                   int32_t y, int32_t x, int8_t *columns,
                                                   int32_t offset, int32_t zero_point) {
      const int32_t height = g->kernel_height, width = g->kernel_width;
      const int32_t channels = g->input_channels, line = g->input_width * channels;
      const int32_t together = g->dilation_width == 1 && g->dilation_height == 1 &&
                               (height == 1 || width == g->input_width);
      if (together && (!g->is_padded || (y >= 0 && y + height <= g->input_height && x >= 0 &&
                                         x + width <= g->input_width))) {
        return input + y * line + x * channels;
      }
      int8_t *const start = columns + offset, *to = start;
      for (int32_t down = 0; down < height; down++) {
        const int32_t row = y + down * g->dilation_height;
        if (row < 0 || row >= g->input_height) {
          memset(to, zero_point, (size_t)(width * channels));
          to += width * channels;
        } else if (g->dilation_width == 1 && x >= 0 && x + width <= g->input_width) {
          memcpy(to, input + row * line + x * channels, (size_t)(width * channels));
          to += width * channels;
        } else {
          for (int32_t across = 0; across < width; across++) {
            const int32_t column = x + across * g->dilation_width;
            if (column < 0 || column >= g->input_width) {
              memset(to, zero_point, (size_t)channels);
            } else {
              memcpy(to, input + row * line + column * channels, (size_t)channels);
            }
            to += channels;
          }
        }
      }
      return start;
    }

    DEEPCRAFT_INLINE void deepcraft_convolve(const deepcraft_window *g,
                                             const deepcraft_stage *stage, const int8_t *weights,
                                             const int32_t *bias, const int32_t *multiplier,
                                             const int8_t *shift, const int8_t *input,
                                             int8_t *output, int8_t *columns) {
      const int32_t count = g->kernel_height * g->kernel_width * g->input_channels;
      const int32_t filters = g->output_channels;
      const int32_t positions = g->output_height * g->output_width;
      const int32_t image = g->input_height * g->input_width * g->input_channels;
      for (int32_t batch = 0; batch < g->batches; batch++, input += image) {
        int32_t y = -g->padding_top, x = -g->padding_left, column = 0, position = 0;
        for (; position + 1 < positions; position += 2, output += 2 * filters) {
          const int8_t *under[2];
          for (int32_t side = 0; side < 2; side++) {
            under[side] = deepcraft_under(g, input, y, x, columns, side * ((count + 3) & ~3),
                                          stage->input_zero_point);
            x += g->stride_width;
            if (++column == g->output_width) {
              column = 0;
              x = -g->padding_left;
              y += g->stride_height;
            }
          }
          int32_t n = 0;
          for (; n + 1 < filters; n += 2) {
            int32_t sums[4] = {bias[n], bias[n], bias[n + 1], bias[n + 1]};
            const int8_t *v = weights + n * count;
            deepcraft_dot_2x2(under[0], under[1], v, v + count, count, sums);
            output[n] = deepcraft_store(sums[0], multiplier[n], shift[n], stage);
            output[n + filters] = deepcraft_store(sums[1], multiplier[n], shift[n], stage);
            output[n + 1] = deepcraft_store(sums[2], multiplier[n + 1], shift[n + 1], stage);
            output[n + 1 + filters] =
                deepcraft_store(sums[3], multiplier[n + 1], shift[n + 1], stage);
          }
          if (n < filters) {
            for (int32_t side = 0; side < 2; side++) {
              output[n + side * filters] = deepcraft_store(
                  deepcraft_dot(under[side], weights + n * count, count, bias[n]),
                  multiplier[n], shift[n], stage);
            }
          }
        }
        if (position < positions) {
          const int8_t *under =
              deepcraft_under(g, input, y, x, columns, 0, stage->input_zero_point);
          int32_t n = 0;
          for (; n + 3 < filters; n += 4) {
            int32_t sums[4] = {bias[n], bias[n + 1], bias[n + 2], bias[n + 3]};
            deepcraft_dot_1x4(under, weights + n * count, count, sums);
            for (int32_t side = 0; side < 4; side++) {
              output[n + side] =
                  deepcraft_store(sums[side], multiplier[n + side], shift[n + side], stage);
            }
          }
          for (; n < filters; n++) {
            output[n] =
                deepcraft_store(deepcraft_dot(under, weights + n * count, count, bias[n]),
                                multiplier[n], shift[n], stage);
          }
          output += filters;
        }
      }
    }

    """

  static let depthwiseSource = """
    /* One filter for each channel; taps holds one pointer for each pixel under the window. */
    DEEPCRAFT_INLINE void deepcraft_depthwise(const deepcraft_window *g,
                                              const deepcraft_stage *stage, const int8_t *weights,
                                              const int32_t *bias, const int32_t *multiplier,
                                              const int8_t *shift, const int8_t *input,
                                              int8_t *output, const int8_t **taps,
                                              int8_t *outside) {
      const int32_t channels = g->input_channels, filters = g->output_channels;
      const int32_t count = g->kernel_height * g->kernel_width, each = filters / channels;
      const int32_t image = g->input_height * g->input_width * channels;
      if (g->is_padded) memset(outside, stage->input_zero_point, (size_t)channels);
      for (int32_t batch = 0; batch < g->batches; batch++, input += image) {
        for (int32_t row = 0; row < g->output_height; row++) {
          for (int32_t column = 0; column < g->output_width; column++, output += filters) {
            int32_t y = row * g->stride_height - g->padding_top, tap = 0;
            for (int32_t down = 0; down < g->kernel_height; down++, y += g->dilation_height) {
              int32_t x = column * g->stride_width - g->padding_left;
              for (int32_t across = 0; across < g->kernel_width; across++) {
                const int32_t is_inside = !g->is_padded || (y >= 0 && y < g->input_height &&
                                                            x >= 0 && x < g->input_width);
                taps[tap++] = is_inside ? input + (y * g->input_width + x) * channels : outside;
                x += g->dilation_width;
              }
            }
            int32_t n = 0;
    #ifdef DEEPCRAFT_DSP
            for (; each == 1 && n + 3 < filters; n += 4) {
              int32_t s0 = bias[n], s1 = bias[n + 1], s2 = bias[n + 2], s3 = bias[n + 3];
              const int8_t *filter = weights + n;
              for (int32_t k = 0; k < count; k++, filter += filters) {
                const uint32_t pixel = deepcraft_word(taps[k] + n);
                const uint32_t weight = deepcraft_word(filter);
                const uint32_t pe = deepcraft_even(pixel), we = deepcraft_even(weight);
                const uint32_t po = deepcraft_odd(pixel), wo = deepcraft_odd(weight);
                s0 = deepcraft_low(pe, we, s0);
                s1 = deepcraft_low(po, wo, s1);
                s2 = deepcraft_high(pe, we, s2);
                s3 = deepcraft_high(po, wo, s3);
              }
              output[n] = deepcraft_store(s0, multiplier[n], shift[n], stage);
              output[n + 1] = deepcraft_store(s1, multiplier[n + 1], shift[n + 1], stage);
              output[n + 2] = deepcraft_store(s2, multiplier[n + 2], shift[n + 2], stage);
              output[n + 3] = deepcraft_store(s3, multiplier[n + 3], shift[n + 3], stage);
            }
    #endif
            for (; n < filters; n++) {
              const int32_t channel = n / each;
              int32_t sum = bias[n];
              for (int32_t k = 0; k < count; k++) {
                sum += taps[k][channel] * weights[k * filters + n];
              }
              output[n] = deepcraft_store(sum, multiplier[n], shift[n], stage);
            }
          }
        }
      }
    }

    """
}
