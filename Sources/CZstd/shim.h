// Zstandard.
#include <zstd.h>
