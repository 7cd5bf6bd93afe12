/* The PDM microphone: 16 kHz mono, double-buffered. */
#ifndef MICROPHONE_H
#define MICROPHONE_H

void microphone_start(void);

#endif
