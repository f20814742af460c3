#!/usr/bin/env python3
"""memory.py LODE: what statements that collect their rows take of memory, against memory_limit.

Each runs over five million rows under several limits; printed are the peak of the process beyond that of an idle one, and whether the
statement was refused (53200). Fails where the peak is more than 1.5 times the limit and 64 MB."""
import os, resource, subprocess, sys, tempfile

LODE = os.path.abspath(sys.argv[1])
ROWS = "(SELECT i, (i * 7919) % 1000003 AS n, 'the text of row number ' || i::varchar AS s FROM range(5000000) t(i))"
STATEMENTS = {
    "array_agg": "SELECT length(array_agg(n)::varchar) FROM {r}",
    "array_agg of texts": "SELECT cardinality(array_agg(s)) FROM {r}",
    "array_agg by groups": "SELECT max(cardinality(a)) FROM (SELECT array_agg(s) AS a FROM {r} GROUP BY n)",
    "string_agg": "SELECT length(string_agg(s, ',')) FROM {r}",
    "median": "SELECT median(n) FROM {r}",
    "median by groups": "SELECT max(m) FROM (SELECT median(i) AS m FROM {r} GROUP BY n)",
    "quantile_disc of texts": "SELECT quantile_disc(s, 0.5) FROM {r}",
    "mode": "SELECT mode(s) FROM {r}",
    "histogram": "SELECT cardinality(histogram(i)) FROM {r}",
    "map_agg": "SELECT cardinality(map_agg(i, s)) FROM {r}",
    "count distinct": "SELECT count(DISTINCT s) FROM {r}",
    "min of texts by groups": "SELECT max(m) FROM (SELECT min(s) AS m FROM {r} GROUP BY n)",
    "ordered": "SELECT cardinality(array_agg(n ORDER BY s)) FROM {r}",
    "window": "SELECT max(m) FROM (SELECT median(i) OVER (PARTITION BY n) AS m FROM {r})",
}


def run(sql, limit):
    """Peak of the process in MB, and how it ended."""
    with tempfile.TemporaryDirectory() as warehouse:
        p = subprocess.Popen([LODE, "--warehouse", warehouse, "--set", f"memory_limit={limit}MB", "--set", "threads=2", "--format", "csv", "-c", sql],
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        err = p.stderr.read().decode()
        _, status, usage = os.wait4(p.pid, 0)
        p.returncode = status
        return usage.ru_maxrss / 1024, "ok" if status == 0 else err.split("\n")[0][:90]


idle, _ = run("SELECT 1", 100)
bad = 0
for name, sql in STATEMENTS.items():
    for limit in (100, 400, 1600):
        peak, end = run(sql.format(r=ROWS), limit)
        over = peak - idle > limit * 1.5 + 64
        bad += over or (end != "ok" and "53200" not in end)
        print(f"{'OVER' if over else '    '} {name:24} limit {limit:5} MB   peak {peak - idle:7.0f} MB   {end}", flush=True)
print(f"{bad} over the limit or wrong")
sys.exit(bad > 0)
