#!/usr/bin/env python3
"""Runs the scripts of an example with DuckDB over the same raw files, writing Parquet as Lode does, and times both.

    pipeline_duckdb.py --lode PATH/TO/lode --scripts examples/01-shop --work DIR [--orders 1000000] [--threads 2]

DIR/raw is made by the example's own 00-raw.sql, by Lode. Then each engine runs the other scripts; each table of DuckDB is
a set of zstd Parquet files and a view over them. Ends with the times, the peak memory and a comparison of the gold tables.
Needs: pip install duckdb
"""
import argparse, glob, os, re, resource, shutil, subprocess, sys, time


def statements(path):
    text = re.sub(r"--[^\n]*", "", open(path).read())
    return [s.strip() for s in text.split(";") if s.strip()]


def duckdb_child(args):
    import duckdb
    os.chdir(args.work)
    shutil.rmtree("duck", ignore_errors=True)
    con = duckdb.connect(config={"threads": args.threads})
    for script in scripts(args.scripts):
        started = time.time()
        for s in statements(script):
            table = re.match(r"CREATE OR REPLACE TABLE (\S+)\s+(PARTITIONED BY \((\w+)\) )?AS\s+(.*)$", s, re.S)
            if not table:
                con.execute(s)
                continue
            name, partition, query = table.group(1), table.group(3), table.group(4)
            path = f"duck/{name}"
            os.makedirs(path)
            if partition:
                con.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY ({partition}), OVERWRITE_OR_IGNORE)")
                con.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet('{path}/*/*.parquet', hive_partitioning = true)")
            else:
                con.execute(f"COPY ({query}) TO '{path}/data.parquet' (FORMAT parquet, COMPRESSION zstd)")
                con.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet('{path}/data.parquet')")
        print(f"  duckdb {os.path.basename(script)}: {time.time() - started:.2f} s", flush=True)
    for name in gold(args.scripts):
        con.execute(f"COPY (SELECT * FROM {name} ORDER BY ALL) TO 'duck/{name}.csv' (HEADER)")


def scripts(folder):
    return [s for s in sorted(glob.glob(os.path.join(folder, "*.sql"))) if not os.path.basename(s).startswith(("00", "90"))]


def gold(folder):
    return sorted({m for s in scripts(folder) for m in re.findall(r"CREATE OR REPLACE TABLE (gold\.\w+)", open(s).read())})


def measured(command, **keys):
    started = time.time()
    child = subprocess.Popen(command, **keys)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"{command[0]} failed")
    return time.time() - started, usage.ru_maxrss // 1024


def canon(value):
    try:
        return f"{float(value):.6g}"
    except ValueError:
        return value


def rows(path):
    import csv
    return sorted(tuple(map(canon, row)) for row in list(csv.reader(open(path)))[1:])


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--lode", required=True)
    p.add_argument("--scripts", required=True)
    p.add_argument("--work", required=True)
    p.add_argument("--orders", type=int, default=1_000_000)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    args = p.parse_args()
    args.lode, args.scripts, args.work = map(os.path.abspath, (args.lode, args.scripts, args.work))
    if args.child:
        return duckdb_child(args)
    os.makedirs(args.work, exist_ok=True)
    lode = [args.lode, "run", "--warehouse", f"{args.work}/lakehouse", "--set", f"threads={args.threads}", "--var", f"orders={args.orders}"]
    made = f"{args.work}/raw"
    first = os.path.join(args.scripts, "00-raw.sql")
    if os.path.exists(first) and not os.path.exists(made):
        t, _ = measured(lode + [first], cwd=args.work)
        print(f"raw files made in {t:.2f} s")
    shutil.rmtree(f"{args.work}/lakehouse", ignore_errors=True)
    mine = measured(lode + scripts(args.scripts), cwd=args.work)
    theirs = measured([sys.executable, __file__, "--lode", args.lode, "--scripts", args.scripts, "--work", args.work, "--threads", str(args.threads), "--child"])
    print(f"lode   {mine[0]:.2f} s, peak {mine[1]} MB\nduckdb {theirs[0]:.2f} s, peak {theirs[1]} MB\nratio  {mine[0] / theirs[0]:.2f}")
    wrong = []
    for name in gold(args.scripts):
        with open(f"{args.work}/{name}.csv", "w") as file:
            subprocess.run([args.lode, "--warehouse", f"{args.work}/lakehouse", "--format", "csv", "--quiet", "-c", f"SELECT * FROM {name}"], stdout=file, check=True)
        same = rows(f"{args.work}/{name}.csv") == rows(f"{args.work}/duck/{name}.csv")
        print(f"{name}: {'same' if same else 'DIFFERENT'}")
        wrong += [] if same else [name]
    sys.exit(1 if wrong else 0)


main()
