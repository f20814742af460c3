#!/usr/bin/env python3
"""Files that other programs wrote give the rows that those programs see, and broken files a clean error.

usage: corpus.py LODE CORPUS [part of an id]      (the release binary; the folder of a corpus with tools/corpus_run.py)

Runs the corpus' own runner over its Parquet, Hive, Delta and Iceberg parts. The runner wants JSON lines in its canonical form, so that between it
and Lode stands this script itself (--adapt): binary values as 0x…, json columns as the text that is stored. A process that dies by a
signal or does not answer counts as failed whatever was expected. What remains must be listed below with its reason.
"""
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

NANOSECONDS = "a time of day has microseconds in Lode; the nanoseconds behind them are cut off"
DURATION = "Arrow's duration is no Parquet type: the column is a bare INT64 (Logical Types), and bigint in Lode as in DuckDB"
INTERVAL = "the peers show the stored bytes of INTERVAL; Lode has the type"
LONG_DECIMAL = "more than 38 digits: read as double, as DuckDB does"
VARIANT = "refused by name: the variant features, which readers must have"
MAPS = "maps inside of lists and maps are printed as JSON objects, whose keys are texts"

EXCEPTIONS = {
    "gen__pa_types_datetime_a": NANOSECONDS,
    "gen__pa_types_datetime_c": NANOSECONDS,
    "gen__pa_dur_a": DURATION,
    "gen__pa_dur_c": DURATION,
    "gen__dk_misc_a": INTERVAL,
    "gen__dk_misc_c": INTERVAL,
    "gen__pa_types_decimal256_a": LONG_DECIMAL,
    "gen__pa_types_decimal256_c": LONG_DECIMAL,
    "apache__data__int96_from_spark": "the expected rows come from a reader whose nanoseconds overflow; Spark wrote the year 290000",
    "apache__data__large_string_map.brotli": "two texts of 1 GB each: read, but not printed as JSON within the minute",
    "duckdb_data__negative-timetz": "times of day below zero: durations for pyarrow, wrapped by DuckDB, shown as 00:00:00 by Lode",
    "deltares__variant-stats-nested-no-checkpoint@v0": VARIANT,
    "deltares__variant-stats-no-checkpoint@v0": VARIANT,
    "deltares__variant-stats-state-reconstruction": VARIANT,
    "deltares__variant-stats-with-struct-no-checkpoint": VARIANT,
    "deltares__variant-stats-with-struct-no-checkpoint@v0": VARIANT,
    "deltagold__table-with-columnmapping-mode-id": MAPS,
    "deltagold__table-with-columnmapping-mode-name": MAPS,
    "deltagold__table-with-icebegCompatV2Enabled": MAPS,
    "golden__data-reader-partition-values": "a partition value without a zone is of its writer's, which is not recorded: UTC for Lode",
    "duckdb_data__afl__5": "a dictionary page that announces 0 values and codes that name them: corrupt, as for DuckDB and pyarrow",
}


def run(command, seconds=60):
    """The output of a command as text, or an exit with the reason why there is none."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        sys.exit(f"connection lost: no answer within {seconds} s")
    if done.returncode < 0 or done.returncode > 2:
        sys.exit(f"connection lost: ended with {done.returncode}")
    if done.returncode != 0:
        sys.exit(done.stderr.decode(errors="replace"))
    return done.stdout.decode("utf-8", "surrogatepass")


def hexadecimal(value):
    """Binary values at any depth as the runner writes them."""
    if isinstance(value, str) and re.fullmatch(r"\\x([0-9a-f]{2})*", value):
        return "0x" + value[2:]
    if isinstance(value, list):
        return [hexadecimal(item) for item in value]
    if isinstance(value, dict):
        return {key: hexadecimal(item) for key, item in value.items()}
    return value


def adapt(lode, warehouse, sql):
    """Prints the rows of a query as JSON arrays in the runner's form."""
    base = [lode, "--warehouse", warehouse, "--set", "timezone=UTC", "--format", "jsonl", "-c"]
    columns = [list(json.loads(line).values())[:2] for line in run(base + ["DESCRIBE " + sql]).splitlines()]
    if any(kind == "json" for _, kind in columns):
        names = [(name.replace('"', '""'), kind) for name, kind in columns]
        picks = ", ".join(f'"{name}"::varchar AS "{name}"' if kind == "json" else f'"{name}"' for name, kind in names)
        sql = f"SELECT {picks} FROM ({sql}) AS stored"
    for line in run(base + [sql]).splitlines():
        row = list(json.loads(line).values())
        row = [hexadecimal(value) if "varbinary" in kind else value for value, (_, kind) in zip(row, columns)]
        print(json.dumps(row))


def main(lode, corpus, part=None):
    lode = os.path.abspath(lode)
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "failures.json")
        adapter = [sys.executable, os.path.abspath(__file__), "--adapt", lode, os.path.join(folder, "warehouse")]
        command = [sys.executable, os.path.join(corpus, "tools", "corpus_run.py"), os.path.join(corpus, "open"), "--cat", "parquet,hive,delta,iceberg"]
        command += ["--cmd", shlex.join(adapter) + " {sql}", "--json", report]
        if part:
            command += ["--id", part]
        done = subprocess.run(command, capture_output=True, text=True)
        print(done.stdout.strip())
        if not os.path.exists(report):
            print(done.stderr.strip())
            return 1
        failures = json.load(open(report))
    unexplained = [failure for failure in failures if failure["id"] not in EXCEPTIONS]
    for failure in failures:
        if failure["id"] in EXCEPTIONS:
            print(f"exception {failure['id']}: {EXCEPTIONS[failure['id']]}")
    for failure in unexplained:
        print(f"FAILED {failure['cat']} {failure['id']}: {failure['why']}")
    if not part:
        for name in sorted(set(EXCEPTIONS) - {failure["id"] for failure in failures}):
            print(f"no longer an exception: {name}")
    print(f"{len(failures) - len(unexplained)} exceptions, {len(unexplained)} failed")
    return 1 if unexplained else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--adapt"]:
        adapt(*sys.argv[2:5])
    else:
        sys.exit(main(*sys.argv[1:]))
