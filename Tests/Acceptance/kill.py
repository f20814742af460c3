#!/usr/bin/env python3
"""Kills a script that replaces and appends to tables, again and again, and checks after each kill that every table is a whole
old or a whole new version.

    kill.py --lode PATH/TO/lode [--kills 200] [--rows 20000]

`replaced` is rewritten with a new generation number in all its rows; `appended` gets batches of a fixed number of rows, each with
its own number; `parted` is an overwritten partitioned table. A table is whole if `replaced` and `parted` have one generation and
all their rows, and `appended` has only complete batches. Another process reads all the while.
"""
import argparse, os, random, signal, subprocess, sys, tempfile, threading, time


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--lode", required=True)
    p.add_argument("--kills", type=int, default=200)
    p.add_argument("--rows", type=int, default=20000)
    p.add_argument("--seed", type=int, default=1)
    args = p.parse_args()
    random.seed(args.seed)
    folder = tempfile.mkdtemp()
    base = [os.path.abspath(args.lode), "--warehouse", f"{folder}/lakehouse", "--format", "csv", "--quiet"]

    def query(sql):
        done = subprocess.run(base + ["-c", sql], capture_output=True, text=True)
        if done.returncode:
            return None, done.stderr
        return [line.split(",") for line in done.stdout.split("\n")[1:] if line], ""

    n = args.rows
    rows = f"generate_series(1, {n}) AS g(i)"
    _, error = query(f"""
        CREATE TABLE replaced AS SELECT 0 AS generation, i FROM {rows};
        CREATE TABLE appended AS SELECT 0 AS batch, i FROM {rows};
        CREATE TABLE parted PARTITIONED BY (k) AS SELECT 0 AS generation, i, i % 5 AS k FROM {rows}""")
    assert not error, error

    def whole(where):
        bad = []
        for table, sql, test in [
            ("replaced", "SELECT count(DISTINCT generation), count(*), count(DISTINCT i) FROM replaced", lambda r: r[0] == ["1", str(n), str(n)]),
            ("parted", "SELECT count(DISTINCT generation), count(*), count(DISTINCT i) FROM parted", lambda r: r[0] == ["1", str(n), str(n)]),
            ("appended", "SELECT batch, count(*) FROM appended GROUP BY batch", lambda r: all(c == str(n) for _, c in r) and len(r) > 0),
        ]:
            got, error = query(sql)
            if got is None or not got or not test(got):
                bad.append(f"{where}: {table}: {got} {error.strip()}")
        return bad

    problems, reads, stop = [], [0], threading.Event()

    def read_on():
        while not stop.is_set():
            problems.extend(whole("while writing"))
            reads[0] += 1

    reader = threading.Thread(target=read_on)
    reader.start()
    generation, landed = 0, 0
    for kill in range(args.kills):
        script = []
        for _ in range(20):
            generation += 1
            script.append(f"CREATE OR REPLACE TABLE replaced AS SELECT {generation} AS generation, i FROM {rows};")
            script.append(f"INSERT INTO appended SELECT {generation} AS batch, i FROM {rows};")
            script.append(f"INSERT OVERWRITE parted SELECT {generation} AS generation, i, i % 5 AS k FROM {rows};")
        writer = subprocess.Popen(base, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        feeder = threading.Thread(target=lambda: feed(writer, "\n".join(script)))
        feeder.start()
        time.sleep(random.uniform(0.02, 0.5))
        landed += writer.poll() is None
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        feeder.join()
        problems.extend(whole(f"after kill {kill + 1}"))
    stop.set()
    reader.join()
    batches, _ = query("SELECT count(DISTINCT batch), max(batch) FROM appended")
    print(f"{args.kills} kills, {landed} of them in the midst of the script; {batches[0][0]} batches landed of {generation} begun; {reads[0]} checks by a second process")
    for problem in problems[:10]:
        print(problem)
    print(f"{'every table was whole after each' if not problems else f'{len(problems)} torn tables'}")
    sys.exit(1 if problems else 0)


def feed(process, text):
    try:
        process.stdin.write(text)
        process.stdin.close()
    except (BrokenPipeError, OSError, ValueError):
        pass


main()
