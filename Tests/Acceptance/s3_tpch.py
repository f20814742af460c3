#!/usr/bin/env python3
"""TPC-H from an object store on which every request takes its time, beside the same from local files and beside other engines.

    s3_tpch.py --lode PATH/TO/lode --data FOLDER --queries FOLDER [--latency 20] [--rounds 3] [--only q01,q06] [--port 19400]
               [--peers PYTHON] [--server SEAWEED.SH]

FOLDER of the data has lineitem.parquet and its like. The store is plain_s3.c over that folder, which waits before each answer; with
--server it is SeaweedFS behind slow_line.c, which then takes its part of the machine too. PYTHON is an interpreter that has duckdb with duckdb-extension-httpfs, and polars.
Cold: a process of its own with an empty cache. Warm: the same statement again in that process. Milliseconds of the statement, best of the
rounds, for all engines alike. The exit code is 1 if a limit is not kept (cold: local + 100 ms, warm: local + 30 ms, peers: 0.6 of the
better one in sum) or an answer differs.
"""
import glob, hashlib, json, os, re, shutil, subprocess, sys, tempfile, time

from warehouse import arguments

KEY, SECRET, BUCKET = "lodekey", "lodesecret12345", "lode"
COLD, WARM, RATIO = 100, 30, 0.6
HERE = os.path.dirname(os.path.abspath(__file__))
AGAIN = 3


class Store:
    """The data behind a slow line."""

    def __init__(self, args, folder):
        self.processes, self.args, self.folder = [], args, folder
        for name in ("plain_s3", "slow_line"):
            subprocess.run(["cc", "-O2", "-pthread", "-o", f"{folder}/{name}", f"{HERE}/{name}.c"], check=True)
        if args.server:
            subprocess.run([args.server, "start", f"{folder}/server", str(args.port)], check=True)
            self.upload()
            self.start("slow_line", args.port + 50, args.port, args.latency)
        else:
            os.makedirs(f"{folder}/buckets/{BUCKET}")
            os.symlink(os.path.abspath(args.data), f"{folder}/buckets/{BUCKET}/tpch")
            self.start("plain_s3", args.port + 50, f"{folder}/buckets", args.latency)
        time.sleep(0.5)
        self.endpoint = f"http://127.0.0.1:{args.port + 50}"

    def start(self, name, *words):
        self.processes.append(subprocess.Popen([f"{self.folder}/{name}", *map(str, words)], stdout=subprocess.DEVNULL))

    def upload(self):
        import boto3
        from botocore.config import Config
        client = boto3.client(
            "s3", endpoint_url=f"http://127.0.0.1:{self.args.port}", aws_access_key_id=KEY, aws_secret_access_key=SECRET,
            region_name="us-east-1", config=Config(s3={"addressing_style": "path"}))
        for path in glob.glob(f"{self.args.data}/*.parquet"):
            client.upload_file(path, BUCKET, "tpch/" + os.path.basename(path))

    def stop(self):
        for process in self.processes:
            process.kill()
            process.wait()
        if self.args.server:
            subprocess.run([self.args.server, "stop", f"{self.folder}/server", str(self.args.port)])


class Lode:
    def __init__(self, args, folder, place, endpoint=None):
        self.caches = f"{folder}/caches"
        warehouse = tempfile.mkdtemp(dir=folder)
        self.script = f"{warehouse}.sql"
        self.command = [os.path.abspath(args.lode), "run", "--warehouse", warehouse, "--format", "csv"]
        clean = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        self.environment = clean | {
            "HOME": folder, "XDG_CACHE_HOME": self.caches, "AWS_EC2_METADATA_DISABLED": "true", "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL_S3": endpoint or "http://127.0.0.1:9"}
        views = [
            f"CREATE VIEW {os.path.basename(path)[:-8]} AS SELECT * FROM read_parquet('{place}/{os.path.basename(path)}')"
            for path in glob.glob(f"{args.data}/*.parquet")]
        self.run("; ".join(views))

    def run(self, sql):
        with open(self.script, "w") as file:
            file.write(sql + ";\n")
        done = subprocess.run(
            self.command + [self.script], capture_output=True, text=True, env=self.environment, timeout=600)
        if done.returncode:
            raise AssertionError(done.stderr)
        return done

    def measure(self, sql):
        """Milliseconds of the first and of the best later time, the rows, and the receipts of the first and last."""
        shutil.rmtree(self.caches, ignore_errors=True)
        done = self.run("; ".join([sql] * (1 + AGAIN)))
        receipts = [line for line in done.stderr.split("\n") if re.search(r"rows? in [0-9.]+ m?s", line)]
        times = [milliseconds(receipt) for receipt in receipts]
        assert len(times) == 1 + AGAIN, done.stderr
        answers = done.stdout.rstrip("\n").split("\n")
        return times[0], min(times[1:]), answers[:len(answers) // (1 + AGAIN)], (receipts[0], receipts[-1])


def milliseconds(receipt):
    number, unit = re.search(r"rows? in ([0-9.]+) (ms|s)", receipt).groups()
    return float(number) * (1 if unit == "ms" else 1000)


PEER = '''
import json, sys, time
engine, endpoint, place, again, sql = sys.argv[1:]
tables = "customer lineitem nation orders part partsupp region supplier".split()
if engine == "duckdb":
    import duckdb
    import duckdb_extension_httpfs, glob, os
    con = duckdb.connect(config={"threads": 2})
    con.execute("LOAD '%%s'" %% glob.glob(os.path.dirname(duckdb_extension_httpfs.__file__) + "/extensions/*/httpfs.duckdb_extension")[0])
    host = endpoint.split("//")[1]
    con.execute(f"CREATE SECRET (TYPE s3, KEY_ID '%s', SECRET '%s', ENDPOINT '{host}', URL_STYLE 'path', USE_SSL false, REGION 'us-east-1')")
    def views():
        return "".join(f"CREATE OR REPLACE TEMP VIEW {t} AS SELECT * FROM read_parquet('{place}/{t}.parquet');" for t in tables if t in sql)
    def run():
        con.execute(views())
        con.execute(sql).fetchall()
else:
    import polars as pl
    options = {"aws_endpoint_url": endpoint, "aws_access_key_id": "%s", "aws_secret_access_key": "%s", "aws_region": "us-east-1", "aws_allow_http": "true"}
    def run():
        frames = {t: pl.scan_parquet(f"{place}/{t}.parquet", storage_options=options) for t in tables if t in sql}
        pl.SQLContext(frames).execute(sql, eager=True)
times = []
for _ in range(1 + int(again)):
    began = time.time()
    run()
    times.append((time.time() - began) * 1000)
print(json.dumps([times[0], min(times[1:])]))
''' % (KEY, SECRET, KEY, SECRET)


def peer(args, engine, endpoint, sql):
    """The same of another engine; None where it can't run the query."""
    done = subprocess.run(
        [args.peers, "-c", PEER, engine, endpoint, f"s3://{BUCKET}/tpch", str(AGAIN), sql], capture_output=True, text=True,
        env=os.environ | {"POLARS_MAX_THREADS": "2"}, timeout=600)
    if done.returncode:
        if os.environ.get("SHOW_ERRORS"):
            print(done.stderr[-600:])
        return None
    return json.loads(done.stdout.strip().split("\n")[-1])


def best(pairs):
    pairs = [pair for pair in pairs if pair]
    return [min(side) for side in zip(*pairs)] if pairs else None


def main():
    args = arguments(__doc__, data="", queries="", latency=20, rounds=3, only="", port=19400, peers="", server="")
    folder = tempfile.mkdtemp(prefix="lode-s3-tpch-")
    store = Store(args, folder)
    bad, sums = [], {}
    try:
        remote = Lode(args, folder, f"s3://{BUCKET}/tpch", store.endpoint)
        local = Lode(args, folder, os.path.abspath(args.data))
        print(f"{'':5}{'local':>7}{'cold':>8}{'more':>7}{'again':>8}{'warm':>8}{'more':>7}  {'duckdb':>14}{'polars':>16}   requests")
        for path in sorted(glob.glob(f"{args.queries}/*.sql")):
            name = os.path.basename(path)[:-4]
            if args.only and name not in args.only.split(","):
                continue
            sql = open(path).read().strip().rstrip(";")
            here = [local.measure(sql) for _ in range(args.rounds)]
            there = [remote.measure(sql) for _ in range(args.rounds)]
            if there[0][2] != here[0][2]:
                bad.append(f"{name}: another answer")
            (first, again), (cold, warm) = best([m[:2] for m in here]), best([m[:2] for m in there])
            others = {e: best([peer(args, e, store.endpoint, sql) for _ in range(args.rounds)]) for e in ("duckdb", "polars")} if args.peers else {}
            shown = "".join(f"  {o[0]:7.0f}{o[1]:7.0f}" if o else f"{'-':>16}" for o in others.values())
            asked = [re.search(r"([0-9,]+) requests?", r) for r in there[0][3]]
            print(f"{name:5}{first:7.0f}{cold:8.0f}{cold - first:+7.0f}{again:8.0f}{warm:8.0f}{warm - again:+7.0f}{shown}   "
                  f"{'/'.join(a.group(1) if a else '0' for a in asked)}", flush=True)
            if cold > first + COLD:
                bad.append(f"{name}: {cold - first:.0f} ms more than from local files")
            if warm > again + WARM:
                bad.append(f"{name}: warm, {warm - again:.0f} ms more than from local files")
            mine = {"local": first, "cold": cold, "again": again, "warm": warm}
            mine |= {f"{e} {kind}": value for e, o in others.items() if o for kind, value in zip(("cold", "warm"), o)}
            for key, value in mine.items():
                sums[key] = sums.get(key, 0) + value
            for kind, own in (("cold", cold), ("warm", warm)):
                rivals = [o[kind == "warm"] for o in others.values() if o]
                if rivals:
                    sums[f"best peer {kind}"] = sums.get(f"best peer {kind}", 0) + min(rivals)
        print("sums: " + ", ".join(f"{key} {value:.0f}" for key, value in sums.items()))
        for kind in ("cold", "warm"):
            if f"best peer {kind}" in sums and sums[kind] > RATIO * sums[f"best peer {kind}"]:
                bad.append(f"{kind}: {sums[kind] / sums[f'best peer {kind}']:.2f} of the better peer's time")
    finally:
        store.stop()
        shutil.rmtree(folder, ignore_errors=True)
    for problem in bad:
        print(problem)
    print(f"{len(bad)} limits not kept")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
