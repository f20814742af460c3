// Finding bytes in text, 64 at a time: one bit a byte, the first byte lowest.
#ifndef LODE_TEXT_H
#define LODE_TEXT_H
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>

static inline uint64_t lode_mask64(__m128i a, __m128i b, __m128i c, __m128i d) {
  return (uint64_t)(uint32_t)_mm_movemask_epi8(a) | (uint64_t)(uint32_t)_mm_movemask_epi8(b) << 16 |
         (uint64_t)(uint32_t)_mm_movemask_epi8(c) << 32 | (uint64_t)(uint32_t)_mm_movemask_epi8(d) << 48;
}

/// Which of the 64 bytes at `text` are `byte`.
static inline uint64_t lode_match64(const uint8_t *_Nonnull text, uint8_t byte) {
  const __m128i *p = (const __m128i *)text;
  __m128i c = _mm_set1_epi8((char)byte);
  return lode_mask64(_mm_cmpeq_epi8(_mm_loadu_si128(p), c), _mm_cmpeq_epi8(_mm_loadu_si128(p + 1), c),
                     _mm_cmpeq_epi8(_mm_loadu_si128(p + 2), c), _mm_cmpeq_epi8(_mm_loadu_si128(p + 3), c));
}

/// Which of the 64 bytes at `text` are not ASCII.
static inline uint64_t lode_high64(const uint8_t *_Nonnull text) {
  const __m128i *p = (const __m128i *)text;
  return lode_mask64(_mm_loadu_si128(p), _mm_loadu_si128(p + 1), _mm_loadu_si128(p + 2), _mm_loadu_si128(p + 3));
}

/// Which of the 16 bytes at `text` cannot stand for themselves in a JSON string: quotes, backslashes, control characters.
static inline uint32_t lode_json_stops16(const uint8_t *_Nonnull text) {
  __m128i bytes = _mm_loadu_si128((const __m128i *)text), control = _mm_set1_epi8(31);
  __m128i marks = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
  return (uint32_t)_mm_movemask_epi8(_mm_or_si128(marks, _mm_cmpeq_epi8(_mm_max_epu8(bytes, control), control)));
}
#else
static inline uint64_t lode_gather8(uint64_t high_bits) { return (high_bits >> 7) * 0x0102040810204080ull >> 56; }

static inline uint64_t lode_match64(const uint8_t *_Nonnull text, uint8_t byte) {
  uint64_t mask = 0, pattern = 0x0101010101010101ull * byte;
  for (int i = 0; i < 8; i++) {
    uint64_t word;
    memcpy(&word, text + i * 8, 8);
    word ^= pattern;
    // The high bit of each byte that is zero; exact, unlike the shorter trick that borrows.
    uint64_t zero = ~(((word & 0x7f7f7f7f7f7f7f7full) + 0x7f7f7f7f7f7f7f7full) | word | 0x7f7f7f7f7f7f7f7full);
    mask |= lode_gather8(zero) << (i * 8);
  }
  return mask;
}

static inline uint64_t lode_high64(const uint8_t *_Nonnull text) {
  uint64_t mask = 0;
  for (int i = 0; i < 8; i++) {
    uint64_t word;
    memcpy(&word, text + i * 8, 8);
    mask |= lode_gather8(word & 0x8080808080808080ull) << (i * 8);
  }
  return mask;
}

static inline uint32_t lode_json_stops16(const uint8_t *_Nonnull text) {
  uint32_t mask = 0;
  for (int i = 0; i < 16; i++) mask |= (uint32_t)(text[i] == '"' || text[i] == '\\' || text[i] < 32) << i;
  return mask;
}
#endif
#endif
