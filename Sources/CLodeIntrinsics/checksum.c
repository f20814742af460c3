// CRC-32 by carry-less multiplication.
#include "lode_intrinsics.h"
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

_Bool lode_can_fold_crc32(void) { return __builtin_cpu_supports("pclmul"); }

// Powers of x modulo the polynomial, bits reversed as the CRC has them: x^(n + 32) for the half that is moved over n bits and
// its neighbour, x^(n - 32) for the other.
#define OVER_512 _mm_set_epi64x(0x1c6e41596, 0x154442bd4)
#define OVER_128 _mm_set_epi64x(0x0ccaa009e, 0x1751997d0)

#define FOLDING __attribute__((target("pclmul,sse2")))

FOLDING static inline __m128i ahead(__m128i value, __m128i powers, __m128i next) {
  __m128i low = _mm_clmulepi64_si128(value, powers, 0x00);
  __m128i high = _mm_clmulepi64_si128(value, powers, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

FOLDING static inline __m128i at(const uint8_t *bytes, int block) { return _mm_loadu_si128((const __m128i *)bytes + block); }

FOLDING void lode_crc32_fold(const uint8_t *bytes, size_t count, uint32_t state, uint8_t *folded) {
  // Four lanes, each 512 bits ahead of itself, keep the multiplier busy.
  __m128i lanes[4];
  for (int i = 0; i < 4; i++) lanes[i] = at(bytes, i);
  lanes[0] = _mm_xor_si128(lanes[0], _mm_cvtsi32_si128((int)state));
  for (bytes += 64, count -= 64; count >= 64; bytes += 64, count -= 64)
    for (int i = 0; i < 4; i++) lanes[i] = ahead(lanes[i], OVER_512, at(bytes, i));
  __m128i sum = lanes[0];
  for (int i = 1; i < 4; i++) sum = ahead(sum, OVER_128, lanes[i]);
  for (; count >= 16; bytes += 16, count -= 16) sum = ahead(sum, OVER_128, at(bytes, 0));
  memcpy(folded, &sum, 16);
}
#else
_Bool lode_can_fold_crc32(void) { return 0; }

void lode_crc32_fold(const uint8_t *bytes, size_t count, uint32_t state, uint8_t *folded) {}
#endif
