#!/usr/bin/env python3
"""Iceberg tables that Lode writes, read and written on by Spark, and then read by Lode again.

    iceberg_spark.py --lode LODE --venvs FOLDER     (FOLDER has spark35/bin/python with pyspark 3.5, and jars/ with Iceberg's Spark runtime)

Runs the statements of iceberg_written.py. Spark then reads every snapshot of every table; it must see the rows that Lode saw when it was
the newest. Then Spark inserts into a table of Lode's, deletes (merge on read and copy on write), merges and adds a column, and Lode must
see what Spark sees.
"""
import argparse, glob, json, os, subprocess, sys, tempfile

import pyarrow.parquet

from iceberg_written import STEPS, compare, lode, number

# Spark has no type for a time of day.
NO_TIME = "time '01:02:03.000004' AS t, "
SPARK = '''
import glob, json, sys
from pyspark.sql import SparkSession
work, jars = json.loads(sys.argv[1]), sys.argv[2]
spark = (SparkSession.builder.master("local[2]").config("spark.jars", jars).config("spark.ui.enabled", "false")
    .config("spark.sql.session.timeZone", "UTC").config("spark.sql.shuffle.partitions", "2").config("spark.driver.host", "127.0.0.1")
    .config("spark.sql.extensions", "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions")
    .config("spark.sql.catalog.lake", "org.apache.iceberg.spark.SparkCatalog").config("spark.sql.catalog.lake.type", "hadoop")
    .config("spark.sql.catalog.lake.warehouse", work["warehouse"]).config("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS").getOrCreate())
spark.sparkContext.setLogLevel("ERROR")
for step in work["steps"]:
    if "sql" in step:
        spark.sql(step["sql"])
    else:
        frame = spark.read.format("iceberg")
        if step.get("snapshot"):
            frame = frame.option("snapshot-id", step["snapshot"])
        frame.load(step["table"]).coalesce(1).write.mode("overwrite").parquet(step["out"])
'''


class Spark:
    def __init__(self, venvs: str, folder: str):
        self.python, self.folder, self.reads = f"{venvs}/spark35/bin/python", folder, 0
        jars = glob.glob(f"{venvs}/jars/iceberg-spark-runtime-*.jar") + glob.glob(f"{venvs}/jars/jackson-shaded.jar")
        self.jars = ",".join(jars)

    def read(self, table: str, snapshot: int | None = None) -> dict:
        self.reads += 1
        return {"table": table, "snapshot": str(snapshot) if snapshot else None, "out": f"{self.folder}/read-{self.reads}"}

    def run(self, steps: list):
        """Runs SQL and reads in one Spark session."""
        work = json.dumps({"warehouse": f"{self.folder}/lakehouse", "steps": steps})
        done = subprocess.run([self.python, "-c", SPARK, work, self.jars], capture_output=True, text=True, env=os.environ | {"SPARK_LOCAL_IP": "127.0.0.1"})
        if done.returncode:
            sys.exit("Spark failed:\n" + "\n".join(line for line in done.stderr.splitlines() if "rror" in line or "xception" in line)[:4000])

    @staticmethod
    def rows(step: dict) -> list:
        return pyarrow.parquet.read_table(step["out"]).to_pylist()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lode", required=True)
    parser.add_argument("--venvs", required=True)
    args = parser.parse_args()
    failed, reads = 0, []
    with tempfile.TemporaryDirectory() as folder:
        spark, warehouse = Spark(args.venvs, folder), f"{folder}/lakehouse"

        def place(table):
            [found] = glob.glob(f"{warehouse}/**/{table}-*/metadata", recursive=True)
            return os.path.dirname(found)

        def newest(table):
            return max(glob.glob(f"{place(table)}/metadata/v*.metadata.json"), key=number)

        seen = set()
        for table, statement in STEPS:
            statement = statement.replace(NO_TIME, "")
            lode(args.lode, warehouse, statement)
            with open(newest(table)) as file:
                snapshot = json.load(file).get("current-snapshot-id")
            if snapshot and snapshot != -1 and snapshot not in seen:
                seen.add(snapshot)
                reads.append((statement, spark.read(place(table), snapshot), lode(args.lode, warehouse, f"SELECT * FROM {table}")))
        spark.run([step for _, step, _ in reads])
        for statement, step, mine in reads:
            failed += compare(f"Spark after {statement}", mine, spark.rows(step))
        print(f"{len(reads)} snapshots read by Spark")

        lode(args.lode, warehouse, "CREATE TABLE shared (id bigint, v varchar, day date) USING iceberg PARTITIONED BY (day); "
             "INSERT INTO shared SELECT n, 'v' || n, date '2024-01-01' + (n % 3)::integer FROM range(30) AS r(n)")
        path, back = place("shared"), []
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
            step = spark.read(path)
            spark.run([{"sql": sql}, step])
            failed += compare(f"Lode after Spark's {sql}", lode(args.lode, warehouse, "SELECT * FROM shared"), spark.rows(step))
            back.append(sql)
        for sql in ("UPDATE shared SET v = 'lode' WHERE id % 5 = 0", "DELETE FROM shared WHERE id = 104", "INSERT INTO shared VALUES (700, 'seven', NULL, 7)"):
            lode(args.lode, warehouse, sql)
            step = spark.read(path)
            spark.run([step])
            failed += compare(f"Spark after {sql}, behind its own", lode(args.lode, warehouse, "SELECT * FROM shared"), spark.rows(step))
    print(f"{len(back)} statements of Spark read by Lode, 3 of Lode behind them; {failed} failed")
    sys.exit(1 if failed else 0)


main()
