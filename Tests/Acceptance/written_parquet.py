#!/usr/bin/env python3
"""Parquet files that Lode writes hold the same rows for pyarrow, DuckDB, Polars, parquet-rs (by DataFusion) and Lode itself.

usage: written_parquet.py LODE [ROWS]     the release binary; rows of the large file (10,000,000)

Needs the PyPI packages duckdb, pyarrow, polars and datafusion. What the rows should be, DuckDB computes from the same query.
"""
import datetime
import decimal
import itertools
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import uuid

import datafusion
import duckdb
import polars
import pyarrow
import pyarrow.compute
import pyarrow.parquet

SCALARS = {
    "flag": "i % 3 = 0",
    "tiny": "(i % 100 - 50)::tinyint",
    "small": "(i % 30000 - 15000)::smallint",
    "whole": "(i * 7919 % 1000003 - 500000)::integer",
    "long": "(i * 1000000007 - 4000000000)::bigint",
    "single": "(i % 1000 / 8.0)::real",
    "number": "CASE i % 100 WHEN 1 THEN 'nan'::double WHEN 2 THEN '-0'::double WHEN 3 THEN 'infinity'::double ELSE (i % 500)::double / 7 END",
    "cents": "((i % 20000 - 10000)::double / 100)::decimal(7,2)",
    "money": "(i * 1000003 % 100000000000)::decimal(18,4)",
    "huge": "(i::decimal(38,10) * 1000000007 - 1000000)::decimal(38,10)",
    "word": "'word ' || (i % 50)::varchar",
    "prose": "'row ' || i::varchar || ' ' || repeat('é', (i % 90)::integer)",
    "raw": "('x' || i::varchar)::varbinary",
    "day": "date '1900-01-01' + (i * 37 % 80000)::integer",
    "hour": "time '00:00:00' + (i * 86399 % 86400) * interval '1 second'",
    "moment": "timestamp '1960-01-01 00:00:00.000001' + (i * 7919) * interval '1 second'",
    "instant": "(timestamp '1960-01-01 00:00:00' + (i * 104729) * interval '1 second') AT TIME ZONE 'UTC'",
    "key": "('00000000-0000-4000-8000-' || lpad(i::varchar, 12, '0'))::uuid",
    "doc": "('{\"a\": ' || i::varchar || '}')::json",
}
NESTED = {
    "numbers": "[i, NULL, i + 1]",
    "words": "CASE i % 4 WHEN 0 THEN []::varchar[] WHEN 1 THEN [NULL]::varchar[] ELSE ['a' || i::varchar, 'b'] END",
    "matrix": "CASE i % 3 WHEN 0 THEN [[]::integer[], NULL, [i::integer]] ELSE [[1, 2], [i::integer, NULL]] END",
    "pair": "{'x': i, 'y': CASE WHEN i % 4 <> 0 THEN 'y' || i::varchar END}",
    "deep": "[{'id': i, 'tags': ['t' || (i % 5)::varchar, NULL]}, NULL, {'id': NULL::bigint, 'tags': []::varchar[]}]",
    "lookup": "MAP {'k' || (i % 7)::varchar: i, 'z': NULL}",
    "folded": "{'inner': {'when': date '2020-01-01' + (i % 99)::integer}, 'amounts': [(i % 1000)::decimal(9,1)]}",
}
COLUMNS = SCALARS | NESTED
CODECS = ["uncompressed", "snappy", "zstd", "gzip", "lz4", "lz4_raw", "brotli"]
ENCODINGS = {
    "plain": list(COLUMNS),
    "dictionary": [name for name in SCALARS if name != "flag"],
    "rle": ["flag"],
    "delta_binary_packed": ["tiny", "small", "whole", "long", "cents", "money", "day", "hour", "moment", "instant", "numbers", "matrix"],
    "delta_length_byte_array": ["word", "prose", "raw", "doc", "words"],
    "delta_byte_array": ["word", "prose", "raw", "doc", "words"],
    "byte_stream_split": ["whole", "long", "single", "number", "money", "moment"],
}
# Of values of fixed length: not all readers know these.
FIXED_ENCODINGS = ["delta_byte_array", "byte_stream_split"]


def query(rows: int, columns: dict = COLUMNS, nulls: int = 5) -> str:
    """Every column is NULL in some rows of its own."""
    items = [f"CASE WHEN (i + {at}) % {nulls} <> 0 THEN {text} END AS {name}" for at, (name, text) in enumerate(columns.items())]
    return f"SELECT i AS n, {', '.join(items)} FROM (SELECT s::bigint AS i FROM generate_series(0, {rows - 1}) AS g(s)) ORDER BY i"


def canonical(value, kind: pyarrow.DataType):
    """A value in one form, whatever reader it comes from."""
    if value is None:
        return None
    if pyarrow.types.is_map(kind):
        return [(canonical(k, kind.key_type), canonical(v, kind.item_type)) for k, v in value]
    if isinstance(value, list):
        items = [canonical(item, kind.value_type) for item in value]
        is_map = pyarrow.types.is_struct(kind.value_type) and [f.name for f in kind.value_type] == ["key", "value"]
        return [(item["key"], item["value"]) for item in items] if is_map else items
    if isinstance(value, dict):
        return {field.name: canonical(value[field.name], field.type) for field in kind}
    if isinstance(value, float):
        return "nan" if math.isnan(value) else (value, math.copysign(1, value))
    if isinstance(value, datetime.datetime) and value.tzinfo:
        return value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    return value


def rows_of(table: pyarrow.Table) -> list:
    columns = []
    for name in table.column_names:
        column = table.column(name)
        values = [canonical(value, column.type) for value in column.to_pylist()]
        if name == "key":
            values = [uuid.UUID(bytes=value) if isinstance(value, bytes) else uuid.UUID(value) if isinstance(value, str) else value for value in values]
        if name == "doc":
            values = [json.loads(value) if value is not None else None for value in values]
        columns.append(values)
    return list(zip(*columns))


def by_datafusion(path: str) -> pyarrow.Table:
    frame = datafusion.SessionContext().read_parquet(path)
    return pyarrow.Table.from_batches(frame.collect(), schema=frame.schema())


READERS = {
    "pyarrow": lambda path: pyarrow.parquet.read_table(path, page_checksum_verification=True),
    "DuckDB": lambda path: duckdb.sql(f"SELECT * FROM '{path}'").to_arrow_table(),
    "Polars": lambda path: polars.read_parquet(path).to_arrow(),
    "parquet-rs": by_datafusion,
}


class Checker:
    def __init__(self, lode: str, folder: str):
        self.lode, self.folder = lode, folder
        self.failures = self.checks = 0
        self.expected = {}
        duckdb.sql("SET TimeZone = 'UTC'")

    def sql(self, text: str) -> str:
        arguments = [self.lode, "--warehouse", os.path.join(self.folder, "warehouse"), "--quiet", "--format", "csv", "-c", text]
        done = subprocess.run(arguments, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())
        return done.stdout

    def note(self, what: str, fault: str):
        self.checks += 1
        if fault:
            self.failures += 1
            print(f"DIFFERS  {what}: {fault}", flush=True)

    def check(self, what: str, text: str, options: str, readers=READERS):
        """Writes a query and has everyone read it."""
        path = os.path.join(self.folder, "file.parquet")
        try:
            self.sql(f"COPY ({text}) TO '{path}' (FORMAT parquet{options})")
        except RuntimeError as error:
            return self.note(what, str(error))
        if text not in self.expected:
            self.expected[text] = rows_of(duckdb.sql(text).to_arrow_table())
        for name, read in readers.items():
            try:
                found = rows_of(read(path))
            except Exception as error:  # noqa: BLE001: whatever a reader throws is a finding
                self.note(f"{what} by {name}", f"{type(error).__name__}: {str(error)[:300]}")
                continue
            self.note(f"{what} by {name}", difference(self.expected[text], found))
        # Maps can't be compared, but their texts can.
        columns = "* EXCLUDE (lookup), lookup::varchar" if "lookup" in text else "*"
        both = f"SELECT count(*) FROM (SELECT {columns} FROM ({text}) EXCEPT ALL SELECT {columns} FROM '{path}')"
        try:
            self.note(f"{what} by Lode", "" if self.sql(both).split() == ["count", "0"] else "rows are missing")
        except RuntimeError as error:
            self.note(f"{what} by Lode", str(error))
        self.note(f"{what} counted by Lode", "" if int(self.sql(f"SELECT count(*) FROM '{path}'").split()[1]) == len(self.expected[text]) else "count")


def difference(expected: list, found: list) -> str:
    if len(expected) != len(found):
        return f"{len(found)} rows for {len(expected)}"
    for number, (left, right) in enumerate(zip(expected, found)):
        if left != right:
            at = next(index for index, pair in enumerate(zip(left, right)) if pair[0] != pair[1])
            return f"row {number}, column {at}: {right[at]!r} for {left[at]!r}"
    return ""


def large(checker: Checker, rows: int):
    """Many rows, in order."""
    path = os.path.join(checker.folder, "large.parquet")
    text = (
        "SELECT i AS n, (i % 100)::integer AS small, i / 7.0::double AS ratio, (i % 1000)::decimal(12,2) AS money, 'text ' || (i % 50)::varchar AS word, "
        "'comment number ' || i::varchar AS comment, date '2020-01-01' + (i % 2000)::integer AS day, "
        "timestamp '2020-01-01 00:00:00' + i * interval '1 second' AS moment, CASE WHEN i % 5 <> 0 THEN i::integer END AS gaps "
        "FROM (SELECT s::bigint AS i FROM generate_series(0, {}) AS g(s))"
    )
    checker.sql(f"COPY ({text.format(rows - 1)}) TO '{path}' (FORMAT parquet)")
    # Bounded pieces: the comparison must not need the memory of all rows several times.
    step = 1_000_000
    for first in range(0, rows, step):
        last = min(rows, first + step) - 1
        part = text.format(rows - 1).replace("generate_series(0,", f"generate_series({first},").replace(f"{rows - 1})", f"{last})")
        wanted = duckdb.sql(part).to_arrow_table()
        for name, read in {
            "DuckDB": lambda: duckdb.sql(f"SELECT * FROM '{path}' WHERE n BETWEEN {first} AND {last}").to_arrow_table(),
            "Polars": lambda: polars.scan_parquet(path).slice(first, last - first + 1).collect().to_arrow(),
            "pyarrow": lambda: pyarrow.parquet.read_table(path, filters=[("n", ">=", first), ("n", "<=", last)]),
            "parquet-rs": lambda: by_datafusion_between(path, first, last),
        }.items():
            found = read().cast(wanted.schema).sort_by("n")
            checker.note(f"rows from {first} by {name}", "" if found.equals(wanted) else "other rows")
    ordered = pyarrow.parquet.read_table(path, columns=["n"])["n"].combine_chunks()
    checker.note("order of rows", "" if ordered.equals(pyarrow.array(range(rows), pyarrow.int64())) else "not that of the query")
    sums = f"SELECT count(*), sum(n), sum(small), sum(gaps), count(gaps), min(comment), max(comment), sum(money) FROM '{path}'"
    checker.note("sums by Lode", "" if checker.sql(sums).split("\n")[1].split(",") == [str(v) for v in duckdb.sql(sums).fetchall()[0]] else "other sums")


def by_datafusion_between(path: str, first: int, last: int) -> pyarrow.Table:
    context = datafusion.SessionContext()
    context.register_parquet("t", path)
    frame = context.sql(f"SELECT * FROM t WHERE n BETWEEN {first} AND {last}")
    return pyarrow.Table.from_batches(frame.collect(), schema=frame.schema())


def bloom(checker: Checker):
    """Other engines find what is in the filter, and nothing more."""
    path = os.path.join(checker.folder, "bloom.parquet")
    names = [name for name in SCALARS if name not in ("flag", "number", "doc")]
    filters = ", ".join(f"{name}: {{fpp: 0.001}}" for name in names)
    checker.sql(f"COPY ({query(20_000)}) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 1000, BLOOM_FILTERS {{{filters}}})")
    file = pyarrow.parquet.ParquetFile(path)
    table = file.read()
    for name in names:
        if name in ("raw", "instant", "hour"):
            continue
        values = duckdb.sql(f"SELECT {name}::varchar, n FROM '{path}' WHERE n IN (3, 4444, 4445, 19997, 19998) AND {name} IS NOT NULL").fetchall()
        kind = duckdb.sql(f"SELECT typeof({name}) FROM '{path}' LIMIT 1").fetchall()[0][0]
        for value, n in values:
            literal = value.replace("'", "''")
            probe = f"SELECT row_group_id FROM parquet_bloom_probe('{path}', '{name}', '{literal}'::{kind}) WHERE bloom_filter_excludes"
            excluded = [row[0] for row in duckdb.sql(probe).fetchall()]
            checker.note(f"Bloom filter of {name}", f"the row group with {value} is excluded" if n // 1000 in excluded else "")
    passed = duckdb.sql(f"SELECT count(*) FILTER (NOT bloom_filter_excludes) FROM parquet_bloom_probe('{path}', 'prose', 'not there')").fetchall()[0][0]
    checker.note("Bloom filter of prose", "" if passed <= 1 else f"{passed} of 20 row groups hold what is not there")
    passed = duckdb.sql(f"SELECT count(*) FILTER (NOT bloom_filter_excludes) FROM parquet_bloom_probe('{path}', 'long', 123456789::bigint)").fetchall()[0][0]
    checker.note("Bloom filter of long", "" if passed <= 1 else f"{passed} of 20 row groups hold what is not there")
    context = datafusion.SessionContext()
    context.register_parquet("t", path)
    for text, wanted in [(table["prose"][4445].as_py(), 1), ("row 5 is not there", 0)]:
        plan = context.sql(f"EXPLAIN ANALYZE SELECT n FROM t WHERE prose = '{text}'").collect()
        shown = " ".join(str(batch.to_pydict()) for batch in plan)
        pruned = re.search(r"row_groups_pruned_bloom_filter=(\d+) total → (\d+) matched", shown)
        found = context.sql(f"SELECT n FROM t WHERE prose = '{text}'").count()
        checker.note("Bloom filter by parquet-rs", "" if found == wanted and pruned and int(pruned[2]) == wanted else f"{found} rows, {pruned and pruned[0]}")
    assert table.num_rows == 20_000


def statistics(checker: Checker):
    """Bounds hold and say whether they are exact; there are none where readers would differ."""
    path = os.path.join(checker.folder, "statistics.parquet")
    checker.sql(
        f"""COPY (SELECT i AS n, -i AS down, CASE WHEN i > 10 THEN i END AS gaps, repeat('é', 100) || i::varchar AS long, 'w' || (i % 9)::varchar AS word,
        CASE WHEN i = 5 THEN 'nan'::double ELSE i::double END AS odd, 0.0::double AS zero, i * interval '1 second' AS span, NULL::integer AS nothing
        FROM (SELECT s::bigint AS i FROM generate_series(0, 9999) AS g(s))) TO '{path}' (FORMAT parquet, PAGE_ROWS 1000)"""
    )
    columns = {c.path_in_schema: c for c in (pyarrow.parquet.ParquetFile(path).metadata.row_group(0).column(i) for i in range(9))}
    stats = {name: column.statistics for name, column in columns.items()}
    facts = {
        "bounds of n": (stats["n"].min, stats["n"].max) == (0, 9999),
        "NULLs of gaps": stats["gaps"].null_count == 11 and stats["gaps"].min == 11,
        "NULLs of nothing": stats["nothing"].null_count == 10_000 and not stats["nothing"].has_min_max,
        "no bounds with NaN": not stats["odd"].has_min_max,
        "zeros have two signs": math.copysign(1, stats["zero"].min) < 0 < math.copysign(1, stats["zero"].max),
        "no bounds of intervals": stats["span"] is None or not stats["span"].has_min_max,
        "distinct words": stats["word"].distinct_count == 9,
        "cut texts are bounds": stats["long"].min <= "é" * 100 < stats["long"].max,
        "page index": all(columns[name].has_offset_index for name in columns) and columns["n"].has_column_index,
    }
    exact = duckdb.sql(f"SELECT path_in_schema, min_is_exact, max_is_exact FROM parquet_metadata('{path}')").fetchall()
    facts["exactness"] = {name: (low, high) for name, low, high in exact}["n"] == (True, True) and {name: high for name, _, high in exact}["long"] is False
    for what, holds in facts.items():
        checker.note(what, "" if holds else "does not hold")


def main(lode: str, rows: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        checker = Checker(lode, folder)
        small = query(3000)

        available = []
        for codec in CODECS:
            try:
                checker.sql(f"COPY (SELECT 1 AS a) TO '{folder}/codec.parquet' (FORMAT parquet, COMPRESSION {codec})")
                available.append(codec)
            except RuntimeError as error:
                print(f"skipped  {codec}: {str(error).splitlines()[0]}")
        for codec, version, count in itertools.product(available, ["v1", "v2"], [0, 3000]):
            checker.check(f"{codec} {version} {count} rows", query(count), f", COMPRESSION {codec}, PARQUET_VERSION {version}")
        for encoding, names in ENCODINGS.items():
            wishes = ", ".join(f"{name}: '{encoding}'" for name in names)
            for version in ["v1", "v2"]:
                checker.check(f"{encoding} {version}", small, f", ENCODINGS {{{wishes}}}, PARQUET_VERSION {version}, PAGE_ROWS 700, ROW_GROUP_SIZE 2000")
        fixed = {"huge": SCALARS["huge"], "key": SCALARS["key"]}
        for encoding in FIXED_ENCODINGS:
            wishes = ", ".join(f"{name}: '{encoding}'" for name in fixed)
            able = {name: READERS[name] for name in ["pyarrow", "parquet-rs"]}
            checker.check(f"{encoding} of fixed length", query(3000, fixed), f", ENCODINGS {{{wishes}}}", able)
        checker.check("no NULL", query(2000, nulls=1_000_000), "")
        checker.check("nothing but NULL", query(2000, nulls=1), "")
        checker.check("small pages, no page index, no checksums, no dictionaries", small, ", PAGE_SIZE 1000, WRITE_PAGE_INDEX false, PAGE_CHECKSUMS false, DICTIONARY false")
        checker.check("field ids, notes, Bloom filters", small, ", FIELD_IDS 'auto', KV_METADATA {a: 'b'}, WRITE_BLOOM_FILTER true")
        spans = "SELECT i AS n, CASE WHEN i % 3 <> 0 THEN i * interval '1 second' END AS span FROM (SELECT s::bigint AS i FROM generate_series(0, 999) AS g(s))"
        checker.check("intervals", spans, "", {"DuckDB": READERS["DuckDB"]})
        bloom(checker)
        statistics(checker)
        large(checker, rows)
        print(f"{checker.checks} checks, {checker.failures} failed")
        return 1 if checker.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 10_000_000))
