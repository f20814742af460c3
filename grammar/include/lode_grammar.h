// The SQL grammar's files, which ship in the binary.
#ifndef LODE_GRAMMAR_H
#define LODE_GRAMMAR_H

#include <stdint.h>

/// How many .gram files there are.
long lode_grammar_count(void);
/// The name of a file, without its extension.
const char *lode_grammar_name(long index);
/// The text of a file: not terminated, `lode_grammar_size` bytes.
const uint8_t *lode_grammar_text(long index);
long lode_grammar_size(long index);

/// keywords.csv.
const uint8_t *lode_grammar_keywords(void);
long lode_grammar_keywords_size(void);

#endif
