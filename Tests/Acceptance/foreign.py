"""Tables of a warehouse as other engines read them: Delta by delta-rs (PyPI deltalake), Iceberg by pyiceberg, both by DuckDB."""
import glob, importlib, os, re, sys


def location(house, table):
    """Where a table lies."""
    [found] = [row[1] for row in house.rows(f"DESCRIBE EXTENDED {table}") if row[0] == "# location"]
    return found.removeprefix("file://").rstrip("/")


def number(path):
    """Of a metadata document that no catalog keeps; 0 for another name."""
    match = re.search(r"v(\d+)\.metadata\.json$", path)
    return int(match.group(1)) if match else 0


def document(house, table):
    """Where the newest metadata document of an Iceberg table lies."""
    if house.catalog:
        return house.catalog.table(table).metadata_location
    return max(house.listed(location(house, table) + "/metadata"), key=number)


def iceberg(house, table):
    """The table of pyiceberg."""
    if house.catalog:
        return house.catalog.table(table)
    from pyiceberg.table import StaticTable
    return StaticTable.from_metadata(document(house, table), properties=house.store.pyiceberg if house.store else {})


def delta(house, table):
    """The table of delta-rs."""
    import deltalake
    return deltalake.DeltaTable(location(house, table), storage_options=house.store.deltalake if house.store else None)


def read(house, form, table):
    """All rows, as a table of pyarrow."""
    if form == "iceberg":
        return iceberg(house, table).scan().to_arrow()
    # Of deletion vectors only its query engine knows.
    import deltalake, pyarrow
    return pyarrow.table(deltalake.QueryBuilder().register("t", delta(house, table)).execute("SELECT * FROM t").read_all())


def duckdb(house, *extensions):
    """DuckDB with extensions, those of PyPI (duckdb-extension-NAME) or those that it has installed; None, and why, where one is missing."""
    try:
        import duckdb
        db = duckdb.connect(config={"allow_unsigned_extensions": "true"})
        db.execute("SET TimeZone = 'UTC'")
        for name in extensions + (("httpfs",) if house.store else ()):
            place = os.path.dirname(importlib.import_module("duckdb_extension_" + name).__file__)
            db.execute(f"LOAD '{glob.glob(f'{place}/extensions/*/{name}.duckdb_extension')[0]}'")
        if house.store:
            db.execute(house.store.duckdb)
        return db
    except Exception as fault:  # noqa: BLE001: whatever is missing, it is not asked
        print(f"DuckDB is not asked: {str(fault).splitlines()[0]}", file=sys.stderr)
        return None
