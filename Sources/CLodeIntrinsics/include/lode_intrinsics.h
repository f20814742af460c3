// Processor hints that Swift has no spelling for.
#ifndef LODE_INTRINSICS_H
#define LODE_INTRINSICS_H
#include <stdint.h>

/// Asks for the cache line at `address`; harmless for any address.
static inline void lode_prefetch(const void *_Nullable address) { __builtin_prefetch(address, 0, 3); }

#endif
