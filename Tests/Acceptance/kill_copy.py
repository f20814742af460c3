#!/usr/bin/env python3
"""Kills COPY again and again, and checks after each kill that what stands there is a whole old or a whole new generation.

    kill_copy.py --lode PATH/TO/lode [--kills 300] [--rows 20000]

Three targets are rewritten, each with one generation number in all its rows: a single Parquet file, a folder that is overwritten
with other rows, and a folder that is overwritten from itself. A fourth gets OVERWRITE_OR_IGNORE of one of its partitions: the others
must never change.
"""
import argparse, os, random, signal, subprocess, sys, tempfile, time


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--lode", required=True)
    p.add_argument("--kills", type=int, default=300)
    p.add_argument("--rows", type=int, default=20000)
    p.add_argument("--seed", type=int, default=1)
    args = p.parse_args()
    random.seed(args.seed)
    folder = tempfile.mkdtemp()
    base = [os.path.abspath(args.lode), "--warehouse", f"{folder}/lakehouse", "--format", "csv", "--quiet"]
    n, parts = args.rows, 20

    def query(sql):
        done = subprocess.run(base + ["-c", sql], capture_output=True, text=True, cwd=folder)
        if done.returncode:
            return None, done.stderr
        return [line.split(",") for line in done.stdout.split("\n")[1:] if line], ""

    def rows(generation):
        return f"SELECT {generation} AS generation, i, i % {parts} AS k FROM generate_series(1, {n}) AS g(i)"

    def script(generation):
        by = "FORMAT parquet, PARTITION_BY (k)"
        return ";".join([
            f"COPY ({rows(generation)}) TO 'one.parquet'",
            f"COPY ({rows(generation)}) TO 'folder' ({by}, OVERWRITE)",
            f"COPY (SELECT generation + 1 AS generation, i, k FROM read_parquet('itself')) TO 'itself' ({by}, OVERWRITE)",
            f"COPY (SELECT * FROM ({rows(generation)}) WHERE k = 3) TO 'some' ({by}, OVERWRITE_OR_IGNORE)",
        ])

    for target in ["folder", "itself", "some"]:
        _, error = query(f"COPY ({rows(0)}) TO '{target}' (FORMAT parquet, PARTITION_BY (k))")
        assert not error, error
    _, error = query(f"COPY ({rows(0)}) TO 'one.parquet'")
    assert not error, error

    def whole():
        bad = []
        for target in ["one.parquet", "folder", "itself"]:
            got, error = query(f"SELECT count(DISTINCT generation), count(*), count(DISTINCT i) FROM read_parquet('{target}')")
            if got != [["1", str(n), str(n)]]:
                bad.append(f"{target}: {got} {error.strip()}")
        got, error = query("SELECT k = 3, count(DISTINCT generation), count(*) FROM read_parquet('some') GROUP BY 1 ORDER BY 1")
        if got != [["false", "1", str(n - n // parts)], ["true", "1", str(n // parts)]]:
            bad.append(f"some: {got} {error.strip()}")
        return bad

    start = time.time()
    subprocess.run(base + ["-c", script(1)], cwd=folder, check=True)
    length = time.time() - start
    problems, finished = [], 0
    for kill in range(args.kills):
        process = subprocess.Popen(base + ["-c", script(kill + 2)], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0, length * 1.1))
        process.send_signal(signal.SIGKILL)
        finished += process.wait() == 0
        problems += [f"kill {kill}: {problem}" for problem in whole()]
    subprocess.run(base + ["-c", script(0)], cwd=folder, check=True)
    left = [name for name in os.listdir(folder) if name.startswith(".lode-write-")]
    if left:
        problems.append(f"left behind: {left}")
    print(f"{args.kills} kills, {finished} too late, {len(problems)} problems, {length:.2f} s a script")
    print("\n".join(problems[:20]))
    sys.exit(1 if problems else 0)


main()
