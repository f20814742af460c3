#!/usr/bin/env python3
"""What planning a query of one partition costs over Delta tables of many files.

usage: delta_scale.py LODE [MILLIONS]      (the release binary; needs the PyPI package pyarrow; MILLIONS of files in the largest table, 10)

Two logs are generated: 100,000 files over 10,000 commits with a checkpoint every 100 of them, and millions of files in a checkpoint with
sidecars. Only the files of the partition that is asked for exist. Fails (exit 1) if the first takes 0.5 s or 200 MB, if the second takes
more than twice the memory of a tenth of it, or if any answer is wrong.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import time

import pyarrow
import pyarrow.parquet

WANTED = 4_242
ADD = pyarrow.struct([
    ("path", pyarrow.string()), ("partitionValues", pyarrow.map_(pyarrow.string(), pyarrow.string())), ("size", pyarrow.int64()),
    ("modificationTime", pyarrow.int64()), ("dataChange", pyarrow.bool_()), ("stats", pyarrow.string()),
])
SCHEMA = json.dumps({"type": "struct", "fields": [
    {"name": name, "type": kind, "nullable": True, "metadata": {}} for name, kind in [("id", "long"), ("note", "string"), ("part", "integer")]]})
FEATURES = {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": ["v2Checkpoint"], "writerFeatures": ["v2Checkpoint"]}
METADATA = {"id": "scale", "format": {"provider": "parquet", "options": {}}, "schemaString": SCHEMA, "partitionColumns": ["part"], "configuration": {}}


def add(number: int, parts: int) -> dict:
    bounds = {"id": number * 10}, {"id": number * 10 + 9}
    stats = {"numRecords": 10, "minValues": bounds[0] | {"note": "a note of some length"}, "maxValues": bounds[1] | {"note": "z note of some length"}, "nullCount": {"id": 0, "note": 0}}
    return {"path": f"part={number % parts}/part-{number:08d}-c000.snappy.parquet", "partitionValues": {"part": str(number % parts)},
            "size": 5_000, "modificationTime": 1_700_000_000_000, "dataChange": True, "stats": json.dumps(stats)}


def write_files(table: str, files: int, parts: int) -> int:
    numbers = range(WANTED, files, parts)
    for number in numbers:
        path = os.path.join(table, add(number, parts)["path"])
        os.makedirs(os.path.dirname(path), exist_ok=True)
        pyarrow.parquet.write_table(pyarrow.table({"id": pyarrow.array(range(number * 10, number * 10 + 10), pyarrow.int64()), "note": ["n"] * 10}), path)
    return len(numbers)


def write_adds(path: str, numbers: range, parts: int, extra: list | None = None):
    extra = extra or []
    schema = pyarrow.schema([("add", ADD)] if not extra else [
        ("add", ADD), ("protocol", pyarrow.struct([("minReaderVersion", pyarrow.int32()), ("minWriterVersion", pyarrow.int32()),
                                                   ("readerFeatures", pyarrow.list_(pyarrow.string())), ("writerFeatures", pyarrow.list_(pyarrow.string()))])),
        ("metaData", pyarrow.struct([("id", pyarrow.string()), ("schemaString", pyarrow.string()), ("partitionColumns", pyarrow.list_(pyarrow.string()))]))])
    with pyarrow.parquet.ParquetWriter(path, schema) as writer:
        if extra:
            writer.write_table(pyarrow.Table.from_pylist(extra, schema))
        for start in range(numbers.start, numbers.stop, 50_000):
            rows = [{"add": add(n, parts) | {"partitionValues": [("part", str(n % parts))]}} for n in range(start, min(numbers.stop, start + 50_000))]
            writer.write_table(pyarrow.Table.from_pylist(rows, schema))


def many_commits(table: str, commits: int, parts: int):
    log = os.path.join(table, "_delta_log")
    os.makedirs(log)
    last = commits - commits % 100 - 50
    for version in range(commits):
        lines = [{"commitInfo": {"operation": "WRITE", "timestamp": version}}]
        if version == 0:
            lines += [{"protocol": FEATURES}, {"metaData": METADATA}]
        lines += [{"add": add(number, parts)} for number in range(version * 10, version * 10 + 10)]
        with open(os.path.join(log, f"{version:020d}.json"), "w") as file:
            file.write("".join(json.dumps(line) + "\n" for line in lines))
    extra = [{"protocol": FEATURES}, {"metaData": {"id": "scale", "schemaString": SCHEMA, "partitionColumns": ["part"]}}]
    write_adds(os.path.join(log, f"{last:020d}.checkpoint.parquet"), range(0, (last + 1) * 10), parts, extra)


def many_files(table: str, files: int, parts: int):
    log = os.path.join(table, "_delta_log")
    os.makedirs(os.path.join(log, "_sidecars"))
    lines = [{"checkpointMetadata": {"version": 7}}, {"protocol": FEATURES}, {"metaData": METADATA}]
    for start in range(0, files, 1_000_000):
        name = f"{start:09d}.parquet"
        write_adds(os.path.join(log, "_sidecars", name), range(start, min(files, start + 1_000_000)), parts)
        lines.append({"sidecar": {"path": name, "sizeInBytes": os.path.getsize(os.path.join(log, "_sidecars", name)), "modificationTime": 1}})
    with open(os.path.join(log, f"{7:020d}.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json"), "w") as file:
        file.write("".join(json.dumps(line) + "\n" for line in lines))


def measure(binary: str, table: str, folder: str, expected: int) -> tuple[float, float]:
    """Seconds and megabytes of a process that plans and runs the query, less those of one that does nothing."""
    results = []
    for sql in ("select 1", f"select count(*), min(part) from delta_scan('{table}') where part = {WANTED} and id >= 0"):
        best = None
        for _ in range(3):
            begin = time.time()
            done = subprocess.run(["/usr/bin/time", "-f", "%M", binary, "--warehouse", os.path.join(folder, "wh"), "--format", "csv", "-c", sql], capture_output=True, text=True)
            took = time.time() - begin
            peak = int(re.findall(r"\d+", done.stderr)[-1]) / 1024
            best = min(best or (took, peak), (took, peak))
        results.append(best)
    rows = done.stdout.strip().splitlines()[-1]
    if rows != f"{expected * 10},{WANTED}":
        sys.exit(f"wrong answer {rows} {done.stderr}, not {expected * 10},{WANTED}")
    return results[1][0] - results[0][0], results[1][1]


def main(binary: str, millions: float) -> int:
    failed = False
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        table = os.path.join(folder, "commits")
        many_commits(table, 10_000, 10_000)
        seconds, peak = measure(binary, table, folder, write_files(table, 100_000, 10_000))
        failed |= seconds >= 0.5 or peak >= 200
        print(f"100,000 files over 10,000 commits: {seconds:.2f} s, {peak:.0f} MB")
        peaks = []
        for files in (int(millions * 100_000), int(millions * 1_000_000)):
            table = os.path.join(folder, f"files{files}")
            many_files(table, files, files // 10)
            seconds, peak = measure(binary, table, folder, write_files(table, files, files // 10))
            peaks.append(peak)
            print(f"{files:,} files in a checkpoint: {seconds:.2f} s, {peak:.0f} MB")
        failed |= peaks[1] > 2 * peaks[0]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 10))
