"""Other catalogs than the warehouse's own, for the time of an acceptance script: Glue by moto or ministack, Iceberg's REST API by SeaweedFS."""
import contextlib, uuid

from seaweed import BUCKET, KEY, SECRET
from service import Service


@contextlib.contextmanager
def started(args, store):
    """The catalog that --catalog names. Tables lie in the object store: other engines find them by what the catalog says."""
    if store is None:
        raise SystemExit("--catalog needs --services")
    if args.catalog == "rest":
        yield Rest(store, args.port)
    else:
        with Service(args.catalog, args.services, args.port + 40) as glue:
            yield Glue(glue.endpoint, store)


class Catalog:
    """How statements reach it (`attach`), and how pyiceberg does."""

    def __init__(self, store, options, properties):
        self.schema = "n" + uuid.uuid4().hex[:8]
        self.attach = f"CREATE CATALOG c USING {self.kind} OPTIONS (" + ", ".join(f"{k} '{v}'" for k, v in options.items()) + ");\n"
        self._properties = properties | store.pyiceberg

    def pyiceberg(self):
        from pyiceberg.catalog import load_catalog
        return load_catalog("c", **self._properties)

    def table(self, name):
        return self.pyiceberg().load_table(f"{self.schema}.{name}")


class Rest(Catalog):
    kind = "iceberg"

    def __init__(self, store, port):
        uri = f"http://127.0.0.1:{port + 4}"
        super().__init__(
            store, {"uri": uri, "warehouse": "s3://warehouse", "credential": f"{KEY}:{SECRET}"},
            {"type": "rest", "uri": uri, "warehouse": "s3://warehouse", "credential": f"{KEY}:{SECRET}"})


class Glue(Catalog):
    kind = "glue"

    def __init__(self, endpoint, store):
        super().__init__(
            store, {
                "region": "us-east-1", "endpoint": endpoint, "access_key_id": "test", "secret_access_key": "test",
                "warehouse": f"s3://{BUCKET}/{uuid.uuid4().hex[:8]}"},
            {"type": "glue", "glue.endpoint": endpoint, "glue.region": "us-east-1", "glue.access-key-id": "test", "glue.secret-access-key": "test"})
