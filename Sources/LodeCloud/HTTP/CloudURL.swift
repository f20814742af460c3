/// The address of a request, in parts.

import LodeCore

/// An absolute URL. Path and query are kept as they are sent, percent-encoded, so that what is signed is what is sent.
package struct CloudURL: Sendable, Hashable {
    /// `http` or `https`.
    package var scheme: String
    /// Without brackets or port.
    package var host: String
    /// Nil for the scheme's own.
    package var port: Int?
    /// From the first slash on, percent-encoded; never empty.
    package var path: String
    /// Percent-encoded, without the question mark; empty without one.
    package var query: String

    package init(scheme: String, host: String, port: Int? = nil, path: String = "/", query: String = "") {
        self.scheme = scheme
        self.host = host
        self.port = port
        self.path = path.isEmpty ? "/" : path
        self.query = query
    }

    /// Takes `http://host[:port][/path][?query]`; a fragment is dropped. Bytes that no URL may have are percent-encoded.
    /// - Throws: `22023` for anything else.
    package init(_ text: String) throws(SQLError) {
        func bad(_ why: String) -> SQLError {
            SQLError(.invalidParameterValue, "\"\(Self.withoutUser(text))\" is not a URL of HTTP", detail: why)
        }
        guard let separator = text.firstRange(of: "://") else { throw bad("It does not begin with http:// or https://.") }
        scheme = text[..<separator.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else { throw bad("It does not begin with http:// or https://.") }
        var rest = text[separator.upperBound...].prefix { $0 != "#" }
        query = ""
        if let mark = rest.firstIndex(of: "?") {
            query = PercentText.completed(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        }
        let authority = rest.prefix { $0 != "/" }
        path = PercentText.completed(rest[authority.endIndex...])
        if path.isEmpty { path = "/" }
        if authority.contains("@") { throw bad("A user's name and password can't be given in it.") }
        var name = authority
        if name.first == "[", let end = name.firstIndex(of: "]") {
            port = try Self.port(name[name.index(after: end)...], bad)
            name = name[name.index(after: name.startIndex)..<end]
        } else if let colon = name.lastIndex(of: ":") {
            port = try Self.port(name[colon...], bad)
            name = name[..<colon]
        }
        host = name.lowercased()
        let isName = host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"\\<>^`{|}%".utf8.contains($0) }
        if host.isEmpty || !isName { throw bad("It names no host.") }
    }

    /// The text without what stands before `@` in its authority, which may be a password.
    private static func withoutUser(_ text: String) -> String {
        let start = text.firstRange(of: "://")?.upperBound ?? text.startIndex
        guard let end = text[start...].prefix(while: { $0 != "/" }).lastIndex(of: "@") else { return text }
        return text[..<start] + "…" + text[end...]
    }

    private static func port(_ text: Substring, _ bad: (String) -> SQLError) throws(SQLError) -> Int? {
        if text.isEmpty || text == ":" { return nil }
        guard text.first == ":", let port = Int(text.dropFirst()), (1...65_535).contains(port) else {
            throw bad("Its port is no number of 1 to 65535.")
        }
        return port
    }

    package var isSecure: Bool { scheme == "https" }

    /// What the header `Host` says.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        guard let port, port != (isSecure ? 443 : 80) else { return name }
        return "\(name):\(port)"
    }

    package var text: String { "\(scheme)://\(authority)\(path)\(query.isEmpty ? "" : "?" + query)" }

    /// What may be shown of it: signatures and tokens stand in queries.
    package var shown: String { "\(scheme)://\(authority)\(path)\(query.isEmpty ? "" : "?…")" }

    /// Adds a parameter. Without a value it stands as `name=`, as it is signed.
    package mutating func add(_ name: String, _ value: String = "") {
        query += (query.isEmpty ? "" : "&") + PercentText.encoded(name) + "=" + PercentText.encoded(value)
    }

    /// Adds path segments below the present ones; slashes in `segments` separate.
    package mutating func append(path segments: String) {
        if path.last != "/" { path += "/" }
        path += PercentText.encoded(segments, keepingSlashes: true)
    }

    /// The URL that a header `Location` means, seen from here.
    package func resolving(_ location: String) -> CloudURL? {
        if location.contains("://") { return try? CloudURL(location) }
        if location.hasPrefix("//") { return try? CloudURL("\(scheme):\(location)") }
        let folder = path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex)
        return try? CloudURL("\(scheme)://\(authority)\(location.hasPrefix("/") ? location : "\(folder)/\(location)")")
    }
}
