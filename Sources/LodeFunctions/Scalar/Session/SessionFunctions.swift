/// What the session knows: user, database, version, types.

import LodeCore
import LodeVectors

extension ScalarFunction {
    static let session: [ScalarFunction] = [
        fact("current_user", call: "current_user", aliases: ["user", "current_role"], "The role that statements run as.", "lode") {
            $0.currentUser
        },
        fact("session_user", call: "session_user", "The user who connected.", "lode") { $0.sessionUser },
        fact("current_schema", "The schema in which new tables are made.", "main") { $0.currentSchema },
        fact("current_database", aliases: ["current_catalog"], "The database's name.", "lode") { $0.currentDatabase },
        ScalarFunction(
            "version", "session", "The server's name and version.",
            source: "PostgreSQL 17, 9.27", examples: [("version()", "PostgreSQL 15.0 (Lode 0.1.0)")],
            .plain([], .varchar, canFail: false) { _, count, _ throws(SQLError) in
                try .constant(.text("PostgreSQL 15.0 (Lode 0.1.0)"), .varchar, count: count)
            }),
        ScalarFunction(
            "current_setting", "session", "The value of a setting; with true, NULL if there is none of that name.",
            source: "PostgreSQL 17, 9.28.1", examples: [("current_setting('nope', true)", "NULL")], volatility: .stable,
            .plain([.varchar], .varchar) { arguments, count, context throws(SQLError) in
                try Self.settings(arguments[0], count) { (name) throws(SQLError) in
                    guard let value = context.settings.value(name) else {
                        throw SQLError(.undefinedObject, "unrecognized configuration parameter \"\(name)\"")
                    }
                    return value
                }
            },
            .plain([.varchar, .boolean], .varchar) { arguments, count, context throws(SQLError) in
                var row = -1
                return try Self.settings(arguments[0], count) { (name) throws(SQLError) in
                    row += 1
                    if let value = context.settings.value(name) { return value }
                    if case .boolean(true) = arguments[1].value(at: row) { return nil }
                    throw SQLError(.undefinedObject, "unrecognized configuration parameter \"\(name)\"")
                }
            }),
        ScalarFunction(
            "set_config", "session", "Changes a setting, with true until the end of the transaction; gives its new value.",
            source: "PostgreSQL 17, 9.28.1", examples: [("set_config('application_name', 'x', false)", "x")], volatility: .volatile,
            .plain([.varchar, .varchar, .boolean], .varchar) { arguments, count, context throws(SQLError) in
                var row = -1
                return try Self.settings(arguments[0], count) { (name) throws(SQLError) in
                    row += 1
                    guard case .text(let value) = arguments[1].value(at: row) else { return nil }
                    return try context.settings.change(name, value.string, arguments[2].value(at: row) == .boolean(true))
                }
            }),
        ScalarFunction(
            "typeof", aliases: ["pg_typeof"], "session", "The type of the argument.", source: "PostgreSQL 17, 9.27",
            examples: [("typeof(1.50)", "decimal(3,2)")], isStrict: false,
            .generic([.any]) { (types) throws(SQLError) in
                let name = types[0].description
                return BoundScalar(parameters: types, returns: .varchar, canFail: false) { _, count, _ throws(SQLError) in
                    try .constant(.text(name), .varchar, count: count)
                }
            }),
        ScalarFunction(
            "uuid", aliases: ["gen_random_uuid", "uuidv4"], "session", "A random uuid of version 4.", source: "PostgreSQL 17, 9.14",
            examples: [("length(uuid()::varchar)", "36")], volatility: .volatile,
            .plain([], .uuid, canFail: false) { _, count, _ throws(SQLError) in
                let result = try LaneResult<Int128>(count)
                var generator = SystemRandomNumberGenerator()
                for row in 0..<count {
                    var bits = UInt128(generator.next()) << 64 | UInt128(generator.next())
                    bits = bits & ~(0xf << 76) | (4 << 76)
                    bits = bits & ~(0b11 << 62) | (0b10 << 62)
                    result.lanes[row] = Int128(bitPattern: bits ^ (1 << 127))
                }
                return result.column(.uuid)
            }),
    ]

    /// A string for each name.
    private static func settings(
        _ names: Column, _ count: Int, _ value: (String) throws(SQLError) -> String?
    ) throws(SQLError) -> Column {
        var values: [Value] = []
        for row in 0..<count {
            guard case .text(let name) = names.value(at: row) else {
                values.append(.null)
                continue
            }
            values.append(try value(name.string).map { .text($0) } ?? .null)
        }
        return try Column.make(.varchar, values)
    }

    private static func fact(
        _ name: String, call: String? = nil, aliases: [String] = [], _ summary: String, _ result: String,
        _ value: @escaping @Sendable (FunctionContext) -> String
    ) -> ScalarFunction {
        ScalarFunction(
            name, aliases: aliases, "session", summary, source: "PostgreSQL 17, 9.27", examples: [(call ?? "\(name)()", result)],
            volatility: .stable,
            .plain([], .catalog(.name), canFail: false) { _, count, context throws(SQLError) in
                try .constant(.text(value(context)), .catalog(.name), count: count)
            })
    }
}
