#!/usr/bin/env python3
"""What Lode writes into Delta tables, read by delta-rs and by DuckDB's delta extension: the same rows after every kind of statement.

    delta_written.py --lode PATH/TO/lode [options of warehouse.PLACES]

Needs the Python packages deltalake, pyarrow, pytz and duckdb; with duckdb-extension-delta (and -httpfs for an object store) of duckdb's
version, DuckDB reads too. Each statement's table is compared after it, and all of them at the end.
"""
import sys

import foreign
from warehouse import PLACES, arguments, placed

STATEMENTS = """
CREATE TABLE kinds USING delta AS SELECT g AS id, g % 2 = 0 AS b, g::tinyint AS t1, g::smallint AS t2, g::bigint * 1000000007 AS t8, (g * 1.5)::real AS f, g / 7.0::double AS d, (g * 1.001)::decimal(12,3) AS n, (g::decimal(38,0) * 100000000000000000000000000::decimal(38,0)) AS wide, repeat('long text ', g) AS v, ('b' || g)::varbinary AS x, DATE '2024-01-01' + g AS day, TIMESTAMP '2024-02-29 12:34:56.789012' + g * INTERVAL '1 hour' AS ts, TIMESTAMPTZ '2024-02-29 12:34:56.789012+00' + g * INTERVAL '1 hour' AS tz, [g, NULL] AS l, MAP(['k'], [g]) AS m, {'a': g, 'b': {'c': 'x' || g}} AS s FROM generate_series(1, 20) AS q(g)
INSERT INTO kinds (id) VALUES (NULL)
UPDATE kinds SET v = v || '!', s = NULL WHERE id < 5
DELETE FROM kinds WHERE id % 3 = 0
ALTER TABLE kinds ADD COLUMN later varchar DEFAULT 'now'
ALTER TABLE kinds ADD COLUMN empty bigint
ALTER TABLE kinds ADD CONSTRAINT small CHECK (id < 1000)
MERGE INTO kinds USING (SELECT g AS id FROM generate_series(15, 25) AS q(g)) AS s ON kinds.id = s.id WHEN MATCHED AND s.id > 18 THEN DELETE WHEN MATCHED THEN UPDATE SET t8 = 0 WHEN NOT MATCHED THEN INSERT (id, v) VALUES (s.id, 'merged')
CREATE TABLE parts (id integer NOT NULL, k varchar, day date, at timestamptz, big decimal(20,4)) USING delta PARTITIONED BY (k, day, at, big)
INSERT INTO parts SELECT g, ['a', 'b c', 'd/e=f', 'ü%41', NULL][1 + g % 5], DATE '2024-01-01' + g % 3, TIMESTAMPTZ '2024-01-01 00:00:00.25+00' + g % 2 * INTERVAL '1 day', (g % 2)::decimal(20,4) / 4 FROM generate_series(1, 40) AS q(g)
INSERT OVERWRITE parts SELECT 1000 + id, k, day, at, big FROM parts WHERE k = 'b c'
UPDATE parts SET k = 'moved' WHERE id % 7 = 0
DELETE FROM parts WHERE day = DATE '2024-01-02'
DELETE FROM parts WHERE k IS NULL AND id > 20
CREATE TABLE many (id bigint, v varchar) USING delta TBLPROPERTIES ('delta.checkpointInterval' = '5')
""" + "".join(f"INSERT INTO many SELECT {i} * 10 + g, 'v' || g FROM generate_series(1, 10) AS q(g)\n" for i in range(12)) + """
DELETE FROM many WHERE id % 2 = 0
OPTIMIZE many
INSERT INTO many VALUES (500, 'w'), (NULL, NULL)
OPTIMIZE many ZORDER BY (id, v)
RESTORE TABLE many TO VERSION AS OF 6
INSERT INTO many VALUES (600, 'restored')
OPTIMIZE parts WHERE k = 'a'
OPTIMIZE parts
OPTIMIZE kinds HILBERT BY (id, ts)
ALTER TABLE kinds RENAME COLUMN v TO words
INSERT INTO kinds (id, words) VALUES (100, 'after')
ALTER TABLE kinds DROP COLUMN t8
ALTER TABLE kinds ADD COLUMN t8 varchar
UPDATE kinds SET t8 = 'again' WHERE id = 100
ALTER TABLE kinds RENAME COLUMN s.b.c TO d
ALTER TABLE kinds ADD COLUMN s.more integer
INSERT INTO kinds (id, s) VALUES (101, {'a': 1, 'b': {'d': 'new'}, 'more': 5})
ALTER TABLE kinds ALTER COLUMN words FIRST
ALTER TABLE kinds UNSET TBLPROPERTIES IF EXISTS ('nothing')
DELETE FROM kinds WHERE id = 100
CREATE TABLE mapped (id integer, "a b" struct("x y" integer), k varchar) USING delta PARTITIONED BY (k) TBLPROPERTIES ('delta.columnMapping.mode' = 'name')
INSERT INTO mapped SELECT g, {'x y': g * 2}, 'p' || g % 3 FROM generate_series(1, 10) AS q(g)
ALTER TABLE mapped RENAME COLUMN k TO part
INSERT INTO mapped VALUES (11, {'x y': 0}, 'p9')
MERGE WITH SCHEMA EVOLUTION INTO mapped USING (SELECT g AS id, 'm' || g AS more FROM generate_series(8, 14) AS q(g)) AS s ON mapped.id = s.id WHEN MATCHED THEN UPDATE SET more = s.more WHEN NOT MATCHED THEN INSERT (id, part, more) VALUES (s.id, 'p1', s.more)
CREATE TABLE byid USING delta TBLPROPERTIES ('delta.columnMapping.mode' = 'id') AS SELECT g AS a, {'x': g} AS s, [{'y': g}] AS l FROM generate_series(1, 5) AS q(g)
ALTER TABLE byid RENAME COLUMN s.x TO z
ALTER TABLE byid DROP COLUMN a
ALTER TABLE byid ADD COLUMN a varchar
INSERT INTO byid VALUES ({'z': 9}, [{'y': 8}], 'text')
CREATE TABLE counted (id bigint GENERATED ALWAYS AS IDENTITY, v varchar, ts timestamp, day date GENERATED ALWAYS AS (CAST(ts AS date)) STORED) USING delta PARTITIONED BY (day)
INSERT INTO counted (v, ts) SELECT 'v' || g, TIMESTAMP '2024-03-01 10:00:00' + g * INTERVAL '9 hours' FROM generate_series(1, 9) AS q(g)
INSERT INTO counted (v, ts) VALUES ('more', TIMESTAMP '2024-04-01 00:00:00')
CREATE TABLE widened (a smallint, b real, c integer, d decimal(10,2), e date, l integer[]) USING delta
INSERT INTO widened VALUES (1, 1.5, 7, 1.25, '2024-01-31', [1, 2])
ALTER TABLE widened ALTER COLUMN a TYPE bigint
ALTER TABLE widened ALTER COLUMN b TYPE double
ALTER TABLE widened ALTER COLUMN c TYPE double
ALTER TABLE widened ALTER COLUMN d TYPE decimal(20,4)
ALTER TABLE widened ALTER COLUMN e TYPE timestamp
ALTER TABLE widened ALTER COLUMN l.element TYPE bigint
INSERT INTO widened VALUES (5000000000, 1e300, 0.5, 12345678.1234, '2024-02-01 12:00:00', [5000000000])
DELETE FROM widened WHERE a = 1
ALTER TABLE widened ALTER COLUMN a TYPE varchar
CREATE TABLE clustered (a integer, b varchar) USING delta CLUSTER BY (b, a) TBLPROPERTIES ('delta.checkpointInterval' = '2')
INSERT INTO clustered SELECT g, 'b' || g % 4 FROM generate_series(1, 40) AS q(g)
INSERT INTO clustered VALUES (41, 'last')
DELETE FROM clustered WHERE a % 2 = 0
ALTER TABLE clustered CLUSTER BY (a)
INSERT INTO clustered VALUES (42, NULL)
CREATE TABLE marked (id bigint, k varchar, p integer) USING delta PARTITIONED BY (p) TBLPROPERTIES ('delta.enableDeletionVectors' = 'true', 'delta.checkpointInterval' = '4')
INSERT INTO marked SELECT g, 'k' || g % 7, g % 3 FROM generate_series(1, 30000) AS q(g)
DELETE FROM marked WHERE id % 11 = 0
DELETE FROM marked WHERE (id * 7919) % 100 < 20
UPDATE marked SET k = 'new', p = 5 WHERE id BETWEEN 100 AND 200
MERGE INTO marked USING (SELECT 29990 + g AS id FROM generate_series(1, 20) AS q(g)) AS s ON marked.id = s.id WHEN MATCHED AND s.id % 2 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET k = 'merged' WHEN NOT MATCHED THEN INSERT VALUES (s.id, 'added', 1)
DELETE FROM marked WHERE p = 2 AND id > 1000
DELETE FROM marked WHERE p = 0
CREATE TABLE fed (id bigint, k varchar, p integer) USING delta PARTITIONED BY (p) TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true', 'delta.checkpointInterval' = '4')
INSERT INTO fed SELECT g, 'k' || g % 7, g % 3 FROM generate_series(1, 3000) AS q(g)
DELETE FROM fed WHERE id % 11 = 0
DELETE FROM fed WHERE (id * 7919) % 100 < 20
UPDATE fed SET k = 'new', p = 5 WHERE id BETWEEN 100 AND 200
MERGE INTO fed USING (SELECT 2990 + g AS id FROM generate_series(1, 20) AS q(g)) AS s ON fed.id = s.id WHEN MATCHED AND s.id % 2 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET k = 'merged' WHEN NOT MATCHED THEN INSERT VALUES (s.id, 'added', 1)
DELETE FROM fed WHERE p = 2 AND id > 1000
DELETE FROM fed WHERE p = 0
SET vacuum_retention_check = off; VACUUM marked RETAIN 0 HOURS
SET vacuum_retention_check = off; VACUUM kinds RETAIN 0 HOURS
TRUNCATE parts
CREATE OR REPLACE TABLE parts USING delta AS SELECT 'now' AS other, 2.5::double AS kind
INSERT INTO parts VALUES ('more', 'NaN'), ('end', '-Infinity')
"""

NAMES = ("kinds", "parts", "many", "mapped", "byid", "counted", "clustered", "widened", "marked", "fed")


def main():
    args = arguments(__doc__, **PLACES)
    with placed(args) as house:
        run(house)


def run(house):
    import duckdb
    db = foreign.duckdb(house, "delta")
    has_delta, checked, tables = db is not None, 0, {}
    db = db or duckdb.connect()
    for sql in filter(None, STATEMENTS.split("\n")):
        house.records(sql)
        words = sql.split()
        table = next(w for w in words if w in NAMES)
        tables[table] = sql
        checked += compare(db, house, sql, table, has_delta)
        if table == "fed":
            compare_changes(db, house, sql)
            checked += 1
    for table in tables:
        checked += compare(db, house, f"all that came after {tables[table]}", table, has_delta)
    print(f"{checked} comparisons with delta-rs{' and DuckDB' if has_delta else ''}: the same rows")


def compare(db, house, sql, table, has_delta):
    """How many readers see what Lode sees; ends if one does not."""
    own = f"{house.folder}/{table}.parquet"
    house.records(f"COPY {table} TO '{own}'")
    sources = {}
    # Of widened types delta-rs knows nothing.
    if table != "widened":
        db.register("rows", foreign.read(house, "delta", table))
        sources["delta-rs"] = "rows"
    if has_delta:
        sources["DuckDB"] = f"delta_scan('{foreign.location(house, table)}')"
    columns = [c[0] for c in db.execute(f"DESCRIBE SELECT * FROM read_parquet('{own}')").fetchall()]
    for name, source in sources.items():
        theirs = [c[0] for c in db.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
        if sorted(columns) != sorted(theirs):
            sys.exit(f"{sql}\n{table}, {name}: columns {theirs}, not {columns}")
        listed = ", ".join(f'CAST("{c}" AS varchar)' for c in columns)
        left, right = f"SELECT {listed} FROM read_parquet('{own}', hive_partitioning = false)", f"SELECT {listed} FROM {source}"
        missing = db.execute(f"({left}) EXCEPT ALL ({right})").fetchall()
        added = db.execute(f"({right}) EXCEPT ALL ({left})").fetchall()
        if missing or added:
            sys.exit(f"{sql}\n{table}, {name}: Lode alone has {missing[:3]}, the other one {added[:3]}")
    return len(sources)


def compare_changes(db, house, sql):
    """What came and went, as delta-rs and as Lode tell it."""
    import pyarrow
    own = f"{house.folder}/changes.parquet"
    house.records(f"COPY (FROM table_changes('fed', 0)) TO '{own}'")
    db.register("changes", pyarrow.table(foreign.delta(house, "fed").load_cdf(starting_version=0).read_all()))
    columns = "id, k, p, _change_type, _commit_version"
    rows = db.execute(f"SELECT {columns} FROM read_parquet('{own}') ORDER BY ALL").fetchall()
    theirs = db.execute(f"SELECT {columns} FROM changes ORDER BY ALL").fetchall()
    if rows != theirs:
        alone, others = sorted(set(rows) - set(theirs))[:3], sorted(set(theirs) - set(rows))[:3]
        sys.exit(f"{sql}\nchanges: {len(rows)} of Lode, {len(theirs)} of delta-rs; Lode alone has {alone}, delta-rs {others}")


if __name__ == "__main__":
    main()
