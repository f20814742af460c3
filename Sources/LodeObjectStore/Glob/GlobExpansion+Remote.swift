/// Patterns over stores that are listed by prefixes, or not at all.

import LodeCore

extension GlobExpansion {
    /// One listing for each alternative: of all that begins like the pattern, up to its first wildcard.
    ///
    /// An object whose name is the pattern itself is looked for only when nothing matches, since each look is a request.
    func expandByPrefixes(_ location: String) throws(SQLError) -> [ObjectInfo] {
        guard location.utf8.contains(where: { "*?[{".utf8.contains($0) }) else {
            if let found = try literal(location) { return found }
            throw noMatch(location)
        }
        var found: [SQLText: ObjectInfo] = [:]
        for pattern in try GlobAlternatives.expand(location) {
            let (base, parts) = Self.split(pattern)
            if parts.count == 1, parts[0].isLiteral {
                if let info = try store.info(pattern), !info.isFolder { found[SQLText(info.path)] = info }
                continue
            }
            let beginning = String((parts.first?.text ?? "").prefix { !"*?[".contains($0) }),
                start = StorePath.join(base, "x").utf8.count - 1
            try store.list(base, startingWith: beginning, recursive: parts.count > 1 || parts.first?.text == "**") {
                info throws(SQLError) in
                let names = Substring(info.path.utf8.dropFirst(start)).split(separator: "/", omittingEmptySubsequences: false)
                if !info.isFolder, Self.matches(parts[...], names[...]) { found[SQLText(info.path)] = info }
                return true
            }
        }
        if !found.isEmpty { return found.values.sorted { $0.path < $1.path } }
        if let info = try store.info(location), !info.isFolder { return [info] }
        throw noMatch(location)
    }

    /// Whether the names of folders and the file match the parts of a pattern.
    static func matches(_ parts: ArraySlice<GlobPattern>, _ names: ArraySlice<Substring>) -> Bool {
        guard let part = parts.first else { return names.isEmpty }
        guard part.text == "**" else {
            guard let name = names.first, part.matches(name) else { return false }
            return matches(parts.dropFirst(), names.dropFirst())
        }
        let rest = parts.drop { $0.text == "**" }, after = rest.isEmpty ? [GlobPattern("*")] : rest
        var names = names
        while !matches(after, names) {
            guard names.count > 1, let folder = names.popFirst(), folder.first != "." else { return false }
        }
        return true
    }

    /// A file that can only be named.
    /// - Throws: `0A000` for a pattern, `58P01` if there is no such file.
    func named(_ location: String) throws(SQLError) -> ObjectInfo {
        let path = location.prefix { $0 != "?" }
        if path.utf8.contains(UInt8(ascii: "*")) {
            throw SQLError.unsupported(
                "a pattern over HTTP", hint: "Give the URLs as a list: ['https://…/1.parquet', 'https://…/2.parquet'].")
        }
        if let info = try store.info(location) { return info }
        throw SQLError(.undefinedFile, "file \"\(location)\" does not exist")
    }
}
