#!/usr/bin/env python3
"""What planning a query of one partition costs over Iceberg tables of many files.

usage: iceberg_scale.py LODE [MILLIONS]      (the release binary; needs the PyPI package pyarrow; MILLIONS of files in a second table, 0)

The manifests are generated, 1,000 files each: of 100,000 files partitioned by a number and sorted by it, and of the same in an order in
which every manifest has files of every partition, so that none can be skipped by its summary. Only the files of the partition that is
asked for exist. Fails (exit 1) if one of them takes 0.5 s or 200 MB, if the larger table takes more than twice the memory of a tenth of
it, or if any answer is wrong.
"""
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import time
import zlib

import pyarrow
import pyarrow.parquet

WANTED = 42
FILES_OF_PART = 10
SYNC = bytes(range(16))


def long(number: int) -> bytes:
    raw = (number << 1) ^ (number >> 63)
    out = bytearray()
    while raw >= 0x80:
        out.append(raw & 0x7F | 0x80)
        raw >>= 7
    out.append(raw)
    return bytes(out)


def data(value: bytes) -> bytes:
    return long(len(value)) + value


def some(value: bytes) -> bytes:
    return b"\x02" + value


def array(items: list) -> bytes:
    return long(len(items)) + b"".join(items) + b"\x00" if items else b"\x00"


def pairs(values: dict, encode) -> bytes:
    return some(array([long(key) + encode(value) for key, value in values.items()]))


def write_avro(path: str, schema: dict, notes: dict, records: list):
    """A container file with a few deflated blocks."""
    notes = {"avro.schema": json.dumps(schema), "avro.codec": "deflate"} | notes
    out = bytearray(b"Obj\x01" + long(len(notes)))
    for key, value in notes.items():
        out += data(key.encode()) + data(value.encode())
    out += b"\x00" + SYNC
    for start in range(0, len(records), 250):
        block = records[start:start + 250]
        packed = zlib.compressobj(6, zlib.DEFLATED, -15)
        body = packed.compress(b"".join(block)) + packed.flush()
        out += long(len(block)) + data(body) + SYNC
    with open(path, "wb") as file:
        file.write(out)
    return len(out)


def field(name: str, number: int, kind, optional: bool = False) -> dict:
    return {"name": name, "field-id": number, "type": ["null", kind] if optional else kind}


def number_map(name: str, number: int, value: str) -> dict:
    record = {"type": "record", "name": f"k{number}", "fields": [field("key", number + 1, "int"), field("value", number + 2, value)]}
    return field(name, number, {"type": "array", "logicalType": "map", "items": record}, True)


ENTRY = {"type": "record", "name": "manifest_entry", "fields": [
    field("status", 0, "int"), field("snapshot_id", 1, "long", True), field("sequence_number", 3, "long", True),
    field("file_sequence_number", 4, "long", True),
    field("data_file", 2, {"type": "record", "name": "r2", "fields": [
        field("content", 134, "int"), field("file_path", 100, "string"), field("file_format", 101, "string"),
        field("partition", 102, {"type": "record", "name": "r102", "fields": [field("part", 1000, "int", True)]}),
        field("record_count", 103, "long"), field("file_size_in_bytes", 104, "long"), number_map("column_sizes", 108, "long"),
        number_map("value_counts", 109, "long"), number_map("null_value_counts", 110, "long"), number_map("nan_value_counts", 137, "long"),
        number_map("lower_bounds", 125, "bytes"), number_map("upper_bounds", 128, "bytes")]})]}
MANIFEST = {"type": "record", "name": "manifest_file", "fields": [
    field("manifest_path", 500, "string"), field("manifest_length", 501, "long"), field("partition_spec_id", 502, "int"),
    field("content", 517, "int"), field("sequence_number", 515, "long"), field("min_sequence_number", 516, "long"),
    field("added_snapshot_id", 503, "long"), field("added_files_count", 504, "int"), field("existing_files_count", 505, "int"),
    field("deleted_files_count", 506, "int"), field("added_rows_count", 512, "long"), field("existing_rows_count", 513, "long"),
    field("deleted_rows_count", 514, "long"),
    field("partitions", 507, {"type": "array", "items": {"type": "record", "name": "r508", "fields": [
        field("contains_null", 509, "boolean"), field("contains_nan", 518, "boolean", True), field("lower_bound", 510, "bytes", True),
        field("upper_bound", 511, "bytes", True)]}}, True)]}
FIELDS = [{"id": number, "name": name, "required": False, "type": kind}
          for number, (name, kind) in enumerate([("id", "long"), ("note", "string"), ("part", "int"), ("amount", "double")], 1)]
SPEC = [{"name": "part", "transform": "identity", "source-id": 3, "field-id": 1000}]


def path_of(table: str, number: int, part: int) -> str:
    return f"{table}/data/part={part}/00000-{number:08d}-4c4de6a2-2f65-4a3c-9bfd-3c1dbd4a8a0b-00001.parquet"


def entry(table: str, number: int, part: int) -> bytes:
    low, high = struct.pack("<q", number * 10), struct.pack("<q", number * 10 + 9)
    counts = {1: 10, 2: 10, 3: 10, 4: 10}
    part_bytes = struct.pack("<i", part)
    return (long(1) + b"\x00\x00\x00" + long(0) + data(path_of(table, number, part).encode()) + data(b"PARQUET") + some(long(part))
            + long(10) + long(5_000) + pairs({1: 80, 2: 150, 3: 40, 4: 90}, long) + pairs(counts, long)
            + pairs({1: 0, 2: 0, 3: 0, 4: 1}, long) + pairs({4: 0}, long)
            + pairs({1: low, 2: b"a note of some le", 3: part_bytes, 4: struct.pack("<d", 0.5)}, data)
            + pairs({1: high, 2: b"z note of some lf", 3: part_bytes, 4: struct.pack("<d", 99.5)}, data))


def write_table(table: str, files: int, part_of) -> int:
    """Writes the metadata of a table of `files` files, and the files of the wanted partition; gives how many of these there are."""
    metadata = os.path.join(table, "metadata")
    os.makedirs(metadata)
    listed, wanted = [], 0
    for start in range(0, files, 1_000):
        numbers = range(start, min(files, start + 1_000))
        parts = [part_of(number) for number in numbers]
        name = os.path.join(metadata, f"m{start:09d}.avro")
        size = write_avro(name, ENTRY, {"schema": json.dumps({"type": "struct", "fields": FIELDS}), "partition-spec": json.dumps(SPEC),
                                        "partition-spec-id": "0", "format-version": "2", "content": "data"},
                          [entry(table, number, part) for number, part in zip(numbers, parts)])
        summary = array([b"\x00" + some(b"\x00") + some(data(struct.pack("<i", min(parts)))) + some(data(struct.pack("<i", max(parts))))])
        listed.append(data(name.encode()) + long(size) + long(0) + long(0) + long(1) + long(1) + long(7) + long(len(numbers)) + long(0)
                      + long(0) + long(len(numbers) * 10) + long(0) + long(0) + some(summary))
        for number, part in zip(numbers, parts):
            if part == WANTED:
                wanted += 1
                path = path_of(table, number, part)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                fields = [pyarrow.field(f["name"], kind, metadata={"PARQUET:field_id": str(f["id"])})
                          for f, kind in zip(FIELDS, [pyarrow.int64(), pyarrow.string(), pyarrow.int32(), pyarrow.float64()])]
                pyarrow.parquet.write_table(pyarrow.table(
                    [list(range(number * 10, number * 10 + 10)), ["n"] * 10, [part] * 10, [1.5] * 10], schema=pyarrow.schema(fields)), path)
    write_avro(os.path.join(metadata, "snap-7.avro"), MANIFEST, {"snapshot-id": "7", "format-version": "2"}, listed)
    summary = {"operation": "append", "total-data-files": str(files), "total-records": str(files * 10), "total-files-size": str(files * 5_000)}
    with open(os.path.join(metadata, "v1.metadata.json"), "w") as file:
        json.dump({"format-version": 2, "table-uuid": "4c4de6a2-2f65-4a3c-9bfd-3c1dbd4a8a0b", "location": table, "last-sequence-number": 1,
                   "last-updated-ms": 1_700_000_000_000, "last-column-id": 4, "current-schema-id": 0,
                   "schemas": [{"type": "struct", "schema-id": 0, "fields": FIELDS}], "default-spec-id": 0,
                   "partition-specs": [{"spec-id": 0, "fields": SPEC}], "last-partition-id": 1000, "default-sort-order-id": 0,
                   "sort-orders": [{"order-id": 0, "fields": []}], "properties": {}, "current-snapshot-id": 7,
                   "refs": {"main": {"snapshot-id": 7, "type": "branch"}},
                   "snapshots": [{"snapshot-id": 7, "sequence-number": 1, "timestamp-ms": 1_700_000_000_000, "schema-id": 0,
                                  "manifest-list": f"{metadata}/snap-7.avro", "summary": summary}],
                   "snapshot-log": [{"snapshot-id": 7, "timestamp-ms": 1_700_000_000_000}], "metadata-log": []}, file)
    return wanted


def measure(binary: str, table: str, folder: str, expected: int) -> tuple[float, float]:
    """Seconds and megabytes of a process that plans and runs the query, less the seconds of one that does nothing."""
    results = []
    for sql in ("select 1", f"select count(*), min(part) from iceberg_scan('{table}') where part = {WANTED} and id >= 0"):
        best = None
        for _ in range(3):
            begin = time.time()
            done = subprocess.run(["/usr/bin/time", "-f", "%M", binary, "--warehouse", os.path.join(folder, "wh"), "--format", "csv", "-c", sql],
                                  capture_output=True, text=True)
            took, peak = time.time() - begin, int(re.findall(r"\d+", done.stderr)[-1]) / 1024
            best = min(best or (took, peak), (took, peak))
        results.append(best)
    rows = (done.stdout.strip().splitlines() or [""])[-1]
    if rows != f"{expected * 10},{WANTED}":
        sys.exit(f"wrong answer {rows} {done.stderr}, not {expected * 10},{WANTED}")
    return results[1][0] - results[0][0], results[1][1]


def main(binary: str, millions: float) -> int:
    failed = False
    binary = os.path.abspath(binary)
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        for name, part_of in [("sorted by partition", lambda number: number // FILES_OF_PART), ("in no order", lambda number: number * 7_919 % 10_000)]:
            table = os.path.join(folder, name.replace(" ", "-"))
            seconds, peak = measure(binary, table, folder, write_table(table, 100_000, part_of))
            failed |= seconds >= 0.5 or peak >= 200
            print(f"100,000 files, {name}: {seconds:.2f} s, {peak:.0f} MB")
        peaks = []
        for files in (int(millions * 100_000), int(millions * 1_000_000)) if millions else ():
            table = os.path.join(folder, f"files{files}")
            seconds, peak = measure(binary, table, folder, write_table(table, files, lambda number: number // FILES_OF_PART))
            peaks.append(peak)
            print(f"{files:,} files: {seconds:.2f} s, {peak:.0f} MB")
        failed |= bool(peaks) and peaks[1] > 2 * peaks[0]
    print("FAILED" if failed else "passed")
    return 1 if failed else 0


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], float(sys.argv[2]) if len(sys.argv) == 3 else 0))
