#include "lode_catalog.h"
