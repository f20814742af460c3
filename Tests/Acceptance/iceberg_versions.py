#!/usr/bin/env python3
"""Iceberg tables of version 1 that pyiceberg made become ones of version 2 and 3, and are written by Lode.

    iceberg_versions.py --lode PATH/TO/lode      (PyPI: pyiceberg, pyarrow, sqlalchemy)

A table of version 1 is refused by name until it is one of version 2. Its manifests, which have no sequence numbers, and their lists, which
lack counts, are kept, written anew, and read by pyiceberg after each statement as Lode reads the table.
"""
import datetime
import glob
import os
import sys
import tempfile

import pyarrow as pa
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import MonthTransform
from pyiceberg.types import DateType, LongType, NestedField

import foreign
from iceberg_written import compare
from warehouse import Warehouse, arguments

STEPS = [
    "ALTER TABLE t SET TBLPROPERTIES ('format-version' = '2')",
    "INSERT INTO t VALUES (100, '2024-01-15')",
    "DELETE FROM t WHERE id = 3",
    "INSERT OVERWRITE t VALUES (200, '2024-02-15')",
    "ALTER TABLE t SET TBLPROPERTIES ('write.delete.mode' = 'merge-on-read')",
    "DELETE FROM t WHERE id = 4 OR id = 12",
    "ALTER TABLE t SET TBLPROPERTIES ('format-version' = '3')",
    "INSERT INTO t SELECT n, date '2024-01-01' FROM range(300, 320) AS r(n)",
    "DELETE FROM t WHERE id = 310",
]


def made(catalog, name, is_upgraded):
    """The folder of a table of version 1, or of one that was once, with a document that no catalog numbered."""
    schema = Schema(NestedField(1, "id", LongType(), required=False), NestedField(2, "day", DateType(), required=False))
    spec = PartitionSpec(PartitionField(2, 1000, MonthTransform(), "day_month"))
    table = catalog.create_table(name, schema, partition_spec=spec, properties={"format-version": "1"})
    for start in (0, 10):
        table.append(pa.table({
            "id": pa.array([start + n for n in range(5)], pa.int64()), "day": pa.array([datetime.date(2024, 1 + n, 1) for n in range(5)])}))
    if is_upgraded:
        with table.transaction() as change:
            change.upgrade_table_version(2)
    document = catalog.load_table(name).metadata_location.replace("file://", "")
    with open(document) as file:
        text = file.read()
    folder = os.path.dirname(document)
    for other in glob.glob(folder + "/*.metadata.json"):
        os.remove(other)
    with open(folder + "/v1.metadata.json", "w") as file:
        file.write(text)
    return os.path.dirname(folder)


def main():
    args = arguments(__doc__)
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        catalog = SqlCatalog("c", uri=f"sqlite:///{folder}/c.db", warehouse=f"file://{folder}/wh")
        catalog.create_namespace("n")
        for is_upgraded in (False, True):
            house, place = Warehouse(args.lode), made(catalog, f"n.t{is_upgraded}", is_upgraded)
            house.records(f"CREATE TABLE t USING iceberg LOCATION '{place}'")
            if not is_upgraded:
                failed += "0A000" not in house.query("INSERT INTO t VALUES (1, '2024-01-01')")[1]
            for statement in STEPS:
                house.records(statement)
                theirs = foreign.read(house, "iceberg", "t").to_pylist()
                failed += compare(f"pyiceberg after {statement}", house.records("SELECT * FROM t"), theirs)
    print(f"{len(STEPS)} statements on a table of version 1, and on one that was once; {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
