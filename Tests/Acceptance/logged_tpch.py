#!/usr/bin/env python3
"""TPC-H over Delta and Iceberg tables, beside plain Parquet files and beside DuckDB over the same Delta tables.

    logged_tpch.py --lode LODE --data FOLDER --queries FOLDER [--rounds 9] [--only q01,q06]

FOLDER of the data has lineitem.parquet and its like. Lode copies each table into a Delta and an Iceberg table; the plain tables are views
over the very data files of the Delta and of the Iceberg tables. The faces of one query take turns, and the median of the rounds counts.
DuckDB (PyPI duckdb with duckdb-extension-delta) reads the Delta tables if its extension loads, else delta-rs' DataFusion does.
Fails (exit 1) if a format takes more than 1.05 of its plain files in sum, Lode more than 0.6 of DuckDB over Delta, or if rows differ.
"""
import argparse, csv, glob, os, re, statistics, subprocess, sys, tempfile, time

NOISE, RATIO = 1.05, 0.6
FACES = ["delta", "plain_delta", "iceberg", "plain_iceberg"]


class Lode:
    """One process that is fed through its input; the end of an answer is marked by a statement that follows it."""

    def __init__(self, lode: str, folder: str):
        self.marks = 0
        self.process = subprocess.Popen([lode, "--warehouse", os.path.join(folder, "lakehouse"), "--format", "csv", "--quiet", "--set", "threads=2"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, sql: str) -> list:
        self.marks += 1
        mark = f"end-of-{self.marks}"
        self.process.stdin.write(f"{sql};\nselect '{mark}' as mark;\n")
        self.process.stdin.flush()
        lines = []
        while (line := self.process.stdout.readline()).rstrip("\n") != mark:
            if not line:
                sys.exit(f"lode ended after {sql}")
            lines.append(line)
        return list(csv.reader(lines[:-1]))[1:]


def canonical(rows) -> list:
    def value(cell):
        text = "" if cell is None else str(cell)
        return f"{float(text):.6g}" if re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", text) else text.removesuffix(" 00:00:00")
    return sorted(tuple(map(value, row)) for row in rows)


def fill(lode: Lode, data: str, tables: list, folder: str):
    for face in FACES:
        lode.run(f"CREATE SCHEMA {face}")
    for table in tables:
        for form in ("delta", "iceberg"):
            place = f"{folder}/{form}/{table}"
            lode.run(f"CREATE TABLE {form}.{table} USING {form} LOCATION '{place}' AS SELECT * FROM read_parquet('{data}/{table}.parquet')")
            lode.run(f"CREATE VIEW plain_{form}.{table} AS SELECT * FROM read_parquet('{place}/**/*.parquet')")


def duckdb(folder: str, tables: list):
    import duckdb as engine
    import duckdb_extension_delta
    connection = engine.connect(config={"threads": 2, "allow_unsigned_extensions": "true"})
    package = os.path.dirname(duckdb_extension_delta.__file__)
    connection.execute(f"LOAD '{glob.glob(package + '/extensions/**/delta.duckdb_extension', recursive=True)[0]}'")
    for table in tables:
        connection.execute(f"CREATE VIEW {table} AS SELECT * FROM delta_scan('{folder}/delta/{table}')")
    return lambda sql: connection.execute(sql).fetchall()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lode", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--queries", required=True)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    tables = sorted(os.path.basename(path)[:-8] for path in glob.glob(f"{args.data}/*.parquet"))
    wanted = [name for name in args.only.split(",") if name]
    queries = [path for path in sorted(glob.glob(f"{args.queries}/q*.sql")) if not wanted or os.path.basename(path)[:-4] in wanted]
    with tempfile.TemporaryDirectory() as folder:
        lode = Lode(os.path.abspath(args.lode), folder)
        fill(lode, os.path.abspath(args.data), tables, folder)
        faces = {face: (lambda sql, face=face: lode.run(sql)) for face in FACES}
        faces["duckdb"] = duckdb(folder, tables)
        totals, problems = dict.fromkeys(faces, 0.0), []
        print("query " + "".join(f"{face:>15}" for face in faces), flush=True)
        for path in queries:
            sql, name = open(path).read().strip().rstrip(";"), os.path.basename(path)[:-4]
            times, answers = {face: [] for face in faces}, {}
            for _ in range(args.rounds + 1):
                for face, run in faces.items():
                    if face != "duckdb":
                        lode.run(f"USE {face}")
                    start = time.perf_counter()
                    answers[face] = run(sql)
                    times[face].append(time.perf_counter() - start)
            medians = {face: statistics.median(taken[1:]) for face, taken in times.items()}
            for face, median in medians.items():
                totals[face] += median
            print(f"{name:6}" + "".join(f"{median * 1000:12.1f} ms" for median in medians.values()), flush=True)
            problems += [f"{name}: other rows over {face}" for face in faces if canonical(answers[face]) != canonical(answers["plain_delta"])]
        for form in ("delta", "iceberg"):
            ratio = totals[form] / totals[f"plain_{form}"]
            print(f"{form} over its plain files: {ratio:.3f} (at most {NOISE})")
            problems += [f"{form}: {ratio:.3f}"] * (ratio > NOISE)
        ratio = totals["delta"] / totals["duckdb"]
        print(f"delta, Lode over DuckDB: {ratio:.2f} (at most {RATIO})")
        problems += [f"DuckDB: {ratio:.2f}"] * (ratio > RATIO)
        lode.process.stdin.close()
        lode.process.wait()
    for problem in problems:
        print("NOT KEPT:", problem)
    sys.exit(1 if problems else 0)


main()
