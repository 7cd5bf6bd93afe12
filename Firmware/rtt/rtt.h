// A minimal target side of Real-Time Transfer, written from the documented layout.
// Reference: SEGGER UM08001 (J-Link/J-Trace User Guide), 16 RTT.
#pragma once

#include <stdint.h>

enum { RTT_SKIP, RTT_TRIM, RTT_BLOCK };

struct rtt_buffer {
  const char *name;
  char *start;
  uint32_t size;
  volatile uint32_t write, read;
  uint32_t flags;
};

struct rtt_block {
  char identifier[16];
  int32_t ups, downs;
  struct rtt_buffer up[2], down[1];
};
extern struct rtt_block _SEGGER_RTT;

void rtt_open(void);
// How many bytes went into the up-buffer, by its mode.
uint32_t rtt_write(uint32_t channel, const char *text);
// The next byte of the down-buffer; -1 where there is none.
int rtt_read(void);
