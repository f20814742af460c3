/// Relations about what goes on and went on: `pg_stat_activity`, `pg_stat_ssl`, `lode.query_history`.

import LodeCatalog
import LodeCore
import LodeSyntax

/// - Source: PostgreSQL 15, "The Cumulative Statistics System", pg_stat_activity.
enum PgStatActivity: SystemRelation {
    static let name = "pg_stat_activity"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        // A session of the process in which nothing was executed is nobody's.
        let views = scope.engine.sessions.views.filter { $0.client.address != nil || $0.statementBegan != nil }
        let reader = try scope.roles.principal(scope.user)
        return try views.map { (view) throws(SQLError) in try row(view, scope, isVisible: reader.owns(view.user)) }
    }

    private static func row(_ view: SessionActivity.View, _ scope: SystemScope, isVisible: Bool) throws(SQLError) -> [Value] {
        let role = try scope.objects.role(named: view.user)
        let what: [Value] = [
            .number(ObjectNumbers.database), .text(SQLText(scope.engine.databaseName)), .number(view.process), .null,
            role.map { .number($0) } ?? .null, .text(SQLText(view.user)), .text(SQLText(view.applicationName)),
        ]
        guard isVisible else { return what + Array(repeating: .null, count: 13) + [hiddenText, .null] }
        let waits = view.phase != .active, written = StatementReporter.part(of: view.text)
        return what + [
            .optional(view.client.address), .null, view.client.port.map { .number($0) } ?? .null,
            .timestamp(view.began), time(view.transactionBegan), time(view.statementBegan), .timestamp(view.changed),
            .optional(waits ? "Client" : nil), .optional(waits ? "ClientRead" : nil), .optional(view.phase.rawValue), .null, .null,
            .null, .optional(StatementText.withoutSecrets(written) ?? written), .optional("client backend"),
        ]
    }

    /// What stands for the text of others' statements.
    static let hiddenText = Value.text("<insufficient privilege>")

    private static func time(_ micros: Int64?) -> Value { micros.map { .timestamp($0) } ?? .null }
}

enum PgStatSSL: SystemRelation {
    static let name = "pg_stat_ssl"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        scope.engine.sessions.views.filter { $0.client.address != nil }.map { view in
            let tls = view.client.encryption
            return [
                .number(view.process), .boolean(tls != nil), .optional(tls?.version), .optional(tls?.cipher), .null, .null, .null, .null,
            ]
        }
    }
}

/// The latest statements that were executed in the warehouse.
enum QueryHistoryRelation: SystemRelation {
    static let schema = "lode"
    static let name = "query_history"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        let reader = try scope.roles.principal(scope.user)
        return try scope.engine.history.entries().map { row($0, isVisible: reader.owns($0.role)) }
    }

    private static func row(_ entry: HistoryEntry, isVisible: Bool) -> [Value] {
        let milliseconds = Double(entry.elapsedNanoseconds) / 1_000_000
        let ended = entry.began &+ Int64(clamping: entry.elapsedNanoseconds / 1000)
        return [
            .number(entry.id), isVisible ? .optional(entry.text) : PgStatActivity.hiddenText, .optional(entry.role),
            .optional(entry.clientAddress), .optional(entry.applicationName), .number(entry.session), .timestamp(entry.began),
            .timestamp(ended), .double(milliseconds), .optional(entry.state), .optional(entry.tag), .number(entry.rows),
            .number(entry.bytesRead), .number(entry.filesRead), .number(entry.filesPruned), .number(entry.memoryPeak),
            .optional(entry.errorState), isVisible ? .optional(entry.errorMessage) : .null,
        ]
    }
}
