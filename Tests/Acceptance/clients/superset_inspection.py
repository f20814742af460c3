#!/usr/bin/env python3
"""Asks a server what Superset asks through SQLAlchemy 1.4 when a data set is added, and prints what it finds, a line per question.

    superset_inspection.py HOST PORT USER PASSWORD DATABASE SCHEMA

Two servers with the same tables give the same lines. Needs SQLAlchemy below 2, psycopg2 and pandas below 2.2.
"""
import sys

import pandas
import sqlalchemy as sa

host, port, user, password, database, schema = sys.argv[1:7]
engine = sa.create_engine(f"postgresql+psycopg2://{user}:{password}@{host}:{port}/{database}")
failures = 0


def ask(name, question):
    global failures
    try:
        print(f"{name}: {question()}")
    except Exception as error:
        failures += 1
        print(f"{name}: FAIL {str(error)[:300]!r}")


inspector = sa.inspect(engine)
ask("dialect", lambda: engine.dialect.name)
ask("default schema", lambda: inspector.default_schema_name)
ask("schema is there", lambda: schema in inspector.get_schema_names())
ask("tables", lambda: sorted(inspector.get_table_names(schema=schema)))
ask("views", lambda: sorted(inspector.get_view_names(schema=schema)))
for table in sorted(inspector.get_table_names(schema=schema)):
    ask(f"{table}: is there", lambda: inspector.has_table(table, schema=schema))
    ask(f"{table}: columns", lambda: [(c["name"], str(c["type"]), c["nullable"], c.get("comment")) for c in inspector.get_columns(table, schema=schema)])
    ask(f"{table}: primary key", lambda: inspector.get_pk_constraint(table, schema=schema)["constrained_columns"])
    ask(f"{table}: foreign keys", lambda: [(k["constrained_columns"], k["referred_table"]) for k in inspector.get_foreign_keys(table, schema=schema)])
    ask(f"{table}: indexes answered", lambda: isinstance(inspector.get_indexes(table, schema=schema), list))
    ask(f"{table}: unique constraints answered", lambda: isinstance(inspector.get_unique_constraints(table, schema=schema), list))
    ask(f"{table}: check constraints", lambda: len(inspector.get_check_constraints(table, schema=schema)))
    ask(f"{table}: comment", lambda: inspector.get_table_comment(table, schema=schema))
    ask(f"{table}: preview", lambda: pandas.read_sql(f'SELECT * FROM "{schema}"."{table}" ORDER BY 1, 2 LIMIT 3', engine).to_dict("list"))
    reflected = sa.Table(table, sa.MetaData(), schema=schema, autoload_with=engine)
    first = list(reflected.c)[0]
    ask(f"{table}: a chart", lambda: engine.connect().execute(
        sa.select(sa.func.count(), sa.func.count(sa.distinct(first)), sa.func.min(first), sa.func.max(first)).where(first.isnot(None)).limit(50000)).fetchall())
ask("time grain", lambda: pandas.read_sql(
    "SELECT DATE_TRUNC('week', day) AS __timestamp, sum(n) AS n FROM (VALUES (DATE '2024-02-28', 1), (DATE '2024-03-04', 2)) AS v(day, n)"
    " GROUP BY DATE_TRUNC('week', day) ORDER BY n DESC LIMIT 1000", engine).astype(str).values.tolist())
print(f"{failures} failures")
sys.exit(1 if failures else 0)
