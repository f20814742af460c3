/// Finding the objects that a pattern means, by listing only folders that can hold them.

import LodeCore

/// Expands patterns over one store.
struct GlobExpansion {
    let store: any ObjectStore

    /// See `StoreRegistry.expand`.
    func expand(_ location: String) throws(SQLError) -> [ObjectInfo] {
        switch store.reach {
        case .folders: return try expandByFolders(location)
        case .prefixes: return try expandByPrefixes(location)
        case .names: return [try named(location)]
        }
    }

    private func expandByFolders(_ location: String) throws(SQLError) -> [ObjectInfo] {
        if let found = try literal(location) { return found }
        var found: [SQLText: ObjectInfo] = [:]
        for pattern in try GlobAlternatives.expand(location) {
            let (base, parts) = Self.split(pattern)
            try search(base, parts[...], into: &found)
        }
        if found.isEmpty { throw noMatch(location) }
        return found.values.sorted { $0.path < $1.path }
    }

    /// What exists as it is written: the object, or those in the folder.
    func literal(_ location: String) throws(SQLError) -> [ObjectInfo]? {
        guard let literal = try store.info(location) else { return nil }
        if !literal.isFolder { return [literal] }
        let inside = try visibleObjects(in: location)
        if inside.isEmpty {
            throw SQLError(
                .undefinedFile, "the folder \"\(location)\" holds no files", hint: "Files whose names start with . or _ don't count.")
        }
        return inside
    }

    /// The folder before the first wildcard and the parts from there on.
    static func split(_ pattern: String) -> (base: String, parts: [GlobPattern]) {
        var base = ""
        var rest = pattern[...]
        if let scheme = StorePath.scheme(of: pattern) {
            base = scheme + "://"
            rest = rest.dropFirst(base.count)
        } else if rest.hasPrefix("/") {
            base = "/"
        }
        var parts = rest.utf8.split(separator: UInt8(ascii: "/")).map { GlobPattern(String(Substring($0))) }
        while parts.count > 1, let first = parts.first, first.isLiteral {
            base = StorePath.join(base, first.text)
            parts.removeFirst()
        }
        return (base, parts)
    }

    private func search(
        _ folder: String, _ parts: ArraySlice<GlobPattern>, into found: inout [SQLText: ObjectInfo]
    ) throws(SQLError) {
        guard let part = parts.first else { return }
        let rest = parts.dropFirst()
        if part.text == "**" {
            let after = rest.drop { $0.text == "**" }
            try search(folder, after.isEmpty ? [GlobPattern("*")] : after, into: &found)
            for entry in try store.list(folder.isEmpty ? "." : folder, recursive: false)
            where entry.isFolder && entry.name.first != "." {
                try search(StorePath.join(folder, String(entry.name)), parts, into: &found)
            }
        } else if part.isLiteral {
            let path = StorePath.join(folder, part.text)
            if !rest.isEmpty {
                try search(path, rest, into: &found)
            } else if let info = try store.info(path), !info.isFolder {
                found[SQLText(info.path)] = info
            }
        } else {
            for var entry in try store.list(folder.isEmpty ? "." : folder, recursive: false)
            where entry.isFolder != rest.isEmpty && part.matches(entry.name) {
                entry.path = StorePath.join(folder, String(entry.name))
                if rest.isEmpty {
                    found[SQLText(entry.path)] = entry
                } else {
                    try search(entry.path, rest, into: &found)
                }
            }
        }
    }

    /// Everything beneath a folder but what is hidden (`.…`, `_…`) on the way.
    private func visibleObjects(in folder: String) throws(SQLError) -> [ObjectInfo] {
        let prefix = StorePath.withoutTrailingSlash(folder)
        return try store.list(folder, recursive: true).filter { info in
            !info.path.dropFirst(prefix.count).split(separator: "/").contains { $0.hasPrefix(".") || $0.hasPrefix("_") }
        }
    }

    func noMatch(_ location: String) -> SQLError {
        let parts = Self.split(location).parts
        if parts.count == 1, parts[0].isLiteral {
            let (detail, hint) = MissingPath.explain(location, in: store)
            return SQLError(.undefinedFile, "file \"\(location)\" does not exist", detail: detail, hint: hint)
        }
        let base = Self.split(location).base
        if !base.isEmpty, ((try? store.info(base)) ?? nil) == nil {
            let (detail, hint) = MissingPath.explain(base, in: store)
            return SQLError(.undefinedFile, "no file matches \"\(location)\"", detail: detail, hint: hint)
        }
        var names: [String] = []
        try? store.list(base.isEmpty ? "." : base, recursive: false) { info throws(SQLError) in
            names.append(String(info.name) + (info.isFolder ? "/" : ""))
            return names.count < 1_000
        }
        let place = base.isEmpty ? "The working folder" : "\"\(base)\""
        let sample = names.sorted().prefix(3).map { "\"\($0)\"" }.joined(separator: ", ")
        return SQLError(
            .undefinedFile, "no file matches \"\(location)\"",
            detail: names.isEmpty ? "\(place) is empty." : "\(place) holds \(sample)\(names.count > 3 ? ", …" : "").")
    }
}
