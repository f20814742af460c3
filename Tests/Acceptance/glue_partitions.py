#!/usr/bin/env python3
"""A query of one partition of many plans in under a second.

    glue_partitions.py --lode PATH/TO/lode [--partitions 100000]

Glue is glue_stub.py, which pages and filters as AWS documents. Needs a release build.
"""
import argparse, json, os, subprocess, sys, tempfile, time, urllib.request

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--lode", required=True)
parser.add_argument("--partitions", type=int, default=100_000)
parser.add_argument("--port", type=int, default=5899)
args = parser.parse_args()

folder = tempfile.mkdtemp()
url = f"http://127.0.0.1:{args.port}"
stub = subprocess.Popen([sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "glue_stub.py"),
                         str(args.port), str(args.partitions), f"{folder}/logs"])


def calls():
    return json.load(urllib.request.urlopen(url))


def lode(sql):
    attach = f"CREATE CATALOG g USING glue OPTIONS (region 'x', endpoint '{url}', access_key_id 'a', secret_access_key 'b');"
    start = time.monotonic()
    done = subprocess.run([os.path.abspath(args.lode), "--warehouse", f"{folder}/lakehouse", "--format", "csv", "-c", attach + sql],
                          capture_output=True, text=True)
    return time.monotonic() - start, done.stdout.split("\n")[1:-1] or done.stderr


def timed(what, sql, wanted, limit):
    before = calls()
    runs = [lode(sql) for _ in range(5)]
    asked = (calls().get("GetPartitions", 0) - before.get("GetPartitions", 0)) // 5
    seconds, rows = min(run[0] for run in runs), runs[0][1]
    ok = rows == wanted and (limit is None or seconds < limit)
    print(f"{'ok  ' if ok else 'FAIL'} {what}: {seconds * 1000:.0f} ms, {asked} GetPartitions{'' if rows == wanted else ': ' + str(rows)[:300]}")
    return ok


try:
    for _ in range(100):
        try:
            calls()
            break
        except OSError:
            time.sleep(0.1)
    days = [f"{2000 + i // 24 // 372:04}-{i // 24 // 31 % 12 + 1:02}-{i // 24 % 31 + 1:02}" for i in (args.partitions // 2,)]
    lode(f"COPY (SELECT 1::bigint AS id) TO '{folder}/logs/day={days[0]}/hour=5/x.parquet' (FORMAT parquet)")
    results = [
        timed("one partition", f"SELECT count(*) FROM g.web.logs WHERE day = '{days[0]}' AND hour = 5", ["1"], 1),
        timed("one day", f"SELECT count(*) FROM g.web.logs WHERE day = '{days[0]}'", ["1"], 1),
        timed("one of two, by a predicate that Glue can't decide",
              f"SELECT count(*) FROM g.web.logs WHERE day = '{days[0]}' AND (hour = 5 OR hour + id = 17)", ["1"], 1),
        timed("all of them", "SELECT count(*) FROM g.web.logs WHERE id = 1", ["1"], None),
    ]
finally:
    stub.terminate()
sys.exit(0 if all(results) else 1)
