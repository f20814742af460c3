#!/usr/bin/env python3
"""Random predicates over random Parquet files find the same rows with pruning as without.

usage: pruned_equal.py LODE [FILES [SEED]]     (the release binary; needs the PyPI packages duckdb, numpy and pyarrow)

Files come from pyarrow and DuckDB, with and without statistics, page index, dictionaries and Bloom filters. What is not pruned
is the same query over a subquery whose LIMIT, larger than the file, keeps the filter away from the scan.
"""
import datetime
import decimal
import os
import random
import sys
import tempfile

import duckdb
import numpy
import pyarrow
import pyarrow.parquet

from pruning import Lode

DAY = datetime.date(1970, 1, 1)
WORDS = ["", "a", "ab", "abc", "abé", "zz", "zzz" * 30, "ünï", "Ab", "a%b", "日本", "abc\x7f"]


def column(kind: str, rows: int, rng: random.Random) -> pyarrow.Array:
    """Values that are sorted, clustered or in any order, some of them NULL."""
    base = [rng.gauss(0, 60) for _ in range(rows)]
    shape = rng.choice(["sorted", "clustered", "random", "falling", "constant"])
    if shape == "sorted":
        base.sort()
    elif shape == "falling":
        base.sort(reverse=True)
    elif shape == "clustered":
        base = [rng.gauss(0, 3) + (i // 97) * 7 % 100 for i in range(rows)]
    elif shape == "constant":
        base = [5.0] * rows
    whole = [int(b) for b in base]
    make = {
        "int8": lambda: (pyarrow.int8(), [max(-128, min(127, w)) for w in whole]),
        "int32": lambda: (pyarrow.int32(), whole),
        "int64": lambda: (pyarrow.int64(), [w * 10**10 for w in whole]),
        "uint32": lambda: (pyarrow.uint32(), [w % 2**32 for w in whole]),
        "uint64": lambda: (pyarrow.uint64(), [w % 2**64 for w in whole]),
        "float": lambda: (pyarrow.float32(), [rng.choice([b, w, 0.0, -0.0]) for b, w in zip(base, whole)]),
        "double": lambda: (pyarrow.float64(), [rng.choice([b, w, w, 0.0, -0.0, float("nan")] if rng.random() < 0.05 else [w]) for b, w in zip(base, whole)]),
        "decimal": lambda: (pyarrow.decimal128(9, 2), [decimal.Decimal(int(b * 100)).scaleb(-2) for b in base]),
        "wide": lambda: (pyarrow.decimal128(30, 5), [decimal.Decimal(w * 10**20).scaleb(-5) for w in whole]),
        "text": lambda: (pyarrow.string(), [rng.choice(WORDS) if rng.random() < 0.3 else f"w{w:04d}" for w in whole]),
        "long": lambda: (pyarrow.string(), ["prefix " * 12 + f"{w}é" for w in whole]),
        "date": lambda: (pyarrow.date32(), [DAY + datetime.timedelta(days=w * 20) for w in whole]),
        "micros": lambda: (pyarrow.timestamp("us"), [datetime.datetime(2020, 1, 1) + datetime.timedelta(hours=b) for b in base]),
        "millis": lambda: (pyarrow.timestamp("ms"), [datetime.datetime(2020, 1, 1) + datetime.timedelta(hours=w) for w in whole]),
        "nanos": lambda: (pyarrow.timestamp("ns"), [w * 3_600_000_000_001 for w in whole]),
        "flag": lambda: (pyarrow.bool_(), [w > 0 for w in whole]),
    }
    type, values = make[kind]()
    nulls = rng.choice([0, 0, 0.1, 0.9, 1])
    run = rng.random() < 0.5
    gone = [(i // 150 % 3 == 0 if run else True) and rng.random() < nulls for i in range(rows)]
    return pyarrow.array([None if g else v for g, v in zip(gone, values)], type)


KINDS = ["int8", "int32", "int64", "uint32", "uint64", "float", "double", "decimal", "wide", "text", "long", "date", "micros", "millis", "nanos", "flag"]


def write(path: str, rng: random.Random) -> list[str]:
    rows = rng.choice([50, 700, 3000])
    kinds = rng.sample(KINDS, 6)
    table_ = pyarrow.table({"id": pyarrow.array(range(rows), pyarrow.int64())} | {kind: column(kind, rows, rng) for kind in kinds})
    if rng.random() < 0.25 and "nanos" not in kinds:
        duckdb.sql(f"copy (select * from table_) to '{path}' (format parquet, row_group_size 2048, dictionary_size_limit 4000)")
    else:
        names = [k for k in kinds if k != "flag"]
        filters = {name: {"ndv": 200, "fpp": 0.01} for name in names} if rng.random() < 0.6 else None
        pyarrow.parquet.write_table(
            table_, path, row_group_size=rng.choice([40, 300, 5000]), data_page_size=rng.choice([64, 500, 1 << 20]), max_rows_per_page=rng.choice([10, 50, 20000]),
            write_page_index=rng.random() < 0.7, use_dictionary=rng.random() < 0.6, write_statistics=rng.random() < 0.85,
            data_page_version=rng.choice(["1.0", "2.0"]), version=rng.choice(["1.0", "2.6"]) if "nanos" not in kinds and "uint32" not in kinds else "2.6",
            bloom_filter_options=filters, store_decimal_as_integer=rng.random() < 0.5)
    return kinds


def literal(kind: str, rng: random.Random) -> str:
    n = rng.choice([0, 5, int(rng.gauss(0, 60)), int(rng.gauss(0, 5000))])
    if kind in ("int8", "int32", "uint32", "uint64"):
        return str(n)
    if kind == "int64":
        return str(n * 10**10)
    if kind in ("float", "double"):
        return rng.choice([f"{n}", f"{n}.5", "0.0", "'-0'::double", "'NaN'::double", "'Infinity'::double", f"{n}::real"])
    if kind == "decimal":
        return rng.choice([f"{n}", f"{n}.25", f"{n}.255", f"{n}::double"])
    if kind == "wide":
        return rng.choice([f"{n}{'0' * 15}", f"{n}"])
    if kind in ("text", "long"):
        word = rng.choice(WORDS + [f"w{n:04d}", "w0", "prefix " * 12 + f"{n}é", "prefix "]).replace("'", "''")
        return f"'{word}'"
    if kind == "date":
        return rng.choice([f"date '{DAY + datetime.timedelta(days=n % 2000 * 5 - 3000)}'", f"timestamp '{DAY + datetime.timedelta(days=n % 900)} 12:00:00'"])
    if kind in ("micros", "millis", "nanos"):
        start = datetime.datetime(1970 if kind == "nanos" else 2020, 1, 1) + datetime.timedelta(hours=n % 3000 - 1500, minutes=rng.choice([0, 0, 7]))
        return rng.choice([f"timestamp '{start}'", f"date '{start.date()}'"])
    return rng.choice(["true", "false"])


def predicate(kinds: list[str], rng: random.Random, depth: int = 0) -> str:
    if depth < 2 and rng.random() < 0.3:
        parts = [predicate(kinds, rng, depth + 1) for _ in range(rng.choice([2, 2, 3]))]
        return "(" + f" {rng.choice(['and', 'or'])} ".join(parts) + ")"
    if depth < 3 and rng.random() < 0.12:
        return f"not ({predicate(kinds, rng, depth + 1)})"
    kind = rng.choice(kinds)
    value = lambda: literal(kind, rng)
    compare = lambda: rng.choice(["=", "=", "<", "<=", ">", ">=", "<>"])
    simple = [
        lambda: f"{kind} {compare()} {value()}", lambda: f"{kind} {compare()} {value()}", lambda: f"{value()} {compare()} {kind}",
        lambda: f"{kind} between {value()} and {value()}", lambda: f"{kind} in ({', '.join(value() for _ in range(rng.choice([1, 3, 9])))})",
        lambda: f"{kind} not in ({value()}, {value()})", lambda: f"{kind} is null", lambda: f"{kind} is not null",
        lambda: f"{kind} is distinct from {value()}", lambda: f"{kind} is not distinct from {value()}", lambda: f"coalesce({kind}, {value()}) {compare()} {value()}",
    ]
    if kind in ("text", "long"):
        start = rng.choice(["w", "w00", "ab", "é", "prefix p", "zzzz", "", "a\\%b", "ü"])
        simple += [lambda: f"{kind} like '{start}%'", lambda: f"{kind} not like '{start}%'", lambda: f"starts_with({kind}, '{start}')",
                   lambda: f"left({kind}, 3) = 'w00'", lambda: f"substring({kind}, 1, 2) {compare()} 'ab'", lambda: f"{kind} like 'w0_1%'", lambda: f"{kind} like 'abc'"] * 2
    if kind == "date":
        simple += [lambda: f"year({kind}) {compare()} {1970 + rng.randint(-5, 5)}", lambda: f"date_trunc('{rng.choice(['month', 'year', 'week', 'quarter'])}', {kind}) {compare()} {value()}",
                   lambda: f"{kind} + {rng.randint(-40, 40)} {compare()} {value()}", lambda: f"{kind} + interval '1 month' {compare()} {value()}", lambda: f"{kind}::timestamp {compare()} {value()}",
                   lambda: f"last_day({kind}) {compare()} {value()}", lambda: f"{kind} - date '1970-01-01' {compare()} {rng.randint(-900, 900)}"] * 2
    if kind in ("micros", "millis", "nanos"):
        simple += [lambda: f"date_trunc('{rng.choice(['day', 'hour', 'month'])}', {kind}) {compare()} {value()}", lambda: f"{kind}::date {compare()} {value()}",
                   lambda: f"extract(year from {kind}) {compare()} {rng.choice([1969, 1970, 2019, 2020])}", lambda: f"{kind} - interval '36 hours' {compare()} {value()}",
                   lambda: f"{kind} + interval '1 month' {compare()} {value()}"] * 2
    if kind in ("int8", "int32", "uint32", "decimal"):
        n = rng.choice([-7, -1, 2, 3])
        simple += [lambda: f"{kind} + {n} {compare()} {value()}", lambda: f"{kind} * {n} {compare()} {value()}", lambda: f"{n} - {kind} {compare()} {value()}", lambda: f"-{kind} {compare()} {value()}",
                   lambda: f"{kind} / {n} {compare()} {value()}", lambda: f"{kind}::bigint {compare()} {value()}", lambda: f"{kind}::double {compare()} {value()}", lambda: f"{kind}::decimal(20,1) {compare()} {value()}",
                   lambda: f"round({kind}) {compare()} {value()}", lambda: f"{kind} % 7 {compare()} 3", lambda: f"abs({kind}) {compare()} {value()}"] * 2
    return rng.choice(simple)()


def main(binary: str, files: int, seed: int) -> int:
    differing = compared = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        lode = Lode(binary, os.path.join(folder, "warehouse"))
        for number in range(files):
            rng = random.Random(seed + number)
            path = os.path.join(folder, f"{number}.parquet")
            kinds = write(path, rng)
            key, way = rng.choice(kinds), rng.choice(["", "desc", "nulls first", "desc nulls last"])
            queries = [f"select count(*), sum(id), min(id), max(id) from {{}} where {predicate(kinds, rng)}" for _ in range(60)]
            queries += [f"select id is null, {kind} from {{}} order by {kind} {way}, id limit {rng.choice([1, 10])}" for kind in kinds]
            queries += [f"select {kind} from {{}} order by {kind} {way} limit {rng.choice([1, 10])}" for kind in kinds if kind not in ("float", "double")]
            queries += [f"select count(*), count({kind}), min({kind}), max({kind}) from {{}}" for kind in kinds if kind not in ("flag", "float", "double")]
            # Zeros of either sign are equal: which one comes first is chance.
            queries += [f"select count({kind}), min({kind}) + 0, max({kind}) + 0 from {{}}" for kind in kinds if kind in ("float", "double")]
            queries += [f"select count(*), sum(t.id) from {{}} t join (select {key} as k from '{path}' where id % 13 = {rng.randint(0, 12)}) s on t.{key} = s.k"]
            for query in queries:
                results = []
                for source in (f"'{path}'", f"(select * from '{path}' limit 100000000000) as t"):
                    text = query.format(source)
                    if source.startswith("(") and " t join" in text:
                        text = text.replace(" as t t join", " as t join")
                    try:
                        results.append(lode.run(text))
                    except SystemExit:
                        lode = Lode(binary, os.path.join(folder, "warehouse"))
                        results.append(None)
                compared += 1
                # What fails for rows that statistics rule out need not fail with pruning.
                failed += results[1] is None
                if results[0] != results[1] and results[1] is not None:
                    differing += 1
                    keep = f"/tmp/pruned_equal_{number}.parquet"
                    os.link(path, keep) if not os.path.exists(keep) else None
                    print(f"DIFFERS in {keep}: {query.format(chr(39) + keep + chr(39))}\n  pruned {results[0]}\n  whole  {results[1]}", flush=True)
    print(f"{compared} queries over {files} files compared, {failed} of them failed both ways, {differing} differ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100, int(sys.argv[3]) if len(sys.argv) > 3 else 1))
