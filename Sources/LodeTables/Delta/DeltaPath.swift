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
            return decoded.hasPrefix("/") ? decoded : join(root, decoded)
        }
        let decoded = PercentText.decoded(path)
        guard scheme == "file" else { return decoded }
        let rest = decoded.dropFirst(5)
        // `file://host/path` names a host, mostly none.
        if rest.hasPrefix("//"), let slash = rest.dropFirst(2).firstIndex(of: "/") { return String(rest[slash...]) }
        return String(rest)
    }

    static func join(_ folder: String, _ name: String) -> String { folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)" }

    /// Without slashes at its end, unless it is the root.
    static func folder(_ location: String) -> String {
        var location = location
        while location.utf8.count > 1, location.utf8.last == UInt8(ascii: "/") { location.removeLast() }
        return location
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
