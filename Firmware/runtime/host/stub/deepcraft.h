/* Stands in for a generated network: the host looks at the network's input only. */
#ifndef DEEPCRAFT_H
#define DEEPCRAFT_H

#include <stdint.h>

#define DEEPCRAFT_INPUT_COUNT 64
#define DEEPCRAFT_OUTPUT_COUNT 5
#define DEEPCRAFT_INPUT_SCALE (1.0f / 128.0f)
#define DEEPCRAFT_INPUT_ZERO_POINT 0
#define DEEPCRAFT_OUTPUT_SCALE (1.0f / 256.0f)
#define DEEPCRAFT_OUTPUT_ZERO_POINT (-128)

extern int8_t deepcraft_scores[DEEPCRAFT_OUTPUT_COUNT];
int deepcraft_infer(const int8_t *input);

#endif
