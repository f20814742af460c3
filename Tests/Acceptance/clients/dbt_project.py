#!/usr/bin/env python3
"""Takes the project in dbt/ through dbt's verbs on a server: seed, run, test, snapshot, and all of them again with changed data.

    dbt_project.py HOST PORT USER PASSWORD DATABASE [DBT]

Prints a line per step and what the tables hold at the end: two servers that work alike print the same lines. DBT is the executable.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

host, port, user, password, database = sys.argv[1:6]
dbt = sys.argv[6] if len(sys.argv) > 6 else "dbt"
folder = shutil.copytree(os.path.join(os.path.dirname(os.path.abspath(__file__)), "dbt"), tempfile.mkdtemp() + "/project")
environment = dict(os.environ, P_HOST=host, P_PORT=port, P_USER=user, P_PASS=password, P_DB=database, DBT_SEND_ANONYMOUS_USAGE_STATS="false")
failures = 0


def run(name, *arguments):
    global failures
    done = subprocess.run([dbt, "--no-use-colors", *arguments, "--profiles-dir", "."], cwd=folder, env=environment, capture_output=True, text=True)
    verdict = [line.split("  ", 1)[-1] for line in done.stdout.split("\n") if "Done. PASS=" in line]
    if done.returncode:
        failures += 1
        print(f"{name}: FAIL\n{done.stdout[-1500:]}{done.stderr[-500:]}")
    else:
        print(f"{name}: {verdict[0].strip() if verdict else 'ok'}")


def show(sql):
    """Rows of a query, as dbt shows them."""
    done = subprocess.run([dbt, "--quiet", "show", "--inline", sql, "--output", "json", "--profiles-dir", "."], cwd=folder, env=environment,
                          capture_output=True, text=True)
    start = done.stdout.find("{")
    print(json.dumps(json.loads(done.stdout[start:])["show"], sort_keys=True) if start >= 0 else f"FAIL {sql}: {done.stdout[-500:]}")


run("debug", "debug")
run("seed", "seed")
run("run", "run")
run("test", "test")
run("snapshot", "snapshot")
with open(folder + "/seeds/raw_orders.csv", "a") as more:
    more.write("5,fr,1.00,new,2024-01-05 12:00:00\n")
text = open(folder + "/seeds/raw_orders.csv").read().replace("3,it,7.25,new,2024-01-02 10:00:00", "3,it,8.25,paid,2024-01-04 10:00:00")
open(folder + "/seeds/raw_orders.csv", "w").write(text)
run("seed again", "seed")
run("run again", "run")
run("test again", "test")
run("snapshot again", "snapshot")
run("full refresh", "run", "--full-refresh")
run("docs", "docs", "generate")
catalog = json.load(open(folder + "/target/catalog.json")) if os.path.exists(folder + "/target/catalog.json") else {"nodes": {}}
for name, node in sorted(catalog["nodes"].items()):
    print(name, [(c["name"], c["type"], c["comment"]) for c in node["columns"].values()], node["metadata"]["comment"])
show("select * from {{ ref('revenue') }} order by code")
show("select id, amount, status from {{ ref('latest_orders') }} order by id")
show("select id, amount, status from {{ ref('merged_orders') }} order by id")
show("select id, status, amount, dbt_valid_to is null as current from {{ ref('order_history') }} order by id, amount")
print(f"{failures} failures")
sys.exit(1 if failures else 0)
