#!/usr/bin/env python3
"""Kills two processes that run transactions over three tables, again and again, and checks after each kill that every transaction is
in all three tables or in none.

    kill_transactions.py --lode PATH/TO/lode [--kills 50] [--rows 5000] [--formats delta,iceberg,parquet] [options of warehouse.PLACES]

Each writer owns one half of the rows (k = 0 or 1) of `updated`, `replaced` and `merged`, and puts a generation number into all of
them: by UPDATE, by DELETE and INSERT, and by MERGE. Some transactions go back to a savepoint or roll back, with a generation that
nobody may ever see. A third process reads all three tables all the while. At the end, a VACUUM leaves not one file that no table has.

--formats gives each of the three tables a format. Of those with logs, delta-rs or pyiceberg reads whole generations after each kill.
"""
import random, threading, time

import foreign
from warehouse import PLACES, arguments, conclude, placed

FORBIDDEN = -1


def main():
    args = arguments(__doc__, kills=50, rows=5000, seed=1, formats="parquet,parquet,parquet", **PLACES)
    random.seed(args.seed)
    with placed(args) as house:
        run(args, house)


def run(args, house):
    n = args.rows
    rows = f"generate_series(1, {n}) AS g(i)"
    tables = ["updated", "replaced", "merged"]
    formats = dict(zip(tables, args.formats.split(",")))
    logged = {t: f for t, f in formats.items() if f != "parquet"}
    house.rows("".join(
        f"CREATE TABLE {t} USING {formats[t]} PARTITIONED BY (k) AS SELECT 0 AS generation, i, k FROM {rows}, (VALUES (0), (1)) AS h(k);" for t in tables))
    check = "SELECT k, min(generation), max(generation), count(*), count(DISTINCT i), count(DISTINCT t) FROM (" + " UNION ALL ".join(
        f"SELECT '{t}' AS t, k, generation, i FROM {t}" for t in tables) + ") AS a GROUP BY k ORDER BY k"

    def whole(where):
        got, error = house.query(check)
        if got is None:
            return [f"{where}: {error.strip()}"]
        good = len(got) == 2 and all(
            low == high and int(low) >= 0 and (count, distinct, seen) == (str(3 * n), str(n), "3") for _, low, high, count, distinct, seen in got)
        return [] if good else [f"{where}: {got}"]

    def foreign_reads(where):
        """Of each table with a log what another engine sees: whole generations, those that Lode sees."""
        bad, own = [], {row[0]: row[1] for row in house.rows("SELECT k, min(generation) FROM updated GROUP BY k")}
        for table, form in logged.items():
            rows = foreign.read(house, form, table).to_pylist()
            for k in (0, 1):
                mine = [r for r in rows if r["k"] == k]
                seen = {r["generation"] for r in mine}
                if len(mine) != n or len(seen) != 1 or str(seen.pop()) != own[str(k)]:
                    bad.append(f"{where}: {table}, k = {k}: another engine reads {len(mine)} rows, not {n} of {own[str(k)]}")
        return bad

    def change(generation, k):
        steps = [
            f"UPDATE updated SET generation = {generation} WHERE k = {k};",
            f"DELETE FROM replaced WHERE k = {k}; INSERT INTO replaced SELECT {generation}, i, {k} FROM {rows};",
            f"MERGE INTO merged AS t USING (SELECT i, {k} AS k FROM {rows}) AS s ON t.i = s.i AND t.k = s.k"
            f" WHEN MATCHED THEN UPDATE SET generation = {generation};",
        ]
        random.shuffle(steps)
        return steps

    def transaction(generation, k):
        kind = random.random()
        if kind < 0.15:
            return "BEGIN;" + "".join(change(FORBIDDEN, k)[:random.randint(1, 3)]) + "ROLLBACK;"
        if kind < 0.3:
            return "BEGIN; SAVEPOINT s;" + "".join(change(FORBIDDEN, k)) + "ROLLBACK TO s;" + "".join(change(generation, k)) + "COMMIT;"
        return "BEGIN;" + "".join(change(generation, k)) + "COMMIT;"

    problems, reads, stop = [], [0], threading.Event()

    def read_on():
        while not stop.is_set():
            problems.extend(whole("while writing"))
            reads[0] += 1

    reader = threading.Thread(target=read_on)
    reader.start()
    generation, midst, window = 1, 0, min(3, 5 * house.time("BEGIN;" + "".join(change(1, 0)) + "COMMIT;"))
    for kill in range(args.kills):
        writers, feeders = [], []
        for k in (0, 1):
            script = []
            for _ in range(30):
                generation += 1
                script.append(transaction(generation, k))
            writer, feeder = house.start_script("\n".join(script))
            writers.append(writer)
            feeders.append(feeder)
        time.sleep(random.uniform(0.02, window))
        for writer in writers:
            if writer.poll() is None:
                midst += 1
            else:
                problems.append(f"a writer ended by itself: {writer.stderr.read().strip()[:300]}")
            writer.kill()
            writer.wait()
        for feeder in feeders:
            feeder.join()
        problems.extend(whole(f"after kill {kill + 1}"))
        if logged:
            problems.extend(foreign_reads(f"after kill {kill + 1}"))
    stop.set()
    reader.join()
    house.query("VACUUM RETAIN 0 HOURS")
    time.sleep(1.1)  # the clock of files ticks coarsely, so the last second's are spared
    house.rows("VACUUM RETAIN 0 HOURS")
    problems.extend(whole("after the last VACUUM"))
    reached = [int(row[2]) for row in house.rows(check)]
    if logged:
        print(f"{args.kills} kills of two processes, {midst} of them in the midst of the script; generations {reached} of {generation} "
              f"begun; {reads[0]} checks by a third process, and by another engine")
        return conclude(problems, "every transaction was in all three tables or in none")
    stored = house.data_files()
    live = sum(int(house.rows(f"DESCRIBE HISTORY {t}")[0][3]) for t in tables)
    if len(stored) != live:
        problems.append(f"{len(stored)} files are stored, the tables have {live}")
    print(f"{args.kills} kills of two processes, {midst} of them in the midst of the script; generations {reached} of {generation} begun; "
          f"{reads[0]} checks by a third process; {len(stored)} files left, {live} live")
    conclude(problems, "every transaction was in all three tables or in none")


main()
