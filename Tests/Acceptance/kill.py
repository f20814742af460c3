#!/usr/bin/env python3
"""Kills a script that changes tables and files in every way, again and again, and checks after each kill that each of them is a
whole old or a whole new version.

    kill.py --lode PATH/TO/lode [--kills 100] [--rows 5000] [--format parquet|delta|iceberg] [options of warehouse.PLACES]

Every statement of the script puts a generation number into all the rows that it writes: `updated` UPDATE, `merged` MERGE, `replaced`
CREATE OR REPLACE, `appended` INSERT, `parted` INSERT OVERWRITE of all partitions, `dropped` DROP and CREATE AS, `altered` ADD COLUMN,
`large` INSERT OVERWRITE of some megabytes (many parts, in an object store); OPTIMIZE of `appended`, and VACUUM without retention between
them. Another process reads all the while.

With --format parquet, COPY writes `copied`, partition folders, and `one.parquet`, too; at the end, a VACUUM leaves not one file that no
table has, nor an upload that was not ended, and the catalog is deleted and made again from the manifests beside the data: everything is
as it was, as it is in copies that are rebuilt between kills.

With --format delta or iceberg, tables keep logs of their own, which the catalog does not: after each kill delta-rs or pyiceberg reads some
of them, too, and sees the rows that Lode sees.
"""
import random, threading, time

import foreign
from warehouse import PLACES, arguments, conclude, placed


def main():
    args = arguments(__doc__, kills=100, rows=5000, seed=1, format="parquet", **PLACES)
    random.seed(args.seed)
    with placed(args) as house:
        run(args, house)


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
        CREATE TABLE large AS SELECT 0 AS generation, i, '' AS text FROM {rows}""")
    if not is_logged:
        house.rows(f"COPY (SELECT 0 AS generation, i, i % 5 AS k FROM {rows}) {copied}; COPY (SELECT 0 AS generation, i FROM {rows}) {one}")

    counts = "count(DISTINCT generation), count(*), count(DISTINCT i)"
    whole_generation = ["1", str(n), str(n)]
    # What there is, and how it looks when it is whole.
    parts = {name: f"SELECT '{name}', {counts} FROM {name}" for name in ("replaced", "parted", "updated", "merged", "large")}
    parts["appended"] = f"SELECT 'appended', 1, min(c), max(c) FROM (SELECT count(*) AS c FROM appended GROUP BY batch)"
    parts["altered"] = "SELECT 'altered', 1, count(*), count(DISTINCT i) FROM altered"
    files = {} if is_logged else {
        "one.parquet": f"SELECT 'one.parquet', {counts} FROM '{folder}/one.parquet'",
        # Between the swap and the removal of the old files both generations are there; never less than one.
        "copied": f"SELECT 'copied', 1, max(c), max(d) FROM (SELECT count(*) AS c, count(DISTINCT i) AS d FROM "
                  f"'{folder}/copied/**/*.parquet' GROUP BY generation)"}

    def whole(where, ask=query, files=files):
        """What is not whole, as one process sees it."""
        wanted, bad = parts | files, []
        got, error = ask(" UNION ALL ".join(wanted.values()))
        if got is None:
            return [f"{where}: {error.strip()}"]
        bad += [f"{where}: {row}" for row in got if row[1:] != whole_generation]
        bad += [f"{where}: no {name}" for name in wanted.keys() - {row[0] for row in got}]
        got, error = ask("DESCRIBE altered")
        if got is None or [r[0] for r in got] != ["i"] + [f"c{k}" for k in range(1, len(got))]:
            bad.append(f"{where}: altered: {got} {error.strip()}")
        got, error = ask(f"SELECT {counts} FROM dropped")
        if got is None and "42P01" not in error or got is not None and got != [whole_generation]:
            bad.append(f"{where}: dropped: {got} {error.strip()}")
        return bad

    def foreign_reads(where, tables):
        """What another engine sees otherwise than Lode."""
        bad = []
        for table in tables:
            column = "batch" if table == "appended" else "i"
            values = foreign.read(house, args.format, table).column(column).to_pylist()
            own = house.rows(f"SELECT count(*), sum({column}) FROM {table}")
            if own != [[str(len(values)), str(sum(values))]]:
                bad.append(f"{where}: {table}: another engine reads {len(values)} rows of {sum(values)}, not {own}")
        return bad

    def rebuilt_copy(where):
        """What is wrong where the catalog was lost and made again."""
        copy, error = house.rebuilt()
        return ([f"{where}: rebuild: {error}"] if error else []) + whole(f"{where}, rebuilt", copy.query, {})

    def script(generation, next_column):
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
            "OPTIMIZE appended;",
        ]
        if not is_logged:
            steps += [f"COPY (SELECT {generation} AS generation, i, i % 5 AS k FROM {rows}) {copied};",
                      f"COPY (SELECT {generation} AS generation, i FROM {rows}) {one};"]
        if not house.catalog:
            steps.append("VACUUM RETAIN 0 HOURS;")
        # In another order each time, so that the first moments after the start meet all of them.
        random.shuffle(steps)
        return "".join(f"{step}\nALTER TABLE altered ADD COLUMN c{next_column + place} integer;\n" for place, step in enumerate(steps)), len(steps)

    problems, reads, stop = [], [0], threading.Event()

    def read_on():
        while not stop.is_set():
            # A file that COPY replaces may go between listing and opening: only tables have snapshots.
            problems.extend(whole("while writing", files={}))
            reads[0] += 1

    reader = threading.Thread(target=read_on)
    reader.start()
    generation, landed, window = 1, 0, min(3, house.time(script(1, 1)[0]))
    for kill in range(args.kills):
        columns, _ = query("DESCRIBE altered")
        next_column, text = len(columns or [0]), ""
        for _ in range(20):
            generation += 1
            more, count = script(generation, next_column)
            text += more
            next_column += count
        writer, feeder = house.start_script(text)
        time.sleep(random.uniform(0.02, window))
        landed += writer.poll() is None
        if writer.poll() is not None:
            problems.append(f"the script ended by itself: {writer.stderr.read().strip()[:300]}")
        writer.kill()
        writer.wait()
        feeder.join()
        problems.extend(whole(f"after kill {kill + 1}"))
        if is_logged:
            problems.extend(foreign_reads(f"after kill {kill + 1}", random.sample(sorted(parts), 2)))
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
        problems.extend(foreign_reads("at the end", parts))
        batches, _ = query("SELECT count(DISTINCT batch) FROM appended")
        print(f"{args.kills} kills, {landed} of them in the midst of the script; {batches[0][0]} batches landed of {generation} begun; "
              f"{reads[0]} rounds of checks by a second process, and some by another engine")
        return conclude(problems, "everything was whole after each")
    stored = house.data_files()
    tables = [*parts] + (["dropped"] if query("SELECT 1 FROM dropped LIMIT 1")[0] else [])
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
