#!/usr/bin/env python3
"""Every operation of Lode's Glue catalog against servers that stand for AWS.

    glue.py --lode PATH/TO/lode --moto http://127.0.0.1:5000 --ministack http://127.0.0.1:4566

Moto knows partitions and their expressions, ministack refuses updates of a version that is no longer there. Tables lie in local folders,
and with moto in a bucket of it, too. Where pyiceberg and deltalake are installed, they read what Lode has written.
"""
import argparse, json, os, subprocess, sys, tempfile, urllib.request

from moto_glue import ask

try:
    from deltalake import DeltaTable
except ImportError:
    DeltaTable = None

problems = []


def check(what, found, wanted):
    try:
        ok = wanted(found) if callable(wanted) else found == wanted
    except (TypeError, AttributeError):
        ok = False
    print(f"{'ok  ' if ok else 'FAIL'} {what}" + ("" if ok else f": {str(found)[:400]}"))
    if not ok:
        problems.append(what)


class Glue:
    def __init__(self, url):
        self.url = url

    def __call__(self, action, **request):
        return ask(self.url, action, request)

    def put(self, path):
        """A bucket, or an object of S3."""
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/{path}", b"", method="PUT")).close()


class Lode:
    def __init__(self, lode, folder, url):
        self.command = [os.path.abspath(lode), "--warehouse", f"{folder}/lakehouse", "--format", "csv", "--quiet"]
        self.url = url
        self.attach = (f"CREATE CATALOG g USING glue OPTIONS (region 'us-east-1', endpoint '{url}', access_key_id 'test', "
                       "secret_access_key 'test');")

    def __call__(self, sql, **environment):
        """The rows of the last statement, or its error."""
        done = subprocess.run(self.command + ["-c", self.attach + sql], capture_output=True, text=True, env=os.environ | environment)
        return done.stderr.strip() if done.returncode else [line.split(",") for line in done.stdout.split("\n")[1:] if line]


def delta(lode, glue, folder):
    """A table as Spark registers it: the SerDe knows where its log is, and only that knows its columns."""
    os.makedirs(f"{folder}/delta/_delta_log")
    lode(f"COPY (SELECT 1::bigint AS id UNION ALL SELECT 2) TO '{folder}/delta/a.parquet'")
    schema = {"type": "struct", "fields": [{"name": "id", "type": "long", "nullable": True, "metadata": {}}]}
    actions = [
        {"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}},
        {"metaData": {"id": "x", "format": {"provider": "parquet", "options": {}}, "schemaString": json.dumps(schema),
                      "partitionColumns": [], "configuration": {}, "createdTime": 0}},
        {"add": {"path": "a.parquet", "partitionValues": {}, "size": os.path.getsize(f"{folder}/delta/a.parquet"),
                 "modificationTime": 0, "dataChange": True}}]
    with open(f"{folder}/delta/_delta_log/{0:020}.json", "w") as log:
        log.write("\n".join(map(json.dumps, actions)))
    glue("CreateTable", DatabaseName="web", TableInput={
        "Name": "delta", "TableType": "EXTERNAL_TABLE", "Parameters": {"spark.sql.sources.provider": "delta"}, "PartitionKeys": [],
        "StorageDescriptor": {"Columns": [{"Name": "col", "Type": "array<string>"}], "Location": f"file:{folder}/delta-__PLACEHOLDER__",
                              "SerdeInfo": {"Parameters": {"path": f"file:{folder}/delta"}}}})
    check("a Delta table of Spark's", lode("SELECT count(*), max(id) FROM g.web.delta FOR VERSION AS OF 0"), [["2", "2"]])
    check("its columns", lode("DESCRIBE g.web.delta"), lambda r: [x[0] for x in r] == ["id"])
    check("it is written", lode("INSERT INTO g.web.delta VALUES (3); UPDATE g.web.delta SET id = 4 WHERE id = 2; SELECT id FROM g.web.delta "
                                "ORDER BY id"), [["1"], ["3"], ["4"]])
    check("deltalake reads it", DeltaTable and sorted(DeltaTable(f"{folder}/delta").to_pyarrow_table()["id"].to_pylist()), lambda r: r in (None, [1, 3, 4]))
    made = lode(f"CREATE TABLE g.web.made (id bigint, day date, s varchar) USING delta PARTITIONED BY (day) LOCATION '{folder}/made'; "
                "INSERT INTO g.web.made VALUES (1, DATE '2024-01-01', 'a'), (2, NULL, 'b'); ALTER TABLE g.web.made ADD COLUMN n integer; "
                "SELECT id, s FROM g.web.made ORDER BY id")
    check("a Delta table is made", made, [["1", "a"], ["2", "b"]])
    table = glue("GetTable", DatabaseName="web", Name="made")["Table"]
    check("as Athena and Spark look for it", (
        table["TableType"], table["Parameters"].get("spark.sql.sources.provider"), table["Parameters"].get("table_type"),
        [(c["Name"], c["Type"]) for c in table["StorageDescriptor"]["Columns"]]),
        ("EXTERNAL_TABLE", "delta", "DELTA", [("id", "bigint"), ("day", "date"), ("s", "string"), ("n", "int")]))
    place = table["StorageDescriptor"]["Location"]
    check("deltalake reads it", DeltaTable and DeltaTable(place).to_pyarrow_table().sort_by("id")["s"].to_pylist(), lambda r: r in (None, ["a", "b"]))
    check("dropped with its files", (lode("DROP TABLE g.web.made PURGE"), os.path.exists(place)), ([], False))


def pyiceberg(url):
    """The same Glue as pyiceberg sees it; None where that is not installed."""
    try:
        from pyiceberg.catalog import load_catalog
    except ImportError:
        return None
    return load_catalog("g", type="glue", **{
        "glue.endpoint": url, "glue.region": "us-east-1", "glue.access-key-id": "test", "glue.secret-access-key": "test",
        "s3.endpoint": url, "s3.region": "us-east-1", "s3.access-key-id": "test", "s3.secret-access-key": "test"})


def iceberg(lode, glue, url, folder, checks_versions):
    """Tables that name no format: made, written, changed and dropped, and read back by pyiceberg through the same Glue."""
    catalog = pyiceberg(url)

    def rows(name="w"):
        if not catalog:
            return None
        return sorted(catalog.load_table(f"lake.{name}").scan().to_arrow().to_pylist(), key=str)

    def same(wanted):
        return lambda r: r is None or r == wanted

    lode("DROP SCHEMA IF EXISTS g.lake CASCADE")
    check("a schema with a place", lode(f"CREATE SCHEMA g.lake LOCATION '{folder}/lake'"), [])
    check("create", lode("CREATE TABLE g.lake.w (id bigint NOT NULL COMMENT 'the key', v varchar, at timestamptz) COMMENT 'written' "
                         "TBLPROPERTIES ('owner' = 'lode')"), [])
    table = glue("GetTable", DatabaseName="lake", Name="w")["Table"]
    check("as Athena has it", (table["TableType"], table["Parameters"]["table_type"], [(c["Name"], c["Type"]) for c in table["StorageDescriptor"]["Columns"]]),
          ("EXTERNAL_TABLE", "ICEBERG", [("id", "bigint"), ("v", "string"), ("at", "timestamp")]))
    check("insert", lode("INSERT INTO g.lake.w VALUES (1, 'one', NULL), (2, 'two', NULL)"), [])
    check("  is read", rows(), same([{"id": 1, "v": "one", "at": None}, {"id": 2, "v": "two", "at": None}]))
    if catalog:
        import pyarrow
        known = catalog.load_table("lake.w")
        known.append(pyarrow.table({"id": [3], "v": ["three"], "at": [None]}, schema=known.schema().as_arrow()))
        check("pyiceberg appends", lode("SELECT count(*), sum(id) FROM g.lake.w"), [["3", "6"]])
    else:
        lode("INSERT INTO g.lake.w VALUES (3, 'three', NULL)")
    check("update, delete, merge", lode(
        "UPDATE g.lake.w SET v = upper(v) WHERE id = 2; DELETE FROM g.lake.w WHERE id = 3; MERGE INTO g.lake.w AS t USING (VALUES "
        "(1, 'eins'), (4, 'vier')) AS n (id, v) ON t.id = n.id WHEN MATCHED THEN UPDATE SET v = n.v WHEN NOT MATCHED THEN INSERT (id, v) "
        "VALUES (n.id, n.v)"), [])
    check("  is read", [(r["id"], r["v"]) for r in rows() or []], lambda r: r in ([], [(1, "eins"), (2, "TWO"), (4, "vier")]))
    check("add a column", lode("ALTER TABLE g.lake.w ADD COLUMN more integer; INSERT INTO g.lake.w VALUES (5, 'five', NULL, 50); "
                               "SELECT count(*), sum(more) FROM g.lake.w"), [["4", "50"]])
    check("  is read", [(r["id"], r["more"]) for r in rows() or []], lambda r: r in ([], [(1, None), (2, None), (4, None), (5, 50)]))
    check("Glue has it", [c["Name"] for c in glue("GetTable", DatabaseName="lake", Name="w")["Table"]["StorageDescriptor"]["Columns"]][-1], "more")
    check("create as, partitioned", lode(
        "CREATE TABLE g.lake.p PARTITIONED BY (k) AS SELECT i AS n, i % 3 AS k FROM generate_series(1, 30) AS s(i); "
        "INSERT OVERWRITE g.lake.p SELECT 1000, 2; SELECT k, sum(n) FROM g.lake.p GROUP BY k ORDER BY k"),
        [["0", "165"], ["1", "145"], ["2", "1000"]])
    check("  is read", sum(r["n"] for r in rows("p") or []), lambda r: r in (0, 1310))
    check("truncate", lode("TRUNCATE g.lake.p; SELECT count(*) FROM g.lake.p"), [["0"]])
    check("one transaction, one snapshot", lode(
        "SET VARIABLE before = (SELECT count(*) FROM g.lake.w$snapshots); BEGIN; INSERT INTO g.lake.w (id) VALUES (6), (7); UPDATE g.lake.w SET v = 'six' "
        "WHERE id = 6; DELETE FROM g.lake.w WHERE id = 7; COMMIT; SELECT count(*) - getvariable('before') FROM g.lake.w$snapshots"), [["1"]])
    check("  of one table", lode("BEGIN; INSERT INTO g.lake.w (id) VALUES (8); INSERT INTO g.lake.p VALUES (1, 1)"),
          lambda r: "0A000" in r and "each table on its own" in r)
    check("branches and tags", lode(
        "ALTER TABLE g.lake.w CREATE BRANCH audit; ALTER TABLE g.lake.w CREATE TAG before; DELETE FROM g.lake.w.branch_audit WHERE id = 6; "
        "SELECT (SELECT count(*) FROM g.lake.w), (SELECT count(*) FROM g.lake.w.branch_audit)"), [["5", "4"]])
    check("  are known", catalog and sorted(catalog.load_table("lake.w").refs()), lambda r: r in (None, ["audit", "before", "main"]))
    check("  are moved and dropped", lode("CALL system.fast_forward('g.lake.w', 'main', 'audit'); ALTER TABLE g.lake.w DROP BRANCH audit; SELECT "
                                          "(SELECT count(*) FROM g.lake.w), (SELECT count(*) FROM g.lake.w FOR VERSION AS OF 'before')"), [["4", "5"]])
    check("Hive's beside it", lode("CREATE TABLE g.lake.h USING parquet AS SELECT 1 AS a; SHOW TABLES FROM g.lake"),
          lambda r: [x[1] for x in r] == ["h", "p", "w"])
    check("rename", lode("ALTER TABLE g.lake.p RENAME TO q; SELECT count(*) FROM g.lake.q"), [["0"]])
    if checks_versions:
        check("many at once", writers(lode), (80, 80, 80) if catalog else (80, 0, 0))
    place = glue("GetTable", DatabaseName="lake", Name="w")["Table"]["StorageDescriptor"]["Location"]
    check("dropped with its files", (lode("DROP TABLE g.lake.w PURGE"), os.path.exists(place)), ([], False))
    lode("DROP SCHEMA g.lake CASCADE")


def writers(lode):
    """Four processes that add rows, and change those that they added: rows that are there, snapshots, and how many follow each other."""
    lode("CREATE TABLE g.lake.many (writer bigint, n bigint)")
    started = []
    for writer in range(4):
        sql = "; ".join(f"INSERT INTO g.lake.many VALUES ({writer}, {n}); UPDATE g.lake.many SET n = n + 100 WHERE writer = {writer} AND n = {n}"
                        for n in range(10))
        started.append(subprocess.Popen(lode.command + ["-c", lode.attach + sql], stderr=subprocess.PIPE, text=True))
    errors = [process.communicate(timeout=300)[1] for process in started]
    if any(errors):
        print(errors)
    found = lode("SELECT DISTINCT writer, n FROM g.lake.many WHERE n >= 100")
    catalog = pyiceberg(lode.url)
    if not catalog:
        return 2 * len(found), 0, 0
    table = catalog.load_table("lake.many")
    line, parents, length = table.current_snapshot(), {s.snapshot_id: s for s in table.snapshots()}, 0
    while line:
        line, length = parents.get(line.parent_snapshot_id), length + 1
    return 2 * len(found), len(table.snapshots()), length


def rehearse(name, url, lode_path, knows_partitions, checks_versions):
    print(f"-- {name}")
    folder = tempfile.mkdtemp()
    lode, glue = Lode(lode_path, folder, url), Glue(url)
    lode("DROP SCHEMA IF EXISTS g.web CASCADE; DROP SCHEMA IF EXISTS g.cloud CASCADE")
    lode(f"CREATE TABLE own AS SELECT i, i * 2 AS double FROM generate_series(1, 5) AS s(i)")
    check("create a database", lode("CREATE SCHEMA g.web; SHOW SCHEMAS FROM g"), lambda r: ["web"] in r)
    check("it exists", lode("CREATE SCHEMA g.web"), lambda r: "42P06" in r)
    check("a database that is not there", lode("SELECT 1 FROM g.wep.t"), lambda r: "3F000" in r and 'Did you mean "g.web"' in r)
    check("create, read", lode(
        f"CREATE EXTERNAL TABLE g.web.plain (id bigint, name varchar) STORED AS PARQUET LOCATION '{folder}/plain'; "
        "INSERT INTO g.web.plain VALUES (1, 'a'), (2, 'b'); SELECT id, name FROM g.web.plain ORDER BY id"), [["1", "a"], ["2", "b"]])
    table = glue("GetTable", DatabaseName="web", Name="plain")["Table"]
    check("as Athena would have made it",
          (table["TableType"], table["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"], table["Parameters"].get("classification"),
           [(c["Name"], c["Type"]) for c in table["StorageDescriptor"]["Columns"]]),
          ("EXTERNAL_TABLE", "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe", "parquet", [("id", "bigint"), ("name", "string")]))
    check("it exists", lode(f"CREATE EXTERNAL TABLE g.web.plain (id bigint) STORED AS PARQUET LOCATION '{folder}/plain'"),
          lambda r: "42P07" in r)
    check("partitioned", lode(
        f"CREATE EXTERNAL TABLE g.web.logs (id bigint) PARTITIONED BY (day date, kind varchar) STORED AS PARQUET LOCATION '{folder}/logs'; "
        "INSERT INTO g.web.logs SELECT i, DATE '2024-01-01' + CAST(i % 5 AS integer), CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END "
        "FROM generate_series(1, 100) AS s(i); SELECT count(*), count(DISTINCT day) FROM g.web.logs"), [["100", "5"]])
    found = glue("GetPartitions", DatabaseName="web", TableName="logs")["Partitions"]
    check("its partitions are known", sorted(p["Values"] for p in found)[0] if len(found) == 10 else found, ["2024-01-01", "a"])
    check("a predicate on partitions", lode("SELECT count(*), sum(id) FROM g.web.logs WHERE day = DATE '2024-01-03' AND kind IN ('a', 'c')"),
          [["10", str(sum(i for i in range(1, 101) if i % 5 == 2 and i % 2 == 0))]])
    check("a predicate that Glue can't decide", lode("SELECT count(*) FROM g.web.logs WHERE kind LIKE 'a%' OR day IS NULL"), [["50"]])
    if knows_partitions:
        check("drop a partition", lode("ALTER TABLE g.web.logs DROP PARTITION (day = '2024-01-01', kind = 'a'); "
                                       "SELECT count(*) FROM g.web.logs"), [["90"]])
        check("repair finds it again", lode("MSCK REPAIR TABLE g.web.logs"), [["added", "day=2024-01-01/kind=a"]])
        check("with its rows", lode("SELECT count(*) FROM g.web.logs"), [["100"]])
        check("add one that is there", lode("ALTER TABLE g.web.logs ADD PARTITION (day = '2024-01-01', kind = 'a')"),
              lambda r: "42710" in r)
    check("joins across catalogs", lode("SELECT sum(o.double) FROM own o JOIN g.web.plain p ON p.id = o.i"), [["6"]])
    check("USE", lode("USE g.web; SELECT count(*) FROM plain"), [["2"]])
    check("show tables", lode("SHOW TABLES FROM g.web"), lambda r: [x[1] for x in r] == ["logs", "plain"])
    check("alter: a column and a property", lode(
        "ALTER TABLE g.web.plain ADD COLUMN note varchar; ALTER TABLE g.web.plain SET TBLPROPERTIES ('owner' = 'me'); "
        "SELECT note FROM g.web.plain"), lambda r: isinstance(r, list))
    check("Glue has them", (lambda t: (t["StorageDescriptor"]["Columns"][-1]["Name"], t["Parameters"].get("owner")))(
        glue("GetTable", DatabaseName="web", Name="plain")["Table"]), ("note", "me"))
    beside(lode, glue, knows_partitions)
    glue("CreateTable", DatabaseName="web", TableInput={
        "Name": "csv", "TableType": "EXTERNAL_TABLE", "Parameters": {"skip.header.line.count": "1"}, "PartitionKeys": [],
        "StorageDescriptor": {
            "Columns": [{"Name": "id", "Type": "int"}, {"Name": "text", "Type": "string"}], "Location": f"file://{folder}/csv",
            "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
            "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
            "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
                          "Parameters": {"field.delim": "|", "serialization.format": "|"}}}})
    os.makedirs(f"{folder}/csv")
    with open(f"{folder}/csv/x.csv", "w") as file:
        file.write("id|text\n7|seven\n")
    check("a table that Athena made", lode("SELECT id, text FROM g.web.csv"), [["7", "seven"]])
    check("is written as it is read", lode("INSERT INTO g.web.csv VALUES (8, 'eight'), (9, NULL); SELECT id, text FROM g.web.csv ORDER BY id"),
          [["7", "seven"], ["8", "eight"], ["9", ""]])
    check("what needs quotes that it has not", lode("INSERT INTO g.web.csv VALUES (1, 'a|b')"), lambda r: "22000" in r)
    texts(lode, glue, folder)
    inferred(lode, folder)
    schema(lode, url)
    glue("CreateTable", DatabaseName="web", TableInput={
        "Name": "iceberg", "TableType": "EXTERNAL_TABLE", "PartitionKeys": [],
        "Parameters": {"table_type": "ICEBERG", "metadata_location": f"file://{folder}/iceberg/metadata/v1.metadata.json"},
        "StorageDescriptor": {"Columns": [{"Name": "id", "Type": "int"}], "Location": f"file://{folder}/iceberg"}})
    check("Iceberg is what its document says", lode("SELECT * FROM g.web.iceberg"), lambda r: "58P01" in r and "v1.metadata.json" in r)
    delta(lode, glue, folder)
    iceberg(lode, glue, url, folder, checks_versions)
    glue("CreateTable", DatabaseName="web", TableInput={
        "Name": "projected", "TableType": "EXTERNAL_TABLE", "PartitionKeys": [{"Name": "day", "Type": "date"}, {"Name": "kind", "Type": "string"}],
        "Parameters": {"projection.enabled": "true", "projection.day.type": "date", "projection.day.format": "yyyy-MM-dd",
                       "projection.day.range": "2024-01-01,2024-01-03", "projection.kind.type": "enum", "projection.kind.values": "a,b"},
        "StorageDescriptor": dict(glue("GetTable", DatabaseName="web", Name="logs")["Table"]["StorageDescriptor"])})
    check("partition projection", lode("SELECT count(*), max(day) FROM g.web.projected WHERE kind = 'a'"), [["30", "2024-01-03"]])
    if checks_versions:
        lode("ANALYZE g.web.plain")
        known = glue("GetColumnStatisticsForTable", DatabaseName="web", TableName="plain", ColumnNames=["id"])["ColumnStatisticsList"]
        check("ANALYZE tells Glue", known and known[0]["StatisticsData"]["LongColumnStatisticsData"]["MaximumValue"], 2)
        check("a lost race is 40001", race(lode_path, folder, url, glue), lambda r: r["kept"] == r["won"] and len(r["won"]) + r["lost"] == 24)
    check("drop", lode("DROP TABLE g.web.plain; SHOW TABLES FROM g.web"), lambda r: "plain" not in [x[1] for x in r])
    check("files stay", len(os.listdir(f"{folder}/plain")), 1)
    check("a schema with tables stays", lode("DROP SCHEMA g.web"), lambda r: "2BP01" in r)
    check("unless it is meant", lode("DROP SCHEMA g.web CASCADE; SHOW SCHEMAS FROM g"), lambda r: ["web"] not in r)


def beside(lode, glue, keeps_versions):
    """What Glue keeps of a table beside its definition: tags, and what the definition was."""
    account = glue("GetTable", DatabaseName="web", Name="plain")["Table"]["CatalogId"]
    resource = f"arn:aws:glue:us-east-1:{account}:table/web/plain"
    # These servers keep tags of tables that are gone.
    glue("UntagResource", ResourceArn=resource, TagsToRemove=["team", "level"])
    check("tags", lode("ALTER TABLE g.web.plain SET TAGS ('team' = 'sales', 'pii' = 'no'); ALTER TABLE g.web.plain UNSET TAGS ('pii'); "
                       "FROM g.web.plain$tags"), [["team", "sales"]])
    check("Glue has them", glue("GetTags", ResourceArn=resource)["Tags"], {"team": "sales"})
    glue("TagResource", ResourceArn=resource, TagsToAdd={"level": "gold"})
    check("others' are shown", lode("DESCRIBE EXTENDED g.web.plain"), lambda r: ["# tag level", "gold"] in [x[:2] for x in r])
    check("a tag that is not there", lode("ALTER TABLE g.web.plain UNSET TAGS ('pii')"), lambda r: "42704" in r)
    if keeps_versions:
        check("versions of the definition", lode("SELECT version, operation FROM g.web.plain$history"),
              lambda r: [x[:2] for x in r[:2]] == [["3", "SET TBLPROPERTIES"], ["2", "ADD COLUMNS"]] and len(r) == 3)
        check("DESCRIBE HISTORY", lode("DESCRIBE HISTORY g.web.plain"), lambda r: [x[0] for x in r] == ["3", "2", "1"])
    check("rows have none", lode("FROM g.web.plain FOR VERSION AS OF 1"), lambda r: "0A000" in r and "only definitions have versions" in r)


def texts(lode, glue, folder):
    """Tables of text files by the SerDes of Athena's DDL."""
    for name, clause in {
        "tabs": "ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t'", "quoted": "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'",
        "lines": "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'", "text": "STORED AS TEXTFILE",
    }.items():
        check(f"a table of {name}", lode(
            f"CREATE EXTERNAL TABLE g.web.{name} (id int, name string) {clause} LOCATION '{folder}/{name}'; "
            f"INSERT INTO g.web.{name} VALUES (1, 'a b'), (2, 'c'); SELECT name FROM g.web.{name} ORDER BY id"), [["a b"], ["c"]])
    serde = glue("GetTable", DatabaseName="web", Name="tabs")["Table"]["StorageDescriptor"]["SerdeInfo"]
    check("as Athena would have written it", (serde["SerializationLibrary"], serde["Parameters"].get("field.delim")),
          ("org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe", "\t"))


def inferred(lode, folder):
    """A table that declares no columns."""
    lode(f"COPY (SELECT i AS id, i % 3 AS k FROM generate_series(1, 9) AS s(i)) TO '{folder}/found' (FORMAT parquet, PARTITION_BY (k))")
    check("columns and partitions are found", lode(f"CREATE EXTERNAL TABLE g.web.found LOCATION '{folder}/found'; DESCRIBE g.web.found"),
          lambda r: [x[:2] for x in r] == [["id", "integer"], ["k", "bigint"]])
    check("and read", lode("SELECT sum(id) FROM g.web.found WHERE k = 1"), [["12"]])
    lode(f"COPY (SELECT 100 AS id) TO '{folder}/found/k=7/x.parquet' (FORMAT parquet)")
    check("REFRESH TABLE finds new ones", lode("REFRESH TABLE g.web.found"), [["added", "k=7"]])
    check("which are read then", lode("SELECT sum(id) FROM g.web.found"), [["145"]])


def schema(lode, url):
    """CREATE EXTERNAL SCHEMA; the environment says where Glue is."""
    reach = {"AWS_ENDPOINT_URL_GLUE": url, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    made = lode("CREATE EXTERNAL SCHEMA spectrum FROM DATA CATALOG DATABASE 'web' REGION 'us-east-1' IAM_ROLE DEFAULT", **reach)
    check("an external schema", made, [])
    check("is there for the next process", lode("SELECT sum(id) FROM spectrum.found", **reach), [["145"]])
    check("and goes without its tables", lode("DROP SCHEMA spectrum; SELECT count(*) FROM g.web.found", **reach), [["10"]])


def bucket(lode_path, folder, url):
    """Tables in S3, which is asked as whom Glue is."""
    lode, glue, reach = Lode(lode_path, folder, url), Glue(url), {"AWS_ENDPOINT_URL_S3": url}
    glue.put("lake")
    glue("CreateDatabase", DatabaseInput={"Name": "cloud", "LocationUri": "s3://lake/cloud/"})
    check("a table in a bucket", lode(
        "CREATE TABLE g.cloud.sales USING parquet PARTITIONED BY (day) AS SELECT i AS id, DATE '2024-01-01' + CAST(i % 4 AS integer) AS day "
        "FROM generate_series(1, 100) AS s(i); SELECT count(*), sum(id) FROM g.cloud.sales WHERE day = DATE '2024-01-02'", **reach),
        [["25", str(sum(range(1, 101, 4)))]])
    place = glue("GetTable", DatabaseName="cloud", Name="sales")["Table"]["StorageDescriptor"]["Location"]
    check("lies below its database", place, lambda r: r.startswith("s3://lake/cloud/sales"))
    check("more rows", lode("INSERT INTO g.cloud.sales VALUES (1000, DATE '2024-02-01'); SELECT count(*), max(id) FROM g.cloud.sales", **reach),
          [["101", "1000"]])
    check("found by another table", lode(f"CREATE EXTERNAL TABLE g.cloud.again LOCATION '{place}'; SELECT count(*) FROM g.cloud.again", **reach),
          [["101"]])
    check("replaced", lode(
        "CREATE OR REPLACE TABLE g.cloud.sales USING parquet PARTITIONED BY (day) AS SELECT i AS id, DATE '2024-01-03' + CAST(i % 2 AS integer) AS day "
        "FROM generate_series(1, 10) AS s(i); SELECT day, count(*) FROM g.cloud.sales GROUP BY day ORDER BY day", **reach),
        [["2024-01-03", "5"], ["2024-01-04", "5"]])
    moved = glue("GetTable", DatabaseName="cloud", Name="sales")["Table"]["StorageDescriptor"]["Location"]
    check("in a new folder", moved, lambda r: r.startswith("s3://lake/cloud/sales") and r != place)
    check("of the old one nothing is left", lode(f"SELECT * FROM read_parquet('{place}/**/*.parquet')", **reach), lambda r: "58P01" in r)
    check("partitions are overwritten", lode(
        "INSERT OVERWRITE g.cloud.sales VALUES (7, DATE '2024-01-03'), (8, DATE '2024-03-01'); INSERT INTO g.cloud.sales "
        "VALUES (9, DATE '2024-01-03'); SELECT day, count(*), max(id) FROM g.cloud.sales GROUP BY day ORDER BY day", **reach),
        [["2024-01-03", "2", "9"], ["2024-01-04", "5", "9"], ["2024-03-01", "1", "8"]])
    check("an Iceberg table in a bucket", lode(
        "CREATE TABLE g.cloud.ice PARTITIONED BY (day) AS SELECT i AS id, DATE '2024-01-01' + CAST(i % 4 AS integer) AS day "
        "FROM generate_series(1, 100) AS s(i); DELETE FROM g.cloud.ice WHERE id = 1; SELECT count(*), sum(id) FROM g.cloud.ice", **reach),
        [["99", "5049"]])
    catalog = pyiceberg(url)
    if catalog:
        check("  is read", catalog.load_table("cloud.ice").scan(row_filter="day = '2024-01-02'").to_arrow().num_rows, 24)
    check("its keys show nowhere", lode("SHOW CATALOGS", **reach), lambda r: "access_key_id = ***" in str(r) and "'test'" not in str(r))
    lode("DROP SCHEMA g.cloud CASCADE", **reach)


def race(lode_path, folder, url, glue):
    """Many clients that add a column each: each of them is there, or its client was told."""
    lode = Lode(lode_path, folder, url)
    lode(f"CREATE EXTERNAL TABLE g.web.raced (id bigint) STORED AS PARQUET LOCATION '{folder}/raced'")
    started = [(n, subprocess.Popen(lode.command + ["-c", lode.attach + f"ALTER TABLE g.web.raced ADD COLUMN c{n} integer"],
                                    stderr=subprocess.PIPE, text=True)) for n in range(24)]
    errors = {n: process.communicate()[1] if process.wait() else None for n, process in started}
    kept = {c["Name"] for c in glue("GetTable", DatabaseName="web", Name="raced")["Table"]["StorageDescriptor"]["Columns"]} - {"id"}
    lode("DROP TABLE g.web.raced")
    return {"lost": sum(e is not None and "40001" in e for e in errors.values()), "kept": kept,
            "won": {f"c{n}" for n, e in errors.items() if e is None}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lode", required=True)
    parser.add_argument("--moto")
    parser.add_argument("--ministack")
    args = parser.parse_args()
    if args.moto:
        rehearse("moto", args.moto, args.lode, True, False)
        bucket(args.lode, tempfile.mkdtemp(), args.moto)
    if args.ministack:
        rehearse("ministack", args.ministack, args.lode, False, True)
    print(f"{len(problems)} problems" if problems else "everything as it should be")
    sys.exit(1 if problems else 0)


main()
