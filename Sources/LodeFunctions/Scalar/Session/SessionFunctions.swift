/// What the session knows: user, database, version, types.

import LodeCore
import LodeVectors

extension ScalarFunction {
    static let session: [ScalarFunction] = [
        fact("current_user", call: "current_user", aliases: ["user", "session_user"], "The user's name.", "lode") { $0.currentUser },
        fact("current_schema", "The schema in which new tables are made.", "main") { $0.currentSchema },
        fact("current_database", aliases: ["current_catalog"], "The database's name.", "lode") { $0.currentDatabase },
        ScalarFunction(
            "version", "session", "The server's name and version.",
            source: "PostgreSQL 17, 9.27", examples: [("version()", "PostgreSQL 17.0 (Lode 0.1.0)")],
            .plain([], .varchar, canFail: false) { _, count, _ throws(SQLError) in
                try .constant(.text("PostgreSQL 17.0 (Lode 0.1.0)"), .varchar, count: count)
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

    private static func fact(
        _ name: String, call: String? = nil, aliases: [String] = [], _ summary: String, _ result: String,
        _ value: @escaping @Sendable (FunctionContext) -> String
    ) -> ScalarFunction {
        ScalarFunction(
            name, aliases: aliases, "session", summary, source: "PostgreSQL 17, 9.27", examples: [(call ?? "\(name)()", result)],
            volatility: .stable,
            .plain([], .varchar, canFail: false) { _, count, context throws(SQLError) in
                try .constant(.text(value(context)), .varchar, count: count)
            })
    }
}
