#!/usr/bin/env python3
"""Kills COPY again and again, and checks after each kill that what stands there is a whole old or a whole new generation.

    kill_copy.py --lode PATH/TO/lode [--kills 300] [--rows 20000]

Three targets are rewritten, each with one generation number in all its rows: a single Parquet file, a folder that is overwritten
with other rows, and a folder that is overwritten from itself. A fourth gets OVERWRITE_OR_IGNORE of one of its partitions: the others
must never change.
"""
import os, random, subprocess, time

from warehouse import Warehouse, arguments, conclude

PARTS = 20
BY = "FORMAT parquet, PARTITION_BY (k)"


def main():
    args = arguments(__doc__, kills=300, rows=20000, seed=1)
    random.seed(args.seed)
    house, n = Warehouse(args.lode), args.rows

    def rows(generation):
        return f"SELECT {generation} AS generation, i, i % {PARTS} AS k FROM generate_series(1, {n}) AS g(i)"

    def script(generation):
        return ";".join([
            f"COPY ({rows(generation)}) TO 'one.parquet'",
            f"COPY ({rows(generation)}) TO 'folder' ({BY}, OVERWRITE)",
            f"COPY (SELECT generation + 1 AS generation, i, k FROM read_parquet('itself')) TO 'itself' ({BY}, OVERWRITE)",
            f"COPY (SELECT * FROM ({rows(generation)}) WHERE k = 3) TO 'some' ({BY}, OVERWRITE_OR_IGNORE)",
        ])

    for target in ["folder", "itself", "some"]:
        house.rows(f"COPY ({rows(0)}) TO '{target}' ({BY})")
    house.rows(f"COPY ({rows(0)}) TO 'one.parquet'")

    def whole():
        bad = []
        for target in ["one.parquet", "folder", "itself"]:
            got, error = house.query(f"SELECT count(DISTINCT generation), count(*), count(DISTINCT i) FROM read_parquet('{target}')")
            if got != [["1", str(n), str(n)]]:
                bad.append(f"{target}: {got} {error.strip()}")
        got, error = house.query("SELECT k = 3, count(DISTINCT generation), count(*) FROM read_parquet('some') GROUP BY 1 ORDER BY 1")
        if got != [["false", "1", str(n - n // PARTS)], ["true", "1", str(n // PARTS)]]:
            bad.append(f"some: {got} {error.strip()}")
        return bad

    start = time.time()
    house.rows(script(1))
    length = time.time() - start
    problems, finished = [], 0
    for kill in range(args.kills):
        process = house.start("-c", script(kill + 2), stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0, length * 1.1))
        process.kill()
        finished += process.wait() == 0
        problems += [f"kill {kill}: {problem}" for problem in whole()]
    house.rows(script(0))
    left = [name for name in os.listdir(house.folder) if name.startswith(".lode-write-")]
    if left:
        problems.append(f"left behind: {left}")
    print(f"{args.kills} kills, {finished} of them too late, {length:.2f} s a script")
    conclude(problems, "everything was whole after each")


main()
