#!/usr/bin/env python3
"""Many processes append to, delete from and merge into one Delta table: no row is lost, none comes twice, the history is one line.

    delta_concurrent.py --lode PATH/TO/lode [--processes 8] [--commits 100] [--identity] [--properties "'delta.enableDeletionVectors' = 'true'"]

Each process adds rows of its own, deletes some of its own and counts up a row that all of them share. A statement that ends with 40001 is
run again. With the Python package deltalake, delta-rs must read the same. With --identity the table counts its rows: no number is given
twice.
"""
import argparse, glob, json, os, shutil, subprocess, sys, tempfile, threading, time


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--lode", required=True)
    p.add_argument("--processes", type=int, default=8)
    p.add_argument("--commits", type=int, default=100)
    p.add_argument("--identity", action="store_true")
    p.add_argument("--properties", default="")
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

    properties = f" TBLPROPERTIES ({args.properties})" if args.properties else ""
    counted = ", id bigint GENERATED ALWAYS AS IDENTITY" if args.identity else ""
    must(f"CREATE TABLE t (owner integer, n integer, v bigint{counted}) USING delta{properties}")
    must("INSERT INTO t (owner, n, v) VALUES (-1, 0, 0), (-2, 0, 0), (-2, 1, 0), (-2, 2, 0)")
    kept, merged, conflicts, faults = {}, [0] * args.processes, [0] * args.processes, []

    def work(owner):
        mine = set()
        for step in range(args.commits):
            if step % 4 == 3:
                sql, kind = "MERGE INTO t USING (SELECT 1 AS one) AS s ON t.owner = -1 WHEN MATCHED THEN UPDATE SET v = t.v + 1", "merge"
            elif step % 4 == 2:
                sql, kind = f"DELETE FROM t WHERE owner = {owner} AND n IN ({step}, -{step})", "delete"
            else:
                sql, kind = (
                    f"INSERT INTO t (owner, n, v) SELECT {owner}, n, {step} FROM (VALUES ({step + 1}), (-{step + 1}), (-1000 - {step}), (-2000 - {step})) AS q(n)",
                    "insert")
            while True:
                done = run(sql)
                if done.returncode == 0:
                    break
                if "40001" not in done.stderr:
                    faults.append(f"{sql}\n{done.stderr}")
                    return
                conflicts[owner] += 1
            if kind == "insert":
                mine |= {step + 1, -step - 1, -1000 - step, -2000 - step}
            elif kind == "delete":
                mine -= {step, -step}
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
    if args.identity:
        rows, numbers = map(int, must("SELECT count(id), count(DISTINCT id) FROM t")[0])
        if rows != numbers:
            sys.exit(f"{rows} rows have {numbers} numbers")
    [root] = glob.glob(f"{folder}/lakehouse/main/t-*")
    log = f"{root}/_delta_log"
    versions = sorted(int(name[:20]) for name in os.listdir(log) if name[20:] == ".json")
    if versions != list(range(args.processes * args.commits + 2)):
        sys.exit(f"the log has {len(versions)} versions up to {versions[-1]}")
    for version in versions:
        with open(f"{log}/{version:020}.json") as lines:
            for line in lines: json.loads(line)
    try:
        import deltalake, pyarrow
        found = deltalake.QueryBuilder().register("t", deltalake.DeltaTable(root)).execute("SELECT owner, n FROM t")
        rows = pyarrow.table(found.read_all()).to_pylist()
        if sorted((r["owner"], r["n"]) for r in rows if r["owner"] >= 0) != wanted:
            sys.exit("delta-rs reads other rows")
        reader = ", as delta-rs reads it"
    except ImportError:
        reader = ""
    print(
        f"{len(versions)} versions by {args.processes} processes in {time.time() - started:.0f} s, {sum(conflicts)} conflicts: "
        f"all there{reader}")
    shutil.rmtree(folder)


main()
