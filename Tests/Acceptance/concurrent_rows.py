#!/usr/bin/env python3
"""Many processes append to, delete from, merge into and optimize one table: no row is lost, none comes twice, the history is one line.

    concurrent_rows.py --lode PATH/TO/lode [--format delta|iceberg|parquet] [--processes 8] [--commits 100] [--properties "'a' = 'b'"]
        [--identity] [options of warehouse.PLACES]

Each process adds rows of its own, deletes some of its own, counts up a row that all of them share, and puts rows of all into other files
by OPTIMIZE. A statement that ends with 40001 is run again, which only those may that change rows of files that are there: neither one that
appends nor an OPTIMIZE, which leaves to others what they have changed. delta-rs or pyiceberg must read the same in the end. With
--identity the table counts its rows: no number is given twice.
"""
import collections, json, threading, time

import foreign
from warehouse import PLACES, arguments, conclude, placed

MERGE = "MERGE INTO t USING (SELECT 1 AS one) AS s ON t.owner = -1 WHEN MATCHED THEN UPDATE SET v = t.v + 1"


def main():
    args = arguments(__doc__, format="delta", processes=8, commits=100, properties="", identity=False, **PLACES)
    with placed(args) as house:
        run(args, house)


class Writer:
    """One process after another, and what they have done."""

    def __init__(self, house, owner, conflicts, problems):
        self.house, self.owner, self.conflicts, self.problems = house, owner, conflicts, problems
        self.rows, self.merged, self.optimized, self.changes = set(), 0, 0, 0

    def run(self, commits):
        for step in range(commits):
            kind = ("insert", "delete", "insert", "merge", "optimize")[step % 5]
            numbers = {s * (step + 1) for s in (1, -1)} | {-1000 - step, -2000 - step} if kind == "insert" else {step, -step}
            listed = ", ".join(f"({n})" for n in sorted(numbers))
            found = self.statement(kind, {
                "insert": f"INSERT INTO t (owner, n, v) SELECT {self.owner}, n, {step} FROM (VALUES {listed}) AS q(n)",
                "delete": f"DELETE FROM t WHERE owner = {self.owner} AND n IN ({step}, -{step})", "merge": MERGE, "optimize": "OPTIMIZE t"}[kind])
            if found is None:
                return
            if kind == "insert":
                self.rows |= numbers
            elif kind == "delete":
                self.rows -= numbers
            elif kind == "merge":
                self.merged += 1
            # Files that others have changed meanwhile, it leaves to them.
            self.changes += kind != "optimize" or bool(found) and found[0][-1] != ""
            self.optimized += kind == "optimize" and bool(found) and found[0][-1] != ""

    def statement(self, kind, sql):
        while True:
            found, error = self.house.query(sql)
            if found is not None:
                return found
            if "40001" not in error:
                self.problems.append(f"{sql}: {error.strip()}")
                return None
            self.conflicts[kind] += 1


def run(args, house):
    properties = f" TBLPROPERTIES ({args.properties})" if args.properties else ""
    counted = ", id bigint GENERATED ALWAYS AS IDENTITY" if args.identity else ""
    house.rows(f"CREATE TABLE t (owner integer, n integer, v bigint{counted}) USING {args.format}{properties}")
    house.rows("INSERT INTO t (owner, n, v) VALUES (-1, 0, 0), (-2, 0, 0), (-2, 1, 0), (-2, 2, 0)")
    conflicts, problems, started = collections.Counter(), [], time.monotonic()
    writers = [Writer(house, owner, conflicts, problems) for owner in range(args.processes)]
    threads = [threading.Thread(target=writer.run, args=(args.commits,)) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - started

    wanted = sorted((writer.owner, n) for writer in writers for n in writer.rows)
    readers = {"Lode": sorted((int(a), int(b)) for a, b in house.rows("SELECT owner, n FROM t WHERE owner >= 0"))}
    if args.format != "parquet":
        name = {"delta": "delta-rs", "iceberg": "pyiceberg"}[args.format]
        rows = foreign.read(house, args.format, "t").to_pylist()
        readers[name] = sorted((r["owner"], r["n"]) for r in rows if r["owner"] >= 0)
    for reader, found in readers.items():
        if found != wanted:
            lost, more = set(wanted) - set(found), set(found) - set(wanted)
            problems.append(f"{reader} reads {len(found)} rows, not {len(wanted)}; lost {sorted(lost)[:9]}, too many {sorted(more)[:9]}")
    total, merges = int(house.rows("SELECT v FROM t WHERE owner = -1")[0][0]), sum(writer.merged for writer in writers)
    if total != merges:
        problems.append(f"{merges} merges counted {total}")
    if args.identity:
        rows, numbers = map(int, house.rows("SELECT count(id), count(DISTINCT id) FROM t")[0])
        if rows != numbers:
            problems.append(f"{rows} rows have {numbers} numbers")
    changes = sum(writer.changes for writer in writers) + 1
    problems.extend({"delta": delta_history, "iceberg": iceberg_history, "parquet": own_history}[args.format](house, changes))
    problems.extend(f"{conflicts[kind]} conflicts of {kind}" for kind in ("insert", "optimize") if conflicts[kind])
    said = ", ".join(f"{n} of {kind}" for kind, n in sorted(conflicts.items())) or "none"
    print(f"{changes} changes by {args.processes} processes in {took:.0f} s, {sum(w.optimized for w in writers)} of them OPTIMIZE; conflicts: {said}; "
          f"read by {' and '.join(readers)}")
    conclude(problems, "all there, in one line")


def delta_history(house, changes):
    """One version for each change, each of them whole."""
    log = sorted(path for path in house.listed(foreign.location(house, "t") + "/_delta_log") if path.endswith(".json") and "checkpoint" not in path)
    numbers = [int(path[-25:-5]) for path in log]
    if numbers != list(range(changes + 1)):
        yield f"the log has {len(numbers)} versions up to {numbers[-1]}, not {changes + 1}"
    for path in log:
        for line in house.content(path).splitlines():
            json.loads(line)


def iceberg_history(house, changes):
    """One snapshot for each change, which follows the one before it."""
    snapshots = sorted(foreign.iceberg(house, "t").metadata.snapshots, key=lambda s: s.sequence_number)
    if [s.parent_snapshot_id for s in snapshots] != [None] + [s.snapshot_id for s in snapshots[:-1]]:
        yield "the snapshots are no line"
    if len(snapshots) != changes:
        yield f"there are {len(snapshots)} snapshots, not {changes}"


def own_history(house, changes):
    versions = [int(row[0]) for row in house.rows("SELECT version FROM t$history")]
    if sorted(versions) != list(range(1, changes + 2)):
        yield f"there are {len(versions)} versions up to {max(versions)}, not {changes + 1}"


main()
