#!/usr/bin/env python3
"""Processes that write one table of a warehouse in an object store, all at once.

    s3_warehouse.py --lode PATH/TO/lode --services FOLDER [--port 19500] [--writers 8] [--minutes 2]

FOLDER has seaweed.sh, which starts SeaweedFS. Each writer inserts rows of its own, one process a statement, and now and then updates or
deletes some of them; one of them is killed now and then. What was acknowledged is there once, what failed is not there, and what was killed
is there wholly or not at all. Meanwhile another process reads, and another one runs VACUUM without retention. At the end the catalog is
deleted and made again from what lies in the bucket: everything is as it was.
"""
import random, subprocess, threading, time

from warehouse import Warehouse, arguments, conclude, object_store

ROWS = 50


class Writer:
    """What one writer has done: `touched` by batch number, as it must be; and the batches of which nobody knows."""

    def __init__(self, house, number, until, problems):
        self.house, self.number, self.until, self.problems = house, number, until, problems
        self.batches, self.unknown, self.done, self.killed = {}, {}, 0, 0
        self.random = random.Random(number)

    def statement(self, sql, kill=False):
        """Whether it was acknowledged; nothing if it was killed."""
        process = self.house.start("-c", sql, stderr=subprocess.PIPE, text=True)
        if kill:
            time.sleep(self.random.uniform(0.01, 0.4))
            if process.poll() is None:
                process.kill()
                process.communicate()
                self.killed += 1
                return None
        _, error = process.communicate()
        self.done += process.returncode == 0
        if process.returncode:
            self.problems.append(f"writer {self.number}: {error.strip()[:400]}")
        return process.returncode == 0

    def run(self):
        batch = 0
        while time.monotonic() < self.until:
            batch += 1
            kill = self.random.random() < 0.1
            kept = self.statement(
                f"INSERT INTO shared SELECT {self.number}, {batch}, i, 0 FROM generate_series(1, {ROWS}) AS g(i)", kill)
            self.note(batch, kept, 0, None)
            known = [b for b in self.batches if b not in self.unknown]
            if batch % 7 == 0 and known:
                chosen = self.random.choice(known)
                kept = self.statement(f"UPDATE shared SET touched = touched + 1 WHERE writer = {self.number} AND batch = {chosen}")
                self.note(chosen, kept, self.batches[chosen] + 1, self.batches[chosen])
            if batch % 11 == 0 and known:
                chosen = self.random.choice(known)
                kept = self.statement(f"DELETE FROM shared WHERE writer = {self.number} AND batch = {chosen}")
                self.note(chosen, kept, None, self.batches[chosen])

    def note(self, batch, kept, after, before):
        state = before if kept is False else after
        if kept is None:
            self.unknown[batch] = (before, after)
        if state is None:
            self.batches.pop(batch, None)
        else:
            self.batches[batch] = state

    def check(self, found):
        """What is wrong with its rows; `found` is (rows, distinct rows, touched from, to) by batch."""
        bad = []
        for batch in sorted(self.batches.keys() | found.keys() | self.unknown.keys()):
            got = found.get(batch)
            allowed = self.unknown.get(batch, (self.batches.get(batch),))
            wanted = [None if state is None else (ROWS, ROWS, state, state) for state in allowed]
            if got not in wanted:
                bad.append(f"writer {self.number}, batch {batch}: {got}, not one of {wanted}")
        return bad


def main():
    args = arguments(__doc__, services="", port=19500, writers=8, minutes=2.0)
    with object_store(args) as store:
        run(args, Warehouse(args.lode, store))


def run(args, house):
    house.rows("CREATE TABLE shared (writer integer, batch integer, i integer, touched integer)")
    problems, stop = [], threading.Event()
    until = time.monotonic() + args.minutes * 60
    writers = [Writer(house, number, until, problems) for number in range(args.writers)]
    reads, vacuums = [0], [0]

    def read_on():
        while not stop.is_set():
            got, error = house.query(f"SELECT writer, batch, count(*) FROM shared GROUP BY writer, batch HAVING count(*) <> {ROWS}")
            if got != []:
                problems.append(f"while writing: {got} {error.strip()[:300]}")
            reads[0] += 1

    def vacuum():
        while not stop.wait(5):
            got, error = house.query("VACUUM RETAIN 0 HOURS")
            vacuums[0] += 1
            if got is None:
                problems.append(f"vacuum: {error.strip()[:300]}")

    threads = [threading.Thread(target=w.run) for w in writers]
    others = [threading.Thread(target=read_on), threading.Thread(target=vacuum)]
    for thread in threads + others:
        thread.start()
    for thread in threads:
        thread.join()
    stop.set()
    for thread in others:
        thread.join()

    question = "SELECT writer, batch, count(*), count(DISTINCT i), min(touched), max(touched) FROM shared GROUP BY writer, batch ORDER BY 1, 2"
    rows = house.rows(question)

    def compare(rows):
        for writer in writers:
            problems.extend(writer.check({int(r[1]): tuple(map(int, r[2:])) for r in rows if int(r[0]) == writer.number}))
    compare(rows)
    house.rows("VACUUM RETAIN 0 HOURS")
    live = int(house.rows("DESCRIBE HISTORY shared")[0][3])
    stored = len(house.data_files())
    if stored != live:
        problems.append(f"{stored} files are stored, the table has {live}")
    problems.extend(f"an upload was not ended: {key}" for key in house.uploads())
    history = house.rows("DESCRIBE HISTORY shared")
    house.lose_catalog()
    _, error = house.maintain("rebuild")
    problems.extend([f"rebuild: {error}"] if error else [])
    if house.rows(question) != rows or house.rows("DESCRIBE HISTORY shared") != history:
        problems.append("the rebuilt catalog gives other answers")
    print(f"{args.writers} writers, {sum(w.done for w in writers)} statements acknowledged, {sum(w.killed for w in writers)} killed, "
          f"{sum(int(r[2]) for r in rows)} rows in {live} files; {reads[0]} reads, {vacuums[0]} VACUUMs meanwhile")
    conclude(problems, "no row was lost, and none is there twice")


main()
