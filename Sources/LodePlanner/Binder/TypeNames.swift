/// Types by name: what `int8`, `numeric(10, 2)` or `array<string>` mean.

import LodeCore
import LodeSyntax

package enum TypeNames {
    /// The type that a written type stands for.
    /// - Throws: `42704` for an unknown name, `22023` for arguments out of range, `0A000` for types that Lode lacks.
    package static func type(_ name: TypeName) throws(SQLError) -> SQLType {
        switch name.kind {
        case .named(let words, let arguments): return try named(words, arguments, name.span)
        case .list(let element, _): return .list(try type(element))
        case .map(let key, let value): return .map(key: try type(key), value: try type(value))
        case .structure(let fields):
            var members: [Field] = []
            for (index, field) in fields.enumerated() {
                members.append(Field(field.name?.text ?? "field\(index + 1)", try type(field.type)))
            }
            return .structure(members)
        }
    }

    /// The type of a column, and the n of `varchar(n)`.
    /// - Throws: `0A000` where a length or precision could not be kept to.
    package static func columnType(_ name: TypeName) throws(SQLError) -> (type: SQLType, maximumLength: Int?) {
        let type = try type(name)
        guard case .named = name.kind else {
            try refuseLimits(within: name)
            return (type, nil)
        }
        if type == .varchar { return (type, name.limit) }
        try refusePrecision(type, name)
        return (type, nil)
    }

    private static func refuseLimits(within name: TypeName) throws(SQLError) {
        switch name.kind {
        case .named:
            let type = try type(name)
            if type == .varchar, let limit = name.limit {
                throw .unsupported("varchar(\(limit)) inside of another type", at: name.span, hint: "Write varchar without a length.")
            }
            try refusePrecision(type, name)
        case .list(let element, _): try refuseLimits(within: element)
        case .map(let key, let value):
            try refuseLimits(within: key)
            try refuseLimits(within: value)
        case .structure(let fields): for field in fields { try refuseLimits(within: field.type) }
        }
    }

    private static func refusePrecision(_ type: SQLType, _ name: TypeName) throws(SQLError) {
        guard type.isTemporal, let digits = name.limit, digits < 6 else { return }
        throw .unsupported(
            "a column of type \(type)(\(digits))", at: name.span, hint: "\(type) keeps microseconds; date_trunc cuts them off.")
    }

    private static func named(_ name: QualifiedName, _ arguments: [TypeArgument], _ span: SourceSpan) throws(SQLError) -> SQLType {
        let word = name.last.text.lowercased()
        let numbers = arguments.compactMap { if case .number(let number) = $0 { number } else { nil } }
        switch word {
        case "decimal", "numeric", "dec": return try decimal(arguments.count, numbers, span)
        case "char", "character", "bpchar", "nchar":
            let count = numbers.first ?? 1
            guard (1...65_535).contains(count) else { throw outOfRange("length of type char must be from 1 to 65535", span) }
            return .char(count)
        case "varchar", "character varying", "char varying", "nvarchar", "string", "text":
            if let count = numbers.first, count < 1 { throw outOfRange("length of type varchar must be at least 1", span) }
            return .varchar
        case "float": return (numbers.first ?? 53) <= 24 ? .real : .double
        default: break
        }
        if let type = simple[word] { return type }
        if let reason = lacking[word] { throw .unsupported("type \"\(word)\"", at: span, hint: reason) }
        let near = NearestName.find(word, among: simple.keys.sorted() + ["decimal", "numeric", "varchar", "char", "text", "string", "float"])
        throw SQLError(
            .undefinedObject, "type \"\(word)\" does not exist", at: span, hint: near.map { "Did you mean \"\($0)\"?" })
    }

    private static func decimal(_ count: Int, _ numbers: [Int], _ span: SourceSpan) throws(SQLError) -> SQLType {
        if count == 0 { return .decimal(precision: 38, scale: 9) }
        let precision = numbers.first ?? 0, scale = numbers.count > 1 ? numbers[1] : 0
        guard count <= 2, (1...Decimal128.maximumPrecision).contains(precision) else {
            throw outOfRange("precision of decimal must be from 1 to \(Decimal128.maximumPrecision)", span)
        }
        guard (0...precision).contains(scale) else { throw outOfRange("scale of decimal(\(precision)) must be from 0 to \(precision)", span) }
        return .decimal(precision: precision, scale: scale)
    }

    private static func outOfRange(_ message: String, _ span: SourceSpan) -> SQLError {
        SQLError(.invalidParameterValue, message, at: span)
    }

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
        "interval": .interval, "uuid": .uuid, "json": .json, "jsonb": .json, "name": .varchar, "regclass": .varchar, "oid": .bigint,
    ]

    private static let lacking: [String: String] = [
        "time with time zone": "Use time, or timestamptz for an instant.", "timetz": "Use time, or timestamptz for an instant.",
        "hugeint": "Use decimal(38,0).", "int16": "Use decimal(38,0).", "ubigint": "Use decimal(20,0).", "uinteger": "Use bigint.",
        "usmallint": "Use integer.", "utinyint": "Use smallint.", "money": "Use decimal(18,2).", "variant": "Use json.",
        "xml": "Use varchar.", "geometry": "Use varbinary.", "bit": "Use boolean or varbinary.",
    ]
}

extension TypeName {
    /// The length or precision in parentheses: 10 of `varchar(10)`, 3 of `timestamp(3)`.
    var limit: Int? {
        guard case .named(_, let arguments) = kind, case .number(let number)? = arguments.first else { return nil }
        return number
    }
}
