// The table definitions that ship with Lode, embedded: one line here for each file of this folder.
#include "lode_catalog.h"

static const unsigned char information_schema_check_constraints[] = {
#embed "information_schema/check_constraints.json"
};
static const unsigned char information_schema_columns[] = {
#embed "information_schema/columns.json"
};
static const unsigned char information_schema_key_column_usage[] = {
#embed "information_schema/key_column_usage.json"
};
static const unsigned char information_schema_referential_constraints[] = {
#embed "information_schema/referential_constraints.json"
};
static const unsigned char information_schema_schemata[] = {
#embed "information_schema/schemata.json"
};
static const unsigned char information_schema_table_constraints[] = {
#embed "information_schema/table_constraints.json"
};
static const unsigned char information_schema_tables[] = {
#embed "information_schema/tables.json"
};
static const unsigned char information_schema_views[] = {
#embed "information_schema/views.json"
};

#define ENTRY(database, table) {#database "/" #table ".json", database##_##table, sizeof(database##_##table)}

static const struct lode_catalog_entry entries[] = {
    ENTRY(information_schema, check_constraints),
    ENTRY(information_schema, columns),
    ENTRY(information_schema, key_column_usage),
    ENTRY(information_schema, referential_constraints),
    ENTRY(information_schema, schemata),
    ENTRY(information_schema, table_constraints),
    ENTRY(information_schema, tables),
    ENTRY(information_schema, views),
};

const struct lode_catalog_entry *lode_catalog_entries(size_t *count) {
    *count = sizeof(entries) / sizeof(entries[0]);
    return entries;
}
