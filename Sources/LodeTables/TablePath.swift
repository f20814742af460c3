/// Locations of tables and of files in them.

enum TablePath {
    static func join(_ folder: String, _ name: String) -> String { folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)" }

    /// Without slashes at its end, unless it is the root.
    static func folder(_ location: String) -> String {
        var location = location
        while location.utf8.count > 1, location.utf8.last == UInt8(ascii: "/") { location.removeLast() }
        return location
    }

    /// The path that a URI of the scheme `file` means: `file:/a`, `file:///a` and `file://host/a`, whose host is mostly none, are `/a`.
    static func ofFile(_ uri: String) -> String {
        let rest = uri.dropFirst("file:".utf8.count)
        guard rest.hasPrefix("//"), let slash = rest.dropFirst(2).firstIndex(of: "/") else { return String(rest) }
        return String(rest[slash...])
    }
}
