// Puts the grammar's files into the binary. A new .gram file needs one line in each list.
#include "lode_grammar.h"

static const uint8_t names[] = {
#embed "names.gram"
};
static const uint8_t statements[] = {
#embed "statements.gram"
};
static const uint8_t queries[] = {
#embed "queries.gram"
};
static const uint8_t tables[] = {
#embed "tables.gram"
};
static const uint8_t expressions[] = {
#embed "expressions.gram"
};
static const uint8_t types[] = {
#embed "types.gram"
};
static const uint8_t definitions[] = {
#embed "definitions.gram"
};
static const uint8_t changes[] = {
#embed "changes.gram"
};
static const uint8_t utilities[] = {
#embed "utilities.gram"
};
static const uint8_t maintenance[] = {
#embed "maintenance.gram"
};
static const uint8_t transactions[] = {
#embed "transactions.gram"
};
static const uint8_t sessions[] = {
#embed "sessions.gram"
};
static const uint8_t roles[] = {
#embed "roles.gram"
};
static const uint8_t keywords[] = {
#embed "keywords.csv"
};

#define FILE_ENTRY(name) {#name, name, sizeof name}
static const struct {
    const char *name;
    const uint8_t *text;
    long size;
} files[] = {
    FILE_ENTRY(names), FILE_ENTRY(statements), FILE_ENTRY(queries), FILE_ENTRY(tables), FILE_ENTRY(expressions),
    FILE_ENTRY(types), FILE_ENTRY(definitions), FILE_ENTRY(changes), FILE_ENTRY(utilities), FILE_ENTRY(maintenance),
    FILE_ENTRY(transactions), FILE_ENTRY(sessions), FILE_ENTRY(roles),
};

long lode_grammar_count(void) { return sizeof files / sizeof files[0]; }
const char *lode_grammar_name(long index) { return files[index].name; }
const uint8_t *lode_grammar_text(long index) { return files[index].text; }
long lode_grammar_size(long index) { return files[index].size; }
const uint8_t *lode_grammar_keywords(void) { return keywords; }
long lode_grammar_keywords_size(void) { return sizeof keywords; }
