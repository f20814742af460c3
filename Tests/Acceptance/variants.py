#!/usr/bin/env python3
"""Variants are read as what their bytes say, wherever parts of them lie.

usage: variants.py LODE CORPUS      (the binary; the folder of a corpus with files of apache/parquet-testing)

Every Parquet file of the corpus with VARIANT columns is read by Lode as JSON, and by pyarrow as it is stored; a decoder of the specification's
few pages (VariantEncoding.md, VariantShredding.md) makes values of the latter. Where parquet-testing gives the value of a row as one variant
(`case-n_row-m.variant.bin`), that is compared, too, and where DuckDB reads a file, what it reads. Files that the specification forbids must be
refused. Needs pyarrow; compares with duckdb if that is there.
"""
import base64
import datetime
import decimal
import glob
import json
import os
import struct
import subprocess
import sys
import uuid

import pyarrow as pa
import pyarrow.parquet as pq

try:
    import duckdb
except ImportError:
    duckdb = None

# By the specification no variants: value and typed_value say different things, or the types are none that variants have.
INVALID = {"case-040", "case-042", "case-087", "case-127", "case-128", "case-137"}
# Readers may refuse these, or read what is in the columns.
DOUBTFUL = {"case-043-INVALID", "case-084-INVALID", "case-125-INVALID"}
EPOCH = datetime.datetime(1970, 1, 1)


def stamp(units, per_second, zoned):
    seconds, rest = divmod(units, per_second)
    text = str(EPOCH + datetime.timedelta(seconds=seconds))
    if rest:
        text += ("." + str(rest).zfill(len(str(per_second)) - 1)).rstrip("0")
    return text + ("+00" if zoned else "")


def names_of(metadata):
    size = (metadata[0] >> 6) + 1
    number = lambda at: int.from_bytes(metadata[at:at + size], "little")
    count = number(1)
    start = 1 + size * (count + 2)
    return [metadata[start + number(1 + size * (i + 1)):start + number(1 + size * (i + 2))].decode() for i in range(count)], start + number(1 + size * (count + 1))


def decode(value, names):
    """The JSON value of an encoded one."""
    kind, header = value[0] & 3, value[0] >> 2
    if kind == 1:
        return value[1:1 + header].decode()
    if kind >= 2:
        offset_size = (header & 3) + 1
        id_size = ((header >> 2) & 3) + 1 if kind == 2 else 0
        count_size = 4 if header >> (4 if kind == 2 else 2) & 1 else 1
        number = lambda at, size: int.from_bytes(value[at:at + size], "little")
        count = number(1, count_size)
        ids = 1 + count_size
        offsets = ids + count * id_size
        start = offsets + (count + 1) * offset_size
        parts = [decode(value[start + number(offsets + i * offset_size, offset_size):], names) for i in range(count)]
        return parts if kind == 3 else {names[number(ids + i * id_size, id_size)]: part for i, part in enumerate(parts)}
    data = value[1:]
    whole = lambda size: int.from_bytes(data[:size], "little", signed=True)
    if header < 3:
        return [None, True, False][header]
    if header < 7:
        return whole(1 << (header - 3))
    if header in (8, 9, 10):
        size = {8: 4, 9: 8, 10: 16}[header]
        return decimal.Decimal(int.from_bytes(data[1:1 + size], "little", signed=True)).scaleb(-data[0], decimal.Context(prec=60))
    if header in (15, 16):
        own = data[4:4 + int.from_bytes(data[:4], "little")]
        return own.decode() if header == 16 else base64.b64encode(own).decode()
    return {
        7: lambda: struct.unpack("<d", data[:8])[0], 11: lambda: str((EPOCH + datetime.timedelta(days=whole(4))).date()),
        12: lambda: stamp(whole(8), 10**6, True), 13: lambda: stamp(whole(8), 10**6, False), 14: lambda: struct.unpack("<f", data[:4])[0],
        17: lambda: stamp(whole(8), 10**6, False)[11:], 18: lambda: stamp(whole(8), 10**9, True), 19: lambda: stamp(whole(8), 10**9, False),
        20: lambda: str(uuid.UUID(bytes=data[:16])),
    }[header]()


MISSING = object()


def typed(value, kind, names):
    if pa.types.is_struct(kind):
        fields = {field.name: pair(value[field.name], field.type, names) for field in kind}
        return {name: field for name, field in fields.items() if field is not MISSING}
    if pa.types.is_list(kind):
        items = [pair(item, kind.value_type, names) for item in value]
        return [None if item is MISSING else item for item in items]
    if pa.types.is_timestamp(kind):
        return stamp(value, 10**9 if kind.unit == "ns" else 10**6, kind.tz is not None)
    if pa.types.is_time(kind):
        return stamp(value, 10**6, False)[11:]
    if pa.types.is_date(kind):
        return str((EPOCH + datetime.timedelta(days=value)).date())
    if isinstance(value, bytes):
        return str(uuid.UUID(bytes=value)) if pa.types.is_fixed_size_binary(kind) and kind.byte_width == 16 else base64.b64encode(value).decode()
    return str(value) if isinstance(value, uuid.UUID) else value


def pair(group, kind, names):
    """What a value and a typed_value say together."""
    if group is None:
        return MISSING
    value, own = group.get("value"), group.get("typed_value")
    if own is None:
        return MISSING if value is None else decode(value, names)
    result = typed(own, kind.field("typed_value").type, names)
    return result | decode(value, names) if value is not None else result


def plain(array):
    """Python values of an Arrow array, with times as the numbers that they are."""
    kind = array.type
    if isinstance(kind, pa.BaseExtensionType):
        return plain(array.storage)
    if pa.types.is_struct(kind):
        children = {kind.field(i).name: plain(array.field(i)) for i in range(kind.num_fields)}
        return [None if not array.is_valid()[row].as_py() else {name: column[row] for name, column in children.items()} for row in range(len(array))]
    if pa.types.is_list(kind):
        items = plain(array.values)
        offsets = array.offsets.to_pylist()
        return [items[offsets[row]:offsets[row + 1]] if array.is_valid()[row].as_py() else None for row in range(len(array))]
    if pa.types.is_timestamp(kind) or pa.types.is_time64(kind):
        return array.cast(pa.int64()).to_pylist()
    if pa.types.is_date32(kind):
        return array.cast(pa.int32()).to_pylist()
    return array.to_pylist()


def arrow_type(kind):
    if isinstance(kind, pa.BaseExtensionType):
        return arrow_type(kind.storage_type)
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(field.name, arrow_type(field.type)) for field in kind])
    return pa.list_(arrow_type(kind.value_type)) if pa.types.is_list(kind) else kind


def stored(path, name):
    array = pq.read_table(path, columns=[name]).column(name).combine_chunks()
    kind = arrow_type(array.type)
    rows = []
    for group in plain(array):
        found = None if group is None else pair(group, kind, names_of(group["metadata"])[0])
        rows.append(None if found is MISSING else found)
    return rows


def canonical(value):
    """Numbers as what they are worth: 1 is 1.0, and floats have as many digits as they need."""
    if isinstance(value, dict):
        return {name: canonical(part) for name, part in sorted(value.items())}
    if isinstance(value, list):
        return [canonical(part) for part in value]
    if isinstance(value, bool) or not isinstance(value, (int, float, decimal.Decimal)):
        return value
    number = decimal.Decimal(value) if not isinstance(value, float) else decimal.Decimal(repr(value))
    return f"{number.normalize(decimal.Context(prec=80)):f}" if isinstance(value, (int, decimal.Decimal)) else f"{float(number):.7g}"


def same(left, right):
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[name], right[name]) for name in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float) or isinstance(right, float):
        return f"{float(left) + 0.0:.7g}" == f"{float(right) + 0.0:.7g}"
    return canonical(left) == canonical(right)


class Lode:
    def __init__(self, binary):
        self.base = [binary, "--warehouse", "/tmp/variants-warehouse", "--set", "timezone=UTC", "--format", "jsonl", "-c"]

    def rows(self, sql):
        done = subprocess.run(self.base + [sql], capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            assert done.returncode == 1, f"ended with {done.returncode}"
            return done.stderr.strip()
        return [list(json.loads(line).values()) for line in done.stdout.splitlines()]


def check(lode, path):
    """What is wrong with a file's variants; nothing if it has none."""
    case = os.path.basename(path).removesuffix(".parquet")
    described = lode.rows(f"DESCRIBE SELECT * FROM '{path}'")
    names = [row[0] for row in described if row[1] == "json"] if isinstance(described, list) else []
    for name in names:
        found = lode.rows(f"""SELECT "{name}"::varchar FROM '{path}'""")
        if case in INVALID:
            return None if isinstance(found, str) else f"{case}: read as {found}"
        if isinstance(found, str):
            return None if case in DOUBTFUL or "malicious" in case else f"{case}: {found}"
        values = [None if row[0] is None else json.loads(row[0], parse_float=decimal.Decimal) for row in found]
        wanted = [("stored", stored(path, name))]
        for row in range(len(values)):
            file = path.removesuffix(".parquet") + f"_row-{row}.variant.bin"
            if os.path.exists(file):
                data = open(file, "rb").read()
                own, end = names_of(data)
                wanted.append((file, values[:row] + [decode(data[end:], own)] + values[row + 1:]))
        if duckdb:
            try:
                texts = [text for text, in duckdb.sql(f"""SELECT "{name}"::JSON::VARCHAR FROM '{path}'""").fetchall()]
                rows = [None if text is None else json.loads(text, parse_float=decimal.Decimal) for text in texts]
                if any(value is not None and not same(value, other) for value, other in zip(values, rows)):
                    print(f"{case}: DuckDB has {rows[:2]} where Lode has {values[:2]}")
            except Exception:
                pass
        for place, other in wanted:
            if len(other) != len(values) or not all(map(same, values, other)):
                return f"{case}: {values[:3]} is not {other[:3]} ({place})"
    return "" if not names else None


def main(binary, corpus):
    lode = Lode(os.path.abspath(binary))
    results = {path: check(lode, path) for path in sorted(glob.glob(os.path.join(corpus, "open/parquet/**/*variant*/*.parquet"), recursive=True)
                                                          + glob.glob(os.path.join(corpus, "open/parquet/*/*variant*.parquet")))}
    failed = [what for what in results.values() if what]
    print("\n".join(f"FAILED {what}" for what in failed))
    print(f"{sum(what is None for what in results.values())} files with variants right, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
