#!/usr/bin/env python3
"""The example pipelines give the same gold, whatever format tables have that name none.

    default_format.py --lode PATH/TO/lode [--orders 5000]

Runs examples/01-shop (and 02-flights where its data can be fetched) with default_table_format parquet, delta and iceberg, each twice, so
that every table is replaced once, and compares all tables of gold and rejected.
"""
import os, subprocess, sys, tempfile

from warehouse import arguments

HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLES = os.path.join(HERE, "..", "..", "examples")


def main():
    args = arguments(__doc__, orders=5000)
    lode = os.path.abspath(args.lode)
    compared = 0
    for example in ("01-shop", "02-flights"):
        pipeline = os.path.join(EXAMPLES, example)
        with tempfile.TemporaryDirectory() as folder:
            if os.path.exists(f"{pipeline}/fetch"):
                if subprocess.run(["bash", f"{pipeline}/fetch"], cwd=folder, capture_output=True).returncode:
                    print(f"{example}: its data can't be fetched")
                    continue
            found = {form: run(lode, pipeline, folder, form, args.orders) for form in ("parquet", "delta", "iceberg")}
            for form in ("delta", "iceberg"):
                for table, rows in found["parquet"].items():
                    if rows != found[form].get(table):
                        sys.exit(f"{example}: {table} is another one with {form}")
                    compared += 1
    print(f"{compared} tables of gold and rejected are the same")


def run(lode, pipeline, folder, form, orders):
    command = [lode, "--warehouse", f"{folder}/{form}", "--set", f"default_table_format={form}", "--quiet"]
    for _ in range(2):
        done = subprocess.run(
            [lode, "run", *command[1:], "--var", f"orders={orders}", pipeline], cwd=folder, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{pipeline} with {form}:\n{done.stderr}")

    def rows(sql):
        done = subprocess.run([*command, "--format", "csv", "-c", sql], cwd=folder, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{sql}\n{done.stderr}")
        return done.stdout.splitlines()[1:]

    wanted = rows(
        "SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_schema IN ('gold', 'rejected') ORDER BY 1")
    # When a row was received is another time each time.
    columns = {"rejected": "* EXCLUDE (_ingested_at)"} if "shop" in pipeline else {}
    tables = {t: rows(f"SELECT {columns.get(t.split('.')[0], '*')} FROM {t} ORDER BY ALL") for t in wanted}
    if len(tables) < 5 or not all(tables[t] for t in tables if t.startswith("gold.")):
        sys.exit(f"{pipeline} with {form}: there is no gold")
    return tables


main()
