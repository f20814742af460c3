/// Types by name: what `int8`, `numeric(10, 2)` or `timestamp with time zone` mean.

/// The one list of the words that mean a type, in the spellings of PostgreSQL, Hive, Trino and DuckDB.
package enum TypeWords {
    /// Whose words they are where the same one means different types.
    package enum Dialect: Sendable {
        /// PostgreSQL's, as in statements and options.
        case sql
        /// Hive's and Glue's, as in the types of a catalog.
        case hive
    }

    /// The type that a word means with numbers behind it in parentheses.
    /// - Parameter word: in lower case; several words with one space between.
    /// - Parameter roundsTimes: whether the caller minds the digits of a second that `timestamp(3)` and the like ask for.
    /// - Throws: `42704` for an unknown word, `22023` for numbers out of range, `0A000` for types that Lode lacks.
    package static func type(
        _ word: String, _ arguments: [Int] = [], in dialect: Dialect = .sql, roundsTimes: Bool = false
    ) throws(SQLError) -> SQLType {
        switch word {
        case "decimal", "numeric", "dec": return try decimal(arguments, dialect)
        case "char", "character", "bpchar", "nchar": return try char(arguments, dialect)
        case "varchar", "character varying", "char varying", "nvarchar", "string", "text":
            if let count = arguments.first, count < 1 { throw outOfRange("length of type varchar must be at least 1") }
            try limit(arguments, to: 1, word)
            return .varchar
        case "float":
            try limit(arguments, to: 1, word)
            return dialect == .hive || (arguments.first ?? 53) <= 24 ? .real : .double
        case "void" where dialect == .hive: return .null
        // Fields mean, as in PostgreSQL, that what is finer than the last of them is discarded.
        case _ where word.hasPrefix("interval "):
            if word.hasSuffix(" second") { return try type("interval", arguments, in: dialect, roundsTimes: roundsTimes) }
            throw .unsupported("type \"\(word)\"", hint: "Write interval, and cut what is finer off.")
        default: break
        }
        // PostgreSQL's names of arrays.
        if word.hasPrefix("_"), word.count > 1 { return .list(try type(String(word.dropFirst()), arguments, in: dialect)) }
        if let type = simple[word] {
            let hasDigits = type.isTemporal && type != .date || type == .interval
            try limit(arguments, to: hasDigits ? 1 : 0, word)
            guard let digits = arguments.first else { return type }
            return try time(type, digits, word, holdsFewer: roundsTimes || dialect == .hive)
        }
        if let reason = lacking[word] { throw .unsupported("type \"\(word)\"", hint: reason) }
        throw SQLError(
            .undefinedObject, "type \"\(word)\" does not exist", hint: NearestName.find(word, among: all).map { "Did you mean \"\($0)\"?" })
    }

    /// Every word, for hints.
    package static let all: [String] =
        simple.keys.sorted() + ["decimal", "numeric", "varchar", "char", "text", "string", "float", "array", "map", "struct"]

    /// The bounds of char(n); Hive stops at 255, PostgreSQL at 10 million.
    private static let charLengths = 1...1_000_000

    private static func char(_ arguments: [Int], _ dialect: Dialect) throws(SQLError) -> SQLType {
        try limit(arguments, to: 1, "char")
        if arguments.isEmpty, dialect == .hive { throw SQLError(.syntaxError, "type char needs a length", hint: "Write char(1).") }
        let count = arguments.first ?? 1
        guard charLengths.contains(count) else { throw outOfRange("length of type char must be from 1 to \(charLengths.upperBound)") }
        return .char(count)
    }

    /// The type with this many digits of a second: six are microseconds, nine nanoseconds.
    private static func time(_ type: SQLType, _ digits: Int, _ word: String, holdsFewer: Bool) throws(SQLError) -> SQLType {
        guard (0...9).contains(digits) else { throw outOfRange("precision of type \(word) must be from 0 to 9") }
        if digits == (type.inMicros == nil ? 6 : 9) || (digits < 6 && holdsFewer) { return type }
        if digits == 9, let nanos = type.inNanos { return nanos }
        throw .unsupported(
            "\(digits) digits of a second in type \(word)",
            hint: type.isTimestamp ? "Timestamps have 6 digits, or 9: timestamp(6), timestamp(9)." : "The type has 6 digits.")
    }

    private static func decimal(_ arguments: [Int], _ dialect: Dialect) throws(SQLError) -> SQLType {
        guard let precision = arguments.first else {
            return dialect == .hive ? .decimal(precision: 10, scale: 0) : .decimal(precision: 38, scale: 9)
        }
        let scale = arguments.count > 1 ? arguments[1] : 0
        try limit(arguments, to: 2, "decimal")
        guard (1...Decimal128.maximumPrecision).contains(precision) else {
            throw outOfRange("precision of decimal must be from 1 to \(Decimal128.maximumPrecision)")
        }
        guard (0...precision).contains(scale) else { throw outOfRange("scale of decimal(\(precision)) must be from 0 to \(precision)") }
        return .decimal(precision: precision, scale: scale)
    }

    private static func limit(_ arguments: [Int], to count: Int, _ word: String) throws(SQLError) {
        if arguments.count <= count { return }
        let arity = count == 0 ? "no number" : count == 1 ? "one number" : "\(count) numbers"
        throw SQLError(.syntaxError, "type \"\(word)\" takes \(arity) in parentheses")
    }

    private static func outOfRange(_ message: String) -> SQLError { SQLError(.invalidParameterValue, message) }

    private static let simple: [String: SQLType] = [
        "boolean": .boolean, "bool": .boolean, "logical": .boolean,
        "tinyint": .tinyint, "int1": .tinyint, "byte": .tinyint, "smallint": .smallint, "int2": .smallint, "short": .smallint,
        "integer": .integer, "int": .integer, "int4": .integer, "signed": .integer,
        "bigint": .bigint, "int8": .bigint, "long": .bigint,
        "real": .real, "float4": .real, "double": .double, "double precision": .double, "float8": .double,
        "varbinary": .varbinary, "binary": .varbinary, "bytea": .varbinary, "blob": .varbinary,
        "date": .date, "time": .time, "time without time zone": .time,
        "timestamp": .timestamp, "datetime": .timestamp, "timestamp without time zone": .timestamp, "timestamp_ntz": .timestamp,
        "timestamptz": .timestamptz, "timestamp with time zone": .timestamptz, "timestamp_ltz": .timestamptz,
        "timestamp with local time zone": .timestamptz,
        "timestamp_ns": .timestampNanos, "timestamptz_ns": .timestamptzNanos,
        "interval": .interval, "uuid": .uuid, "json": .json, "jsonb": .json,
    ].merging(CatalogType.allCases.map { ($0.rawValue, .catalog($0)) }) { own, _ in own }

    private static let lacking: [String: String] = [
        "time with time zone": "Use time, or timestamptz for an instant.", "timetz": "Use time, or timestamptz for an instant.",
        "hugeint": "Use decimal(38,0).", "int16": "Use decimal(38,0).", "ubigint": "Use decimal(20,0).", "uinteger": "Use bigint.",
        "usmallint": "Use integer.", "utinyint": "Use smallint.", "money": "Use decimal(18,2).", "variant": "Use json.",
        "xml": "Use varchar.", "geometry": "Use varbinary.", "bit": "Use boolean or varbinary.",
    ]
}
