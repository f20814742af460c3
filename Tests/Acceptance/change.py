#!/usr/bin/env python3
"""Several processes change the same tables at once; every change that was acknowledged is there, exactly once.

    change.py --lode PATH/TO/lode [--seconds 60] [--processes 4]

Each process runs one statement after another: it adds columns of its own, sets properties, inserts rows with numbers of its own,
overwrites partitions that all of them overwrite, and counts up in one common row by reading and overwriting it.
"""
import argparse, os, random, subprocess, sys, tempfile, threading, time


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--lode", required=True)
    p.add_argument("--seconds", type=float, default=60)
    p.add_argument("--processes", type=int, default=4)
    args = p.parse_args()
    folder = tempfile.mkdtemp()
    base = [os.path.abspath(args.lode), "--warehouse", f"{folder}/lakehouse", "--format", "csv", "--quiet"]

    def run(sql):
        done = subprocess.run(base + ["-c", sql], capture_output=True, text=True)
        return done.stdout if done.returncode == 0 else None, done.stderr

    def rows(sql):
        out, error = run(sql)
        assert out is not None, error
        return [line.split(",") for line in out.split("\n")[1:] if line]

    run("CREATE TABLE t (id bigint); CREATE TABLE counter AS SELECT 0::bigint AS n;"
        "CREATE TABLE shared (owner bigint, i bigint, k bigint) PARTITIONED BY (k)")
    columns, properties, ids, counted, refused, problems = [], [], [], [], [], []
    deadline = time.time() + args.seconds

    def change(process):
        choose = random.Random(process)
        number = 0
        while time.time() < deadline:
            number += 1
            own = f"p{process}_{number}"
            sql, record, entry = choose.choice([
                (f"ALTER TABLE t ADD COLUMN {own} integer", columns, own),
                (f"ALTER TABLE t SET TBLPROPERTIES ('{own}' = 'x')", properties, own),
                (f"INSERT INTO t (id) SELECT {process * 1_000_000 + number} UNION ALL SELECT {-process * 1_000_000 - number}", ids,
                 process * 1_000_000 + number),
                (f"INSERT OVERWRITE shared SELECT {process * 1_000_000 + number}, i, i % 3 FROM generate_series(1, 300) AS g(i)", [], own),
                ("INSERT OVERWRITE counter SELECT n + 1 FROM counter", counted, own),
                ("VACUUM RETAIN 0 HOURS", [], own),
            ])
            out, error = run(sql)
            if out is not None:
                record.append(entry)
            elif "40001" in error:
                refused.append(own)
            else:
                problems.append(f"{sql}: {error.strip()}")

    def watch():
        while time.time() < deadline:
            # One statement replaces all partitions: all rows are one owner's, and none is doubled.
            got, error = run("SELECT count(*), count(DISTINCT i), count(DISTINCT owner) FROM shared")
            if got is None or got.split("\n")[1] not in ("300,300,1", "0,0,0"):
                problems.append(f"shared: {got} {error.strip()}")

    threads = [threading.Thread(target=change, args=(k,)) for k in range(1, args.processes + 1)] + [threading.Thread(target=watch)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()

    def compare(what, wanted, found):
        lost, extra = set(wanted) - set(found), len(found) - len(set(found))
        unknown = set(found) - set(wanted)
        if lost or extra or unknown:
            problems.append(f"{what}: {len(lost)} lost, {extra} doubled, {len(unknown)} that nobody was told of")

    compare("columns", columns, [r[0] for r in rows("DESCRIBE t") if r[0] != "id"])
    compare("properties", properties, [r[0] for r in rows("SHOW TBLPROPERTIES t") if r[0].startswith("p")])
    found = [int(r[0]) for r in rows("SELECT id FROM t")]
    compare("rows", [s * i for i in ids for s in (1, -1)], found)
    compare("counts", range(len(counted)), range(int(rows("SELECT n FROM counter")[0][0])))
    print(f"{len(columns)} columns, {len(properties)} properties, {len(found)} rows, {len(counted)} counts by {args.processes} processes; "
          f"{len(refused)} statements gave up after conflicts")
    for problem in problems[:10]:
        print(problem)
    print("no change was lost, none doubled" if not problems else f"{len(problems)} problems")
    sys.exit(1 if problems else 0)


main()
