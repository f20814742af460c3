#!/usr/bin/env python3
"""Iceberg tables that Lode writes are read back equal by pyiceberg, and by DuckDB where its extension is there.

    iceberg_written.py --lode PATH/TO/lode [options of warehouse.PLACES]

(PyPI: pyiceberg, pyarrow; duckdb with duckdb-extension-avro and duckdb-extension-iceberg of its version, and -httpfs for an object store)

Makes tables of all types that the format has, appends, updates, deletes, merges and overwrites; after each statement both readers see the
rows that Lode sees, and every earlier snapshot gives the rows that it gave.
"""
import json
import re
import sys

import foreign
from warehouse import PLACES, arguments, placed

TYPES = (
    "SELECT n::integer AS i, n::bigint * 1000000007 AS l, n::real / 4 AS f, n::double / 3 AS d, (n * 1.25)::decimal(12,3) AS m, "
    "(n::decimal(38,0) * 12345678901234567890)::decimal(38,0) AS big, n % 2 = 0 AS b, date '1969-12-30' + n::integer AS day, "
    "time '01:02:03.000004' AS t, timestamp '1969-12-31 23:59:59.999999' + n * interval '1 hour' AS ts, "
    "timestamptz '2024-01-01 00:00:00+02' + n * interval '1 day' AS tz, 'text ' || n AS s, decode(lpad(to_hex(n), 4, '0'), 'hex') AS bin, "
    "('00000000-0000-0000-0000-' || lpad(n::varchar, 12, '0'))::uuid AS u, ARRAY[n, NULL, n + 1] AS list, "
    "CASE WHEN n % 3 = 0 THEN NULL ELSE ROW(n, 'x' || n) END AS pair FROM range(20) AS r(n)"
)
STEPS = [
    ("types", f"CREATE TABLE types USING iceberg AS {TYPES}"),
    ("types", f"INSERT INTO types {TYPES}"),
    ("types", "UPDATE types SET s = NULL, m = m + 1 WHERE i % 5 = 0"),
    ("types", "DELETE FROM types WHERE i % 4 = 1"),
    ("parts", "CREATE TABLE parts (id bigint NOT NULL, name varchar, day date, kind varchar) USING iceberg PARTITIONED BY (day, kind)"),
    ("parts", "INSERT INTO parts SELECT n, 'n' || n, date '2024-01-01' + (n % 3)::integer, "
              "CASE WHEN n % 4 = 0 THEN NULL ELSE 'k' || (n % 2) END FROM range(40) AS r(n)"),
    ("parts", "INSERT INTO parts VALUES (100, NULL, NULL, NULL)"),
    ("parts", "DELETE FROM parts WHERE day = '2024-01-02'"),
    ("parts", "MERGE INTO parts USING (VALUES (0, 'zero'), (3, 'three'), (200, 'new')) AS s(id, name) ON parts.id = s.id "
              "WHEN MATCHED AND s.name = 'zero' THEN DELETE WHEN MATCHED THEN UPDATE SET name = s.name "
              "WHEN NOT MATCHED THEN INSERT (id, name, day, kind) VALUES (s.id, s.name, NULL, NULL)"),
    ("parts", "INSERT OVERWRITE parts VALUES (300, 'over', '2024-01-01', 'k1')"),
    ("parts", "ALTER TABLE parts ADD COLUMN extra integer"),
    ("parts", "INSERT INTO parts VALUES (400, 'extra', '2024-02-01', 'k9', 7)"),
    ("parts", "ALTER TABLE parts CREATE TAG early"),
    ("parts", "OPTIMIZE parts WHERE kind = 'k1'"),
    ("parts", "OPTIMIZE parts HILBERT BY (id, name)"),
    ("types", "OPTIMIZE types ORDER BY i DESC"),
    ("parts", "RESTORE TABLE parts TO VERSION AS OF 'early'"),
    ("parts", "INSERT INTO parts VALUES (500, 'restored', '2024-02-01', 'k9', 8)"),
    ("types", "TRUNCATE types"),
    ("moved", "CREATE TABLE moved (id bigint, at timestamp, name varchar, amount decimal(9,2), kind varchar, day date, bin varbinary) "
              "USING iceberg PARTITIONED BY (kind, day(at), bucket(8, id), truncate(3, name))"),
    ("moved", "INSERT INTO moved SELECT n, timestamp '1969-12-30' + n * interval '5 hours', 'näme' || n, n * 1.5, "
              "CASE WHEN n % 5 = 0 THEN NULL ELSE 'k ' || (n % 2) END, date '1969-11-01' + n::integer, "
              "decode(lpad(to_hex(n), 4, '0'), 'hex') FROM range(60) AS r(n)"),
    ("moved", "INSERT INTO moved VALUES (NULL, NULL, NULL, NULL, NULL, NULL, NULL)"),
    ("moved", "DELETE FROM moved WHERE id % 7 = 3"),
    ("moved", "ALTER TABLE moved REPLACE PARTITION FIELD day(at) WITH month(at) AS of_month"),
    ("moved", "ALTER TABLE moved ADD PARTITION FIELD bucket(5, amount)"),
    ("moved", "INSERT INTO moved VALUES (1000, '2024-02-29 23:59:59.999999', 'später', 12.34, 'k/1', '2024-02-29', decode('ff00', 'hex'))"),
    ("moved", "UPDATE moved SET amount = amount + 1 WHERE id % 10 = 1"),
    ("moved", "ALTER TABLE moved DROP PARTITION FIELD kind"),
    ("moved", "ALTER TABLE moved ADD PARTITION FIELD year(day)"),
    ("moved", "ALTER TABLE moved ADD PARTITION FIELD truncate(2, bin)"),
    ("moved", "ALTER TABLE moved ADD PARTITION FIELD truncate(10, amount)"),
    ("moved", "ALTER TABLE moved ADD PARTITION FIELD hour(at)"),
    ("moved", "INSERT INTO moved SELECT n, timestamp '2024-01-01' - n * interval '1 hour', 'x' || n, -n * 3.21, 'z', date '1969-12-31' - n::integer, "
              "decode(lpad(to_hex(n * 999), 8, '0'), 'hex') FROM range(20) AS r(n)"),
    ("moved", "ALTER TABLE moved RENAME COLUMN name TO label"),
    ("moved", "ALTER TABLE moved ADD COLUMN extra integer"),
    ("moved", "ALTER TABLE moved ALTER COLUMN extra TYPE bigint"),
    ("moved", "INSERT INTO moved (id, at, label, extra) VALUES (2000, '2024-03-01', 'new', 1)"),
    ("moved", "ALTER TABLE moved DROP COLUMN kind"),
    ("moved", "ALTER TABLE moved WRITE ORDERED BY id DESC"),
    ("moved", "INSERT INTO moved (id, at, label) SELECT n, timestamp '2024-03-01', 'sorted' FROM range(9) AS r(n)"),
    ("third", "CREATE TABLE third (id bigint, name varchar) USING iceberg PARTITIONED BY (bucket(2, id)) TBLPROPERTIES ('format-version' = '3')"),
    ("third", "INSERT INTO third SELECT n, 'n' || n FROM range(10) AS r(n)"),
    ("third", "DELETE FROM third WHERE id = 3"),
    ("third", "UPDATE third SET name = 'changed' WHERE id = 4"),
    ("upgraded", "CREATE TABLE upgraded (id bigint, name varchar) USING iceberg"),
    ("upgraded", "INSERT INTO upgraded SELECT n, 'n' || n FROM range(10) AS r(n)"),
    ("upgraded", "ALTER TABLE upgraded SET TBLPROPERTIES ('format-version' = '3')"),
    ("upgraded", "INSERT INTO upgraded VALUES (10, 'ten')"),
    ("upgraded", "DELETE FROM upgraded WHERE id = 3"),
    ("marked", "CREATE TABLE marked (id bigint, name varchar, kind varchar) USING iceberg PARTITIONED BY (kind) TBLPROPERTIES "
               "('write.delete.mode' = 'merge-on-read', 'write.update.mode' = 'merge-on-read', 'write.merge.mode' = 'merge-on-read')"),
    ("marked", "INSERT INTO marked SELECT n, 'n' || n, 'k' || (n % 3) FROM range(60) AS r(n)"),
    ("marked", "DELETE FROM marked WHERE id % 7 = 2"),
    ("marked", "DELETE FROM marked WHERE id % 11 = 3"),
    ("marked", "UPDATE marked SET name = 'changed' WHERE id % 13 = 4"),
    ("marked", "MERGE INTO marked USING (VALUES (0, 'zero'), (200, 'new')) AS s(id, name) ON marked.id = s.id "
               "WHEN MATCHED THEN UPDATE SET name = s.name WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.name, 'k9')"),
    ("marked", "DELETE FROM marked WHERE kind = 'k1'"),
    ("vectors", "CREATE TABLE vectors (id bigint, name varchar) USING iceberg PARTITIONED BY (bucket(2, id)) TBLPROPERTIES "
                "('format-version' = '3', 'write.delete.mode' = 'merge-on-read', 'write.update.mode' = 'merge-on-read')"),
    ("vectors", "INSERT INTO vectors SELECT n, 'n' || n FROM range(60) AS r(n)"),
    ("vectors", "DELETE FROM vectors WHERE id % 7 = 2"),
    ("vectors", "DELETE FROM vectors WHERE id % 11 = 3"),
    ("vectors", "UPDATE vectors SET name = 'changed' WHERE id % 13 = 4"),
    ("aged", "CREATE TABLE aged (id bigint) USING iceberg TBLPROPERTIES "
             "('history.expire.max-snapshot-age-ms' = '1', 'history.expire.min-snapshots-to-keep' = '1')"),
    ("aged", "INSERT INTO aged SELECT n FROM range(20) AS r(n)"),
    ("aged", "INSERT INTO aged SELECT n FROM range(20, 40) AS r(n)"),
    ("aged", "DELETE FROM aged WHERE id % 3 = 0"),
    ("aged", "OPTIMIZE aged"),
    ("aged", "SET vacuum_retention_check = off; VACUUM aged"),
    ("aged", "INSERT INTO aged VALUES (40)"),
]


def plain(value):
    """A value of either side as text that is the same where the values are."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    text = str(value).replace("T", " ").replace("+00:00", "")
    text = re.sub(r"([+-]00)$", "", text) if re.match(r"\d{4}-\d\d-\d\d ", text) else text
    try:
        return float(text)
    except ValueError:
        return re.sub(r"\.(\d*?)0+$", lambda m: "." + m.group(1) if m.group(1) else "", text)


def rows(found):
    return sorted(json.dumps(plain(row), sort_keys=True) for row in found)


def compare(what, mine, theirs):
    mine, theirs = rows(mine), rows(theirs)
    if mine != theirs:
        both = [(a, b) for a, b in zip(mine, theirs) if a != b][:2]
        print(f"FAILED {what}: {len(mine)} and {len(theirs)} rows\n  " + "\n  ".join(f"lode  {a}\n  other {b}" for a, b in both))
        return 1
    return 0


def main():
    args = arguments(__doc__, **PLACES)
    failed, earlier, latest = 0, [], {}
    with placed(args) as house:
        duck = foreign.duckdb(house, "avro", "iceberg")
        for table, statement in STEPS:
            house.records(statement)
            mine = house.records(f"SELECT * FROM {table}")
            opened = latest[table] = foreign.iceberg(house, table)
            failed += compare(f"pyiceberg after {statement}", mine, opened.scan().to_arrow().to_pylist())
            if duck:
                seen = duck.execute(f"SELECT * FROM iceberg_scan('{opened.metadata_location}')").to_arrow_table().to_pylist()
                failed += compare(f"DuckDB after {statement}", mine, seen)
            # A change of columns makes no snapshot: those that are there keep the columns that they had.
            snapshot = opened.current_snapshot()
            if snapshot and snapshot.snapshot_id not in {entry[1] for entry in earlier}:
                earlier.append((table, snapshot.snapshot_id, mine))
        # VACUUM has taken some away.
        kept = [entry for entry in earlier if latest[entry[0]].snapshot_by_id(entry[1])]
        for table, snapshot, mine in kept:
            failed += compare(f"{table} at {snapshot}", mine, latest[table].scan(snapshot_id=snapshot).to_arrow().to_pylist())
    print(f"{len(STEPS)} statements, {len(kept)} snapshots read by pyiceberg{' and DuckDB' if duck else ''}, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
