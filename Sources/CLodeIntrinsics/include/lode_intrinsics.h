// Processor instructions that Swift has no spelling for.
#ifndef LODE_INTRINSICS_H
#define LODE_INTRINSICS_H
#include <stddef.h>
#include <stdint.h>

/// Asks for the cache line at `address`; harmless for any address.
static inline void lode_prefetch(const void *_Nullable address) { __builtin_prefetch(address, 0, 3); }

/// Replaces the word at `place` if it still is `expected`; whether it did. Publishes what was written before it.
static inline _Bool lode_exchange_if_equal(uint64_t *_Nonnull place, uint64_t expected, uint64_t desired) {
    return __atomic_compare_exchange_n(place, &expected, desired, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

/// Reads a word that others may be replacing.
static inline uint64_t lode_load_shared(const uint64_t *_Nonnull place) { return __atomic_load_n(place, __ATOMIC_ACQUIRE); }

/// Whether `lode_crc32_fold` may be called: whether this processor multiplies without carries.
_Bool lode_can_fold_crc32(void);

/// Shortens bytes (at least 64, a multiple of 16) to 16 bytes of the same CRC-32 remainder, which are written to `folded`.
/// `state` is the remainder of what came before: 0xffffffff at the start.
///
/// A CRC is a remainder of polynomials over bits, so that 128 bits can be moved ahead over the next ones by multiplying their two
/// halves with powers of x modulo the CRC's polynomial.
void lode_crc32_fold(const uint8_t *_Nonnull bytes, size_t count, uint32_t state, uint8_t *_Nonnull folded);

#endif
