/// Paths in a Delta log, and the locations that they mean.

import LodeCore

enum DeltaPath {
    /// The location of a path that an action names: a URI, absolute or relative to the table's folder.
    ///
    /// Equal files have equal locations, however writers spelled them: `/a/b`, `file:/a/b` and `file:///a/b` are one.
    /// - Source: Delta PROTOCOL.md, "Add File and Remove File" (`path`).
    static func location(_ path: String, in root: String) -> String {
        guard let scheme = scheme(of: path) else {
            let decoded = PercentText.decoded(path)
            return decoded.hasPrefix("/") ? decoded : TablePath.join(root, decoded)
        }
        let decoded = PercentText.decoded(path)
        return scheme == "file" ? TablePath.ofFile(decoded) : decoded
    }

    /// In lower case; nil for a path without one.
    static func scheme(of path: String) -> String? {
        guard let colon = path.utf8.firstIndex(of: UInt8(ascii: ":")), colon > path.startIndex else { return nil }
        let scheme = path[..<colon]
        guard let first = scheme.utf8.first, isLetter(first) else { return nil }
        let isScheme = scheme.utf8.allSatisfy {
            isLetter($0) || (48...57).contains($0) || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
        }
        // A relative path may hold colons further on (`date=2024-01-01 10:00`), and URIs escape those of its first part.
        return isScheme ? scheme.lowercased() : nil
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 32) &- 97 < 26 }
}
