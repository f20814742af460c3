// Snappy, by its C interface.
#include <snappy-c.h>
