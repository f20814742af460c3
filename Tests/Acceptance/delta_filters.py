#!/usr/bin/env python3
"""Filters over every Delta table of a corpus find the rows that they find without data skipping.

usage: delta_filters.py LODE CORPUS      (the release binary; the folder of a corpus with open/delta/manifest.jsonl)

For each table and version, each column of a plain type is compared with values that the table has, with values beside them and with
NULL: once over the table, where partition values and statistics choose files and row groups, and once over a subquery whose LIMIT keeps
the filter away from the scan.
"""
import json
import os
import subprocess
import sys
import tempfile

from pruning import Lode

PLAIN = ("tinyint", "smallint", "integer", "bigint", "real", "double", "decimal", "varchar", "date", "timestamp", "boolean")


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def main(binary: str, corpus: str) -> int:
    base = os.path.join(corpus, "open", "delta")
    checks = [json.loads(line) for line in open(os.path.join(base, "manifest.jsonl"))]
    compared = differing = refused = 0
    with tempfile.TemporaryDirectory() as folder:
        lode = Lode(binary, os.path.join(folder, "warehouse"))
        for check in checks:
            if not check["expect"].startswith("ok"):
                continue
            path = os.path.join(base, check["path"]).replace("'", "''")
            version = "" if check["version"] is None else f", version => {check['version']}"
            table = f"delta_scan('{path}'{version})"
            try:
                columns = [line.split(",") for line in lode.run(f"describe select * from {table}")]
            except SystemExit:
                lode = Lode(binary, os.path.join(folder, "warehouse"))
                refused += 1
                said = subprocess.run([binary, "--warehouse", os.path.join(folder, "warehouse"), "-c", f"from {table}"], capture_output=True, text=True).stderr
                if "0A000" not in said:
                    differing += 1
                    print(f"FAILS {check['id']}: {said}", flush=True)
                continue
            for column in columns:
                if not column[1].startswith(PLAIN) or "[" in ",".join(column) or "(" in column[1] and not column[1].startswith(("decimal", "varchar")):
                    continue
                name, kind = quoted(column[0]), ",".join(column[1:]).split(",YES")[0].split(",NO")[0].strip('"')
                kind = kind if ")" in kind or "(" not in kind else kind + ")"
                found = lode.run(f"select replace(v::varchar, '''', '''''') as v from (select {name} as v from {table} where {name} is not null group by 1 order by 1 limit 3)")
                predicates = [f"{name} is null", f"{name} is not null"]
                for value in (line[1:-1] if line.startswith('"') else line for line in found):
                    predicates += [f"{name} {compare} '{value}'::{kind}" for compare in ("=", "<", ">=", "<>")]
                for predicate in predicates:
                    query = "select count(*) from {} where " + predicate
                    counts = []
                    for source in (table, f"(select * from {table} limit 100000000000) as t"):
                        try:
                            counts.append(lode.run(query.format(source)))
                        except SystemExit:
                            lode = Lode(binary, os.path.join(folder, "warehouse"))
                            counts.append(None)
                    compared += 1
                    if counts[0] != counts[1] or counts[0] is None:
                        differing += 1
                        print(f"DIFFERS {check['id']}: {query.format(table)}: {counts[0]}, not {counts[1]}", flush=True)
    print(f"{compared} filters compared, {differing} differ; {refused} tables are refused")
    return 1 if differing or not compared else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
