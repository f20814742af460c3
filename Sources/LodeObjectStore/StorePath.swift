/// The text of locations: schemes, joining, parents.

/// Pure functions over paths and URLs; `/` separates in every store.
package enum StorePath {
    /// The scheme of a URL, in lower case; nil for a plain path. One letter is no scheme.
    package static func scheme(of location: String) -> String? {
        let bytes = location.utf8
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let scheme = bytes[..<colon]
        let rest = bytes[bytes.index(after: colon)...]
        guard scheme.count > 1 else { return nil }
        let isName = scheme.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        let isFile = location[..<colon].lowercased() == "file"
        guard isName, rest.starts(with: "//".utf8) || (isFile && rest.first == UInt8(ascii: "/")) else { return nil }
        return location[..<colon].lowercased()
    }

    /// A local path from a plain path, `file:/x`, `file:///x` or `file://localhost/x`.
    package static func localPath(_ location: String) -> String {
        guard scheme(of: location) == "file" else { return location }
        var rest = location.dropFirst("file:".count)
        if rest.hasPrefix("//localhost/") { rest = rest.dropFirst("//localhost".count) }
        if rest.hasPrefix("//") { rest = rest.dropFirst(2) }
        return String(rest)
    }

    /// Both parts with one slash between them; an empty part adds nothing.
    package static func join(_ folder: String, _ name: String) -> String {
        if folder.isEmpty { return name }
        if name.isEmpty { return folder }
        return folder.utf8.last == UInt8(ascii: "/") ? folder + name : folder + "/" + name
    }

    /// The folder that holds `path`: "" for a bare name, "/" for what lies in the root.
    package static func parent(_ path: String) -> String {
        let trimmed = withoutTrailingSlash(path)
        guard let slash = trimmed.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }

    /// The last part of `path`.
    package static func name(_ path: String) -> String {
        let trimmed = withoutTrailingSlash(path)
        guard let slash = trimmed.utf8.lastIndex(of: UInt8(ascii: "/")) else { return trimmed }
        return String(trimmed[trimmed.utf8.index(after: slash)...])
    }

    /// Whether a folder is another one, or lies within it; both as somebody wrote them.
    package static func isWithin(_ folder: String, _ outer: String) -> Bool { (plain(folder) + "/").hasPrefix(plain(outer) + "/") }

    /// A place as it is compared with others: Hadoop has names of its own for S3.
    package static func plain(_ location: String) -> String {
        for scheme in ["s3a://", "s3n://"] where location.hasPrefix(scheme) {
            return withoutTrailingSlash("s3://" + location.dropFirst(scheme.count))
        }
        return withoutTrailingSlash(localPath(location))
    }

    package static func withoutTrailingSlash(_ path: String) -> String {
        var path = path[...]
        while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path = path.dropLast() }
        return String(path)
    }
}
