/// The values of a session's settings.

import LodeCore
import Synchronization

/// Validated strings by name; unset ones have their initial value.
package struct SessionSettings: Sendable {
    private var values: [String: String] = [:] {
        didSet {
            revision = Self.revisions.add(1, ordering: .relaxed).newValue
            read = ReadSettings(of: self)
        }
    }
    /// What a session begins with, and RESET goes back to.
    private var established: [String: String] = [:]
    /// Another one after every change: settings of one revision are the same.
    package private(set) var revision = 0
    /// What every statement looks at.
    private var read = Self.initiallyRead

    private static let revisions = Atomic<Int>(0)
    /// Values that hold where none is set, and the settings that are asked before.
    private static let initial = Dictionary(
        SettingDefinition.all.map { ($0.name, (fallback: $0.fallback, value: $0.initial())) }, uniquingKeysWith: { first, _ in first })

    package init() {}

    package subscript(_ name: String) -> String {
        if let value = values[name] { return value }
        guard let initial = Self.initial[name] else { return "" }
        return initial.fallback.map { self[$0] } ?? initial.value
    }

    /// Says what is so from the beginning: the user of a session.
    package mutating func establish(_ name: String, _ value: String) {
        values[name] = value
        established[name] = value
    }

    /// Who has connected, whoever the session works for now.
    var connectedUser: String { established["session_authorization"] ?? self["session_authorization"] }

    /// Lets the session work for another user, in no other role.
    mutating func authorize(_ user: String, isSuperuser: Bool) {
        established["session_authorization"] = connectedUser
        values["session_authorization"] = user
        values["is_superuser"] = isSuperuser ? "on" : "off"
        values["role"] = nil
    }

    /// Gives one its value in other settings, or none if it has none there.
    mutating func restore(_ name: String, from other: SessionSettings) { values[name] = other.values[name] }

    package func isSet(_ name: String) -> Bool { values[name] != nil }

    /// - Throws: `42704` for unknown names, `22023` for wrong values.
    package mutating func set(_ name: String, _ text: String, at span: SourceSpan? = nil) throws(SQLError) {
        let definition = try SettingDefinition.named(name, at: span)
        do throws(SQLError) {
            values[definition.name] = try definition.parse(text)
        } catch {
            if error.state == .featureNotSupported || error.state == .cannotChangeParameter { throw error.at(span) }
            throw SQLError(error.state, "invalid value for \"\(definition.name)\": \"\(text)\"", at: span, hint: error.hint)
        }
    }

    package mutating func reset(_ name: String, at span: SourceSpan? = nil) throws(SQLError) {
        let name = try SettingDefinition.named(name, at: span).name
        values[name] = established[name]
        guard name == "session_authorization" else { return }
        values["is_superuser"] = established["is_superuser"]
        values["role"] = nil
    }

    package mutating func resetAll() { values = established }

    package var threads: Int { read.threads }
    /// Milliseconds; nil for no limit.
    package var statementTimeout: Int? { read.statementTimeout }
    package var memoryLimit: Int { read.memoryLimit }
    /// The schemas of `search_path`, unquoted.
    package var searchPath: [String] { read.searchPath }
    package var clientEncoding: ClientEncoding { read.clientEncoding }
    var usesRemoteCache: Bool { read.usesRemoteCache }
    /// In bytes.
    var remoteCacheBounds: RemoteCacheBounds { read.remoteCacheBounds }
    /// Milliseconds; nil for no limit.
    package var idleSessionTimeout: Int? { read.idleSessionTimeout }
    package var idleInTransactionTimeout: Int? { read.idleInTransactionTimeout }
    var lockTimeout: Int? { ReadSettings.limit(self["lock_timeout"]) }

    private static let initiallyRead = ReadSettings { name in initial[name]?.value ?? "" }
}

/// How much of remote stores is kept, in bytes.
struct RemoteCacheBounds: Equatable, Sendable {
    var memory: Int
    var disk: Int
}

/// Settings whose texts have been read.
private struct ReadSettings {
    let threads: Int
    let memoryLimit: Int
    let searchPath: [String]
    let clientEncoding: ClientEncoding
    let usesRemoteCache: Bool
    let remoteCacheBounds: RemoteCacheBounds
    let statementTimeout, idleSessionTimeout, idleInTransactionTimeout: Int?

    init(of settings: SessionSettings) { self.init { settings[$0] } }

    init(_ value: (String) -> String) {
        threads = Int(value("threads")) ?? 1
        memoryLimit = ByteSize.parse(value("memory_limit")) ?? Engine.defaultMemoryLimit
        clientEncoding = ClientEncoding(named: value("client_encoding")) ?? .utf8
        usesRemoteCache = value("remote_cache") != "off"
        remoteCacheBounds = RemoteCacheBounds(
            memory: ByteSize.parse(value("remote_cache_memory")) ?? 0, disk: ByteSize.parse(value("remote_cache_disk")) ?? 0)
        statementTimeout = Self.limit(value("statement_timeout"))
        idleSessionTimeout = Self.limit(value("idle_session_timeout"))
        idleInTransactionTimeout = Self.limit(value("idle_in_transaction_session_timeout"))
        let names = value("search_path").split(separator: ",").map { part in
            String(part.drop { $0 == " " || $0 == "\"" || $0 == "'" }.reversed().drop { $0 == " " || $0 == "\"" || $0 == "'" }.reversed())
        }
        searchPath = names.isEmpty ? ["main"] : names.filter { !$0.isEmpty }
    }

    static func limit(_ text: String) -> Int? { DurationText.milliseconds(text).flatMap { $0 > 0 ? $0 : nil } }
}
