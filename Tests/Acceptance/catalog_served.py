#!/usr/bin/env python3
"""The catalog of a warehouse over HTTP (lode serve --http), as other programs use it: pyiceberg, DuckDB, Spark, boto3 and Lode itself.

    catalog_served.py --lode PATH/TO/lode [--boto PYTHON] [--venvs FOLDER] [--extensions FOLDER] [--services FOLDER]

Runs with a Python that has pyiceberg; DuckDB is tried if it is there, with its extensions avro, iceberg and httpfs, of which those that the
Python has not lie in the folder of --extensions (pip install --target). PYTHON has boto3. FOLDER has spark35/bin/python with pyspark 3.5,
and jars/ with Iceberg's Spark runtime and what it lacks: Jackson, and Apache's HTTP client, under the names of the runtime. With --services,
a warehouse in SeaweedFS is served, too (its Python has boto3).
"""
import argparse, concurrent.futures, csv, glob, io, json, os, signal, socket, subprocess, sys, tempfile, time, traceback, urllib.error, urllib.request, warnings

warnings.filterwarnings("ignore")
import pyarrow
from pyiceberg.catalog import load_catalog
from pyiceberg.exceptions import (CommitFailedException, ForbiddenError, NamespaceAlreadyExistsError, NamespaceNotEmptyError,
                                  NoSuchNamespaceError, NoSuchTableError, TableAlreadyExistsError)
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import BucketTransform, DayTransform
from pyiceberg.types import DoubleType, ListType, LongType, NestedField, StringType, StructType, TimestampType

problems = []


def check(what, found, wanted):
    ok = wanted(found) if callable(wanted) else found == wanted
    print(f"{'ok  ' if ok else 'FAIL'} {what}" + ("" if ok else f": {str(found)[:600]}"), flush=True)
    if not ok:
        problems.append(what)


def fails(error, body):
    try:
        body()
    except error:
        return True
    except Exception as other:
        return f"{type(other).__name__}: {other}"
    return "nothing was raised"


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Lode:
    """A warehouse, and a server over it."""

    def __init__(self, lode, folder, warehouse=None, environment=None):
        self.lode, self.warehouse, self.port = os.path.abspath(lode), warehouse or f"{folder}/lakehouse", free_port()
        self.environment = environment
        self.uri = f"http://127.0.0.1:{self.port}"
        self.allowed = f"{folder}/elsewhere"
        with open(f"{folder}/password", "w") as file:
            file.write("secret")
        self.server = subprocess.Popen(
            [self.lode, "serve", "--warehouse", self.warehouse, "--listen", f"127.0.0.1:{free_port()}", "--http", f"127.0.0.1:{self.port}",
             "--password-file", f"{folder}/password", "--allow-path", self.allowed, "--log-level", "debug"],
            stderr=open(f"{folder}/log", "w"), env=environment)
        self.log = f"{folder}/log"
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{self.uri}/v1/config")
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("the server does not start:\n" + open(self.log).read())

    def __call__(self, sql):
        """The rows of the last statement, or its error."""
        done = subprocess.run([self.lode, "--warehouse", self.warehouse, "--format", "csv", "--quiet", "-c", sql], capture_output=True,
                              text=True, timeout=120, env=self.environment)
        return done.stderr.strip() if done.returncode else [row for row in csv.reader(io.StringIO(done.stdout)) if row][1:]

    def key(self, role):
        [[name, secret]] = self(f"CREATE ACCESS KEY FOR {role}")
        return name, secret

    def stop(self):
        self.server.send_signal(signal.SIGTERM)
        return self.server.wait(60)


def catalog(lode, key, **more):
    return load_catalog("lode", **{"type": "rest", "uri": lode.uri, "credential": f"{key[0]}:{key[1]}", "warehouse": "lode", **more})


SCHEMA = Schema(NestedField(1, "id", LongType()), NestedField(2, "v", StringType()), NestedField(3, "ts", TimestampType()))


def rows(*values):
    return pyarrow.table({"id": [v[0] for v in values], "v": [v[1] for v in values], "ts": [None] * len(values)}, schema=SCHEMA.as_arrow())


def with_pyiceberg(lode, key):
    print("-- pyiceberg")
    lake = catalog(lode, key)
    check("tables of SQL are listed", lake.list_tables("shop"), [("shop", "orders")])
    check("and no table of another format", lake.list_tables("main"), [])
    check("a namespace", [("shop",) in lake.list_namespaces(), lake.list_namespaces("shop"), lake.load_namespace_properties("shop")["comment"]],
          [True, [], "what is sold"])
    if hasattr(lake, "load_view"):
        seen = lake.load_view("shop.seen").metadata
        check("views of SQL", [lake.list_views("shop"), lake.view_exists("shop.seen"), lake.view_exists("shop.orders"),
                               [(r.root.dialect, r.root.sql) for r in seen.versions[-1].representations], [f.name for f in seen.schemas[-1].fields]],
              [[("shop", "seen")], True, False, [("lode", "SELECT 1 AS x")], ["x"]])
    check("rows of SQL", sorted(lake.load_table("shop.orders").scan().to_arrow().to_pylist(), key=lambda r: r["id"]),
          [{"id": 1, "v": "one"}, {"id": 2, "v": "two"}])
    lake.load_table("shop.orders").append(pyarrow.table({"id": [3], "v": ["three"]}, schema=pyarrow.schema([("id", pyarrow.int32()), ("v", pyarrow.string())])))
    check("rows that pyiceberg appends", lode("SELECT id, v FROM shop.orders ORDER BY id"), [["1", "one"], ["2", "two"], ["3", "three"]])
    check("and SQL after them", lode("INSERT INTO shop.orders VALUES (4, 'four'); DELETE FROM shop.orders WHERE id = 1; SELECT count(*) FROM shop.orders"), [["3"]])
    check("which pyiceberg sees", len(lake.load_table("shop.orders").scan().to_arrow()), 3)

    lake.create_namespace("made", {"owner": "them", "comment": "by pyiceberg"})
    check("a namespace that is there", fails(NamespaceAlreadyExistsError, lambda: lake.create_namespace("made")), True)
    check("one that is not", fails(NoSuchNamespaceError, lambda: lake.list_tables("nowhere")), True)
    spec = PartitionSpec(PartitionField(3, 1000, DayTransform(), "day"), PartitionField(1, 1001, BucketTransform(4), "b"))
    plain = lake.create_table("made.plain", SCHEMA, properties={"why": "test"})
    parted = lake.create_table("made.parted", SCHEMA, partition_spec=spec)
    check("tables that pyiceberg makes", lode("SELECT table_name FROM information_schema.tables WHERE table_schema = 'made' ORDER BY 1"), [["parted"], ["plain"]])
    check("one that is there", fails(TableAlreadyExistsError, lambda: lake.create_table("made.plain", SCHEMA)), True)
    check("one that is not", fails(NoSuchTableError, lambda: lake.load_table("made.nothing")), True)
    check("it exists", [lake.table_exists("made.plain"), lake.table_exists("made.nothing"), lake.namespace_exists("made")], [True, False, True])
    plain.append(rows((1, "a"), (2, "b")))
    parted.append(rows((1, "a"), (2, None)))
    check("their rows in SQL", [lode("SELECT id, v FROM made.plain ORDER BY id"), lode("SELECT count(*) FROM made.parted")], [[["1", "a"], ["2", "b"]], [["2"]]])
    check("SQL writes to them", lode("INSERT INTO made.plain (id, v) VALUES (3, 'c'); SELECT count(*) FROM made.plain"), [["3"]])
    plain = lake.load_table("made.plain")
    with plain.update_schema() as change:
        change.add_column("more", StructType(NestedField(10, "x", DoubleType()), NestedField(11, "l", ListType(12, StringType()))))
        change.rename_column("v", "w")
    check("a schema that pyiceberg changes", lode("SELECT id, w, more FROM made.plain ORDER BY id LIMIT 1"), [["1", "a", ""]])
    with plain.transaction() as change:
        change.set_properties(color="blue")
        change.remove_properties("why")
    check("properties", {k: v for k, v in lake.load_table("made.plain").properties.items() if k in ("color", "why")}, {"color": "blue"})
    plain = lake.load_table("made.plain")
    plain.delete("id = 1")
    check("rows that pyiceberg deletes", lode("SELECT id FROM made.plain ORDER BY id"), [["2"], ["3"]])
    plain.manage_snapshots().create_tag(lake.load_table("made.plain").metadata.snapshots[0].snapshot_id, "first").commit()
    check("a tag", lode("SELECT count(*) FROM made.plain FOR VERSION AS OF 'first'"), [["2"]])
    with lake.create_table_transaction("made.staged", SCHEMA) as change:
        with change.update_snapshot().fast_append() as _:
            pass
        change.set_properties(staged="yes")
    check("a table that is staged, and made by its first commit", lake.load_table("made.staged").properties.get("staged"), "yes")
    lake.rename_table("made.staged", "made.renamed")
    check("rename", [lake.table_exists("made.staged"), lake.table_exists("made.renamed")], [False, True])
    place = lake.load_table("made.renamed").location()
    lake.drop_table("made.renamed")
    check("a table that is dropped keeps its files", [lake.table_exists("made.renamed"), bool(os.listdir(place + "/metadata"))], [False, True])
    lake.purge_table("made.parted")
    check("a table that is purged", [lake.table_exists("made.parted"), os.path.exists(parted.location())], [False, False])
    check("a namespace with tables stays", fails(NamespaceNotEmptyError, lambda: lake.drop_namespace("made")), True)
    lake.create_namespace("empty")
    lake.drop_namespace("empty")
    check("an empty one goes", lake.namespace_exists("empty"), False)
    check("elsewhere", lake.create_table("made.elsewhere", SCHEMA, location=f"{lode.allowed}/t").location(), f"{lode.allowed}/t")
    lake.load_table("made.elsewhere").append(rows((7, "g")))
    document = lake.load_table("made.elsewhere").metadata_location
    lake.drop_table("made.elsewhere")
    check("a table is registered", lake.register_table("made.again", document).metadata_location, document)
    check("with its rows", lode("SELECT id, v FROM made.again"), [["7", "g"]])
    check("not anywhere", fails(ForbiddenError, lambda: lake.create_table("made.anywhere", SCHEMA, location="/etc/lode")), True)
    check("signatures of AWS instead of tokens",
          load_catalog("signed", **{"type": "rest", "uri": lode.uri, "rest.sigv4-enabled": "true", "rest.signing-region": "eu-central-1",
                                    "rest.signing-name": "execute-api", "client.access-key-id": key[0],
                                    "client.secret-access-key": key[1]}).list_tables("shop") if has("boto3") else [("shop", "orders")], [("shop", "orders")])
    race(lode, lake, key)


def has(module):
    try:
        return bool(__import__(module))
    except ImportError:
        return False


def race(lode, lake, key, table="made.raced"):
    """Clients and SQL append to one table at the same time: nothing is lost, nothing is there twice."""
    lake.create_table(table, Schema(NestedField(1, "id", LongType())))
    schema = pyarrow.schema([("id", pyarrow.int64())])

    def client(number):
        own, won = load_catalog("lode", **lake.properties), []
        for turn in range(5):
            value = number * 100 + turn
            for _ in range(30):
                try:
                    own.load_table(table).append(pyarrow.table({"id": [value]}, schema=schema))
                    won.append(value)
                    break
                except CommitFailedException:
                    continue
        return won

    def sql(number):
        return [number * 100 + turn for turn in range(5) if lode(f"INSERT INTO {table} VALUES ({number * 100 + turn})") == []]

    with concurrent.futures.ThreadPoolExecutor() as pool:
        jobs = [pool.submit(client, n) for n in (1, 2, 3)] + [pool.submit(sql, n) for n in (4, 5)]
        wanted = sorted(value for job in jobs for value in job.result())
    check("a race of clients and SQL", sorted(int(row[0]) for row in lode(f"SELECT id FROM {table}")), wanted)
    check("in which all came through", len(wanted), 25)


def privileges(lode):
    print("-- privileges")
    lode("CREATE ROLE reader LOGIN; CREATE ROLE writer LOGIN; CREATE ROLE nobody LOGIN; GRANT USAGE ON SCHEMA shop TO reader, writer;"
         "GRANT SELECT ON shop.orders TO reader, writer; GRANT INSERT ON shop.orders TO writer")
    keys = {role: lode.key(role) for role in ("reader", "writer", "nobody")}
    lakes = {role: catalog(lode, key) for role, key in keys.items()}
    row = pyarrow.table({"id": [9], "v": ["nine"]}, schema=pyarrow.schema([("id", pyarrow.int32()), ("v", pyarrow.string())]))
    check("a reader reads", len(lakes["reader"].load_table("shop.orders").scan().to_arrow()), 3)
    check("but does not write", fails(ForbiddenError, lambda: lakes["reader"].load_table("shop.orders").append(row)), True)
    lakes["writer"].load_table("shop.orders").append(row)
    check("a writer writes", lode("SELECT count(*) FROM shop.orders"), [["4"]])
    lode("ALTER TABLE shop.orders SET TBLPROPERTIES ('commit.manifest-merge.enabled' = 'true', 'commit.manifest.min-count-to-merge' = '2')")
    lakes["writer"].load_table("shop.orders").append(row)
    lakes["writer"].load_table("shop.orders").append(row)
    check("also where the client merges manifests", [lode("SELECT count(*) FROM shop.orders"),
          lode("SELECT count(*) FROM shop.orders$manifests")], lambda found: found[0] == [["6"]] and int(found[1][0][0]) < 4)
    lode("DELETE FROM shop.orders WHERE id = 9; INSERT INTO shop.orders VALUES (9, 'nine'); ALTER TABLE shop.orders UNSET TBLPROPERTIES "
         "('commit.manifest-merge.enabled', 'commit.manifest.min-count-to-merge')")
    check("but does not delete", fails(ForbiddenError, lambda: lakes["writer"].load_table("shop.orders").delete("id = 9")), True)
    check("nor drop", fails(ForbiddenError, lambda: lakes["writer"].drop_table("shop.orders")), True)
    check("nor create", fails(ForbiddenError, lambda: lakes["writer"].create_table("shop.more", SCHEMA)), True)
    check("who may nothing sees nothing", [("shop",) in lakes["nobody"].list_namespaces(), fails(ForbiddenError, lambda: lakes["nobody"].list_tables("shop"))], [False, True])
    lode(f"DROP ACCESS KEY '{keys['reader'][0]}'")
    check("with its key a token ends", fails(Exception, lambda: lakes["reader"].list_tables("shop")), True)
    check("keys are listed without secrets", lode("SHOW ACCESS KEYS FOR writer"), lambda r: len(r) == 1 and r[0][0] == keys["writer"][0] and not any(keys["writer"][1] in c for c in r[0]))
    check("the file of keys is private", oct(os.stat(f"{lode.warehouse}/access_keys.sqlite").st_mode & 0o777), "0o600")
    return [secret for _, secret in keys.values()]


def with_duckdb(lode, key, extensions):
    if not has("duckdb"):
        return print("-- no DuckDB")
    import duckdb
    print(f"-- DuckDB {duckdb.__version__}")
    db = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    try:
        for name in ("avro", "iceberg", "httpfs"):
            folders = [f"{os.path.dirname(duckdb.__file__)}/..", extensions or "/nowhere"]
            found = [f for folder in folders for f in glob.glob(f"{folder}/duckdb_extension_{name}/**/*.duckdb_extension*", recursive=True)]
            db.execute(f"LOAD '{found[0]}'" if found else f"LOAD {name}")
    except Exception as error:
        return print(f"its iceberg extension does not load: {str(error)[:200]}")
    db.execute(f"CREATE SECRET s (TYPE iceberg, CLIENT_ID '{key[0]}', CLIENT_SECRET '{key[1]}', OAUTH2_SERVER_URI '{lode.uri}/v1/oauth/tokens')")
    db.execute(f"ATTACH 'lode' AS lake (TYPE iceberg, ENDPOINT '{lode.uri}', SECRET s)")
    check("it lists", db.execute("SELECT name FROM (SHOW ALL TABLES) WHERE database = 'lake' AND schema = 'shop'").fetchall(), [("orders",)])
    check("it reads", db.execute("SELECT count(*) FROM lake.shop.orders").fetchall(), [(4,)])
    try:
        db.execute("INSERT INTO lake.shop.orders VALUES (11, 'eleven')")
        check("it appends", lode("SELECT v FROM shop.orders WHERE id = 11"), [["eleven"]])
        db.execute("CREATE TABLE lake.shop.ducks AS SELECT range AS id, 'duck' AS v FROM range(3)")
        check("it makes a table", lode("SELECT count(*), max(v) FROM shop.ducks"), [["3", "duck"]])
        db.execute("DROP TABLE lake.shop.ducks")
    except Exception as error:
        check("it writes", f"{type(error).__name__}: {error}", True)


def with_s3(program, folder, services):
    print("-- a warehouse in S3")
    import seaweed
    with seaweed.Seaweed(services, free_port() // 20 * 20 % 20000 + 20000) as store:
        lode = Lode(program, folder, store.place(), store.environment(folder))
        try:
            key = lode.key("lode")
            lode("CREATE SCHEMA shop; CREATE TABLE shop.orders USING iceberg AS SELECT 1 AS id, 'one' AS v")
            lake = catalog(lode, key, **{"s3.endpoint": store.endpoint, "s3.access-key-id": seaweed.KEY, "s3.secret-access-key": seaweed.SECRET,
                                         "s3.region": "us-east-1"})
            check("rows of SQL", lake.load_table("shop.orders").scan().to_arrow().to_pylist(), [{"id": 1, "v": "one"}])
            made = lake.create_table("shop.made", SCHEMA)
            made.append(rows((1, "a"), (2, "b")))
            check("rows of pyiceberg", lode("SELECT id, v FROM shop.made ORDER BY id"), [["1", "a"], ["2", "b"]])
            check("and SQL after them", lode("DELETE FROM shop.made WHERE id = 1; SELECT count(*) FROM shop.made"), [["1"]])
            race(lode, lake, key, "shop.raced")
        finally:
            lode.stop()


GLUE = '''
import boto3, json, sys
from botocore.exceptions import ClientError
uri, key, secret = sys.argv[1:4]
glue = boto3.client("glue", endpoint_url=uri, region_name="eu-west-1", aws_access_key_id=key, aws_secret_access_key=secret)
out = {}
out["databases"] = [d["Name"] for d in glue.get_databases()["DatabaseList"]]
out["database"] = glue.get_database(Name="shop")["Database"].get("Description")
tables = [t for page in glue.get_paginator("get_tables").paginate(DatabaseName="shop", PaginationConfig={"PageSize": 1}) for t in page["TableList"]]
out["tables"] = sorted(t["Name"] for t in tables)
orders = glue.get_table(DatabaseName="shop", Name="orders")["Table"]
out["iceberg"] = [orders["TableType"], orders["Parameters"]["table_type"], orders["Parameters"]["metadata_location"], [c["Name"] + " " + c["Type"] for c in orders["StorageDescriptor"]["Columns"]]]
out["delta"] = glue.get_table(DatabaseName="shop", Name="log")["Table"]["Parameters"].get("spark.sql.sources.provider")
own = glue.get_table(DatabaseName="shop", Name="own")["Table"]
out["own"] = [own["Parameters"]["table_type"], own["StorageDescriptor"].get("Location")]
out["view"] = glue.get_table(DatabaseName="shop", Name="seen")["Table"]["TableType"]
hive = glue.get_table(DatabaseName="shop", Name="hive")["Table"]
out["hive"] = [hive["TableType"], hive["StorageDescriptor"]["InputFormat"].split(".")[-1], [k["Name"] for k in hive["PartitionKeys"]]]
def parts(**more):
    return [p["Values"] for page in glue.get_paginator("get_partitions").paginate(DatabaseName="shop", TableName="hive", **more) for p in page["Partitions"]]
out["partitions"] = [parts(), parts(Expression="year >= 2025 AND country IN ('de', 'fr')"), parts(Expression="year = 2024 OR (country like 'd%' AND NOT year < 2026)")]
out["partition"] = glue.get_partition(DatabaseName="shop", TableName="hive", PartitionValues=["2025", "de"])["Partition"]["StorageDescriptor"]["Location"].split("/")[-2:]
out["versions"] = len(glue.get_table_versions(DatabaseName="shop", TableName="orders")["TableVersions"])
out["search"] = [t["Name"] for t in glue.search_tables(SearchText="ord")["TableList"]]
def code(body):
    try:
        body()
    except ClientError as error:
        return error.response["Error"]["Code"]
out["missing"] = [code(lambda: glue.get_table(DatabaseName="shop", Name="nothing")), code(lambda: glue.get_database(Name="nothing"))]
out["bad"] = code(lambda: glue.get_partitions(DatabaseName="shop", TableName="hive", Expression="year ="))
out["write"] = code(lambda: glue.delete_table(DatabaseName="shop", Name="orders"))
wrong = boto3.client("glue", endpoint_url=uri, region_name="eu-west-1", aws_access_key_id=key, aws_secret_access_key="x" + secret)
out["forged"] = code(lambda: wrong.get_databases()) is not None
print(json.dumps(out))
'''


def with_boto(lode, key, python):
    print("-- boto3, as of awscli")
    done = subprocess.run([python, "-c", GLUE, lode.uri, *key], capture_output=True, text=True, timeout=120)
    if done.returncode:
        return check("Glue", done.stderr[-800:], "")
    out = json.loads(done.stdout)
    document = out["iceberg"].pop(2)
    check("databases", ["shop" in out["databases"], out["database"]], [True, "what is sold"])
    check("tables", out["tables"], ["hive", "log", "orders", "own", "seen"])
    check("an Iceberg table", out["iceberg"], ["EXTERNAL_TABLE", "ICEBERG", ["id int", "v string"]])
    check("whose metadata document is the current one", document, lambda path: path == catalog(lode, key).load_table("shop.orders").metadata_location)
    check("a Delta table", out["delta"], "delta")
    check("a table that only Lode reads says so, and has no location", out["own"], ["LODE", None])
    check("a view", out["view"], "VIRTUAL_VIEW")
    check("a Hive table", out["hive"], ["EXTERNAL_TABLE", "MapredParquetInputFormat", ["year", "country"]])
    check("its partitions", out["partitions"], [
        [["2024", "fr"], ["2025", "de"], ["2026", "de"], ["2026", "us"]], [["2025", "de"], ["2026", "de"]], [["2024", "fr"], ["2026", "de"]]])
    check("one of them", out["partition"], ["year=2025", "country=de"])
    check("versions, search", [out["versions"], out["search"]], [1, ["orders"]])
    check("what is not there", out["missing"], ["EntityNotFoundException", "EntityNotFoundException"])
    check("an expression that is none", out["bad"], "InvalidInputException")
    check("writing", out["write"], "UnknownOperationException")
    check("a forged signature", out["forged"], True)


SPARK = '''
import sys
from pyspark.sql import SparkSession
uri, credential, jars = sys.argv[1:4]
spark = (SparkSession.builder.master("local[2]").config("spark.jars", jars).config("spark.ui.enabled", "false")
    .config("spark.sql.session.timeZone", "UTC").config("spark.sql.shuffle.partitions", "2").config("spark.driver.host", "127.0.0.1")
    .config("spark.sql.extensions", "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions")
    .config("spark.sql.catalog.lake", "org.apache.iceberg.spark.SparkCatalog").config("spark.sql.catalog.lake.type", "rest")
    .config("spark.sql.catalog.lake.uri", uri).config("spark.sql.catalog.lake.credential", credential)
    .config("spark.sql.catalog.lake.warehouse", "lode").getOrCreate())
spark.sparkContext.setLogLevel("ERROR")
for statement in sys.stdin.read().split(";"):
    if statement.strip():
        rows = spark.sql(statement).collect()
        if statement.strip().upper().startswith(("SELECT", "SHOW")):
            print("ROWS", [list(row) for row in rows], flush=True)
'''


def with_spark(lode, key, venvs):
    print("-- Spark")
    jars = ",".join(glob.glob(f"{venvs}/jars/iceberg-spark-runtime-*.jar") + glob.glob(f"{venvs}/jars/*-shaded.jar"))
    statements = """SHOW TABLES IN lake.shop;
        SELECT count(*) FROM lake.shop.orders;
        INSERT INTO lake.shop.orders VALUES (21, 'spark');
        CREATE NAMESPACE lake.spark;
        CREATE TABLE lake.spark.made (id bigint, v string, ts timestamp) USING iceberg PARTITIONED BY (days(ts));
        INSERT INTO lake.spark.made VALUES (1, 'a', timestamp'2025-01-01 00:00:00'), (2, 'b', timestamp'2025-01-02 00:00:00');
        CREATE TABLE lake.spark.copied USING iceberg AS SELECT id, v FROM lake.spark.made;
        UPDATE lake.spark.copied SET v = 'B' WHERE id = 2;
        ALTER TABLE lake.spark.copied ADD COLUMN more int;
        DELETE FROM lake.spark.made WHERE id = 1;
        SELECT id, v, more FROM lake.spark.copied ORDER BY id;
        SELECT count(*) FROM lake.spark.made"""
    done = subprocess.run([f"{venvs}/spark35/bin/python", "-c", SPARK, lode.uri, f"{key[0]}:{key[1]}", jars], input=statements, capture_output=True,
                          text=True, timeout=400, env=os.environ | {"SPARK_LOCAL_IP": "127.0.0.1"})
    found = [line[5:] for line in done.stdout.splitlines() if line.startswith("ROWS ")]
    if done.returncode:
        print("\n".join(line for line in done.stderr.splitlines() if "rror" in line or "xception" in line)[:3000])
    check("lists, reads, appends, creates, updates, deletes", [f for f in found[2:]], ["[[1, 'a', None], [2, 'B', None]]", "[[1]]"])
    check("which SQL sees", [lode("SELECT v FROM shop.orders WHERE id = 21"), lode("SELECT id, v FROM spark.copied ORDER BY id"), lode("SELECT id FROM spark.made")],
          [[["spark"]], [["1", "a"], ["2", "B"]], [["2"]]])


def with_lode(lode, key, folder):
    print("-- Lode as a client")
    other = f"{folder}/other"

    def ask(sql):
        done = subprocess.run(
            [lode.lode, "--warehouse", other, "--format", "csv", "--quiet", "-c",
             f"CREATE CATALOG c USING iceberg OPTIONS (uri '{lode.uri}', credential '{key[0]}:{key[1]}', warehouse 'lode');"
             f"CREATE CATALOG g USING glue OPTIONS (endpoint '{lode.uri}', access_key_id '{key[0]}', secret_access_key '{key[1]}', region 'eu-west-1');" + sql],
            capture_output=True, text=True, timeout=60)
        return done.stderr.strip() if done.returncode else [row for row in csv.reader(io.StringIO(done.stdout)) if row][1:]

    wanted = lode("SELECT count(*) FROM shop.orders")
    check("by REST", ask("SELECT count(*) FROM c.shop.orders"), wanted)
    check("by Glue", ask("SELECT count(*) FROM g.shop.orders"), wanted)
    check("two tables in one transaction", ask("CREATE TABLE c.made.one (id bigint); CREATE TABLE c.made.two (id bigint); BEGIN; INSERT INTO c.made.one "
          "VALUES (1), (2); INSERT INTO c.made.two SELECT id FROM c.made.one; DELETE FROM c.made.one WHERE id = 1; COMMIT; SELECT (SELECT sum(id) "
          "FROM c.made.one), (SELECT sum(id) FROM c.made.two)"), [["2", "3"]])
    check("or in none", [ask("BEGIN; INSERT INTO c.made.one VALUES (5); INSERT INTO c.made.two VALUES (5); ROLLBACK"),
                         lode("SELECT (SELECT count(*) FROM made.one), (SELECT count(*) FROM made.two)")], [[], [["1", "2"]]])
    check("branches and tags", ask("ALTER TABLE c.made.two CREATE BRANCH audit; INSERT INTO c.made.two.branch_audit VALUES (7); CALL "
                                   "system.fast_forward('c.made.two', 'main', 'audit'); ALTER TABLE c.made.two CREATE TAG done; ALTER TABLE c.made.two "
                                   "DROP BRANCH audit; SELECT sum(id) FROM c.made.two FOR VERSION AS OF 'done'"), [["10"]])
    check("views", ask("SELECT * FROM c.shop.seen"), [["1"]])
    check("Delta and Hive by Glue", [ask("SELECT count(*) FROM g.shop.log"), ask("SELECT count(*) FROM g.shop.hive WHERE year = 2026")], [[["2"]], [["2"]]])


def hostile(lode, key):
    """What no client sends: an answer that says so, and a server that lives on."""
    print("-- hostile requests")

    def send(method, path, body=b"", **headers):
        made = urllib.request.Request(lode.uri + path, body or None, headers, method=method)
        try:
            with urllib.request.urlopen(made, timeout=30) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    check("no key", [send("GET", "/v1/namespaces"), send("GET", "/v1/config"), send("POST", "/", b"{}", **{"X-Amz-Target": "AWSGlue.GetDatabases"})], [401, 401, 403])
    check("a token that is none", send("GET", "/v1/namespaces", Authorization="Bearer a.1.b"), 401)
    body = f"grant_type=client_credentials&client_id={key[0]}&client_secret=x".encode()
    check("another secret", send("POST", "/v1/oauth/tokens", body), 401)
    body = f"grant_type=client_credentials&client_id={key[0]}&client_secret={key[1]}".encode()
    with urllib.request.urlopen(urllib.request.Request(f"{lode.uri}/v1/oauth/tokens", body)) as answer:
        token = {"Authorization": f"Bearer {json.load(answer)['access_token']}"}
    deep = b'{"updates":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    check("transactions that are none", [send("POST", "/v1/transactions/commit", body, **token) for body in (
        b"", b"{}", b'{"table-changes":1}', b'{"table-changes":[1]}', b'{"table-changes":[{"updates":[]}]}',
        b'{"table-changes":[{"identifier":{"namespace":["shop"],"name":"nothing"},"updates":[]}]}', deep)],
        lambda found: all(code in (400, 404) for code in found))
    commits = [b"", b"{", b"[]", b'{"updates":1}', b'{"updates":[{"action":"x"}]}', b'{"updates":[{}]}', deep, b"\xff\xfe", b'{"updates":[{"action":"add-schema","schema":{"fields":[{"id":9223372036854775807,"name":"a","type":"int","required":false}]}}]}',
               b'{"updates":[{"action":"set-snapshot-ref","ref-name":"main","type":"branch","snapshot-id":1}]}', b'{"updates":[{"action":"upgrade-format-version","format-version":9}]}',
               b'{"updates":[{"action":"add-spec","spec":{"fields":[{"source-id":99,"transform":"day","name":"d"}]}},{"action":"set-default-spec","spec-id":-1}]}']
    codes = [send("POST", "/v1/namespaces/shop/tables/orders", body, **token) for body in commits]
    check("commits that are none", codes, lambda found: all(code in (400, 406, 403) for code in found))
    check("tables that are none", [send("POST", "/v1/namespaces/made/tables", body, **token) for body in (b"{}", b'{"name":"x"}', b'{"name":"","schema":{}}', b'{"name":"x","schema":{"fields":[{"id":1,"name":"a","type":"list"}]}}', deep)],
          lambda found: all(code in (400, 406) for code in found))
    check("paths that are none", [send("GET", path, **token) for path in ("/v1/", "/v1//", "/v1/namespaces//tables", "/v1/%00", "/v1/namespaces/a%1Fb", "/x", "/v1/namespaces/shop/tables/..%2F..%2Fetc")],
          lambda found: all(code == 404 for code in found))
    check("bodies without end", send("POST", "/v1/namespaces", b"x" * (17 << 20), **token), 413)
    check("pages", [send("GET", "/v1/namespaces?pageSize=0", **token), send("GET", "/v1/namespaces?pageSize=99999999999999999999", **token)], [400, 400])
    check("the server lives on", send("GET", "/v1/namespaces", **token), 200)
    check("and so does the table", lode("SELECT count(*) > 0 FROM shop.orders"), [["true"]])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lode", required=True)
    parser.add_argument("--boto")
    parser.add_argument("--venvs")
    parser.add_argument("--extensions")
    parser.add_argument("--services")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lode-served-") as folder:
        lode = Lode(args.lode, folder)
        hive = f"{folder}/elsewhere/hive"
        made = lode(f"""CREATE SCHEMA shop COMMENT 'what is sold'; CREATE TABLE shop.orders USING iceberg AS SELECT * FROM (VALUES (1, 'one'), (2, 'two')) t(id, v);
            CREATE TABLE shop.log USING delta AS SELECT * FROM (VALUES (1), (2)) t(x); CREATE TABLE shop.own AS SELECT 1 AS x;
            CREATE VIEW shop.seen AS SELECT 1 AS x; CREATE TABLE main.parquet AS SELECT 1 AS x;
            COPY (SELECT * FROM (VALUES (1, 2024, 'fr'), (2, 2025, 'de'), (3, 2026, 'de'), (4, 2026, 'us')) t(id, year, country)) TO '{hive}' (FORMAT parquet, PARTITION_BY (year, country));
            CREATE EXTERNAL TABLE shop.hive (id int) PARTITIONED BY (year int, country string) STORED AS PARQUET LOCATION '{hive}'; MSCK REPAIR TABLE shop.hive""")
        if isinstance(made, str):
            sys.exit(made)
        key = lode.key("lode")
        secrets, sections = [key[1]], [
            lambda: with_pyiceberg(lode, key), lambda: secrets.extend(privileges(lode)), lambda: with_duckdb(lode, key, args.extensions),
            lambda: args.boto and with_boto(lode, key, args.boto), lambda: with_lode(lode, key, folder),
            lambda: args.venvs and with_spark(lode, key, args.venvs),
            lambda: args.services and with_s3(args.lode, tempfile.mkdtemp(dir=folder), args.services), lambda: hostile(lode, key)]
        for section in sections:
            try:
                section()
            except Exception as error:
                check("no error of the client", "".join(traceback.format_exception(error))[-1500:], "")
        status = lode.stop()
        check("the server ends when it is told to", status, 0)
        log = open(lode.log).read()
        check("no secret is in its log", [secret for secret in secrets if secret in log], [])
    print("all is well" if not problems else f"{len(problems)} problems: {problems}")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
