/// The tables of `catalog.sqlite`.

///     database_info 1─n table_info 1─n table_version
///                            └─1─n partition_info 1─n data_file (added_version … removed_version)
enum CatalogSchema {
    static let schema = SQLiteSchema("catalog", steps: steps)

    static let steps: [String] = [
        """
        CREATE TABLE database_info (
            id INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,               -- the name in lower case
            definition TEXT NOT NULL);              -- GlueDatabase as JSON
        CREATE TABLE table_info (
            id INTEGER PRIMARY KEY AUTOINCREMENT,   -- never used again, so that a new table is not taken for an old one
            database_id INTEGER REFERENCES database_info (id),  -- NULL: dropped with its database
            key TEXT NOT NULL,
            definition TEXT NOT NULL,               -- GlueTable as JSON
            definition_version INTEGER NOT NULL,
            version INTEGER NOT NULL,               -- the current one of table_version
            dropped_at INTEGER);                    -- kept after DROP until its files are collected
        CREATE UNIQUE INDEX table_live ON table_info (database_id, key) WHERE dropped_at IS NULL;
        CREATE TABLE table_version (
            table_id INTEGER NOT NULL REFERENCES table_info (id),
            version INTEGER NOT NULL,
            committed_at INTEGER NOT NULL,          -- microseconds since 1970-01-01 UTC, as every time here
            file_count INTEGER NOT NULL,
            row_count INTEGER,                      -- NULL: not every file says
            byte_count INTEGER NOT NULL,
            statistics TEXT,                        -- see StatisticsText
            PRIMARY KEY (table_id, version)) WITHOUT ROWID;
        CREATE TABLE partition_info (
            id INTEGER PRIMARY KEY,
            table_id INTEGER NOT NULL REFERENCES table_info (id),
            key TEXT NOT NULL,                      -- values, see PartitionKey
            definition TEXT,                        -- GluePartition as JSON, if it is registered
            UNIQUE (table_id, key));
        CREATE TABLE data_file (
            id INTEGER PRIMARY KEY,
            table_id INTEGER NOT NULL REFERENCES table_info (id),
            partition_id INTEGER NOT NULL REFERENCES partition_info (id),
            path TEXT NOT NULL,                     -- relative to the table's location, or a whole location
            size INTEGER NOT NULL,
            row_count INTEGER,
            modified INTEGER NOT NULL,
            statistics TEXT,
            added_version INTEGER NOT NULL,
            removed_version INTEGER,                -- versions from added to before removed have the file
            UNIQUE (table_id, path));
        CREATE INDEX data_file_live ON data_file (table_id, partition_id, removed_version, added_version, size, row_count);
        """,
        """
        ALTER TABLE table_info ADD COLUMN oldest_version INTEGER NOT NULL DEFAULT 0;  -- the files of those before may be gone
        ALTER TABLE table_version ADD COLUMN operation TEXT;    -- what brought it about: INSERT, ALTER TABLE …
        ALTER TABLE table_version ADD COLUMN definition TEXT;   -- GlueTable as JSON, of versions that changed it and the first
        UPDATE table_version SET definition = (SELECT t.definition FROM table_info t WHERE t.id = table_version.table_id)
            WHERE version = (SELECT min(o.version) FROM table_version o WHERE o.table_id = table_version.table_id);
        CREATE TABLE condemned_file (               -- unpublished files that a collector took, and nobody may publish any more
            name TEXT PRIMARY KEY,
            condemned_at INTEGER NOT NULL) WITHOUT ROWID;
        """,
        "CREATE INDEX version_time ON table_version (committed_at);",
        """
        CREATE TABLE role_info (
            name TEXT PRIMARY KEY,                  -- as it was written: names of roles differ in case
            definition TEXT NOT NULL) WITHOUT ROWID;  -- Role as JSON
        """,
        """
        CREATE TABLE table_manifest (               -- what lies beside the data, see Manifest
            table_id INTEGER PRIMARY KEY,           -- 0: that of databases and roles
            stem TEXT NOT NULL,
            number INTEGER NOT NULL,                -- of the latest one
            written_at INTEGER NOT NULL,            -- when that was; in row 0 when the latest of all was
            full_number INTEGER NOT NULL,           -- of the latest one that describes the whole table
            full_bytes INTEGER NOT NULL,
            change_bytes INTEGER NOT NULL,          -- of those since
            oldest_version INTEGER NOT NULL,        -- that it says can be read
            is_shared INTEGER NOT NULL);            -- whether one of them lies in a file of several tables
        """,
        """
        CREATE TABLE catalog_identity (             -- see CatalogIdentity
            id TEXT PRIMARY KEY,
            since INTEGER) WITHOUT ROWID;           -- NULL: one that this catalog was made from
        INSERT INTO catalog_identity (id, since) VALUES (lower(hex(randomblob(8))), 0);
        """,
        """
        CREATE TABLE attached_info (                -- other catalogs, by CREATE CATALOG
            name TEXT PRIMARY KEY,                  -- in lower case
            definition TEXT NOT NULL) WITHOUT ROWID;  -- CatalogDefinition as JSON, without secrets
        """,
        """
        CREATE TABLE joint_version (                -- of commits of several tables, those in logs of tables; see JointVersion
            commit_id INTEGER NOT NULL,
            place INTEGER NOT NULL,                 -- in the order in which they are written
            begun_at INTEGER NOT NULL,
            location TEXT NOT NULL,                 -- of the table, with one name for one place
            format TEXT NOT NULL,
            path TEXT NOT NULL,                     -- of the log file
            number INTEGER NOT NULL,                -- that it has
            digest TEXT NOT NULL,                   -- of what is written there
            decided_at INTEGER,                     -- NULL: readers look past it
            undone_by INTEGER,                      -- the number of the log file that took it back
            PRIMARY KEY (commit_id, place)) WITHOUT ROWID;
        CREATE INDEX joint_version_location ON joint_version (location, decided_at);
        """,
        """
        CREATE TABLE loaded_file (                  -- what COPY INTO has read
            table_id INTEGER NOT NULL,
            path TEXT NOT NULL,
            loaded_at INTEGER NOT NULL,
            PRIMARY KEY (table_id, path)) WITHOUT ROWID;
        """,
        "ALTER TABLE table_info ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;  -- 1: dropped, but only VACUUM collects it",
    ]
}
