#!/usr/bin/env python3
"""Every operation of Lode's Iceberg REST catalog that SQL reaches, against a server that pyiceberg has filled.

    iceberg_rest.py --lode PATH/TO/lode --uri http://127.0.0.1:8337 --s3 http://127.0.0.1:8333 --warehouse s3://warehouse \\
        --key KEY --secret SECRET

Written for SeaweedFS, which takes OAuth2 (the keys of S3 are client and secret) and SigV4 (service s3tables). Runs with a Python that has
pyiceberg.
"""
import argparse, csv, datetime, decimal, io, os, subprocess, sys, tempfile, uuid, warnings

warnings.filterwarnings("ignore")
import pyarrow
from pyiceberg.catalog import load_catalog
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import BucketTransform, IdentityTransform, MonthTransform, TruncateTransform
from pyiceberg.types import (
    BinaryType, BooleanType, DateType, DecimalType, DoubleType, FixedType, FloatType, IntegerType, ListType, LongType, MapType, NestedField,
    StringType, StructType, TimestampType, TimestamptzType, TimeType, UUIDType)

problems = []

TYPES = {
    "b": (BooleanType(), "boolean"), "i": (IntegerType(), "integer"), "l": (LongType(), "bigint"), "f": (FloatType(), "real"),
    "d": (DoubleType(), "double"), "n": (DecimalType(12, 2), "decimal(12,2)"), "day": (DateType(), "date"), "t": (TimeType(), "time"),
    "ts": (TimestampType(), "timestamp"), "tz": (TimestamptzType(), "timestamptz"), "s": (StringType(), "varchar"),
    "u": (UUIDType(), "uuid"), "x4": (FixedType(4), "varbinary"), "x": (BinaryType(), "varbinary"),
    "r": (StructType(NestedField(100, "c", StringType()), NestedField(101, "z", IntegerType(), required=True)), "struct(c varchar, z integer)"),
    "li": (ListType(102, LongType()), "bigint[]"), "m": (MapType(103, StringType(), 104, DoubleType()), "map(varchar, double)"),
}


def check(what, found, wanted):
    ok = wanted(found) if callable(wanted) else found == wanted
    print(f"{'ok  ' if ok else 'FAIL'} {what}" + ("" if ok else f": {str(found)[:600]}"))
    if not ok:
        problems.append(what)


class Lode:
    def __init__(self, lode, folder, options):
        self.command = [os.path.abspath(lode), "--warehouse", f"{folder}/lakehouse", "--format", "csv", "--quiet"]
        self.attach = "CREATE CATALOG c USING iceberg OPTIONS (" + ", ".join(f"{k} '{v}'" for k, v in options.items()) + ");"

    def __call__(self, sql, **environment):
        """The rows of the last statement, or its error."""
        done = subprocess.run(self.command + ["-c", self.attach + sql], capture_output=True, text=True, timeout=60,
                              env=os.environ | environment)
        return done.stderr.strip() if done.returncode else [row for row in csv.reader(io.StringIO(done.stdout)) if row][1:]


def rehearse(name, lode, catalog, reach):
    print(f"-- {name}")
    space = "n" + uuid.uuid4().hex[:8]
    check("create a schema", lode(f"CREATE SCHEMA c.{space} COMMENT 'for tests' WITH (owner = 'lode'); SHOW SCHEMAS FROM c"), lambda r: [space] in r)
    check("its properties", {k: v for k, v in catalog.load_namespace_properties(space).items() if k in ("comment", "owner")},
          {"comment": "for tests", "owner": "lode"})
    check("it exists", lode(f"CREATE SCHEMA c.{space}"), lambda r: "42P06" in r)
    check("unless that does not matter", lode(f"CREATE SCHEMA IF NOT EXISTS c.{space}"), [])
    check("a schema that is not there", lode(f"SHOW TABLES FROM c.{space[:-1]}"), lambda r: "3F000" in r and f'"c.{space}"' in r)
    check("a schema below it", lode(f"CREATE SCHEMA c.{space}.below; SHOW SCHEMAS FROM c"), lambda r: [f"{space}.below"] in r)
    fields = [NestedField(n + 1, key, type, required=key == "l", doc=f"a {key}" if key == "l" else None) for n, (key, (type, _)) in
              enumerate(TYPES.items())]
    table = catalog.create_table(f"{space}.everything", Schema(*fields, identifier_field_ids=[3]))
    check("all types", described(lode, f"c.{space}.everything"), [(k, t) for k, (_, t) in TYPES.items()])
    schema = Schema(NestedField(1, "id", LongType(), required=True), NestedField(2, "v", StringType()), NestedField(3, "d", DateType()))
    spec = PartitionSpec(PartitionField(3, 1000, MonthTransform(), "m"), PartitionField(1, 1001, BucketTransform(4), "b"),
                         PartitionField(2, 1002, TruncateTransform(3), "v3"), PartitionField(2, 1003, IdentityTransform(), "v"))
    parted = catalog.create_table(f"{space}.parted", schema, partition_spec=spec, properties={"owner": "me"})
    catalog.create_table((space, "below", "deep"), schema)
    check("show tables", lode(f"SHOW TABLES FROM c.{space}"), lambda r: [x[1] for x in r] == ["everything", "parted"])
    check("show views", lode(f"SHOW VIEWS FROM c.{space}"), [])
    check("a table below", described(lode, f"c.{space}.below.deep"), [("id", "bigint"), ("v", "varchar"), ("d", "date")])
    check("USE", lode(f"USE c.{space}; SHOW TABLES"), lambda r: len(r) == 2)
    check("partitioning", lode(f"DESCRIBE EXTENDED c.{space}.parted"),
          lambda r: ["# property default-partition-spec", "month(d), bucket(4, id), truncate(3, v), v"] in [x[:2] for x in r])
    properties = dict(lode(f"SHOW TBLPROPERTIES c.{space}.parted"))
    check("properties", (properties.get("owner"), properties.get("uuid"), properties.get("metadata_location")),
          ("me", str(parted.metadata.table_uuid), parted.metadata_location))
    check("identifier fields", dict(lode(f"SHOW TBLPROPERTIES c.{space}.everything")).get("identifier-fields"), "l")
    check("a table that is not there", lode(f"SELECT * FROM c.{space}.partet"), lambda r: "42P01" in r and 'Did you mean "parted"' in r)
    check("a table without rows", lode(f"SELECT count(*) FROM c.{space}.parted", **reach), [["0"]])
    filled = catalog.create_table(
        f"{space}.filled",
        Schema(NestedField(1, "id", LongType()), NestedField(2, "v", StringType()), NestedField(3, "d", DateType())),
        partition_spec=PartitionSpec(PartitionField(3, 1000, MonthTransform(), "m"), PartitionField(1, 1001, BucketTransform(4), "b")))
    for rows in [[(1, "one", 1), (2, "two", 40)], [(3, None, 70)]]:
        days = [datetime.date(2024, 1, 1) + datetime.timedelta(days=day) for _, _, day in rows]
        filled.append(pyarrow.table(
            {"id": [row[0] for row in rows], "v": [row[1] for row in rows], "d": days}, schema=filled.schema().as_arrow()))
    check("rows", lode(f"SELECT id, v, d FROM c.{space}.filled ORDER BY id", **reach),
          [["1", "one", "2024-01-02"], ["2", "two", "2024-02-10"], ["3", "", "2024-03-11"]])
    check("rows of a month", lode(f"SELECT id FROM c.{space}.filled WHERE d >= DATE '2024-02-01' AND v = 'two'", **reach), [["2"]])
    first = filled.metadata.snapshots[0].snapshot_id
    check("as they were", lode(f"SELECT count(*) FROM c.{space}.filled FOR VERSION AS OF {first}", **reach), [["2"]])
    catalog.drop_table(f"{space}.filled")
    written(lode, catalog, space, reach)
    check("set a property, a comment", lode(f"ALTER TABLE c.{space}.parted SET TBLPROPERTIES ('owner' = 'you', 'more' = '1'); "
                                            f"COMMENT ON TABLE c.{space}.parted IS 'parts'"), [])
    found = catalog.load_table(f"{space}.parted").properties
    check("pyiceberg has them", (found.get("owner"), found.get("more"), found.get("comment")), ("you", "1", "parts"))
    check("take the comment away", lode(f"COMMENT ON TABLE c.{space}.parted IS NULL"), [])
    check("it is gone", catalog.load_table(f"{space}.parted").properties.get("comment"), None)
    check("rename", lode(f"ALTER TABLE c.{space}.parted RENAME TO c.{space}.moved; SHOW TABLES FROM c.{space}"),
          lambda r: [x[1] for x in r] == ["everything", "moved"])
    check("to a name that is taken", lode(f"ALTER TABLE c.{space}.moved RENAME TO everything"), lambda r: "42P07" in r)
    check("a race", race(lode, catalog, space), lambda r: r["kept"] == r["won"] and not r["odd"])
    check("a schema with tables stays", lode(f"DROP SCHEMA c.{space}"), lambda r: "2BP01" in r)
    check("drop", lode(f"DROP TABLE c.{space}.moved; SHOW TABLES FROM c.{space}"), lambda r: [x[1] for x in r] == ["everything"])
    check("drop with files", lode(f"DROP TABLE c.{space}.everything PURGE; SHOW TABLES FROM c.{space}"), [])
    check("one that is gone", lode(f"DROP TABLE c.{space}.everything"), lambda r: "42P01" in r)
    check("if it is there", lode(f"DROP TABLE IF EXISTS c.{space}.everything"), [])
    check("drop schemas", lode(f"DROP TABLE c.{space}.below.deep; DROP SCHEMA c.{space}.below; DROP SCHEMA c.{space}; SHOW SCHEMAS FROM c"),
          lambda r: [space] not in r)


ALL = {"b": ("true", True), "i": ("1", 1), "l": ("2::bigint", 2), "f": ("1.5::real", 1.5), "d": ("2.5::double", 2.5),
       "n": ("3.25::decimal(12,2)", decimal.Decimal("3.25")), "day": ("DATE '2024-02-29'", datetime.date(2024, 2, 29)),
       "t": ("TIME '12:34:56'", datetime.time(12, 34, 56)), "ts": ("TIMESTAMP '2024-01-01 00:00:01'", datetime.datetime(2024, 1, 1, 0, 0, 1)),
       "s": ("'text'", "text"), "x": ("'\\x0102'::varbinary", b"\x01\x02"), "li": ("ARRAY[1, 2]", [1, 2]), "none": ("NULL::varchar", None)}


def written(lode, catalog, space, reach):
    """Tables that are made and written, read back by pyiceberg after each change, and the other way round."""
    name = f"c.{space}.w"

    def run(sql):
        return lode(sql, **reach)

    def rows(table="w"):
        return sorted(catalog.load_table(f"{space}.{table}").scan().to_arrow().to_pylist(), key=str)

    check("create", run(f"CREATE TABLE {name} (id bigint NOT NULL COMMENT 'the key', v varchar, d date) COMMENT 'written' "
                        "TBLPROPERTIES ('owner' = 'lode')"), [])
    made = catalog.load_table(f"{space}.w")
    check("as it was declared", ([(f.name, str(f.field_type), f.required, f.doc) for f in made.schema().fields],
                                 {k: made.properties.get(k) for k in ("owner", "comment")}),
          ([("id", "long", True, "the key"), ("v", "string", False, None), ("d", "date", False, None)],
           {"owner": "lode", "comment": "written"}))
    check("it exists", run(f"CREATE TABLE {name} (id bigint)"), lambda r: "42P07" in r)
    day = datetime.date(2024, 1, 1)
    check("insert", run(f"INSERT INTO {name} VALUES (1, 'one', DATE '2024-01-01'), (2, 'two', NULL)"), [])
    check("  is read", rows(), [{"id": 1, "v": "one", "d": day}, {"id": 2, "v": "two", "d": None}])
    made.refresh().append(pyarrow.table({"id": [3], "v": ["three"], "d": [day]}, schema=made.schema().as_arrow()))
    check("pyiceberg appends", run(f"SELECT count(*), sum(id) FROM {name}"), [["3", "6"]])
    check("update", run(f"UPDATE {name} SET v = upper(v) WHERE id = 2"), [])
    check("  is read", [r["v"] for r in rows()], ["one", "TWO", "three"])
    check("delete", run(f"DELETE FROM {name} WHERE id = 3"), [])
    check("  is read", [r["id"] for r in rows()], [1, 2])
    check("merge", run(f"MERGE INTO {name} AS t USING (VALUES (2, 'zwei'), (4, 'vier')) AS n (id, v) ON t.id = n.id "
                       "WHEN MATCHED THEN UPDATE SET v = n.v WHEN NOT MATCHED THEN INSERT (id, v) VALUES (n.id, n.v)"), [])
    check("  is read", [(r["id"], r["v"]) for r in rows()], [(1, "one"), (2, "zwei"), (4, "vier")])
    check("add a column", run(f"ALTER TABLE {name} ADD COLUMN more integer; INSERT INTO {name} VALUES (5, 'five', NULL, 50)"), [])
    check("  is read", [(r["id"], r["more"]) for r in rows()], [(1, None), (2, None), (4, None), (5, 50)])
    first = catalog.load_table(f"{space}.w").history()[0].snapshot_id
    check("time travel", run(f"SELECT count(*) FROM {name} FOR VERSION AS OF {first}"), [["2"]])
    check("overwrite", run(f"INSERT OVERWRITE {name} SELECT id + 100, v, d, more FROM {name} WHERE id < 3"), [])
    check("  is read", [r["id"] for r in rows()], [101, 102])
    check("truncate", run(f"TRUNCATE {name}"), [])
    check("  is read", rows(), [])
    columns = ", ".join(f"{sql} AS {key}" for key, (sql, _) in ALL.items())
    check("create as", run(f"CREATE TABLE c.{space}.types AS SELECT {columns}"), [])
    check("  is read", rows("types"), [{key: value for key, (_, value) in ALL.items()}])
    check("  and again", run(f"SELECT i, s, li FROM c.{space}.types"), [["1", "text", "[1, 2]"]])
    check("partitioned", run(f"CREATE TABLE c.{space}.p PARTITIONED BY (k) AS SELECT i AS n, i % 3 AS k FROM generate_series(1, 30) AS s(i); "
                             f"INSERT OVERWRITE c.{space}.p SELECT 1000, 2; SELECT k, sum(n) FROM c.{space}.p GROUP BY k ORDER BY k"),
          [["0", "165"], ["1", "145"], ["2", "1000"]])
    check("  is read", catalog.load_table(f"{space}.p").scan(row_filter="k = 2").to_arrow().to_pylist(), [{"n": 1000, "k": 2}])
    parts = pyarrow.table({"n": [7], "k": [2]}, schema=catalog.load_table(f"{space}.p").schema().as_arrow())
    catalog.load_table(f"{space}.p").append(parts)
    check("pyiceberg appends", run(f"SELECT sum(n) FROM c.{space}.p WHERE k = 2"), [["1007"]])
    both = f"SELECT (SELECT count(*) FROM c.{space}.p WHERE k = 9), (SELECT count(*) FROM {name})"
    check("two tables in one transaction", run(f"BEGIN; INSERT INTO c.{space}.p VALUES (1, 9); INSERT INTO {name} SELECT n, 'x', NULL, 1 FROM "
                                               f"c.{space}.p WHERE k = 9; COMMIT; {both}"), [["1", "1"]])
    check("  or in none", run(f"BEGIN; INSERT INTO c.{space}.p VALUES (2, 9); INSERT INTO {name} (id) VALUES (5); ROLLBACK; {both}"), [["1", "1"]])
    check("  is read", len(catalog.load_table(f"{space}.p").scan(row_filter="k = 9").to_arrow()), 1)
    branches(lode, catalog, space, reach)
    views(lode, space, reach)
    check("replaced", run(f"CREATE OR REPLACE TABLE c.{space}.types AS SELECT 2.5 AS n, 'y' AS s, 7::bigint AS fresh"), [])
    check("  is read", rows("types"), [{"n": decimal.Decimal("2.5"), "s": "y", "fresh": 7}])
    check("hidden partitions", run(f"CREATE TABLE c.{space}.h (id bigint, at timestamp, s varchar) PARTITIONED BY (day(at), bucket(4, id)); "
                                   f"INSERT INTO c.{space}.h SELECT i, TIMESTAMP '2024-01-01 00:00:00' + i * INTERVAL '1 hour', 'v' FROM "
                                   f"generate_series(1, 48) AS g(i); ALTER TABLE c.{space}.h RENAME COLUMN s TO v; DELETE FROM c.{space}.h "
                                   f"WHERE id < 10; SELECT count(*) FROM c.{space}.h WHERE at >= TIMESTAMP '2024-01-02 00:00:00'"), [["25"]])
    check("  is read", (lambda t: (len(t), t.column_names))(catalog.load_table(f"{space}.h").scan(row_filter="at >= '2024-01-02T00:00:00'").to_arrow()),
          (25, ["id", "at", "v"]))
    run(f"DROP TABLE c.{space}.h PURGE")
    check("many at once", writers(lode, catalog, space, reach), (80, 80, 80))
    check("rename, drop with files", run(f"ALTER TABLE {name} RENAME TO c.{space}.v; DROP TABLE c.{space}.v PURGE; DROP TABLE c.{space}.p; "
                                         f"DROP TABLE c.{space}.types PURGE; DROP TABLE c.{space}.many"), [])


def branches(lode, catalog, space, reach):
    """What is written to a branch, checked there and then published."""
    name = f"c.{space}.b"
    check("branches and tags", lode(
        f"CREATE TABLE {name} AS SELECT 1 AS id; ALTER TABLE {name} CREATE BRANCH audit RETAIN 7 DAYS; ALTER TABLE {name} CREATE TAG first; "
        f"INSERT INTO {name}.branch_audit VALUES (2), (3); DELETE FROM {name}.branch_audit WHERE id = 3; "
        f"SELECT (SELECT count(*) FROM {name}), (SELECT count(*) FROM {name}.branch_audit)", **reach), [["1", "2"]])
    refs = catalog.load_table(f"{space}.b").refs()
    check("  are known", {key: ref.snapshot_ref_type.value for key, ref in refs.items()}, {"main": "branch", "audit": "branch", "first": "tag"})
    check("  with how long they are kept", refs["audit"].max_ref_age_ms, 7 * 86_400_000)
    check("  are moved and dropped", lode(
        f"CALL system.fast_forward('{name}', 'main', 'audit'); ALTER TABLE {name} DROP BRANCH audit; "
        f"SELECT (SELECT sum(id) FROM {name}), (SELECT sum(id) FROM {name} FOR VERSION AS OF 'first')", **reach), [["3", "1"]])
    check("  and known", sorted(catalog.load_table(f"{space}.b").refs()), ["first", "main"])
    lode(f"DROP TABLE {name} PURGE", **reach)


def views(lode, space, reach):
    """Views, where the server keeps them."""
    name = f"c.{space}.seen"
    made = lode(f"CREATE VIEW {name} AS SELECT 7 AS n", **reach)
    if isinstance(made, str) and "0A000" in made:
        return check("a server that keeps no views says so", made, lambda r: "server has none" in r)
    check("a view is made", made, [])
    check("  is read", lode(f"SELECT n FROM {name}", **reach), [["7"]])
    check("  is replaced", lode(f"CREATE OR REPLACE VIEW {name} AS SELECT 'x' AS s, 8 AS n; SELECT * FROM {name}", **reach), [["x", "8"]])
    check("  is listed and dropped", lode(f"DROP VIEW {name}; SHOW VIEWS FROM c.{space}", **reach), [])


def writers(lode, catalog, space, reach):
    """Four processes that add rows, and change those that they added."""
    lode(f"CREATE TABLE c.{space}.many (writer bigint, n bigint)", **reach)
    started = []
    for writer in range(4):
        sql = "; ".join(f"INSERT INTO c.{space}.many VALUES ({writer}, {n}); UPDATE c.{space}.many SET n = n + 100 WHERE writer = {writer} AND n = {n}"
                        for n in range(10))
        started.append(subprocess.Popen(lode.command + ["-c", lode.attach + sql], stderr=subprocess.PIPE, text=True, env=os.environ | reach))
    errors = [process.communicate(timeout=300)[1] for process in started]
    if any(errors):
        print(errors)
    table = catalog.load_table(f"{space}.many")
    found = {(r["writer"], r["n"]) for r in table.scan().to_arrow().to_pylist()}
    line, parents = table.current_snapshot(), {s.snapshot_id: s for s in table.snapshots()}
    length = 0
    while line:
        line, length = parents.get(line.parent_snapshot_id), length + 1
    return 2 * len(found & {(w, 100 + n) for w in range(4) for n in range(10)}), len(table.snapshots()), length


def described(lode, table):
    """Names and types."""
    rows = lode(f"DESCRIBE {table}")
    return rows if isinstance(rows, str) else [tuple(row[:2]) for row in rows]


def race(lode, catalog, space):
    """Many clients that set a property each: each of them is there, or its client was told."""
    started = [(n, subprocess.Popen(lode.command + ["-c", lode.attach + f"ALTER TABLE c.{space}.moved SET TBLPROPERTIES ('p{n}' = 'x')"],
                                    stderr=subprocess.PIPE, text=True)) for n in range(12)]
    errors = {n: process.communicate(timeout=120)[1] if process.wait() else None for n, process in started}
    kept = {p for p in catalog.load_table(f"{space}.moved").properties if p.startswith("p") and p[1:].isdigit()}
    return {"kept": kept, "won": {f"p{n}" for n, e in errors.items() if e is None},
            "odd": [e for e in errors.values() if e and "40001" not in e and "40003" not in e]}


def refusals(make, secret):
    print("-- who asks")
    for what, options, state in [
        ("a wrong secret", {"credential": "lodekey:not-the-secret"}, "28000"), ("nobody", {}, "42501"), ("a wrong token", {"token": "bad-token"}, "42501"),
        ("a wrong key", {"sigv4": "on", "signing_region": "us-east-1", "signing_name": "s3tables", "access_key_id": "lodekey",
                         "secret_access_key": "not-the-secret"}, "42501")]:
        found = make(options)("SHOW SCHEMAS FROM c")
        check(f"{what} is refused", found, lambda r: isinstance(r, str) and state in r)
        check("  and no secret is shown", found, lambda r: "not-the-secret" not in r and "bad-token" not in r and secret not in r)
    check("a server that is not there", make({"uri": "http://127.0.0.1:9"})("SHOW SCHEMAS FROM c"), lambda r: "58030" in r)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for option in ["lode", "uri", "s3", "warehouse", "key", "secret"]:
        parser.add_argument(f"--{option}", required=True)
    args = parser.parse_args()

    def make(options):
        return Lode(args.lode, tempfile.mkdtemp(), {"uri": args.uri, "warehouse": args.warehouse, **options})

    catalog = load_catalog(
        "r", type="rest", uri=args.uri, warehouse=args.warehouse, credential=f"{args.key}:{args.secret}",
        **{"s3.endpoint": args.s3, "s3.access-key-id": args.key, "s3.secret-access-key": args.secret, "s3.region": "us-east-1"})
    reach = {"AWS_ENDPOINT_URL_S3": args.s3, "AWS_ACCESS_KEY_ID": args.key, "AWS_SECRET_ACCESS_KEY": args.secret,
             "AWS_REGION": "us-east-1"}
    rehearse("OAuth2", make({"credential": f"{args.key}:{args.secret}"}), catalog, reach)
    rehearse("SigV4", make({"sigv4": "on", "signing_name": "s3tables", "signing_region": "us-east-1", "access_key_id": args.key,
                            "secret_access_key": args.secret}), catalog, reach)
    refusals(make, args.secret)
    print(f"{len(problems)} problems" if problems else "everything as it should be")
    sys.exit(1 if problems else 0)


main()
