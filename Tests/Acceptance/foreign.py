"""Tables of a warehouse as other engines read them: Delta by delta-rs (PyPI deltalake), Iceberg by pyiceberg."""
import glob, os, re


def folder_of(house, table):
    """Where a table lies; None for one without files."""
    found = house.rows(f"SELECT path FROM {table}$files LIMIT 1")
    match = re.match(rf"(.*/main/{table}-[0-9a-f]+)/", found[0][0]) if found else None
    return match and match.group(1)


def read(house, form, folder):
    """All rows, as a table of pyarrow."""
    if form == "delta":
        import deltalake
        options = None
        if house.store:
            e = house.environment
            options = {
                "AWS_ENDPOINT_URL": e["AWS_ENDPOINT_URL_S3"], "AWS_ACCESS_KEY_ID": e["AWS_ACCESS_KEY_ID"], "AWS_REGION": e["AWS_REGION"],
                "AWS_SECRET_ACCESS_KEY": e["AWS_SECRET_ACCESS_KEY"], "AWS_ALLOW_HTTP": "true", "AWS_S3_ALLOW_UNSAFE_RENAME": "true"}
        return deltalake.DeltaTable(folder, storage_options=options).to_pyarrow_table()
    from pyiceberg.table import StaticTable
    properties = {}
    if house.store:
        e = house.environment
        properties = {
            "s3.endpoint": e["AWS_ENDPOINT_URL_S3"], "s3.access-key-id": e["AWS_ACCESS_KEY_ID"], "s3.region": e["AWS_REGION"],
            "s3.secret-access-key": e["AWS_SECRET_ACCESS_KEY"]}
        prefix = folder.removeprefix(house.location + "/") + "/metadata/"
        names = [k.removeprefix(prefix) for k in house.store.keys(house.location) if k.startswith(prefix)]
    else:
        names = [os.path.basename(f) for f in glob.glob(f"{folder}/metadata/*")]
    latest = max(int(m.group(1)) for m in (re.match(r"v(\d+)\.metadata\.json$", n) for n in names) if m)
    return StaticTable.from_metadata(f"{folder}/metadata/v{latest}.metadata.json", properties=properties).scan().to_arrow()
