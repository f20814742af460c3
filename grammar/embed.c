#include "lode_grammar.h"
