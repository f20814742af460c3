"""First inputs for the fuzzer: seeds.py OUT [FOLDER...]

Writes OUT/<target>/*: small Parquet files of every type, encoding, codec and page version with the pages taken out of them,
compressed streams, CSV and JSON texts, messages of the wire protocol and data of COPY; and from each FOLDER the small Parquet, CSV and JSON files. Needs pyarrow.
"""
import datetime, decimal, gzip, hashlib, io, pathlib, sys, uuid
from json import dumps

import pyarrow as pa
import pyarrow.parquet as pq

out = pathlib.Path(sys.argv[1])


def put(target, data, limit=8192):
    if len(data) <= limit:
        folder = out / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / hashlib.sha1(data).hexdigest()[:16]).write_bytes(data)


class Thrift:
    """Walks compact-protocol structs: all that is wanted is where one ends, and its small numbers."""

    def __init__(self, data, at):
        self.data, self.at = data, at

    def varint(self):
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def value(self, kind):
        if kind in (1, 2):
            return kind == 1
        if kind == 3:
            self.at += 1
        elif kind in (4, 5, 6):
            raw = self.varint()
            return raw >> 1 ^ -(raw & 1)
        elif kind == 7:
            self.at += 8
        elif kind == 8:
            size = self.varint()
            self.at += size
        elif kind in (9, 10):
            header = self.data[self.at]
            self.at += 1
            count = header >> 4 if header >> 4 < 15 else self.varint()
            for _ in range(count):
                if header & 15 in (1, 2):
                    self.at += 1
                else:
                    self.value(header & 15)
        elif kind == 12:
            return self.struct()

    def struct(self):
        fields, number = {}, 0
        while True:
            header = self.data[self.at]
            self.at += 1
            if header & 15 == 0:
                return fields
            number = number + (header >> 4) if header >> 4 else self.value(4)
            fields[number] = self.value(header & 15)


def take_apart(data):
    """The footer, and the pages of every chunk, as inputs of their own."""
    length = int.from_bytes(data[-8:-4], "little")
    put("footer", data[-8 - length : -8])
    meta = pq.ParquetFile(io.BytesIO(data)).metadata
    for group in range(meta.num_row_groups):
        for column in range(meta.num_columns):
            chunk = meta.row_group(group).column(column)
            at = chunk.dictionary_page_offset or chunk.data_page_offset
            end = at + chunk.total_compressed_size
            for _ in range(2):
                if at >= end:
                    break
                thrift = Thrift(data, at)
                header = thrift.struct()
                put("page-header", data[at : thrift.at])
                body = data[thrift.at : thrift.at + header[3]]
                at = thrift.at + header[3]
                if chunk.compression != "UNCOMPRESSED" or header[1] == 2:
                    continue
                for skip in (0, 4):
                    put("levels", bytes([0, 100, 0]) + body[skip:])
                for encoding in range(8):
                    put("page", bytes([(len(body) * 7 + at + encoding) % 34, encoding, 40, 0, 0]) + body, 200)
                put("delta", bytes([20]) + body)
                put("delta-texts", bytes([0, 20]) + body)
                put("delta-texts", bytes([1, 20]) + body)
                put("codes", bytes([body[0] & 31 if body else 1]) + bytes(range(40, 48)) + body[1:])


def tables():
    rows = range(40)
    day = datetime.date(2024, 2, 28)
    instant = datetime.datetime(2024, 2, 28, 12, 30)
    flat = {
        "b": pa.array([i % 3 == 0 if i % 5 else None for i in rows]),
        "i8": pa.array([i - 20 for i in rows], pa.int8()),
        "u32": pa.array([i * 100_000_000 for i in rows], pa.uint32()),
        "i32": pa.array([i * i if i % 4 else None for i in rows], pa.int32()),
        "i64": pa.array([i * 1_000_000_007 for i in rows], pa.int64()),
        "u64": pa.array([i << 58 for i in rows], pa.uint64()),
        "f": pa.array([i / 8 for i in rows], pa.float32()),
        "d": pa.array([i / 3 if i % 7 else float("nan") for i in rows]),
        "s": pa.array([f"text {i % 7} and more of it" if i % 6 else None for i in rows]),
        "x": pa.array([bytes([i, 255 - i]) for i in rows]),
        "date": pa.array([day + datetime.timedelta(i) for i in rows]),
        "ts": pa.array([instant + datetime.timedelta(hours=i) for i in rows], pa.timestamp("us")),
        "tz": pa.array([instant + datetime.timedelta(hours=i) for i in rows], pa.timestamp("ms", "UTC")),
        "t": pa.array([datetime.time(i % 24, i) for i in rows], pa.time32("ms")),
        "dec": pa.array([decimal.Decimal(i) / 100 for i in rows], pa.decimal128(9, 2)),
        "big": pa.array([decimal.Decimal(i) * 10**20 for i in rows], pa.decimal128(38, 4)),
        "fix": pa.array([uuid.UUID(int=i).bytes for i in rows], pa.binary(16)),
    }
    nested = {
        "l": pa.array([list(range(i % 4)) if i % 5 else None for i in rows], pa.list_(pa.int32())),
        "st": pa.array([{"a": i, "b": str(i) if i % 3 else None} if i % 4 else None for i in rows]),
        "m": pa.array([[(f"k{j}", j) for j in range(i % 3)] for i in rows], pa.map_(pa.string(), pa.int64())),
        "ls": pa.array([[{"x": j, "y": ["a"] * j} for j in range(i % 3)] for i in rows]),
        "ll": pa.array([[[j] * j for j in range(i % 3)] for i in rows], pa.list_(pa.list_(pa.int64()))),
    }
    for name, array in {**flat, **nested}.items():
        yield pa.table({name: array})
    yield pa.table({name: flat[name] for name in ("i32", "s", "dec")})
    yield pa.table({"i64": flat["i64"], "l": nested["l"], "st": nested["st"]})


def parquet(table, **options):
    sink = io.BytesIO()
    pq.write_table(table, sink, store_schema=False, write_batch_size=10, data_page_size=64, **options)
    return sink.getvalue()


encodings = ["PLAIN", "DELTA_BINARY_PACKED", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY", "BYTE_STREAM_SPLIT", "RLE"]
for number, table in enumerate(tables()):
    variants = [dict(data_page_version=v, compression="none", write_page_index=v == "2.0") for v in ("1.0", "2.0")]
    codec = ["snappy", "gzip", "zstd", "lz4", "brotli"][number % 5]
    variants.append(dict(compression=codec, row_group_size=15, write_page_index=True))
    for encoding in encodings:
        variants.append(
            dict(use_dictionary=False, column_encoding=encoding, compression="none", data_page_version="12"[number % 2] + ".0"))
    for options in variants:
        try:
            data = parquet(table, **options)
        except (pa.ArrowException, OSError):
            continue
        put("parquet", data)
        take_apart(data)

texts = [b"a", b"abcabcabc" * 20, bytes(range(256)), b"carefully final deposits " * 30, bytes(300), b"1234567" * 9 + b"x" * 70]
for text in texts:
    put("snappy", pa.compress(text, "snappy", asbytes=True))
    for number, codec in [(0, "snappy"), (1, "zstd"), (2, "gzip"), (3, "lz4_raw"), (4, "lz4"), (6, "brotli")]:
        packed = pa.compress(text, codec, asbytes=True)
        put("codecs", bytes([number]) + len(text).to_bytes(2, "little") + packed)
    put("codecs", bytes([2]) + (2 * len(text)).to_bytes(2, "little") + gzip.compress(text) * 2)
    framed = len(text).to_bytes(4, "big") + (lambda p: len(p).to_bytes(4, "big") + p)(pa.compress(text, "lz4_raw", asbytes=True))
    put("codecs", bytes([4]) + len(text).to_bytes(2, "little") + framed)

kinds = bytes([0x1C, 0x1C, 0, 0]) * 3 + b"\0"
for blocks in (1, 3):
    header = bytes([0x15, blocks * 64 & 127 | 128, blocks * 64 >> 7]) + kinds
    put("bloom-filter", bytes(4) + b"\0" + header + bytes(range(32)) * blocks)

csv = [
    "a,b,c\n1,x,2024-02-29\n2,,2023-01-01\n", 'a;b\n"x;""y""";1,5\n"two\nlines";2,5\n', "1|2|3|\n4|5|6|\n",
    "id\tname\r\n1\t'x'\r\n2\tNULL\r\n", "# note\na,b\n1,2,3\n4\n\n5,6\n", "\ufeffa,b\n1.5,true\n-2e10,false\n",
    "t,d\n12:30:00,2024-02-29 12:30:00.5\n01:02:03,1999-12-31 23:59:59+02\n", "a\rb\r1\r2\r", '"unclosed,1\n2,3\n',
    "01/02/2024,1 day 02:00:00,00000000-0000-0000-0000-000000000001\n" * 5,
]
for number, text in enumerate(csv):
    put("csv", bytes(3) + text.encode())
    put("csv", bytes([0, 2, number]) + text.encode() * 3)
    put("csv", bytes([0, 32, 0]) + text.encode("utf-16"))
json = [
    '{"a":1,"b":"x"}\n{"a":2.5,"b":null,"c":[1,2,{"d":true}]}\n', '[{"a":"2024-02-29"},{"a":"2024-02-29 12:00:00"}]',
    '{"s":"\\u00e9\\ud83d\\ude00\\n","n":-1e300}\n{"s":12345678901234567890123}\n', '1 2 "x" null [1,[2,[3]]] {"k":{"k":{}}}',
    '{"a":1}\n{broken\n{"a":3}\n', '[[1,2],[3]]', '{"a":[{"b":1},{"c":"t"}],"m":{"x":1,"y":2}}\n' * 3,
]
for number, text in enumerate(json):
    put("json", bytes(2) + text.encode())
    put("json", bytes([4, 1 + number]) + text.encode() * 2)

for folder in map(pathlib.Path, sys.argv[2:]):
    for path in sorted(folder.rglob("*")):
        kind = "parquet" if path.suffix == ".parquet" else "csv" if ".csv" in path.name or path.suffix in (".tsv", ".psv") else None
        kind = kind or ("json" if "json" in path.suffix or ".json" in path.name else None)
        if not kind or not path.is_file() or path.stat().st_size > 8000:
            continue
        data = path.read_bytes()
        if kind == "parquet" and "large" in path.name:
            continue  # some kilobytes that stand for gigabytes
        if path.parent.name == "_delta_log":
            kind = "delta-log"
        put(kind, {"delta-log": b"", "parquet": b"", "csv": bytes(3), "json": bytes(2)}[kind] + data)
        if kind == "parquet":
            try:
                take_apart(data)
            except Exception:
                pass  # damaged on purpose


def wire():
    """What clients of the wire protocol send: messages, proofs, data of COPY, values of parameters."""
    def message(kind, body):
        return kind + (len(body) + 4).to_bytes(4, "big") + body

    z = lambda text: text.encode() + b"\0"
    short = lambda n: n.to_bytes(2, "big")
    long = lambda n: n.to_bytes(4, "big")
    startup = long(196608) + z("user") + z("lode") + z("database") + z("lode") + z("options") + z("-c a=b") + b"\0"
    put("messages", b"\0\7" + long(len(startup) + 4) + startup)
    put("messages", b"\0\7" + long(8) + long(80877103) + long(16) + long(80877102) + long(1) + long(2))
    extended = (
        message(b"P", z("s") + z("select $1") + short(1) + long(23)) + message(b"D", b"S" + z("s"))
        + message(b"B", z("p") + z("s") + short(1) + short(1) + short(1) + long(4) + long(7) + short(1) + short(1))
        + message(b"E", z("p") + long(10)) + message(b"C", b"P" + z("p")) + message(b"S", b"") + message(b"H", b"")
        + message(b"Q", z("select 1")) + message(b"d", b"data") + message(b"c", b"") + message(b"f", z("no")) + message(b"X", b"")
    )
    put("messages", b"\2\5" + extended)
    put("messages", b"\1\5" + message(b"p", z("SCRAM-SHA-256") + long(9) + b"n,,n=,r=a"))
    put("scram", b"\0\0c=biws,r=ababc,p=" + b"A" * 43 + b"=")
    put("scram", b"\x08\x0an,,n=u,r=abc=biws,r=ababc,p=" + b"A" * 43 + b"=")
    put("scram", b"\0\0SCRAM-SHA-256$4096:AAAA$" + b"A" * 43 + b"=:" + b"A" * 43 + b"=")
    put("copy", b"\2\3a\\tb\\\\c\\x41\\101\n\\N\n\\.\n")
    put("copy", b'\x21\3a,"b ""c""\nd"\n,\n')
    put("copy", b"\0\3PGCOPY\n\xff\r\n\0" + long(0) + long(0) + short(1) + long(2) + b"ab" + short(1) + b"\xff" * 4 + b"\xff\xff")
    put("copytexts", b"\0a\tb\0\0\\N\0" + '"ä'.encode())
    put("parameters", b"\x0b" + long(1) + long(0) + long(23) + long(2) + long(1) + long(4) + long(7) + b"\xff" * 4)
    put("parameters", b"\x14" + short(2) + short(1) + short(0) + short(2) + short(1) + short(9000))
    put("parameters", b'\x0c{1,NULL,"a\\"b",{2}}')


def tables():
    """A log of a Delta table with all that a reader looks at, and bitmaps of every kind of block."""
    field = lambda name, kind, **more: {"name": name, "type": kind, "nullable": True, "metadata": more}
    inner = {"type": "struct", "fields": [field("x", "double"), field("y", {"type": "map", "keyType": "string", "valueType": "long", "valueContainsNull": True})]}
    changes = [{"fromType": "byte", "toType": "long"}]
    schema = {"type": "struct", "fields": [
        field("i", "long", **{"delta.typeChanges": changes}), field("s", "string"), field("t", "timestamp"), field("m", "decimal(10,2)"), field("n", inner), field("d", "date")]}
    stats = {"numRecords": 3, "tightBounds": True, "minValues": {"i": 1, "t": "2024-01-01T00:00:00.000+01:00", "m": 1.5e0, "n": {"x": 0.5}}, "maxValues": {"s": "z"}, "nullCount": {"i": 0}}
    vector = {"storageType": "i", "pathOrInlineDv": "^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", "sizeInBytes": 44, "cardinality": 6}
    features = ["columnMapping", "deletionVectors", "typeWidening"]
    lines = [
        {"commitInfo": {"timestamp": 1, "inCommitTimestamp": 2, "operation": "WRITE", "operationParameters": {"mode": "Append"}}},
        {"protocol": {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": features, "writerFeatures": features}},
        {"metaData": {"id": "m", "format": {"provider": "parquet", "options": {}}, "schemaString": dumps(schema), "partitionColumns": ["d"], "configuration": {"delta.enableInCommitTimestamps": "true"}}},
        {"add": {"path": "a%20b", "partitionValues": {"d": "2024-01-01"}, "size": 1, "modificationTime": 1, "stats": dumps(stats), "deletionVector": vector}},
        {"remove": {"path": "c"}}, {"txn": {"appId": "a", "version": 1}}]
    put("delta-log", "".join(dumps(line) + "\n" for line in lines).encode())
    for path in sorted((pathlib.Path(__file__).parent.parent / "SQL/fixtures").rglob("metadata/*")):
        put("avro" if path.suffix == ".avro" else "iceberg-document", path.read_bytes())
    schema = {"type": "struct", "fields": [{"id": 1, "name": "a", "required": False, "type": "long"}, {"id": 2, "name": "b", "required": False, "type": "date"}]}
    snapshot = {"snapshot-id": 1, "sequence-number": 1, "timestamp-ms": 1, "manifest-list": "/t/l", "summary": {"operation": "append"}}
    updates = [
        {"action": "add-schema", "schema": schema}, {"action": "set-current-schema", "schema-id": -1},
        {"action": "add-spec", "spec": {"fields": [{"source-id": 2, "transform": "day", "name": "d"}]}}, {"action": "set-default-spec", "spec-id": -1},
        {"action": "add-sort-order", "sort-order": {"order-id": 1, "fields": [{"source-id": 1, "transform": "identity", "direction": "asc", "null-order": "nulls-last"}]}},
        {"action": "add-snapshot", "snapshot": snapshot}, {"action": "set-snapshot-ref", "ref-name": "main", "type": "branch", "snapshot-id": 1},
        {"action": "remove-snapshots", "snapshot-ids": [1]}, {"action": "set-properties", "updates": {"a": "1"}}, {"action": "remove-properties", "removals": ["a"]},
        {"action": "upgrade-format-version", "format-version": 3}, {"action": "set-location", "location": "/t"}, {"action": "remove-schemas", "schema-ids": [0]}]
    for update in updates:
        put("iceberg-request", dumps({"requirements": [{"type": "assert-current-schema-id", "current-schema-id": 0}], "updates": [update]}).encode())
    put("iceberg-request", dumps({"name": "t", "schema": schema, "updates": updates}).encode())
    little = lambda number, size: number.to_bytes(size, "little")
    bucket = little(1, 8) + little(0, 4)
    put("deletion-vector", bucket + little(12347 | 1 << 16, 4) + b"\1" + b"".join(little(n, 2) for n in (0, 4, 2, 1, 1, 5, 4, 7, 8)))
    footer = b'{"blobs":[{"type":"apache-datasketches-theta-v1","fields":[1],"offset":4,"length":8}]}'
    put("sketch", b"PFA1" + bytes.fromhex("01030300001ecc93") + b"PFA1" + footer + little(len(footer), 4) + little(0, 4) + b"PFA1")
    put("sketch", bytes.fromhex("03030300001acc93bd10000000000000b45c206511599a05"))
    put("sketch", bytes([3, 4, 1, 0xF0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 24]))
    put("deletion-vector", bucket + little(12346, 4) + little(1, 4) + little(3, 2) + little(32767, 2) + little(0, 4) + b"\x55" * 8192, 10000)


wire()
tables()
