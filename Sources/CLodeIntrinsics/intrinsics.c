#include "lode_intrinsics.h"
