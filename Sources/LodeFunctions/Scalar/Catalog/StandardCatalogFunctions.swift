/// The functions that the views of `information_schema` are made of, which clients call themselves.

import LodeCore
import LodeVectors

/// - Source: PostgreSQL, `information_schema.sql`.
extension ScalarFunction {
    static let standardCatalog: [ScalarFunction] = [
        ScalarFunction(
            "_pg_truetypid", "catalog", "The type of a column, of a domain its base type, from the rows of pg_attribute and pg_type.",
            source: "PostgreSQL 17, 35", examples: [("information_schema._pg_truetypid({'atttypid': 23}, {'typtype': 'b'})", "23")],
            .generic([.any, .any]) { (types) throws(SQLError) in try fromRows("_pg_truetypid", types, "atttypid", "typbasetype") }),
        ScalarFunction(
            "_pg_truetypmod", "catalog", "The modifier of a column's type, of a domain that of its base type.",
            source: "PostgreSQL 17, 35", examples: [("information_schema._pg_truetypmod({'atttypmod': 8}, {'typtype': 'b'})", "8")],
            .generic([.any, .any]) { (types) throws(SQLError) in try fromRows("_pg_truetypmod", types, "atttypmod", "typtypmod") }),
        fact("_pg_char_max_length", "The most characters of a type.", "(1043, 24)", "20") { type, modifier in
            if modifier == -1 { return nil }
            return [1042, 1043].contains(type) ? modifier - 4 : [1560, 1562].contains(type) ? modifier : nil
        },
        fact("_pg_char_octet_length", "The most bytes of a text.", "(25, -1)", "1073741824") { type, modifier in
            guard [25, 1042, 1043].contains(type) else { return nil }
            return modifier == -1 || type == 25 ? 1 << 30 : (modifier - 4) * 4
        },
        fact("_pg_numeric_precision", "The digits of a number.", "(1700, 655366)", "10") { type, modifier in
            switch type {
            case 21: 16
            case 23: 32
            case 20: 64
            case 1700: modifier == -1 ? nil : (modifier - 4) >> 16 & 65535
            case 700: 24
            case 701: 53
            default: nil
            }
        },
        fact("_pg_numeric_precision_radix", "The base in which digits are counted.", "(1700, -1)", "10") { type, _ in
            [21, 23, 20, 700, 701].contains(type) ? 2 : type == 1700 ? 10 : nil
        },
        fact("_pg_numeric_scale", "The digits behind the point.", "(1700, 655366)", "2") { type, modifier in
            if [21, 23, 20].contains(type) { return 0 }
            return type == 1700 && modifier != -1 ? (modifier - 4) & 65535 : nil
        },
        fact("_pg_datetime_precision", "The digits of a second.", "(1114, -1)", "6") { type, modifier in
            switch type {
            case 1082: 0
            case 1083, 1114, 1184, 1266: modifier < 0 ? 6 : modifier
            case 1186: modifier < 0 || modifier & 65535 == 65535 ? 6 : modifier & 65535
            default: nil
            }
        },
        ScalarFunction(
            "_pg_index_position", "catalog", "The place of a column in an index: the catalog's keys say so themselves.",
            source: "PostgreSQL 17, 35", examples: [("information_schema._pg_index_position(1, 1::smallint)", "NULL")], volatility: .stable,
            .row([.catalog(.oid), .smallint], .integer, canFail: false) { (_) throws(SQLError) in .null }),
    ]

    /// From the number of a type and its modifier.
    private static func fact(
        _ name: String, _ summary: String, _ arguments: String, _ shown: String, _ value: @escaping @Sendable (Int64, Int64) -> Int64?
    ) -> ScalarFunction {
        ScalarFunction(
            name, "catalog", summary, source: "PostgreSQL 17, 35", examples: [("information_schema.\(name)\(arguments)", shown)],
            .row([.catalog(.oid), .integer], .integer, canFail: false) { (call) throws(SQLError) in
                guard let type = call.number(0), let modifier = call.number(1) else { return .null }
                return value(type, modifier).map { .integer(Int64(Int32(truncatingIfNeeded: $0))) } ?? .null
            })
    }

    /// A field of the first row, or of the second if that is a domain's.
    private static func fromRows(_ name: String, _ types: [SQLType], _ own: String, _ ofDomain: String) throws(SQLError) -> BoundScalar {
        guard case .structure(let attribute) = types[0], case .structure(let type) = types[1],
            let value = attribute.firstIndex(where: { $0.name == own }), let kind = type.firstIndex(where: { $0.name == "typtype" })
        else { throw .noFunction(name, types) }
        let base = type.firstIndex { $0.name == ofDomain }
        let returns = attribute[value].type
        return .strict(types, returns, canFail: false) { call throws(SQLError) in
            var values: [Value] = []
            for row in 0..<call.count {
                guard call.isValid(row), case .structure(let columns) = call.arguments[0].value(at: row),
                    case .structure(let facts) = call.arguments[1].value(at: row)
                else {
                    values.append(.null)
                    continue
                }
                let isDomain = facts[kind] == .text("d")
                values.append(isDomain ? base.map { facts[$0] } ?? .null : columns[value])
            }
            return try Column.make(returns, values)
        }
    }
}
