// PCRE2 over UTF-8 code units: regular expressions with bounded work.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
