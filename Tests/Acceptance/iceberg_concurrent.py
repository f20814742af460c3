#!/usr/bin/env python3
"""Many processes append to, delete from and merge into one Iceberg table: no row is lost, none comes twice, the history is one line.

    iceberg_concurrent.py --lode PATH/TO/lode [--processes 8] [--commits 100]

Each process adds rows of its own, deletes some of its own and counts up a row that all of them share. A statement that ends with 40001 is
run again. With the Python package pyiceberg, it must read the same.
"""
import argparse, glob, json, os, shutil, subprocess, sys, tempfile, threading, time


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--lode", required=True)
    p.add_argument("--processes", type=int, default=8)
    p.add_argument("--commits", type=int, default=100)
    args = p.parse_args()
    folder = tempfile.mkdtemp()
    lode = [args.lode, "--warehouse", f"{folder}/lakehouse", "--quiet", "--format", "csv"]

    def run(sql):
        return subprocess.run(lode + ["-c", sql], capture_output=True, text=True)

    def must(sql):
        done = run(sql)
        if done.returncode:
            sys.exit(f"{sql}\n{done.stderr}")
        return [line.split(",") for line in done.stdout.strip().split("\n")[1:]]

    must("CREATE TABLE t (owner integer, n integer, v bigint) USING iceberg")
    must("INSERT INTO t VALUES (-1, 0, 0)")
    kept, merged, conflicts, faults = {}, [0] * args.processes, [0] * args.processes, []

    def work(owner):
        mine = set()
        for step in range(args.commits):
            if step % 4 == 3:
                sql, kind = "MERGE INTO t USING (SELECT 1 AS one) AS s ON t.owner = -1 WHEN MATCHED THEN UPDATE SET v = t.v + 1", "merge"
            elif step % 4 == 2:
                sql, kind = f"DELETE FROM t WHERE owner = {owner} AND n = {step - 1}", "delete"
            else:
                sql, kind = f"INSERT INTO t VALUES ({owner}, {step}, {step})", "insert"
            while True:
                done = run(sql)
                if done.returncode == 0:
                    break
                if "40001" not in done.stderr:
                    faults.append(f"{sql}\n{done.stderr}")
                    return
                conflicts[owner] += 1
            if kind == "insert":
                mine.add(step)
            elif kind == "delete":
                mine.discard(step - 1)
            else:
                merged[owner] += 1
        kept[owner] = mine

    started = time.time()
    threads = [threading.Thread(target=work, args=(owner,)) for owner in range(args.processes)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    if faults:
        sys.exit(faults[0])
    wanted = sorted((owner, n) for owner, mine in kept.items() for n in mine)
    found = sorted((int(a), int(b)) for a, b in must("SELECT owner, n FROM t WHERE owner >= 0"))
    if found != wanted:
        sys.exit(f"rows: {len(found)}, not {len(wanted)}; lost {set(wanted) - set(found)}, too many {set(found) - set(wanted)}")
    total = int(must("SELECT v FROM t WHERE owner = -1")[0][0])
    if total != sum(merged):
        sys.exit(f"{sum(merged)} merges counted {total}")
    [root] = glob.glob(f"{folder}/lakehouse/main/t-*")
    log = f"{root}/metadata"
    documents = sorted(int(name[1:-14]) for name in os.listdir(log) if name.endswith(".metadata.json"))
    if documents != list(range(1, args.processes * args.commits + 3)):
        sys.exit(f"there are {len(documents)} documents up to {documents[-1]}")
    with open(f"{log}/v{documents[-1]}.metadata.json") as text:
        last = json.load(text)
    # Every snapshot follows the one before it.
    snapshots = sorted(last["snapshots"], key=lambda s: s["sequence-number"])
    parents = [s.get("parent-snapshot-id") for s in snapshots]
    if parents != [None] + [s["snapshot-id"] for s in snapshots[:-1]] or len(snapshots) != args.processes * args.commits + 1:
        sys.exit(f"the {len(snapshots)} snapshots are no line")
    try:
        from pyiceberg.table import StaticTable
        rows = StaticTable.from_metadata(f"{log}/v{documents[-1]}.metadata.json").scan().to_arrow().to_pylist()
        if sorted((r["owner"], r["n"]) for r in rows if r["owner"] >= 0) != wanted:
            sys.exit("pyiceberg reads other rows")
        reader = ", as pyiceberg reads it"
    except ImportError:
        reader = ""
    print(
        f"{len(documents)} documents by {args.processes} processes in {time.time() - started:.0f} s, {sum(conflicts)} conflicts: "
        f"all there{reader}")
    shutil.rmtree(folder)


main()
