#!/usr/bin/env python3
"""Kills a script that changes tables and files in every way, again and again, and checks after each kill that each of them is a
whole old or a whole new version.

    kill.py --lode PATH/TO/lode [--kills 300] [--rows 20000] [--format parquet|delta|iceberg] [--services FOLDER [--port 19400]]

With --services, the warehouse lies in SeaweedFS, which FOLDER/seaweed.sh starts; uploads that were not ended are then as bad as files
that no table has. Every statement of the script puts a generation number into all the rows that it writes:
`updated` UPDATE, `merged` MERGE, `replaced` CREATE OR REPLACE, `appended` INSERT, `parted` INSERT OVERWRITE of all partitions, `dropped` DROP and CREATE AS, `altered` ADD
COLUMN, `large` INSERT OVERWRITE of some megabytes, `copied` COPY into partition folders, `one.parquet` COPY to a file; and VACUUM without retention between them. Another
process reads all the while. At the end, a VACUUM leaves not one file that no table has, and the catalog is deleted and made again
from the manifests beside the data: everything is as it was, as it is in copies that are rebuilt between kills.

With --format delta or iceberg, tables keep logs of their own, which the catalog does not: after each kill delta-rs or pyiceberg reads some
of them, too, and sees the rows that Lode sees.
"""
import random, subprocess, threading, time

import foreign
from warehouse import Warehouse, arguments, conclude, feed, object_store


def main():
    args = arguments(__doc__, kills=300, rows=20000, seed=1, services="", port=19400, format="parquet")
    random.seed(args.seed)
    with object_store(args) as store:
        run(args, Warehouse(args.lode, store))


def run(args, house):
    folder, query = house.exports, house.query
    house.command += ["--set", f"default_table_format={args.format}"]
    is_logged = args.format != "parquet"

    n = args.rows
    rows = f"generate_series(1, {n}) AS g(i)"
    copied = f"TO '{folder}/copied' (FORMAT parquet, PARTITION_BY (k), OVERWRITE true)"
    one = f"TO '{folder}/one.parquet'"
    house.rows(f"""
        CREATE TABLE replaced AS SELECT 0 AS generation, i FROM {rows};
        CREATE TABLE appended AS SELECT 0 AS batch, i FROM {rows};
        CREATE TABLE parted PARTITIONED BY (k) AS SELECT 0 AS generation, i, i % 5 AS k FROM {rows};
        CREATE TABLE altered AS SELECT i FROM {rows};
        CREATE TABLE updated PARTITIONED BY (k) AS SELECT 0 AS generation, i, i % 5 AS k FROM {rows};
        CREATE TABLE merged AS SELECT 0 AS generation, i FROM {rows};
        CREATE TABLE large AS SELECT 0 AS generation, i, '' AS text FROM {rows};
        COPY (SELECT 0 AS generation, i, i % 5 AS k FROM {rows}) {copied};
        COPY (SELECT 0 AS generation, i FROM {rows}) {one}""")

    whole_generation = lambda got: got == [["1", str(n), str(n)]]
    counts = "SELECT count(DISTINCT generation), count(*), count(DISTINCT i) FROM"
    checks = [
        ("replaced", f"{counts} replaced", whole_generation),
        ("parted", f"{counts} parted", whole_generation),
        ("updated", f"{counts} updated", whole_generation),
        ("merged", f"{counts} merged", whole_generation),
        ("large", f"{counts} large", whole_generation),
        ("appended", "SELECT batch, count(*) FROM appended GROUP BY batch", lambda got: got and all(c == str(n) for _, c in got)),
        ("altered", "DESCRIBE altered", lambda got: [r[0] for r in got] == ["i"] + [f"c{k}" for k in range(1, len(got))]),
        ("altered", "SELECT count(*) FROM altered", lambda got: got == [[str(n)]]),
        ("one.parquet", f"{counts} '{folder}/one.parquet'", whole_generation),
        # Between the swap and the removal of the old files both generations are there; never less than one.
        ("copied", f"SELECT generation, count(*), count(DISTINCT i) FROM '{folder}/copied/**/*.parquet' GROUP BY generation",
         lambda got: any(r[1:] == [str(n), str(n)] for r in got)),
    ]

    def whole(where):
        bad = []
        for name, sql, test in checks:
            got, error = query(sql)
            if got is None or not test(got):
                bad.append(f"{where}: {name}: {got} {error.strip()}")
        got, error = query(f"{counts} dropped")
        if got is None and "42P01" not in error or got is not None and not whole_generation(got):
            bad.append(f"{where}: dropped: {got} {error.strip()}")
        return bad

    def foreign_reads(where, tables):
        """What another engine sees otherwise than Lode."""
        bad = []
        for table in tables:
            root = foreign.folder_of(house, table)
            if root is None:
                continue
            rows = foreign.read(house, args.format, root)
            column = rows.column("batch" if table == "appended" else "i").to_pylist()
            own = house.rows(f"SELECT count(*), sum({'batch' if table == 'appended' else 'i'}) FROM {table}")
            if own != [[str(len(column)), str(sum(column))]]:
                bad.append(f"{where}: {table}: another engine reads {len(column)} rows of {sum(column)}, not {own}")
        return bad

    def rebuilt_copy(where):
        """What is wrong where the catalog was lost and made again."""
        copy, error = house.rebuilt()
        bad = [f"{where}: rebuild: {error}"] if error else []
        for name, sql, test in checks:
            if folder in sql:
                continue
            got, error = copy.query(sql)
            if got is None or not test(got):
                bad.append(f"{where}, rebuilt: {name}: {got} {error.strip()[:300]}")
        return bad

    problems, reads, stop = [], [0], threading.Event()

    def read_on():
        while not stop.is_set():
            # A file that COPY replaces may go between listing and opening: only tables have snapshots.
            problems.extend(b for b in whole("while writing") if ": copied:" not in b)
            reads[0] += 1

    reader = threading.Thread(target=read_on)
    reader.start()
    generation, landed = 0, 0
    for kill in range(args.kills):
        columns, _ = query("DESCRIBE altered")
        next_column = len(columns or [0])
        script = []
        for _ in range(20):
            generation += 1
            steps = [
                f"CREATE OR REPLACE TABLE replaced AS SELECT {generation} AS generation, i FROM {rows};",
                f"INSERT INTO appended SELECT {generation} AS batch, i FROM {rows};",
                f"INSERT OVERWRITE parted SELECT {generation} AS generation, i, i % 5 AS k FROM {rows};",
                f"UPDATE updated SET generation = {generation}, k = (k + 1) % 5;",
                f"MERGE INTO merged AS t USING (SELECT i + {generation % 7} AS i FROM {rows}) AS s ON t.i = s.i"
                f" WHEN MATCHED THEN UPDATE SET generation = {generation} WHEN NOT MATCHED BY SOURCE THEN DELETE"
                f" WHEN NOT MATCHED THEN INSERT VALUES ({generation}, s.i);",
                f"DROP TABLE IF EXISTS dropped; CREATE TABLE dropped AS SELECT {generation} AS generation, i FROM {rows};",
                # Some megabytes that do not compress, so that an object store gets them in parts.
                f"INSERT OVERWRITE large SELECT {generation}, i, sha512('a' || i) || sha512('b' || i) || sha512('c' || i) || sha512('d' || i) FROM {rows};",
                f"COPY (SELECT {generation} AS generation, i, i % 5 AS k FROM {rows}) {copied};",
                f"COPY (SELECT {generation} AS generation, i FROM {rows}) {one};",
                "VACUUM RETAIN 0 HOURS;",
            ]
            # In another order each time, so that the first moments after the start meet all of them.
            random.shuffle(steps)
            for step in steps:
                script.append(step)
                script.append(f"ALTER TABLE altered ADD COLUMN c{next_column} integer;")
                next_column += 1
        writer = house.start(stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        feeder = threading.Thread(target=lambda: feed(writer, "\n".join(script)))
        feeder.start()
        time.sleep(random.uniform(0.02, 2.5 if house.store else 0.5))
        landed += writer.poll() is None
        if writer.poll() is not None:
            problems.append(f"the script ended by itself: {writer.stderr.read().strip()[:300]}")
        writer.kill()
        writer.wait()
        feeder.join()
        problems.extend(whole(f"after kill {kill + 1}"))
        if is_logged:
            names = ["replaced", "parted", "updated", "merged", "appended", "altered", "large"]
            problems.extend(foreign_reads(f"after kill {kill + 1}", random.sample(names, 2)))
        elif kill % 5 == 4:
            problems.extend(rebuilt_copy(f"after kill {kill + 1}"))
    stop.set()
    reader.join()
    query("VACUUM RETAIN 0 HOURS")
    time.sleep(1.1)  # the clock of files ticks coarsely, so the last second's are spared
    got, error = query("VACUUM RETAIN 0 HOURS")
    if got is None:
        problems.append(f"vacuum: {error.strip()}")
    problems.extend(whole("after the last VACUUM"))
    if is_logged:
        problems.extend(foreign_reads("at the end", ["replaced", "parted", "updated", "merged", "appended", "altered", "large"]))
        batches, _ = query("SELECT count(DISTINCT batch) FROM appended")
        print(f"{args.kills} kills, {landed} of them in the midst of the script; {batches[0][0]} batches landed of {generation} begun; "
              f"{reads[0]} rounds of checks by a second process, and some by another engine")
        return conclude(problems, "everything was whole after each")
    stored = house.data_files()
    tables = ["replaced", "appended", "parted", "altered", "updated", "merged", "large"] + (["dropped"] if query("SELECT 1 FROM dropped LIMIT 1")[0] else [])
    histories = lambda: [query(f"DESCRIBE HISTORY {t}")[0] for t in tables]
    before = histories()
    live = sum(int(history[0][3]) for history in before)
    if len(stored) != live:
        problems.append(f"{len(stored)} files are stored, the tables have {live}")
    problems.extend(f"an upload was not ended: {key}" for key in house.uploads())
    house.lose_catalog()
    _, error = house.maintain("rebuild")
    problems.extend([f"rebuild: {error}"] if error else [])
    problems.extend(whole("after the catalog was rebuilt"))
    if histories() != before:
        problems.append(f"versions after the catalog was rebuilt: {histories()}, before: {before}")
    batches, _ = query("SELECT count(DISTINCT batch), max(batch) FROM appended")
    print(f"{args.kills} kills, {landed} of them in the midst of the script; {batches[0][0]} batches landed of {generation} begun; "
          f"{reads[0]} rounds of checks by a second process; {len(stored)} files left, {live} live")
    conclude(problems, "everything was whole after each")


main()
