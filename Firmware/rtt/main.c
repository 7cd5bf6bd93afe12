// Text and records to a host by Real-Time Transfer: blocking, skipping, trimming, several channels.
// The checks are printed on channel 0 too; the UART says only how it ended.
// Reference: SEGGER UM08001 (J-Link/J-Trace User Guide), 16 RTT.

#include "console.h"
#include "core.h"
#include "rtt.h"

static uint32_t count, failures;

static void check(const char *name, uint32_t holds) {
  char number[] = "ok 00 ";
  count++;
  failures += !holds;
  number[3] = '0' + count / 10;
  number[4] = '0' + count % 10;
  rtt_write(0, holds ? number : "FAIL ");
  rtt_write(0, name);
  rtt_write(0, "\n");
}

// Until the host has taken everything.
static void drained(uint32_t channel) {
  struct rtt_buffer *ring = &_SEGGER_RTT.up[channel];
  while (ring->read != ring->write) {
  }
}

int main(void) {
  console_open();
  rtt_open();
  rtt_write(0, "channel 0 blocks: this line is longer than its buffer of 64 bytes, and all arrives\n");
  for (int line = 0; line < 3; line++) rtt_write(0, "a line that goes round the end of the ring\n");
  drained(0);
  check("the host moves the read offset alone", _SEGGER_RTT.up[0].read == _SEGGER_RTT.up[0].write);
  drained(0);

  check("channel 1 takes what fits", rtt_write(1, "0123456789") == 10);
  check("it skips what does not", rtt_write(1, "abcdef") == 0);
  check("and takes what does", rtt_write(1, "abcde") == 5);
  drained(1);
  _SEGGER_RTT.up[1].flags = RTT_TRIM;
  check("trimmed", rtt_write(1, "0123456789abcdefgh") == 15);

  drained(0);
  check("no input comes by itself", rtt_read() == -1);
  check("the down-buffer is untouched", _SEGGER_RTT.down[0].write == 0);
  check("nor are the other words", _SEGGER_RTT.up[0].size == 64 && _SEGGER_RTT.up[0].flags == RTT_BLOCK);
  drained(0);
  rtt_write(0, "not waited for: it is read at the end\n");
  print(failures ? "failed\n" : "all held\n");
  return failures != 0;
}
