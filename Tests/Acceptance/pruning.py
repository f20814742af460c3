#!/usr/bin/env python3
"""What a range and a point look-up read of large Parquet files, beside DuckDB and DataFusion on the same files.

usage: pruning.py LODE [FOLDER]      (the release binary; FOLDER keeps the files for the next run;
                                      needs the PyPI packages duckdb, pyarrow, numpy and datafusion)

Fails (exit 1) if a range of 0.1 % of a sorted file of ten million rows reads 1 % or more of the bytes of its columns, if a
point look-up by Bloom filter opens more than three of a thousand row groups, or if any result differs from DuckDB's.
"""
import os
import re
import subprocess
import sys
import tempfile
import time

import datafusion
import duckdb
import numpy
import pyarrow
import pyarrow.parquet

SORTED_ROWS = 10_000_000
GROUPS, GROUP_ROWS = 1_000, 4_096
#: One in a thousand row groups holds the key; filters that err once in a hundred would let ten more pass.
FALSE_POSITIVES = 0.00001
UNITS = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


class Lode:
    """A session that stays open, so that starting a process is in no figure."""

    def __init__(self, binary: str, warehouse: str):
        command = [binary, "--warehouse", warehouse, "--format", "csv", "--set", "threads=2"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL)

    def run(self, sql: str) -> list[str]:
        self.process.stdin.write(f"{sql};\nselect 'done' as mark;\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line == "done\n":
                return lines[1:-1]
            lines.append(line.rstrip("\n"))
        raise SystemExit("lode ended")

    def measures(self, sql: str) -> dict:
        """What the scan says that it read and spared."""
        text = "\n".join(self.run(f"explain analyze {sql}"))
        amount = r"([\d.,]+) (B|[KMG]iB)"
        size = re.search(rf"bytes: {amount} of {amount}", text)
        groups = re.search(r"row groups: ([\d,]+) read", text)
        number = lambda digits: float(digits.replace(",", ""))
        return {
            "read": number(size[1]) * UNITS[size[2]], "needed": number(size[3]) * UNITS[size[4]],
            "groups": int(number(groups[1])) if groups else 0, "text": text,
        }


def sorted_table() -> pyarrow.Table:
    random = numpy.random.default_rng(7)
    ids = numpy.arange(SORTED_ROWS, dtype=numpy.int64) * 3
    return pyarrow.table({
        "id": ids,
        "moment": pyarrow.array(ids * 1_000_000 + 1_600_000_000_000_000, pyarrow.timestamp("us")),
        "code": pyarrow.array([f"code-{i:09d}" for i in range(SORTED_ROWS)]),
        "amount": random.random(SORTED_ROWS),
        "quantity": random.integers(0, 50, SORTED_ROWS, dtype=numpy.int32),
        "note": pyarrow.array([f"note {i % 977} of {i * 7919 % 1_000_003}" for i in range(SORTED_ROWS)]),
    })


def unsorted_table() -> pyarrow.Table:
    random = numpy.random.default_rng(8)
    rows = GROUPS * GROUP_ROWS
    keys = random.permutation(rows).astype(numpy.int64) * 11
    return pyarrow.table({
        "k": keys, "s": pyarrow.array([f"name-{k}" for k in keys]), "v": random.random(rows),
        "payload": pyarrow.array([f"payload {i}" for i in range(rows)]),
    })


def make(folder: str, lode: Lode) -> None:
    path = lambda name: os.path.join(folder, name)
    if not os.path.exists(path("sorted_pyarrow.parquet")):
        print("making the files …", flush=True)
        table = sorted_table()
        pyarrow.parquet.write_table(table, path("sorted_pyarrow.parquet"), write_page_index=True)
    if not os.path.exists(path("sorted_lode.parquet")):
        lode.run(f"copy (select * from '{path('sorted_pyarrow.parquet')}' order by id) to '{path('sorted_lode.parquet')}' (format parquet)")
    if not os.path.exists(path("bloom_pyarrow.parquet")):
        made = unsorted_table()
        filters = {name: {"ndv": GROUP_ROWS, "fpp": FALSE_POSITIVES} for name in ("k", "s")}
        pyarrow.parquet.write_table(made, path("bloom_pyarrow.parquet"), row_group_size=GROUP_ROWS, bloom_filter_options=filters)
        duckdb.sql(f"""copy (select * from made) to '{path('bloom_duckdb.parquet')}'
            (format parquet, row_group_size {GROUP_ROWS}, dictionary_size_limit {GROUP_ROWS * 2}, write_bloom_filter true,
             bloom_filter_false_positive_ratio {FALSE_POSITIVES})""")
        session = datafusion.SessionContext(datafusion.SessionConfig().with_target_partitions(1))
        session.register_parquet("made", path("bloom_pyarrow.parquet"))
        session.sql(f"""copy (select * from made) to '{path('bloom_parquet_rs.parquet')}' stored as parquet
            options ('format.max_row_group_size' '{GROUP_ROWS}', 'format.bloom_filter_on_write' 'true',
                     'format.bloom_filter_ndv' '{GROUP_ROWS}', 'format.bloom_filter_fpp' '{FALSE_POSITIVES}')""").collect()


def seconds(body, rounds: int = 5) -> float:
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        body()
        best = min(best, time.perf_counter() - start)
    return best


def main(binary: str, folder: str) -> int:
    lode = Lode(binary, os.path.join(folder, "warehouse"))
    make(folder, lode)
    duck = duckdb.connect(config={"threads": 2})
    fusion = datafusion.SessionContext(datafusion.SessionConfig().with_target_partitions(2).set(
        "datafusion.execution.parquet.pushdown_filters", "true"))
    missed = 0
    figures = "count(*) as n, sum(quantity) as q, max(note) as note, min(amount) as amount"
    low = SORTED_ROWS // 2 * 3 + 1
    high = low + SORTED_ROWS // 1000 * 3
    moment = "timestamp '{}'".format
    at = lambda i: str(numpy.datetime64(i * 1_000_000 + 1_600_000_000_000_000, "us")).replace("T", " ")
    ranges = {
        "integer": f"id between {low} and {high}",
        "timestamp": f"moment >= {moment(at(low))} and moment < {moment(at(high))}",
        "text": f"code >= 'code-{low // 3:09d}' and code < 'code-{high // 3:09d}'",
    }
    key = 11 * (GROUPS * GROUP_ROWS // 3)
    points = {"integer": f"k = {key}", "text": f"s = 'name-{key}'", "in": f"k in ({key}, 7, 9)", "absent": f"k = {key + 1}"}
    cases = [(f"sorted_{writer}.parquet", what, f"select {figures} from {{}} where {where}", "range")
             for writer in ("pyarrow", "lode") for what, where in ranges.items()]
    cases += [(f"bloom_{writer}.parquet", what, f"select count(*) as n, sum(v) as v, max(payload) as p from {{}} where {where}", "point")
              for writer in ("pyarrow", "duckdb", "parquet_rs") for what, where in points.items()]
    print(f"{'file':26s} {'condition':10s} {'bytes read':>11s} {'of needed':>11s} {'share':>8s} {'groups':>7s}"
          f" {'lode ms':>9s} {'duckdb':>9s} {'datafusion':>10s}")
    for file, what, query, kind in cases:
        path = os.path.join(folder, file)
        name = file.removesuffix(".parquet")
        if kind == "point" or what == "integer":
            fusion.register_parquet(name, path) if not fusion.table_exist(name) else None
        sql = query.format(f"'{path}'")
        measured = lode.measures(sql)
        ours = lode.run(sql)
        theirs = duck.sql(sql).fetchall()
        same = ours[0].split(",")[0] == str(theirs[0][0]) and (ours[0].split(",")[2] or None) == theirs[0][2]
        times = [seconds(lambda: lode.run(sql)), seconds(lambda: duck.sql(sql).fetchall()),
                 seconds(lambda: fusion.sql(query.format(name)).collect())]
        share = measured["read"] / max(measured["needed"], 1)
        failed = not same or (share >= 0.01 if kind == "range" else measured["groups"] > 3)
        missed += failed
        print(f"{name:26s} {what:10s} {measured['read']:11,.0f} {measured['needed']:11,.0f} {share:8.3%} {measured['groups']:7d}"
              f" {times[0] * 1000:9.1f} {times[1] * 1000:9.1f} {times[2] * 1000:10.1f}"
              + ("   MISSED" if failed and same else "" if same else f"   DIFFERS {ours} {theirs}"), flush=True)
    print(f"{missed} missed")
    return 1 if missed else 0


if __name__ == "__main__":
    if len(sys.argv) > 2:
        os.makedirs(sys.argv[2], exist_ok=True)
        sys.exit(main(sys.argv[1], sys.argv[2]))
    with tempfile.TemporaryDirectory() as scratch:
        sys.exit(main(sys.argv[1], scratch))
