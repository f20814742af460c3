/// Where INSERT OVERWRITE writes in tables of folders.

import LodeCore
import LodeObjectStore

/// Below the table's own location, where no listing of what is replaced looks: `_rows/` with a number that nobody else has. New files are
/// there before anybody is pointed to them.
enum OverwrittenRows {
    private static let name = "_rows"

    /// A new folder for a table of this location; not within the last one.
    static func folder(in location: String) -> String {
        let random = String(UInt64.random(in: 1 << 60...UInt64.max), radix: 16)
        return StorePath.join(StorePath.join(base(of: location), name), random)
    }

    /// The location as it was before the table was overwritten.
    static func base(of location: String) -> String {
        let plain = StorePath.withoutTrailingSlash(location), parent = StorePath.parent(plain)
        guard isNumber(StorePath.name(plain)), StorePath.name(parent) == name else { return plain }
        return StorePath.parent(parent)
    }

    /// Whether a partition lies in such a folder.
    static func holds(_ location: String) -> Bool {
        let parts = location.split(separator: "/")
        return zip(parts, parts.dropFirst()).contains { $0 == name && isNumber($1) }
    }

    private static func isNumber(_ text: some StringProtocol) -> Bool {
        text.utf8.count == 16 && text.utf8.allSatisfy { HexDigit.value($0) != nil }
    }
}
