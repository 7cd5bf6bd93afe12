/* The last WINDOW_SAMPLES samples and what the network sees of them. */
#ifndef WINDOW_H
#define WINDOW_H

#include "deepcraft.h"
#include "pipeline.h"

/* Fills the window with a board that lies flat and still in a quiet room. */
void window_reset(void);

/* Takes one sample in; the oldest one leaves. */
void window_push(const sensor_buffer_t *buffer, const fused_state_t *state);

/* Writes DEEPCRAFT_INPUT_COUNT features, mostly within -1 ... 1, oldest first. */
void window_features(float *features);

#endif
