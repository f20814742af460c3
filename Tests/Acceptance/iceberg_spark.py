#!/usr/bin/env python3
"""Iceberg tables that Lode writes, read and written on by Spark, and then read by Lode again.

    iceberg_spark.py --lode LODE --venvs FOLDER     (FOLDER has spark35/bin/python with pyspark 3.5, and jars/ with Iceberg's Spark runtime)

Runs the statements of iceberg_written.py. Spark then reads every snapshot of every table; it must see the rows that Lode saw when it was
the newest. Then Spark inserts into a table of Lode's, deletes (merge on read and copy on write), merges and adds a column, and Lode must
see what Spark sees.
"""
import glob, json, os, subprocess, sys, tempfile

import pyarrow.parquet

import foreign
from iceberg_written import STEPS, compare
from warehouse import Warehouse, arguments

# Spark has no type for a time of day.
NO_TIME = "time '01:02:03.000004' AS t, "
SPARK = '''
import json, sys, traceback
from pyspark.sql import SparkSession
warehouse, jars = sys.argv[1:3]
spark = (SparkSession.builder.master("local[2]").config("spark.jars", jars).config("spark.ui.enabled", "false")
    .config("spark.sql.session.timeZone", "UTC").config("spark.sql.shuffle.partitions", "2").config("spark.driver.host", "127.0.0.1")
    .config("spark.sql.extensions", "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions")
    .config("spark.sql.catalog.lake", "org.apache.iceberg.spark.SparkCatalog").config("spark.sql.catalog.lake.type", "hadoop")
    .config("spark.sql.catalog.lake.warehouse", warehouse).config("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS").getOrCreate())
spark.sparkContext.setLogLevel("OFF")
for line in sys.stdin:
    step, fault = json.loads(line), None
    try:
        if "sql" in step:
            spark.sql(step["sql"])
        else:
            frame = spark.read.format("iceberg")
            if step.get("snapshot"):
                frame = frame.option("snapshot-id", step["snapshot"])
            frame.load(step["table"]).coalesce(1).write.mode("overwrite").parquet(step["out"])
    except Exception as error:
        fault = str(error)
    print("ANSWER " + json.dumps(fault), flush=True)
'''


class Spark:
    """One session of Spark."""

    def __init__(self, venvs: str, warehouse: str, folder: str):
        self.folder, self.reads = folder, 0
        jars = ",".join(glob.glob(f"{venvs}/jars/iceberg-spark-runtime-*.jar") + glob.glob(f"{venvs}/jars/*-shaded.jar"))
        self.process = subprocess.Popen(
            [f"{venvs}/spark35/bin/python", "-c", SPARK, warehouse, jars], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=open(f"{folder}/spark.log", "w"), text=True, env=os.environ | {"SPARK_LOCAL_IP": "127.0.0.1"})

    def _ask(self, **step):
        self.process.stdin.write(json.dumps(step) + "\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line.startswith("ANSWER "):
                return json.loads(line.removeprefix("ANSWER "))
        sys.exit("Spark is gone:\n" + open(f"{self.folder}/spark.log").read()[-4000:])

    def end(self):
        self.process.stdin.close()
        self.process.wait()

    def sql(self, statement: str):
        fault = self._ask(sql=statement)
        if fault:
            sys.exit(f"Spark: {statement}\n{fault[:2000]}")

    def rows(self, table: str, snapshot: int | None = None):
        """The rows of a table, as it was with a snapshot, or what Spark complained of."""
        self.reads += 1
        out = f"{self.folder}/read-{self.reads}"
        fault = self._ask(table=table, snapshot=str(snapshot) if snapshot else None, out=out)
        return fault or pyarrow.parquet.read_table(out).to_pylist()


def compared(what, mine, theirs):
    if isinstance(theirs, str):
        print(f"FAILED {what}: {theirs[:1500]}")
        return 1
    return compare(what, mine, theirs)


def main():
    args = arguments(__doc__, venvs="")
    failed, reads, seen = 0, 0, set()
    with tempfile.TemporaryDirectory() as folder:
        house = Warehouse(args.lode)
        spark = Spark(args.venvs, house.location, folder)
        for table, statement in STEPS:
            statement = statement.replace(NO_TIME, "")
            house.records(statement)
            snapshot = foreign.iceberg(house, table).current_snapshot()
            if snapshot and snapshot.snapshot_id not in seen:
                seen.add(snapshot.snapshot_id)
                reads += 1
                found = spark.rows(foreign.location(house, table), snapshot.snapshot_id)
                failed += compared(f"Spark after {statement}", house.records(f"SELECT * FROM {table}"), found)
        print(f"{reads} snapshots read by Spark")

        house.records("CREATE TABLE shared (id bigint, v varchar, day date) USING iceberg PARTITIONED BY (day); "
                      "INSERT INTO shared SELECT n, 'v' || n, date '2024-01-01' + (n % 3)::integer FROM range(30) AS r(n)")
        path, back = foreign.location(house, "shared"), []
        name = f"lake.main.`{os.path.basename(path)}`"
        for sql in (
            f"INSERT INTO {name} SELECT id + 100, v, day FROM {name}",
            f"ALTER TABLE {name} SET TBLPROPERTIES ('write.delete.mode'='merge-on-read', 'write.merge.mode'='merge-on-read')",
            f"DELETE FROM {name} WHERE id % 10 = 3",
            f"MERGE INTO {name} t USING (SELECT 4L AS id, 'four' AS v UNION ALL SELECT 500L, 'new') s ON t.id = s.id "
            "WHEN MATCHED THEN UPDATE SET v = s.v WHEN NOT MATCHED THEN INSERT (id, v, day) VALUES (s.id, s.v, DATE'2024-05-05')",
            f"ALTER TABLE {name} SET TBLPROPERTIES ('write.delete.mode'='copy-on-write')",
            f"DELETE FROM {name} WHERE id = 7",
            f"ALTER TABLE {name} ADD COLUMN extra int",
            f"INSERT INTO {name} VALUES (600, 'six', DATE'2024-06-06', 6)",
        ):
            spark.sql(sql)
            failed += compared(f"Lode after Spark's {sql}", house.records("SELECT * FROM shared"), spark.rows(path))
            back.append(sql)
        for sql in ("UPDATE shared SET v = 'lode' WHERE id % 5 = 0", "DELETE FROM shared WHERE id = 104", "INSERT INTO shared VALUES (700, 'seven', NULL, 7)"):
            house.records(sql)
            failed += compared(f"Spark after {sql}, behind its own", house.records("SELECT * FROM shared"), spark.rows(path))
        spark.end()
    print(f"{len(back)} statements of Spark read by Lode, 3 of Lode behind them; {failed} failed")
    sys.exit(1 if failed else 0)


main()
