#!/usr/bin/env python3
"""Random INSERT, UPDATE, DELETE and MERGE on the same tables in Lode and in PostgreSQL: the same rows, the same errors.

    row_changes.py --lode PATH/TO/lode [--statements 300] [--seed 1] [--psql "psql -X -q -d postgres"]

PostgreSQL must be there (15 or later) and let psql in. After each statement both tables are compared as a whole.
"""
import argparse, random, shlex, shutil, subprocess, sys, tempfile


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--lode", required=True)
    p.add_argument("--statements", type=int, default=300)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--psql", default="psql -X -q -d postgres")
    args = p.parse_args()
    choose = random.Random(args.seed)
    folder = tempfile.mkdtemp()

    def run(command, sql):
        done = subprocess.run(command + ["-c", sql], capture_output=True, text=True)
        state = None
        if done.returncode != 0:
            words = done.stderr.replace("ERROR:", "ERROR ").split()
            state = words[words.index("ERROR") + 1].strip(":") if "ERROR" in words else done.stderr
        return sorted(done.stdout.removesuffix("\n").split("\n")), state, done.stderr

    lode = [args.lode, "--warehouse", f"{folder}/lakehouse", "--format", "csv", "--quiet"]
    psql = shlex.split(args.psql) + ["--csv", "-v", "VERBOSITY=verbose", "-v", "ON_ERROR_STOP=1"]

    def both(sql):
        return run(lode, sql), run(psql, sql)

    both_tables = ["CREATE TABLE {} (k integer, v integer CHECK (v < 90), w varchar(6), p integer)"]
    run(psql, "DROP TABLE IF EXISTS t; DROP TABLE IF EXISTS s")
    for name in ("t", "s"):
        sql = both_tables[0].format(name)
        run(lode, sql + (" PARTITIONED BY (p)" if name == "t" else ""))
        run(psql, sql)

    def value(names, depth=0):
        kind = choose.randrange(8 if depth < 2 else 3)
        if kind == 0: return choose.choice(["NULL", "0", "1", "2", "7", "-3"])
        if kind < 3: return choose.choice(names)
        if kind == 3: return f"({value(names, depth + 1)} + {value(names, depth + 1)})"
        if kind == 4: return f"({value(names, depth + 1)} % 5)"
        if kind == 5: return f"(CASE WHEN {condition(names, depth + 1)} THEN {value(names, depth + 1)} ELSE {value(names, depth + 1)} END)"
        if kind == 6: return f"COALESCE({value(names, depth + 1)}, {choose.randrange(10)})"
        return f"(SELECT max(z.v) FROM s AS z WHERE z.k = {choose.choice(names)})"

    def condition(names, depth=0):
        kind = choose.randrange(7)
        if kind == 0: return f"{choose.choice(names)} IS {choose.choice(['', 'NOT '])}NULL"
        if kind == 1 and depth < 2: return f"({condition(names, depth + 1)} {choose.choice(['AND', 'OR'])} {condition(names, depth + 1)})"
        if kind == 2 and depth < 2: return f"NOT {condition(names, depth + 1)}"
        if kind == 3: return f"{choose.choice(names)} IN (1, 2, {choose.randrange(12)})"
        if kind == 4 and depth < 2: return f"{choose.choice(names)} IN (SELECT z.k FROM s AS z WHERE z.v > {choose.randrange(20)})"
        return f"{value(names, 2)} {choose.choice(['=', '<', '>=', '<>'])} {value(names, 2)}"

    own, other = ["t.k", "t.v", "t.p"], ["s.k", "s.v"]

    def sets(names):
        columns = choose.sample(["k", "v", "p"], choose.randrange(1, 3))
        parts = [f"{c} = {value(names)}" for c in columns]
        if choose.random() < 0.2: parts.append(f"w = {choose.choice(['NULL', 'DEFAULT'])}")
        return ", ".join(parts)

    def statement():
        kind = choose.randrange(10)
        returning = " RETURNING " + choose.choice(["*", "t.k, t.v + 1", "t.w"]) if choose.random() < 0.3 else ""
        if kind < 3:
            rows = ", ".join(
                "(" + ", ".join([choose.choice(["NULL", str(choose.randrange(12))]), str(choose.randrange(92)), "'x'",
                                 choose.choice(["NULL", "1", "2", "3"])]) + ")" for _ in range(choose.randrange(1, 6)))
            table = choose.choice(["t", "s"])
            return f"INSERT INTO {table} (k, v, w, p) VALUES {rows}" + (returning if table == "t" else "")
        if kind < 5: return f"UPDATE t SET {sets(own)} WHERE {condition(own)}{returning}"
        if kind == 5:
            # One match at most for each row, so that the result is determined.
            return f"UPDATE t SET {sets(own + other)} FROM (SELECT k, max(v) AS v FROM s GROUP BY k) AS s WHERE s.k = t.k AND {condition(own + other)}"
        if kind == 6: return f"DELETE FROM t WHERE {condition(own)} AND {condition(own)}{returning}"
        if kind == 7: return f"DELETE FROM t USING s WHERE s.k = t.k AND s.v > t.v AND {condition(own + other)}"
        clauses = []
        for _ in range(choose.randrange(1, 4)):
            matched = choose.random() < 0.6
            names = own + other if matched else other
            guard = f" AND {condition(names)}" if choose.random() < 0.8 else ""
            if matched:
                action = choose.choice([f"UPDATE SET {sets(names)}", "DELETE", "DO NOTHING"])
            else:
                action = choose.choice([f"INSERT (k, v, w, p) VALUES ({value(other)}, {value(other)}, 'new', 1)", "DO NOTHING"])
            clauses.append(f"WHEN {'' if matched else 'NOT '}MATCHED{guard} THEN {action}")
        source = choose.choice(["s", "(SELECT k, max(v) AS v FROM s GROUP BY k) AS s", "(SELECT k, max(v) AS v FROM s GROUP BY k) AS s"])
        on = choose.choice(["t.k = s.k", "t.k = s.k AND t.p = 1", "t.k = s.k AND s.v > 10", "t.k = s.k + 1"])
        return f"MERGE INTO t USING {source} ON {on} {' '.join(clauses)}"

    failed, errors = 0, 0
    for number in range(args.statements):
        sql = statement()
        ours, theirs = both(sql)
        errors += theirs[1] is not None
        same = ours[1] == theirs[1] and (ours[1] is not None or ours[0] == theirs[0])
        tables = "SELECT 't', k, v, w, p FROM t UNION ALL SELECT 's', k, v, w, p FROM s"
        after_ours, after_theirs = both(tables)
        if not same or after_ours[0][:-1] != after_theirs[0][:-1]:
            failed += 1
            print(f"DIFFERENT: {sql}\n  ours: {ours[1]} {ours[2][:300]}\n  theirs: {theirs[1]} {theirs[2][:300]}")
            if same:
                left, right = set(after_ours[0]), set(after_theirs[0])
                print(f"  only ours: {sorted(left - right)[:5]}\n  only theirs: {sorted(right - left)[:5]}")
            elif ours[1] is None and theirs[1] is None:
                print(f"  ours: {ours[0][:8]}\n  theirs: {theirs[0][:8]}")
            # Both go on from the same rows.
            rows = run(psql, "SELECT k, v, w, p FROM t")[0]
            values = [r for r in rows if not r.startswith("k,v")]
            run(lode, "DELETE FROM t")
            if values and values != [""]:
                text = ", ".join("(" + ", ".join("NULL" if c == "" else f"'{c}'" for c in r.split(",")) + ")" for r in values)
                run(lode, f"INSERT INTO t VALUES {text}")
        if number % 40 == 39: both("DELETE FROM t WHERE v > 60; DELETE FROM s WHERE v > 30")
    shutil.rmtree(folder)
    print(f"{args.statements} statements, {errors} errors in PostgreSQL, {failed} different")
    sys.exit(1 if failed else 0)


main()
