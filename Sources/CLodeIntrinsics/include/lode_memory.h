// How the C library's allocator treats freed memory.
#ifndef LODE_MEMORY_H
#define LODE_MEMORY_H
#include <malloc.h>

/// Lets the allocator keep what is freed instead of giving it back to the system at once.
///
/// Vectors, pages and hash tables are allocated and freed all the time; by default every large one that is freed is unmapped,
/// and the next one is paid for with a page fault every 4 KB (a third of a scan's time).
static inline void lode_keep_freed_memory(void) {
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    mallopt(M_TOP_PAD, 1 << 20);
}

/// Gives the pages that nothing lies in any more back to the system, wherever they are.
static inline void lode_give_back_freed_memory(void) {
    malloc_trim(0);
}

#endif
