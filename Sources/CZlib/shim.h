#ifndef THUMBPRINT_CZLIB_H
#define THUMBPRINT_CZLIB_H

#include <string.h>
#include <zlib.h>

/// Compresses into a gzip member without a name or a time, so that equal input gives equal bytes; the
/// number of bytes written, or 0 when it failed.
static inline unsigned long thumbprint_gzip(
    const unsigned char *input, unsigned long count, unsigned char *output, unsigned long room) {
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) return 0;
  stream.next_in = (unsigned char *)input;
  stream.avail_in = (unsigned int)count;
  stream.next_out = output;
  stream.avail_out = (unsigned int)room;
  int status = deflate(&stream, Z_FINISH);
  unsigned long written = stream.total_out;
  deflateEnd(&stream);
  return status == Z_STREAM_END ? written : 0;
}

#endif
