// The definitions of the tables that ship with Lode, as AWS Glue's Table in JSON.
#ifndef LODE_CATALOG_H
#define LODE_CATALOG_H

#include <stddef.h>

/// One file of the folder: `<database>/<table>.json` and its text, which does not end in a zero byte.
struct lode_catalog_entry {
    const char *path;
    const unsigned char *bytes;
    size_t count;
};

/// All of them; `count` receives how many.
const struct lode_catalog_entry *lode_catalog_entries(size_t *count);

#endif
