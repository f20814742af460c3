// zlib: gzip and deflate.
#include <zlib.h>
