#!/usr/bin/env python3
"""TPC-H through the listener beside the same binary fed through a pipe, and eight sessions at once beside one after another.

    listener.py --lode PATH/TO/lode --tpch FOLDER_OF_PARQUET --queries FOLDER_OF_SQL [--rounds 9] [--sessions 8]

The two ways take turns, query by query, so that a change in the machine's speed hits both; medians are compared. The sessions run all
queries, each in an order of its own; the work one after another is as many rounds of all queries on one connection.
"""
import glob, os, random, statistics, subprocess, sys, threading, time
from warehouse import arguments, conclude
from wire import Server, query

TABLES = ["region", "nation", "supplier", "customer", "part", "partsupp", "orders", "lineitem"]


class Pipe:
    """`lode` reading statements from a pipe; the end of an answer is marked by a SELECT behind it."""

    def __init__(self, lode, folder, views):
        self.process = subprocess.Popen(
            [os.path.abspath(lode), "--warehouse", f"{folder}/piped", "--format", "csv", "--quiet"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE)
        for view in views:
            self.run(view)

    def run(self, sql):
        """Throws the rows away, as `discard` does of those that come over the wire."""
        self.process.stdin.write(f"{sql};\nselect 'the end' as mark;\n".encode())
        self.process.stdin.flush()
        tail = b""
        while not tail.endswith(b"the end\n"):
            piece = os.read(self.process.stdout.fileno(), 1 << 20)
            if not piece:
                raise SystemExit("lode has ended")
            tail = (tail + piece)[-8:]


def timed(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main():
    args = arguments(__doc__, tpch="", queries="", rounds=9, sessions=8)
    queries = [open(path).read().strip().rstrip(";") for path in sorted(glob.glob(f"{args.queries}/*.sql"))]
    if not args.tpch or not queries:
        sys.exit("--tpch names a folder of Parquet files, --queries one of .sql files")
    data = os.path.abspath(args.tpch)
    views = [f"create view {t} as select * from read_parquet('{data}/{t}.parquet')" for t in TABLES]
    problems = []
    with Server(args.lode, "--allow-path", data) as server:
        wire = server.connect()
        for view in views:
            wire.run(query(view))
        pipe = Pipe(args.lode, server.folder, views)
        ways = {"wire": [], "pipe": []}
        for sql in queries:
            times = {"wire": [], "pipe": []}
            for turn in range(args.rounds + 1):
                for way, run in (("wire", lambda: wire.discard(query(sql))), ("pipe", lambda: pipe.run(sql))):
                    taken = timed(run)
                    if turn > 0:
                        times[way].append(taken)
            for way in ways:
                ways[way].append(statistics.median(times[way]))
        ratios = [a / b for a, b in zip(ways["wire"], ways["pipe"])]
        print(f"{len(queries)} queries, medians of {args.rounds}: listener {sum(ways['wire']):.2f} s, pipe {sum(ways['pipe']):.2f} s, "
              f"ratio {sum(ways['wire']) / sum(ways['pipe']):.3f}, worst query {max(ratios):.2f}")

        def all_queries(connection, order):
            for sql in order:
                connection.run(query(sql))

        connections = [server.connect() for _ in range(args.sessions)]
        orders = [random.Random(i).sample(queries, len(queries)) for i in range(args.sessions)]
        serial = timed(lambda: [all_queries(connections[0], order) for order in orders])
        threads = [threading.Thread(target=all_queries, args=pair) for pair in zip(connections, orders)]

        def together():
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        parallel = timed(together)
        print(f"{args.sessions} sessions at once {parallel:.2f} s, one after another {serial:.2f} s: {parallel / serial:.2f}")
        if parallel > 1.1 * serial:
            problems.append(f"sessions at once take {parallel / serial:.2f} times the work one after another")
        pipe.process.kill()
    conclude(problems, "sessions at once cost no more than one after another")


main()
