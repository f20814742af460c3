#!/usr/bin/env python3
"""Two hundred connections: most ask for one row every two seconds, ten run TPC-H without pause. And a thousand idle ones.

    load.py --lode PATH/TO/lode --tpch FOLDER_OF_PARQUET --queries FOLDER_OF_SQL [--minutes 5] [--points 190] [--heavy 10] [--idle 1000]

Nothing may fail; 99 of 100 point queries are answered within 100 ms; memory at the end is within a tenth of that after the first minute;
idle connections cost under 100 MB.
"""
import asyncio, glob, os, random, resource, sys, time
from warehouse import arguments, conclude
from wire import Server, Task, query

TABLES = ["region", "nation", "supplier", "customer", "part", "partsupp", "orders", "lineitem"]


async def idle(server, count, problems):
    before = server.status("VmRSS")
    tasks = [await Task.connect(server) for _ in range(count)]
    await asyncio.sleep(1)
    cost = server.status("VmRSS") - before
    print(f"{count} idle connections: {cost:.1f} MB, {server.status('Threads')} threads")
    if cost >= 100:
        problems.append(f"{count} idle connections cost {cost:.1f} MB")
    for task in tasks:
        task.writer.close()
    await asyncio.sleep(1)


async def ask(server, until, times, problems):
    task = await Task.connect(server)
    await asyncio.sleep(random.random() * 2)
    while time.monotonic() < until:
        began = time.monotonic()
        try:
            rows = await task.run(query(f"select n_name, n_comment from nation where n_nationkey = {random.randrange(25)}"))
            if rows != 1:
                problems.append(f"a point query gave {rows} rows")
        except Exception as error:
            problems.append(f"a point query: {error}")
            return
        times.append(time.monotonic() - began)
        await asyncio.sleep(max(0, 2 - (time.monotonic() - began)))


async def work(server, until, queries, done, problems):
    task = await Task.connect(server)
    while time.monotonic() < until:
        for sql in random.sample(queries, len(queries)):
            if time.monotonic() >= until:
                break
            try:
                await task.run(query(sql))
                done.append(1)
            except Exception as error:
                problems.append(f"a heavy query: {error}")
                return


async def watch(server, minutes, seen):
    for _ in range(int(minutes * 60 / 5)):
        await asyncio.sleep(5)
        seen.append(server.status("VmRSS"))


async def measure(server, args, queries, problems):
    setup = await Task.connect(server)
    for table in TABLES:
        await setup.run(query(f"create view {table} as select * from read_parquet('{os.path.abspath(args.tpch)}/{table}.parquet')"))
    await idle(server, args.idle, problems)
    until, times, done, seen = time.monotonic() + args.minutes * 60, [], [], []
    await asyncio.gather(
        *[ask(server, until, times, problems) for _ in range(args.points)],
        *[work(server, until, queries, done, problems) for _ in range(args.heavy)], watch(server, args.minutes, seen))
    times.sort()
    p99 = times[int(len(times) * 0.99)] * 1000 if times else float("inf")
    early = max(seen[:12]) if len(seen) > 12 else max(seen)
    late = max(seen[-12:])
    print(f"{len(times)} point queries, median {times[len(times) // 2] * 1000:.1f} ms, p99 {p99:.1f} ms; {len(done)} heavy queries; "
          f"memory {early:.0f} MB in the first minute, {late:.0f} MB in the last; {server.status('Threads')} threads")
    if p99 > 100:
        problems.append(f"p99 of the point queries is {p99:.1f} ms")
    if late > early * 1.1:
        problems.append(f"memory grew from {early:.0f} to {late:.0f} MB")


def main():
    args = arguments(__doc__, tpch="", queries="", minutes=5.0, points=190, heavy=10, idle=1000, memory="4GB")
    queries = [open(path).read().strip().rstrip(";") for path in sorted(glob.glob(f"{args.queries}/*.sql"))] if args.queries else []
    if not args.tpch or not queries:
        sys.exit("--tpch names a folder of Parquet files, --queries one of .sql files")
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit[1], limit[1]))
    problems = []
    with Server(args.lode, "--memory", args.memory, "--allow-path", os.path.abspath(args.tpch)) as server:
        asyncio.run(measure(server, args, queries, problems))
    conclude(problems, "nobody waited long, and nothing failed")


if __name__ == "__main__":
    main()
