#include "CSHA256Lanes.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <string.h>

static const uint32_t initial[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

enum { block = 64, digest = 32 };

// What an empty lane hashes; nobody looks at it.
static const uint8_t nothing[block];

// Where one lane is in its message: in the blocks of the message itself, then in its padded end.
struct lane {
  const uint8_t *next;
  size_t blocks;
  size_t message;
  int is_busy;
  int is_at_end;
  size_t end_blocks;
  uint8_t end[2 * block];
};

static void begin(struct lane *lane, const struct sha256_message *messages, size_t message) {
  const uint8_t *bytes = messages[message].bytes;
  size_t count = messages[message].count;
  size_t rest = count % block;
  lane->message = message;
  lane->is_busy = 1;
  lane->next = bytes;
  lane->blocks = count / block;
  lane->end_blocks = rest + 9 <= block ? 1 : 2;
  size_t length = lane->end_blocks * block;
  if (rest > 0) memcpy(lane->end, bytes + count - rest, rest);
  lane->end[rest] = 0x80;
  memset(lane->end + rest + 1, 0, length - rest - 9);
  uint64_t bits = __builtin_bswap64((uint64_t)count * 8);
  memcpy(lane->end + length - 8, &bits, 8);
  lane->is_at_end = lane->blocks == 0;
  if (lane->is_at_end) {
    lane->next = lane->end;
    lane->blocks = lane->end_blocks;
  }
}

#define LANES 8
#define NAME(name) name##_8
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#include "Lanes.inc"
#pragma clang attribute pop
#undef LANES
#undef NAME

#define LANES 16
#define NAME(name) name##_16
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw"))), apply_to = function)
#include "Lanes.inc"
#pragma clang attribute pop
#undef LANES
#undef NAME

int sha256_lanes_can(int width) {
  switch (width) {
  case 8: return __builtin_cpu_supports("avx2") != 0;
  case 16: return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
  default: return 0;
  }
}

static int has_sha_instructions(void) {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & (1u << 29)) != 0;
}

int sha256_lanes_best(void) {
  if (has_sha_instructions()) return 0;
  return sha256_lanes_can(16) ? 16 : sha256_lanes_can(8) ? 8 : 0;
}

void sha256_lanes_hash(
    int width, const struct sha256_message *messages, size_t count, uint8_t *digests) {
  if (width == 16) hash_16(messages, count, digests);
  else hash_8(messages, count, digests);
}

void sha256_lanes_parents(int width, const uint8_t *pairs, size_t count, uint8_t *digests) {
  if (width == 16) parents_16(pairs, count, digests);
  else parents_8(pairs, count, digests);
}

#else

int sha256_lanes_can(int width) { return 0; }
int sha256_lanes_best(void) { return 0; }
void sha256_lanes_hash(
    int width, const struct sha256_message *messages, size_t count, uint8_t *digests) {
  __builtin_trap();
}
void sha256_lanes_parents(int width, const uint8_t *pairs, size_t count, uint8_t *digests) {
  __builtin_trap();
}

#endif
