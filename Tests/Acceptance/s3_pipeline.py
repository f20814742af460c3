#!/usr/bin/env python3
"""Runs the example pipeline with raw drops and warehouse in an object store, and compares its gold with that of local folders.

    s3_pipeline.py --lode PATH/TO/lode --scripts examples/01-shop --services FOLDER [--port 19700] [--orders 2000] [--catalog glue]

FOLDER has seaweed.sh, which starts SeaweedFS. The scripts are those of the example, but for where raw drops lie. Every gold, silver and
rejected table must be the same; again after the catalog was deleted and made from what lies in the bucket; and again after the last
drops were run a second time, by a process that has the rebuilt catalog.

With `--catalog glue`, tables lie in Glue, for which moto stands (moto.sh, on PORT + 100): one more script comes first, which attaches the
catalog and makes it the current one. Everything is run a second time; then no file of replaced tables may be left.
"""
import contextlib, glob, os, sys, tempfile, time

from warehouse import Warehouse, arguments, conclude, object_store

LAYERS = ("gold", "rejected", "silver")


def tables(house):
    return [f"{layer}.{name}" for layer in LAYERS for _, name, kind in house.rows(f"SHOW TABLES FROM {layer}") if kind != "view"]


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


class GlueHouse(Warehouse):
    """A warehouse whose tables lie in Glue, and their files in the object store."""

    def __init__(self, lode, store, glue):
        super().__init__(lode, store)
        self.glue, self.lake = glue, store.place()
        self.environment |= {"AWS_ENDPOINT_URL_GLUE": glue.endpoint}
        self.attach = (f"CREATE CATALOG IF NOT EXISTS g USING glue OPTIONS (warehouse '{self.lake}'); "
                       "CREATE SCHEMA IF NOT EXISTS g.default; USE g;\n")

    def query(self, sql):
        return super().query(self.attach + sql)

    def leftovers(self):
        """Files below the catalog's warehouse that are no table's."""
        places = [place.removeprefix(self.lake + "/") + "/" for place in self.glue.places()]
        return [key for key in self.store.keys(self.lake) if not key.startswith(tuple(places))]


def pipeline(args, house, folder):
    began = time.monotonic()
    process = house.start_command("run", "--var", f"orders={args.orders}", folder)
    _, error = process.communicate()
    assert process.returncode == 0, error
    return time.monotonic() - began


def main():
    args = arguments(__doc__, scripts="examples/01-shop", services="", port=19700, orders=2000, catalog="embedded")
    if args.catalog not in ("embedded", "glue"):
        sys.exit(f"unknown catalog {args.catalog}")
    with contextlib.ExitStack() as stack:
        store, scratch = stack.enter_context(object_store(args)), stack.enter_context(tempfile.TemporaryDirectory())
        if args.catalog == "embedded":
            run(args, Warehouse(args.lode), Warehouse(args.lode, store), scratch, rebuilt)
        else:
            from moto_glue import MotoGlue
            glue = stack.enter_context(MotoGlue(args.services, args.port + 100))
            run(args, Warehouse(args.lode), GlueHouse(args.lode, store, glue), scratch, replaced)


def rebuilt(args, remote, folder, compare, problems):
    """What is the same when the catalog was lost."""
    remote.lose_catalog()
    _, error = remote.maintain("rebuild")
    problems.extend([f"rebuild: {error}"] if error else [])
    compare("with the rebuilt catalog")
    pipeline(args, remote, folder)
    compare("after another run with the rebuilt catalog")


def replaced(args, remote, folder, compare, problems):
    """What is left when every table was replaced."""
    pipeline(args, remote, folder)
    compare("after another run")
    problems.extend(f"a file of no table: {key}" for key in remote.leftovers())
    problems.extend(f"a file in the warehouse of the process: {name}" for name in remote.data_files())


def run(args, local, remote, scratch, go_on):
    problems = []
    folder = scripts(args, f"{remote.store.place()}/raw", f"{scratch}/remote")
    if args.catalog == "glue":
        with open(f"{folder}/00-attach.sql", "w") as first:
            first.write(remote.attach)
    took = pipeline(args, local, scripts(args, f"{local.folder}/raw", f"{scratch}/local")), pipeline(args, remote, folder)
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
    go_on(args, remote, folder, compare, problems)
    problems.extend(f"an upload was not ended: {key}" for key in remote.uploads())
    print(f"{args.orders} orders: local {took[0]:.1f} s, object store {took[1]:.1f} s; "
          f"{len(names)} tables, {sum(map(len, wanted.values()))} rows compared")
    conclude(problems, "the same gold")


main()
