/// Functions over the sessions of the server: `pg_cancel_backend` and kin.

import LodeCore
import LodeVectors

/// What a session may do to others, as the engine lets it.
package struct BackendAccess: Sendable {
    /// The number of the session itself.
    package var process: Int32
    /// Cancels what a session runs; false if there is none of that number.
    /// - Throws: `42501` for a session of another role.
    package var cancel: @Sendable (_ process: Int64) throws(SQLError) -> Bool
    /// Ends a session; as `cancel`.
    package var terminate: @Sendable (_ process: Int64) throws(SQLError) -> Bool
    package var locks: AdvisoryLockAccess
    /// Tells those who listen to a channel, when the transaction is committed.
    package var notify: @Sendable (_ channel: String, _ payload: String) -> Void
    /// What the session listens to.
    package var channels: @Sendable () -> [String]

    package init(
        process: Int32 = 0, cancel: @escaping @Sendable (Int64) throws(SQLError) -> Bool = { _ throws(SQLError) in false },
        terminate: @escaping @Sendable (Int64) throws(SQLError) -> Bool = { _ throws(SQLError) in false },
        locks: AdvisoryLockAccess = AdvisoryLockAccess(), notify: @escaping @Sendable (String, String) -> Void = { _, _ in },
        channels: @escaping @Sendable () -> [String] = { [] }
    ) {
        self.process = process
        self.cancel = cancel
        self.terminate = terminate
        self.locks = locks
        self.notify = notify
        self.channels = channels
    }
}

extension ScalarFunction {
    static let backends: [ScalarFunction] = [
        ScalarFunction(
            "pg_notify", "session", "Tells those who listen to a channel, as NOTIFY does.", source: "PostgreSQL 17, NOTIFY",
            examples: [("length(pg_notify('channel', 'payload'))", "0")], volatility: .volatile, isStrict: false,
            .plain([.varchar, .varchar], .varchar) { arguments, count, context throws(SQLError) in
                for row in 0..<count {
                    guard case .text(let channel) = arguments[0].value(at: row) else {
                        throw SQLError(.invalidParameterValue, "channel name cannot be empty")
                    }
                    let payload = if case .text(let text) = arguments[1].value(at: row) { text.string } else { "" }
                    context.backends.notify(channel.string, payload)
                }
                return try .constant(.text(""), .varchar, count: count)
            }),
        ScalarFunction(
            "pg_backend_pid", "session", "The number of this session, as pg_stat_activity has it.", source: "PostgreSQL 17, 9.27.1",
            examples: [("pg_backend_pid() >= 0", "true")], volatility: .stable,
            .plain([], .integer, canFail: false) { _, count, context throws(SQLError) in
                try .constant(.integer(Int64(context.backends.process)), .integer, count: count)
            }),
        ScalarFunction(
            "pg_cancel_backend", "session", "Cancels the statement that a session runs; false if there is no such session.",
            source: "PostgreSQL 17, 9.28.2", examples: [("pg_cancel_backend(0)", "false")], volatility: .volatile,
            .plain([.bigint], .boolean) { arguments, count, context throws(SQLError) in
                try signal(arguments[0], count, context.backends.cancel)
            }),
        ScalarFunction(
            "pg_terminate_backend", "session", "Ends a session; false if there is no such session.",
            source: "PostgreSQL 17, 9.28.2", examples: [("pg_terminate_backend(0)", "false")], volatility: .volatile,
            .plain([.bigint], .boolean) { arguments, count, context throws(SQLError) in
                try signal(arguments[0], count, context.backends.terminate)
            },
            .plain([.bigint, .bigint], .boolean) { arguments, count, context throws(SQLError) in
                try signal(arguments[0], count, context.backends.terminate)
            }),
    ]

    private static func signal(
        _ processes: Column, _ count: Int, _ send: (Int64) throws(SQLError) -> Bool
    ) throws(SQLError) -> Column {
        var values: [Value] = []
        for row in 0..<count {
            guard case .integer(let process) = processes.value(at: row) else {
                values.append(.null)
                continue
            }
            values.append(.boolean(try send(process)))
        }
        return try Column.make(.boolean, values)
    }
}
