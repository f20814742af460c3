#!/usr/bin/env python3
"""OPTIMIZE of a Delta table of many small files, beside deltalake's compaction of the same table: the time of each, and the same rows.

    optimize.py --lode PATH/TO/lode [--files 1000] [--rows 10000] [--rounds 3]

Needs the Python packages deltalake, pyarrow and duckdb.
"""
import argparse, os, shutil, statistics, subprocess, sys, tempfile, time


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--lode", required=True)
    p.add_argument("--files", type=int, default=1000)
    p.add_argument("--rows", type=int, default=10000)
    p.add_argument("--rounds", type=int, default=3)
    args = p.parse_args()
    import deltalake
    folder = tempfile.mkdtemp()
    make(f"{folder}/source", args.files, args.rows)
    expected = sums(f"{folder}/source")
    times = {"lode": [], "deltalake": []}
    for _ in range(args.rounds):
        for name in times:
            place = f"{folder}/{name}"
            shutil.copytree(f"{folder}/source", place)
            if name == "lode":
                sql = f"CREATE TABLE t USING delta LOCATION '{place}'"
                run(args.lode, folder, sql)
                begin = time.monotonic()
                run(args.lode, folder, "OPTIMIZE t")
                times[name].append(time.monotonic() - begin)
                run(args.lode, folder, "DROP TABLE t")
            else:
                code = f"import deltalake; deltalake.DeltaTable({place!r}).optimize.compact()"
                begin = time.monotonic()
                subprocess.run([sys.executable, "-c", code], check=True)
                times[name].append(time.monotonic() - begin)
            files = len(deltalake.DeltaTable(place).file_uris())
            if sums(place) != expected or files >= args.files:
                sys.exit(f"{name}: {files} files, {sums(place)} instead of {expected}")
            shutil.rmtree(place)
    medians = {name: statistics.median(found) for name, found in times.items()}
    print(", ".join(f"{name} {seconds:.2f} s" for name, seconds in medians.items())
          + f": {medians['lode'] / medians['deltalake']:.2f} of deltalake's time")
    shutil.rmtree(folder)


def make(place, files, rows):
    import pyarrow as pa
    from deltalake import write_deltalake
    import random
    draw = random.Random(7)
    for file in range(files):
        first = file * rows
        table = pa.table({
            "id": pa.array(range(first, first + rows), pa.int64()),
            "customer": pa.array([draw.randrange(100000) for _ in range(rows)], pa.int32()),
            "amount": pa.array([draw.random() * 1000 for _ in range(rows)], pa.float64()),
            "status": pa.array([("open", "paid", "sent", "late")[draw.randrange(4)] for _ in range(rows)]),
            "note": pa.array([f"order {draw.randrange(1 << 30)} of {file}" for _ in range(rows)]),
        })
        write_deltalake(place, table, mode="append")


def sums(place):
    import duckdb, deltalake
    rows = deltalake.DeltaTable(place).to_pyarrow_dataset()
    return duckdb.sql("SELECT count(*), sum(id), sum(customer), round(sum(amount)), count(DISTINCT status), sum(length(note)) FROM rows").fetchall()


def run(lode, folder, sql):
    done = subprocess.run([lode, "--warehouse", f"{folder}/lakehouse", "--quiet", "-c", sql], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{sql}\n{done.stderr}")


main()
