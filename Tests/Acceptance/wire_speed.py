#!/usr/bin/env python3
"""How fast rows go over the wire, and how fast one row is found, beside PostgreSQL with the same rows.

    wire_speed.py --lode PATH/TO/lode [--postgres HOST:PORT:USER:PASSWORD:DATABASE] [--rows 5000000] [--lookups 10000] [--rounds 3]

Both servers are asked in turn by the same client, which throws the rows away; the shortest time of each counts.
"""
import time
from warehouse import arguments, conclude
from wire import SYNC, Connection, Server, bind, execute, parse, query

BIG = """create table wire_big as select i::bigint as id, (i % 1000)::integer as part, (i * 0.01)::decimal(12,2) as amount,
    (i % 97 * 1.5)::decimal(10,3) as price, 'item ' || (i % 100000)::varchar as name,
    timestamp '2024-01-01 00:00:00' + i * interval '1 second' as at from generate_series(1, {}) as g(i)"""
SMALL = """create table wire_small as select i::integer as k, 'name ' || i::varchar as name, (i * 1.25)::decimal(10,2) as amount
    from generate_series(1, 10000) as g(i)"""


def copy_out(connection, args):
    connection.discard(query("copy wire_big to stdout"))


def select_binary(connection, args):
    connection.discard(parse("", "select * from wire_big") + bind("", "", binary=True) + execute() + SYNC)


def lookups_simple(connection, args):
    for number in range(args.lookups):
        key = number * 7919 % 10000 + 1
        rows = connection.run(query(f"select k, name, amount from wire_small where k = {key}"))
        assert rows[0][0] == str(key).encode(), rows


def lookups_prepared(connection, args):
    connection.run(parse("s", "select k, name, amount from wire_small where k = $1") + SYNC)
    for number in range(args.lookups):
        key = number * 7919 % 10000 + 1
        rows = connection.run(bind("", "s", [key]) + execute() + SYNC)
        assert rows[0][0] == str(key).encode(), rows
    connection.run(query("deallocate s"))


# What is measured, and the part of PostgreSQL's time that it may take.
WORK = [("COPY TO STDOUT", copy_out, 0.7), ("binary SELECT", select_binary, 0.7), ("look-ups, simple", lookups_simple, 3.0),
        ("look-ups, prepared", lookups_prepared, 2.0)]


def main():
    args = arguments(__doc__, postgres="", rows=5_000_000, lookups=10_000, rounds=3)
    problems = []
    with Server(args.lode) as server:
        sides = {"lode": server.connect()}
        if args.postgres:
            host, port, user, password, database = args.postgres.split(":")
            sides["postgres"] = Connection(host, int(port), user, database, password=password)
            for table in ("wire_big", "wire_small"):
                sides["postgres"].run(query(f"drop table if exists {table}"))
        for name, side in sides.items():
            side.run(query(BIG.format(args.rows)))
            side.run(query(SMALL))
        if args.postgres:
            sides["postgres"].run(query("create index on wire_small (k)"))
            sides["postgres"].run(query("vacuum analyze wire_big"))
            sides["postgres"].run(query("vacuum analyze wire_small"))
        for what, work, allowed in WORK:
            best = {name: float("inf") for name in sides}
            for _ in range(args.rounds):
                for name, side in sides.items():
                    began = time.monotonic()
                    work(side, args)
                    best[name] = min(best[name], time.monotonic() - began)
            line = f"{what:20} " + "  ".join(f"{name} {seconds:7.3f} s" for name, seconds in best.items())
            if args.postgres:
                ratio = best["lode"] / best["postgres"]
                line += f"  {ratio:5.2f} of its time, at most {allowed} asked"
                if ratio > allowed:
                    problems.append(f"{what}: {ratio:.2f}")
            print(line, flush=True)
        if args.postgres:
            for table in ("wire_big", "wire_small"):
                sides["postgres"].run(query(f"drop table {table}"))
    conclude(problems, "as fast as asked")


if __name__ == "__main__":
    main()
