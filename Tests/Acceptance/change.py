#!/usr/bin/env python3
"""Several processes change the same tables at once; every change that was acknowledged is there, exactly once.

    change.py --lode PATH/TO/lode [--seconds 60] [--processes 4]

Each process runs one statement after another: it adds columns of its own, sets properties, inserts rows with numbers of its own,
overwrites partitions that all of them overwrite, and counts up in one common row by reading and overwriting it.
"""
import random, threading, time

from warehouse import Warehouse, arguments, conclude


def main():
    args = arguments(__doc__, seconds=60.0, processes=4)
    house = Warehouse(args.lode)
    house.rows("CREATE TABLE t (id bigint); CREATE TABLE counter AS SELECT 0::bigint AS n;"
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
                ("UPDATE counter SET n = n + 1", counted, own),
                ("MERGE INTO counter USING (SELECT 1 AS one) AS s ON n >= one - 1 WHEN MATCHED THEN UPDATE SET n = n + 1", counted, own),
                ("VACUUM RETAIN 0 HOURS", [], own),
            ])
            got, error = house.query(sql)
            if got is not None:
                record.append(entry)
            elif "40001" in error:
                refused.append(own)
            else:
                problems.append(f"{sql}: {error.strip()}")

    def watch():
        while time.time() < deadline:
            # One statement replaces all partitions: all rows are one owner's, and none is doubled.
            got, error = house.query("SELECT count(*), count(DISTINCT i), count(DISTINCT owner) FROM shared")
            if got not in ([["300", "300", "1"]], [["0", "0", "0"]]):
                problems.append(f"shared: {got} {error.strip()}")

    threads = [threading.Thread(target=change, args=(k,)) for k in range(1, args.processes + 1)] + [threading.Thread(target=watch)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()

    def compare(what, wanted, found):
        lost, extra = set(wanted) - set(found), len(found) - len(set(found))
        unknown = set(found) - set(wanted)
        if lost or extra or unknown:
            problems.append(f"{what}: {len(lost)} lost, {extra} doubled, {len(unknown)} that nobody was told of")

    compare("columns", columns, [r[0] for r in house.rows("DESCRIBE t") if r[0] != "id"])
    compare("properties", properties, [r[0] for r in house.rows("SHOW TBLPROPERTIES t") if r[0].startswith("p")])
    found = [int(r[0]) for r in house.rows("SELECT id FROM t")]
    compare("rows", [s * i for i in ids for s in (1, -1)], found)
    compare("counts", range(len(counted)), range(int(house.rows("SELECT n FROM counter")[0][0])))
    print(f"{len(columns)} columns, {len(properties)} properties, {len(found)} rows, {len(counted)} counts by {args.processes} processes; "
          f"{len(refused)} statements gave up after conflicts")
    conclude(problems, "no change was lost, none doubled")


main()
