#!/usr/bin/env python3
"""MERGE of a million changes into ten million rows, and OPTIMIZE of a thousand small files, beside delta-rs on the same tables.

usage: delta_merge.py --lode LODE [--rows 10000000] [--changes 1000000] [--files 1000] [--rounds 3]      (needs the PyPI packages deltalake and pyarrow)

Both start from copies of one table that delta-rs wrote; they take turns, the best of the rounds counts. Half of the changes update rows
that lie anywhere in the table, half are new. Afterwards both tables hold the same rows (compared by delta-rs). Fails (exit 1) if Lode's
MERGE takes more than 0.5 of delta-rs' time, its OPTIMIZE more than 0.7, or if the rows differ.
"""
import argparse, os, shutil, subprocess, sys, tempfile, time

import deltalake
import pyarrow
import pyarrow.compute
import pyarrow.parquet

PARTS = 20


def rows(keys: pyarrow.Array, salt: int) -> pyarrow.Table:
    """Rows as an order table has them: keys, an amount, a day, a word of few values and a text of many."""
    compute = pyarrow.compute
    mixed = compute.bit_wise_and(compute.add(compute.multiply(keys, 2_654_435_761), salt), 0xFFFFFF)
    words = pyarrow.array(["open", "paid", "sent", "returned"])
    return pyarrow.table({
        "id": keys, "amount": compute.divide(compute.cast(mixed, pyarrow.float64()), 100.0),
        "day": compute.cast(compute.cast(compute.add(compute.bit_wise_and(mixed, 0x3FF), 18_000), pyarrow.int32()), pyarrow.date32()),
        "state": words.take(compute.bit_wise_and(mixed, 3)),
        "note": compute.binary_join_element_wise("note", compute.cast(mixed, pyarrow.string()), " "),
    })


def contents(path: str) -> pyarrow.Table:
    return deltalake.DeltaTable(path).to_pyarrow_table().sort_by("id")


def timed(work) -> float:
    start = time.time()
    work()
    return time.time() - start


class Contest:
    def __init__(self, lode: str, folder: str, rounds: int):
        self.lode, self.folder, self.rounds, self.problems = lode, folder, rounds, []

    def sql(self, statement: str):
        done = subprocess.run([self.lode, "--quiet", "--warehouse", os.path.join(self.folder, "lakehouse"), "-c", statement], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{statement}\n{done.stderr}")

    def run(self, name: str, origin: str, ours, theirs, limit: float):
        """`ours` gets SQL's name of a copy, `theirs` a path; both change copies of `origin`."""
        best = {"lode": float("inf"), "delta-rs": float("inf")}
        for turn in range(self.rounds):
            copies = {who: os.path.join(self.folder, f"{name}-{who}-{turn}") for who in best}
            for copy in copies.values():
                shutil.copytree(origin, copy)
            os.sync()
            table = f"{name}_{turn}"
            self.sql(f"CREATE TABLE {table} USING delta LOCATION '{copies['lode']}'")
            best["lode"] = min(best["lode"], timed(lambda: self.sql(ours(table))))
            best["delta-rs"] = min(best["delta-rs"], timed(lambda: theirs(copies["delta-rs"])))
            if turn == 0 and not contents(copies["lode"]).equals(contents(copies["delta-rs"])):
                self.problems.append(f"{name}: the rows differ")
            for copy in copies.values():
                shutil.rmtree(copy)
        ratio = best["lode"] / best["delta-rs"]
        print(f"{name}: lode {best['lode']:.2f} s, delta-rs {best['delta-rs']:.2f} s, ratio {ratio:.2f} (at most {limit})", flush=True)
        if ratio > limit:
            self.problems.append(f"{name}: {ratio:.2f} of delta-rs' time")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lode", required=True)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--changes", type=int, default=1_000_000)
    parser.add_argument("--files", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["merge", "optimize"])
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        contest = Contest(os.path.abspath(args.lode), folder, args.rounds)
        if args.only != "optimize":
            merge(contest, args)
        if args.only != "merge":
            optimize(contest, args)
        for problem in contest.problems:
            print("NOT KEPT:", problem)
        sys.exit(1 if contest.problems else 0)


def merge(contest: Contest, args):
    origin, changes = os.path.join(contest.folder, "origin"), os.path.join(contest.folder, "changes.parquet")
    step = args.rows // PARTS
    for part in range(PARTS):
        deltalake.write_deltalake(origin, rows(pyarrow.array(range(part * step, (part + 1) * step), pyarrow.int64()), 7), mode="append")
    half = args.changes // 2
    stride = max(args.rows // half, 1)
    keys = pyarrow.array([*range(0, half * stride, stride), *range(args.rows, args.rows + half)], pyarrow.int64())
    source = rows(keys, 99)
    pyarrow.parquet.write_table(source, changes)

    def theirs(path):
        (deltalake.DeltaTable(path).merge(pyarrow.parquet.read_table(changes), "t.id = s.id", source_alias="s", target_alias="t")
         .when_matched_update_all().when_not_matched_insert_all().execute())

    contest.run("merge", origin, lambda table: f"MERGE INTO {table} AS t USING read_parquet('{changes}') AS s ON t.id = s.id "
                "WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *", theirs, 0.5)


def optimize(contest: Contest, args):
    origin = os.path.join(contest.folder, "small")
    for part in range(args.files):
        deltalake.write_deltalake(origin, rows(pyarrow.array(range(part * 2_000, (part + 1) * 2_000), pyarrow.int64()), 7), mode="append")
    contest.run("optimize", origin, lambda table: f"OPTIMIZE {table}", lambda path: deltalake.DeltaTable(path).optimize.compact(), 0.7)


main()
