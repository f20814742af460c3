/// Locks that clients agree on: `pg_advisory_lock` and kin.

import LodeCore
import LodeVectors

/// What is locked: a number that means something to clients only. One number and two are apart.
package struct AdvisoryKey: Hashable, Sendable {
    package var number: Int64
    package var isPair = false

    package init(_ number: Int64) { self.number = number }

    package init(_ first: Int32, _ second: Int32) {
        number = Int64(first) << 32 | Int64(UInt32(bitPattern: second))
        isPair = true
    }
}

/// How a lock is held.
package struct AdvisoryMode: Hashable, Sendable {
    /// With others that share it.
    package var isShared: Bool
    /// To the end of the transaction, not of the session.
    package var isOfTransaction: Bool

    package init(isShared: Bool, isOfTransaction: Bool) {
        self.isShared = isShared
        self.isOfTransaction = isOfTransaction
    }
}

/// The locks, as a session takes and gives them back.
package struct AdvisoryLockAccess: Sendable {
    /// Takes a lock, and waits for it if it may.
    /// - Returns: whether the session has it.
    /// - Throws: `40P01` if it would wait for itself, `55P03` after `lock_timeout`, `57014` when the statement is cancelled.
    package var take: @Sendable (_ key: AdvisoryKey, _ mode: AdvisoryMode, _ waits: Bool) throws(SQLError) -> Bool
    /// Gives back what was taken for the session, once.
    /// - Returns: whether it was held.
    package var release: @Sendable (_ key: AdvisoryKey, _ isShared: Bool) -> Bool
    /// Gives back all that was taken for the session.
    package var releaseAll: @Sendable () -> Void

    package init(
        take: @escaping @Sendable (AdvisoryKey, AdvisoryMode, Bool) throws(SQLError) -> Bool = { _, _, _ throws(SQLError) in true },
        release: @escaping @Sendable (AdvisoryKey, Bool) -> Bool = { _, _ in false }, releaseAll: @escaping @Sendable () -> Void = {}
    ) {
        self.take = take
        self.release = release
        self.releaseAll = releaseAll
    }
}

extension ScalarFunction {
    static let advisoryLocks: [ScalarFunction] =
        [false, true].flatMap { isShared in
            [
                take("pg_advisory_lock", isShared, isOfTransaction: false, waits: true),
                take("pg_try_advisory_lock", isShared, isOfTransaction: false, waits: false),
                take("pg_advisory_xact_lock", isShared, isOfTransaction: true, waits: true),
                take("pg_try_advisory_xact_lock", isShared, isOfTransaction: true, waits: false),
                release(isShared),
            ]
        } + [
            ScalarFunction(
                "pg_advisory_unlock_all", "session", "Gives back all advisory locks of the session.", source: "PostgreSQL 17, 9.28.10",
                examples: [("length(pg_advisory_unlock_all())", "0")], volatility: .volatile,
                .plain([], .varchar) { _, count, context throws(SQLError) in
                    context.backends.locks.releaseAll()
                    return try .constant(.text(""), .varchar, count: count)
                })
        ]

    private static func take(_ name: String, _ isShared: Bool, isOfTransaction: Bool, waits: Bool) -> ScalarFunction {
        let mode = AdvisoryMode(isShared: isShared, isOfTransaction: isOfTransaction), name = name + (isShared ? "_shared" : "")
        let kind = isShared ? "a lock that others may share" : "an advisory lock", end = isOfTransaction ? "transaction" : "session"
        let lasting = "\(kind) to the end of the \(end)"
        return advisory(
            name, waits ? "Takes \(lasting), and waits for it." : "Takes \(lasting) if it is free.",
            waits ? .varchar : .boolean, waits ? ("length(\(name)(4711))", "0") : ("\(name)(4711)", "true")
        ) { (key, locks) throws(SQLError) in
            let isTaken = try locks.take(key, mode, waits)
            return waits ? .text("") : .boolean(isTaken)
        }
    }

    private static func release(_ isShared: Bool) -> ScalarFunction {
        let name = "pg_advisory_unlock" + (isShared ? "_shared" : "")
        return advisory(
            name, "Gives back an advisory lock of the session, once; false if it has none.", .boolean, ("\(name)(4712)", "false")
        ) { (key, locks) throws(SQLError) in .boolean(locks.release(key, isShared)) }
    }

    private static func advisory(
        _ name: String, _ summary: String, _ type: SQLType, _ example: (String, String),
        _ body: @escaping @Sendable (AdvisoryKey, AdvisoryLockAccess) throws(SQLError) -> Value
    ) -> ScalarFunction {
        let kernel: ScalarKernel = { (arguments, count, context) throws(SQLError) in
            var values: [Value] = []
            for row in 0..<count {
                let numbers = arguments.compactMap { column -> Int64? in
                    if case .integer(let number) = column.value(at: row) { number } else { nil }
                }
                guard numbers.count == arguments.count else {
                    values.append(.null)
                    continue
                }
                let key = numbers.count == 1
                    ? AdvisoryKey(numbers[0]) : AdvisoryKey(Int32(truncatingIfNeeded: numbers[0]), Int32(truncatingIfNeeded: numbers[1]))
                values.append(try body(key, context.backends.locks))
            }
            return try Column.make(type, values)
        }
        return ScalarFunction(
            name, "session", summary, source: "PostgreSQL 17, 9.28.10", examples: [example], volatility: .volatile,
            .plain([.bigint], type, kernel), .plain([.integer, .integer], type, kernel))
    }
}
