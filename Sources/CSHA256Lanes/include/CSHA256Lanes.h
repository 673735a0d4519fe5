// SHA-256 of many independent messages at once: one message in each 32-bit lane of the processor's vectors.
//
// One SHA-256 cannot be spread over lanes, since each round needs the one before; the lines of a journal, and the
// nodes of one level of a hash tree, are independent of each other. For checking what is there in bulk, nothing else:
// whoever asks compares with a library, since a wrong hash must not become a verdict. Where a processor has
// instructions for SHA-256 the library uses those, and lanes bring nothing.
#ifndef LIFEBOAT_CSHA256LANES_H
#define LIFEBOAT_CSHA256LANES_H

#include <stddef.h>
#include <stdint.h>

struct sha256_message {
  const void *_Nullable bytes;
  size_t count;
};

/// Whether this processor can hash so many messages at once: 8 need AVX2, 16 need AVX-512 (F and BW). No other width
/// exists, and none on other processors.
int sha256_lanes_can(int width);

/// The width that is quicker than hashing one message after another; 0 when none is.
int sha256_lanes_best(void);

/// Writes 32 bytes for each message to `digests`. Only with a width that `sha256_lanes_can`.
///
/// Messages of about equal length fill the lanes best; a single long one leaves all but one empty.
void sha256_lanes_hash(
    int width, const struct sha256_message *_Nonnull messages, size_t count, uint8_t *_Nonnull digests);

/// The parents of neighbouring nodes in the tree of RFC 6962: SHA-256 of a byte 1 and 64 bytes, for each 64 bytes of
/// `pairs`. `digests` may be `pairs`: a level then replaces the one below.
void sha256_lanes_parents(
    int width, const uint8_t *_Nonnull pairs, size_t count, uint8_t *_Nonnull digests);

#endif
