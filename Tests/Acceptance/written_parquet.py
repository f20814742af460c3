#!/usr/bin/env python3
"""Parquet files that Lode writes hold the same rows for DuckDB, pyarrow and Polars.

usage: written_parquet.py LODE        (the release binary; needs the PyPI packages duckdb, pyarrow and polars)
"""
import itertools
import os
import subprocess
import sys
import tempfile

import duckdb
import polars
import pyarrow.parquet

QUERY = """
SELECT i::bigint AS n, (i % 100)::integer AS small, i / 7.0::double AS ratio, (i % 1000)::decimal(12,2) AS money,
       'text ' || (i % 50)::varchar AS word, 'comment number ' || i::varchar AS comment, i % 3 = 0 AS flag,
       date '2020-01-01' + (i % 2000)::integer AS day, timestamp '2020-01-01 00:00:00' + i * interval '1 second' AS moment,
       CASE WHEN i % 5 <> 0 THEN i::integer END AS gaps
FROM generate_series(0, {last}) AS t(i)
"""


def main(lode: str) -> int:
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for codec, version, rows in itertools.product(["zstd", "snappy", "gzip", "lz4_raw", "uncompressed"], ["v1", "v2"], [0, 300_000]):
            path = os.path.join(folder, f"{codec}_{version}_{rows}.parquet")
            query = QUERY.format(last=rows - 1)
            statement = f"COPY ({query}) TO '{path}' (FORMAT parquet, COMPRESSION '{codec}', PARQUET_VERSION '{version}')"
            done = subprocess.run([lode, "--warehouse", os.path.join(folder, "warehouse"), "-c", statement], capture_output=True, text=True)
            if done.returncode != 0:
                print(f"FAILED {codec} {version} {rows}: {done.stderr.strip()}")
                failures += 1
                continue
            table = pyarrow.parquet.read_table(path, page_checksum_verification=True)
            columns = "n, small, ratio, money, word, comment, flag, day::date AS day, moment, gaps"
            differing = duckdb.sql(f"SELECT count(*) FROM (SELECT {columns} FROM ({query}) EXCEPT ALL SELECT {columns} FROM '{path}')").fetchall()
            same = differing == [(0,)] and table.num_rows == rows and polars.read_parquet(path).equals(polars.from_arrow(table))
            failures += not same
            print("ok    " if same else "DIFFERS", codec, version, rows, os.path.getsize(path))
    print(f"{failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
