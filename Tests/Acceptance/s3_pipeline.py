#!/usr/bin/env python3
"""Runs the example pipeline with raw drops and warehouse in an object store, and compares its gold with that of local folders.

    s3_pipeline.py --lode PATH/TO/lode --scripts examples/01-shop --services FOLDER [--port 19700] [--orders 2000] [--catalog embedded]

FOLDER has seaweed.sh, which starts SeaweedFS. The scripts are those of the example, but for where raw drops lie. Every gold, silver and
rejected table must be the same; again after the catalog was deleted and made from what lies in the bucket; and again after the last
drops were run a second time, by a process that has the rebuilt catalog.
"""
import glob, os, sys, tempfile, time

from warehouse import Warehouse, arguments, conclude, object_store


def tables(house):
    return [f"{s}.{t}" for s, t in house.rows(
        "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema IN ('gold', 'silver', 'rejected') "
        "AND table_type = 'BASE TABLE' ORDER BY 1, 2")]


def content(house, names):
    """All rows of each table, in an order of their own."""
    found = {}
    for name in names:
        columns = [row[0] for row in house.rows(f"DESCRIBE {name}") if row[0] and row[0] not in ("_ingested_at", "_source_file")]
        listed = ", ".join(f'"{column}"' for column in columns)
        found[name] = house.rows(f"SELECT {listed} FROM {name} ORDER BY {', '.join(str(i + 1) for i in range(len(columns)))}")
    return found


def scripts(args, raw, folder):
    """The example's scripts with raw drops at `raw`."""
    os.makedirs(folder, exist_ok=True)
    for path in sorted(glob.glob(f"{args.scripts}/*.sql")):
        with open(path) as source, open(f"{folder}/{os.path.basename(path)}", "w") as target:
            target.write(source.read().replace("'raw/", f"'{raw}/"))
    return folder


def pipeline(args, house, folder):
    began = time.monotonic()
    process = house.start_command("run", "--var", f"orders={args.orders}", folder)
    _, error = process.communicate()
    assert process.returncode == 0, error
    return time.monotonic() - began


def main():
    args = arguments(__doc__, scripts="examples/01-shop", services="", port=19700, orders=2000, catalog="embedded")
    if args.catalog != "embedded":
        sys.exit(f"unknown catalog {args.catalog}")
    with object_store(args) as store, tempfile.TemporaryDirectory() as scratch:
        run(args, Warehouse(args.lode), Warehouse(args.lode, store), scratch)


def run(args, local, remote, scratch):
    problems = []
    took = pipeline(args, local, scripts(args, f"{local.folder}/raw", f"{scratch}/local")), \
        pipeline(args, remote, scripts(args, f"{remote.store.place()}/raw", f"{scratch}/remote"))
    names = tables(local)
    wanted = content(local, names)
    if not any(name.startswith("gold.") and rows for name, rows in wanted.items()):
        problems.append("there is no gold")

    def compare(what):
        if tables(remote) != names:
            problems.append(f"{what}: the tables are {tables(remote)}, not {names}")
            return
        got = content(remote, names)
        problems.extend(f"{what}: {name}: {len(got[name])} rows, not the {len(wanted[name])} of the local one" for name in names if got[name] != wanted[name])

    compare("in the object store")
    remote.lose_catalog()
    _, error = remote.maintain("rebuild")
    problems.extend([f"rebuild: {error}"] if error else [])
    compare("with the rebuilt catalog")
    pipeline(args, remote, f"{scratch}/remote")
    compare("after another run with the rebuilt catalog")
    problems.extend(f"an upload was not ended: {key}" for key in remote.uploads())
    print(f"{args.orders} orders: local {took[0]:.1f} s, object store {took[1]:.1f} s; "
          f"{len(names)} tables, {sum(map(len, wanted.values()))} rows compared")
    conclude(problems, "the same gold")


main()
