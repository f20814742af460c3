"""Makes the Parquet fixtures: the same rows in the encodings, codecs and page versions that other writers use.

python3 make.py   (needs pyarrow and duckdb; the tests compute what every row must be from its number)
"""
import decimal, datetime, duckdb, pyarrow as pa, pyarrow.parquet as pq

N = 2500
D = decimal.Decimal
decimal.getcontext().prec = 60


def null(i, v):
    return None if i % 7 == 3 else v


def col(f, t, required=False):
    return pa.array([f(i) if required else null(i, f(i)) for i in range(N)], t)


flat = pa.table(
    {
        "id": col(lambda i: i, pa.int64(), True),
        "flag": col(lambda i: i % 3 == 0, pa.bool_()),
        "i8": col(lambda i: i // 9 % 256 - 128, pa.int8()),
        "i16": col(lambda i: i // 9 - 1500, pa.int16()),
        "i32": col(lambda i: i // 10 * 1000 - 7, pa.int32()),
        "i64": col(lambda i: i // 9 * 10**10, pa.int64()),
        "u8": col(lambda i: i // 9 % 256, pa.uint8()),
        "u32": col(lambda i: 4294967295 - i // 9, pa.uint32()),
        "u64": col(lambda i: 2**64 - 1 - i // 9, pa.uint64()),
        "f32": col(lambda i: i // 9 * 0.5, pa.float32()),
        "f64": col(lambda i: i // 9 * 0.25 - 1, pa.float64()),
        "d9": col(lambda i: D(i // 9 * 3 - 400).scaleb(-2), pa.decimal128(9, 2)),
        "d38": col(lambda i: D((i // 9 - 50) * 10**20).scaleb(-10), pa.decimal128(38, 10)),
        "day": col(lambda i: datetime.date(1970, 1, 1) + datetime.timedelta(days=i // 9 - 40), pa.date32()),
        "t": col(lambda i: i // 9 * 1000003, pa.time64("us")),
        "ts": col(lambda i: (i // 9 - 9) * 1000001, pa.timestamp("us")),
        "tz": col(lambda i: i // 9 * 1000, pa.timestamp("ms", "UTC")),
        "s": col(lambda i: f"value-{i % 17}", pa.string()),
        "long": col(lambda i: f"a text beyond the lane, number {i // 20} é", pa.string()),
        "bin": col(lambda i: bytes([i // 9 & 255, 7]), pa.binary()),
    }
).cast(
    pa.schema([pa.field("id", pa.int64(), nullable=False)]
    + [pa.field(n, t) for n, t in [
        ("flag", pa.bool_()), ("i8", pa.int8()), ("i16", pa.int16()), ("i32", pa.int32()), ("i64", pa.int64()), ("u8", pa.uint8()),
        ("u32", pa.uint32()), ("u64", pa.uint64()), ("f32", pa.float32()), ("f64", pa.float64()), ("d9", pa.decimal128(9, 2)),
        ("d38", pa.decimal128(38, 10)), ("day", pa.date32()), ("t", pa.time64("us")), ("ts", pa.timestamp("us")),
        ("tz", pa.timestamp("ms", "UTC")), ("s", pa.string()), ("long", pa.string()), ("bin", pa.binary())]])
)
small = dict(data_page_size=4000, row_group_size=2200, write_statistics=True)
pq.write_table(flat, "flat_plain_v1.parquet", compression="zstd", use_dictionary=False, **small)
pq.write_table(flat, "flat_dictionary_v1.parquet", compression="snappy", dictionary_pagesize_limit=1000, **small)
pq.write_table(
    flat, "flat_dictionary_v2.parquet", compression="gzip", data_page_version="2.0", store_decimal_as_integer=True,
    **{**small, "data_page_size": 20000})
pq.write_table(
    flat, "flat_delta_v2.parquet", compression="zstd", data_page_version="2.0", use_dictionary=False, write_page_index=True, write_batch_size=128,
    column_encoding={
        "i8": "DELTA_BINARY_PACKED", "i16": "DELTA_BINARY_PACKED", "i32": "DELTA_BINARY_PACKED", "i64": "DELTA_BINARY_PACKED",
        "id": "DELTA_BINARY_PACKED", "ts": "DELTA_BINARY_PACKED", "s": "DELTA_BYTE_ARRAY", "long": "DELTA_LENGTH_BYTE_ARRAY",
        "f32": "BYTE_STREAM_SPLIT", "f64": "BYTE_STREAM_SPLIT", "d38": "BYTE_STREAM_SPLIT", "bin": "DELTA_BYTE_ARRAY"}, **small)
pq.write_table(
    flat, "flat_bloom.parquet", compression="zstd", row_group_size=1000, use_dictionary=False, write_statistics=False,
    bloom_filter_options={name: {"ndv": 150, "fpp": 0.001} for name in flat.column_names if name != "flag"})
duckdb.sql("copy (from flat) to 'flat_duckdb.parquet' (format parquet, compression zstd, row_group_size 2048)")


M = 300
nested = pa.table(
    {
        "id": pa.array(range(M), pa.int64()),
        "l": pa.array([null(i, [None if (i + j) % 5 == 0 else i * 10 + j for j in range(i % 4)]) for i in range(M)], pa.list_(pa.int32())),
        "s": pa.array([null(i, {"a": i, "b": None if i % 2 else f"b{i}"}) for i in range(M)], pa.struct([("a", pa.int32()), ("b", pa.string())])),
        "m": pa.array([null(i, [(f"k{j}", i + j) for j in range(i % 3)]) for i in range(M)], pa.map_(pa.string(), pa.int64())),
        "ll": pa.array([[[i, j] for j in range(i % 3)] if i % 4 else None for i in range(M)], pa.list_(pa.list_(pa.int32()))),
        "ls": pa.array([[{"x": j, "y": [f"{i}-{k}" for k in range(j)]} for j in range(i % 3)] for i in range(M)],
                       pa.list_(pa.struct([("x", pa.int32()), ("y", pa.list_(pa.string()))]))),
    }
)
pq.write_table(nested, "nested_v1.parquet", compression="snappy", data_page_size=256, row_group_size=200)
pq.write_table(nested, "nested_v2.parquet", compression="zstd", data_page_version="2.0", data_page_size=256, write_batch_size=16, write_page_index=True)


# Single features in a few rows each.
K = 10
few = dict(compression="none", write_statistics=False)
pq.write_table(flat.slice(0, 500), "brotli_checksums.parquet", compression="brotli", write_page_checksum=True, use_dictionary=["s"])
column = pa.array(range(K), pa.int64())
pq.write_table(pa.Table.from_arrays([column] * 5, names=["a", "A", "a_1", "b", "a"]), "equal_names.parquet", **few)
pq.write_table(
    pa.table({
        "id": column,
        "wide": pa.array([(D(-1) ** i * 10**45 + i).scaleb(-10) for i in range(K)], pa.decimal256(50, 10)),
        "huge": pa.array([None if i == 3 else D(i * 10**70) for i in range(K)], pa.decimal256(76, 0)),
    }), "long_decimals.parquet", **few)
pq.write_table(
    pa.table({
        "id": column,
        "none": pa.nulls(K),
        "lists": pa.array([None if i == 3 else [None] * (i % 3) for i in range(K)], pa.list_(pa.null())),
        "pair": pa.array([{"x": i, "y": None} for i in range(K)], pa.struct([("x", pa.int64()), ("y", pa.null())])),
    }), "null_types.parquet", **few)


def nanoseconds():
    """Timestamps in nanoseconds, with and without UTC, in lists, and as INT96, where some columns have finer digits than microseconds."""
    first = 1704067200123456789  # 2024-01-01 00:00:00.123456789
    t = [None if i % 7 == 3 else first + i * 1001 for i in range(1000)]
    t[0] = -1  # the last nanosecond of 1969
    micros = [None if v is None else v // 1000 * 1000 for v in t]
    table = pa.table({
        "id": list(range(1000)),
        "t": pa.array(t, pa.timestamp("ns")),
        "z": pa.array(t, pa.timestamp("ns", "UTC")),
        "l": pa.array([[v, v] for v in t], pa.list_(pa.timestamp("ns"))),
    })
    pq.write_table(table, "nanoseconds.parquet", row_group_size=250, version="2.6")
    int96 = pa.table({
        "fine": pa.array(t, pa.timestamp("ns")), "coarse": pa.array(micros, pa.timestamp("ns")),
        "lists": pa.array([[v] for v in t], pa.list_(pa.timestamp("ns"))),
    })
    # Behind so many values that nobody looks for nanoseconds there.
    late = pa.table({"late": pa.array([first // 1000 * 1000] * 3000 + [first], pa.timestamp("ns"))})
    # Read as nanoseconds, the values would be beyond 64 bits: years from 1500 to 9999.
    far = pa.table({"far": pa.array([-14830974000000000, 253402300799999999], pa.timestamp("us"))})
    pq.write_table(int96, "int96.parquet", use_deprecated_int96_timestamps=True, row_group_size=250)
    pq.write_table(late, "int96_late.parquet", use_deprecated_int96_timestamps=True, row_group_size=1000)
    pq.write_table(far, "int96_far.parquet", use_deprecated_int96_timestamps=True)


nanoseconds()
