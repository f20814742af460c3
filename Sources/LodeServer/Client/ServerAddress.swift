/// Where a client connects to, and as whom: `postgres://user@host:port/database?sslmode=require`.

import LodeCore

/// - Source: PostgreSQL, libpq, "Connection URIs", "Environment Variables".
package struct ServerAddress: Equatable, Sendable {
    package enum Encryption: String, CaseIterable, Sendable {
        case disable, allow, prefer, require
        case verifyAuthority = "verify-ca"
        case verifyFull = "verify-full"

        /// With TLS or without, in the order in which it is tried.
        var attempts: [Bool] {
            switch self {
            case .disable: [false]
            case .allow: [false, true]
            case .prefer: [true, false]
            case .require, .verifyAuthority, .verifyFull: [true]
            }
        }
    }

    package var host = "localhost"
    package var port = 5432
    package var user = ""
    package var password: String?
    package var database = ""
    package var encryption = Encryption.prefer
    /// A file of certificates that are trusted, in PEM.
    package var rootCertificates: String?
    /// Seconds; 0 is no limit.
    package var timeoutSeconds = 0
    /// Settings of the session, in the order in which they are given.
    package var settings: [Setting] = [Setting(name: "application_name", value: "lode")]

    package struct Setting: Equatable, Sendable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Reads a URL; what it leaves out comes from the environment.
    /// - Throws: `22023` for what is no such URL, or a parameter that is not known.
    package init(_ url: String, environment: [String: String], defaultUser: String) throws(SQLError) {
        try readEnvironment(environment)
        let schemes = ["postgres://", "postgresql://"]
        guard let scheme = schemes.first(where: { url.hasPrefix($0) }) else {
            throw Self.wrong("\"\(Self.withoutPassword(url))\" is no address of a server")
        }
        let parts = url.dropFirst(scheme.count).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let place = parts[0].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        try readAuthority(place[0])
        if place.count > 1, !place[1].isEmpty { database = try Self.decoded(place[1]) }
        if parts.count > 1 {
            for pair in parts[1].split(separator: "&") { try read(pair) }
        }
        if user.isEmpty { user = defaultUser }
        if database.isEmpty { database = user }
    }

    private mutating func readEnvironment(_ environment: [String: String]) throws(SQLError) {
        let names = [
            ("PGHOST", "host"), ("PGPORT", "port"), ("PGUSER", "user"), ("PGPASSWORD", "password"), ("PGDATABASE", "dbname"),
            ("PGSSLMODE", "sslmode"), ("PGSSLROOTCERT", "sslrootcert"), ("PGCONNECT_TIMEOUT", "connect_timeout"),
            ("PGAPPNAME", "application_name"), ("PGOPTIONS", "options"),
        ]
        for (variable, name) in names {
            if let value = environment[variable], !value.isEmpty { try set(name, value) }
        }
    }

    /// `user:password@host:port`.
    private mutating func readAuthority(_ text: Substring) throws(SQLError) {
        var place = text
        if let at = text.lastIndex(of: "@") {
            let who = text[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            user = try Self.decoded(who[0])
            if who.count > 1 { password = try Self.decoded(who[1]) }
            place = text[text.index(after: at)...]
        }
        if place.contains(",") { throw SQLError.unsupported("an address of several servers") }
        let name: Substring
        if place.hasPrefix("["), let end = place.firstIndex(of: "]") {
            name = place[place.index(after: place.startIndex)..<end]
            place = place[place.index(after: end)...]
        } else {
            name = place.prefix { $0 != ":" }
            place = place[name.endIndex...]
        }
        if !name.isEmpty { host = try Self.decoded(name) }
        if place.isEmpty { return }
        guard place.hasPrefix(":") else { throw Self.wrong("unexpected \"\(place)\"") }
        try set("port", String(place.dropFirst()))
    }

    private mutating func read(_ pair: Substring) throws(SQLError) {
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw Self.wrong("the parameter \"\(pair)\" has no value") }
        try set(try Self.decoded(parts[0]), try Self.decoded(parts[1]))
    }

    private mutating func set(_ name: String, _ value: String) throws(SQLError) {
        switch name {
        case "host": host = value
        case "port":
            guard let number = Int(value), (1...65_535).contains(number) else { throw Self.wrong("invalid port \"\(value)\"") }
            port = number
        case "user": user = value
        case "password": password = value
        case "dbname": database = value
        case "sslmode":
            guard let mode = Encryption(rawValue: value) else {
                throw Self.wrong("invalid sslmode \"\(value)\"", hint: Encryption.allCases.map(\.rawValue).joined(separator: ", "))
            }
            encryption = mode
        case "sslrootcert": rootCertificates = value
        case "connect_timeout":
            guard let seconds = Int(value), seconds >= 0 else { throw Self.wrong("invalid connect_timeout \"\(value)\"") }
            timeoutSeconds = seconds
        case "application_name":
            settings.removeAll { $0.name == name }
            settings.append(Setting(name: name, value: value))
        case "options": settings += try StartupOptions.parse(value).map { Setting(name: $0.name, value: $0.value) }
        default: throw Self.wrong("the connection parameter \"\(name)\" is not known")
        }
    }

    private static func decoded(_ text: Substring) throws(SQLError) -> String {
        var bytes: [UInt8] = [], rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16), value != 0 else {
                throw wrong("invalid percent-encoding in the address")
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A URL as messages may show it.
    private static func withoutPassword(_ url: String) -> String { url.contains("@") ? "…@" + (url.split(separator: "@").last ?? "") : url }

    private static func wrong(_ what: String, hint: String? = nil) -> SQLError {
        SQLError(
            .invalidParameterValue, what,
            hint: hint.map { "There are \($0)." } ?? "Write postgres://user@host:port/database?sslmode=require.")
    }
}
