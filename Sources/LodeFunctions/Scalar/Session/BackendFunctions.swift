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

    package init(
        process: Int32 = 0, cancel: @escaping @Sendable (Int64) throws(SQLError) -> Bool = { _ throws(SQLError) in false },
        terminate: @escaping @Sendable (Int64) throws(SQLError) -> Bool = { _ throws(SQLError) in false }
    ) {
        self.process = process
        self.cancel = cancel
        self.terminate = terminate
    }
}

extension ScalarFunction {
    static let backends: [ScalarFunction] = [
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
