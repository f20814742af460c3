/// Names of the data files that Lode writes into managed tables.

import LodeCore

/// `data-<random>-<random>.<extension>`: unique over all writers, and known as ours when orphans are collected.
package enum ManagedFileName {
    /// A new name; `fileExtension` without a dot ("parquet", "csv.zst").
    package static func make(fileExtension: String) -> String {
        "data-\(hex(UInt64.random(in: 0...UInt64.max)))-\(hex(UInt64.random(in: 0...UInt64.max))).\(fileExtension)"
    }

    /// A new path for rows of one partition of the table in `location`.
    package static func path(
        in location: String, _ partitionColumns: [Field], _ partitionValues: [Value], fileExtension: String
    ) -> String {
        let folder = HivePath.folder(partitionColumns, partitionValues)
        let base = location.utf8.last == UInt8(ascii: "/") ? location : location + "/"
        return base + (folder.isEmpty ? "" : folder + "/") + make(fileExtension: fileExtension)
    }

    /// Whether `name` could have come from `make`.
    package static func matches(_ name: some StringProtocol) -> Bool {
        let bytes = Array(name.utf8)
        guard name.hasPrefix("data-"), bytes.count > 39, bytes[21] == UInt8(ascii: "-"), bytes[38] == UInt8(ascii: ".") else {
            return false
        }
        return (bytes[5..<21] + bytes[22..<38]).allSatisfy { HexDigit.value($0) != nil }
    }

    private static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
