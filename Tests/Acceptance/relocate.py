#!/usr/bin/env python3
"""Copies the classes of jars under another package: what Iceberg's Spark runtime of PyPI lacks is there under the names that it asks for.

    relocate.py org.apache.hc org.apache.iceberg.shaded.org.apache.hc OUT.jar JAR…

(Debian: libhttpclient5-java, libhttpcore5-java; the classes then lie in FOLDER/jars/hc-shaded.jar of the scripts that take --venvs.)
Names are constants of class files (JVM specification, 4.4.7); their lengths are written anew.
"""
import struct, sys, zipfile

SIZES = {3: 5, 4: 5, 5: 9, 6: 9, 7: 3, 8: 3, 9: 5, 10: 5, 11: 5, 12: 5, 15: 4, 16: 3, 17: 5, 18: 5, 19: 3, 20: 3}


def relocated(data, rename):
    """A class file whose constants have other names."""
    count, parts, at, entry = struct.unpack(">H", data[8:10])[0], [data[:10]], 10, 1
    while entry < count:
        tag = data[at]
        if tag == 1:
            length = struct.unpack(">H", data[at + 1:at + 3])[0]
            text = rename(data[at + 3:at + 3 + length])
            parts.append(b"\x01" + struct.pack(">H", len(text)) + text)
            at += 3 + length
        else:
            parts.append(data[at:at + SIZES[tag]])
            at += SIZES[tag]
            # Of two slots.
            entry += tag in (5, 6)
        entry += 1
    return b"".join(parts) + data[at:]


def main(before, after, out, *jars):
    pairs = [(before.encode(), after.encode()), (before.replace(".", "/").encode(), after.replace(".", "/").encode())]

    def rename(text):
        for old, new in pairs:
            text = text.replace(old, new)
        return text

    seen = set()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for jar in jars:
            with zipfile.ZipFile(jar) as source:
                for name in source.namelist():
                    if name.endswith("/") or name in seen or not name.startswith((before.replace(".", "/"), "META-INF/services")):
                        continue
                    seen.add(name)
                    data = source.read(name)
                    target.writestr(rename(name.encode()).decode(), relocated(data, rename) if name.endswith(".class") else rename(data))
    print(f"{len(seen)} entries")


main(*sys.argv[1:])
