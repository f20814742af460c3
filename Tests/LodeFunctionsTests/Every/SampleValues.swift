// Values of every type, the extreme ones among them.

import LodeCore
import LodeVectors
import Testing

@testable import LodeFunctions

enum SampleValues {
    /// The types that a parameter of any type is tried with.
    static let types: [SQLType] = [
        .null, .boolean, .tinyint, .smallint, .integer, .bigint, .real, .double, .decimal(precision: 10, scale: 2),
        .decimal(precision: 38, scale: 0), .decimal(precision: 38, scale: 38), .varchar, .char(3), .varbinary, .date, .time, .timestamp,
        .timestamptz, .timestampNanos, .timestamptzNanos,
        .interval, .uuid, .json, .list(.integer), .list(.varchar), .list(.null), .list(.list(.bigint)),
        .map(key: .varchar, value: .integer),
        .map(key: .null, value: .null), .structure([Field("a", .integer), Field("b", .list(.varchar))]), .structure([]),
    ]

    /// Values of a type, without NULL.
    static func values(_ type: SQLType) -> [Value] {
        switch type {
        case .null: return []
        case .boolean: return [.boolean(true), .boolean(false)]
        case .tinyint, .smallint, .integer, .bigint: return integers(type)
        case .real:
            return [0, -0.0, 1.5, -2.5, .nan, .infinity, -.infinity].map { .double($0) } + [.double(Double(Float.greatestFiniteMagnitude))]
        case .double:
            return [0, -0.0, 0.5, -2.5, 1e15, .nan, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude].map {
                .double($0)
            }
        case .decimal(let precision, let scale):
            let most = Decimal128.power(precision) - 1
            return [0, 1, -1, Decimal128.power(scale), most, -most].map { .decimal($0, scale: scale) }
        case .varchar, .char: return texts(type)
        case .varbinary: return [.bytes([]), .bytes([0]), .bytes([0xff, 0xfe, 0x80]), .bytes(Array(repeating: 65, count: 40))]
        case .date: return [.date(0), .date(19_782), .date(-719_528), .date(.max), .date(.min), .date(.max - 1), .date(.min + 1)]
        case .time: return [.time(0), .time(43_200_000_000), .time(86_400_000_000)]
        case .timestamp, .timestamptz:
            return [0, 1_704_067_200_123_456, -62_167_219_200_000_000, .max, .min, .max - 1, .min + 1].map { .timestamp($0) }
        case .timestampNanos, .timestamptzNanos:
            return [0, -1, 1_704_067_200_123_456_789, .max, .min, .max - 1, .min + 1].map { .timestampNanos($0) }
        case .interval:
            return [
                Interval(), Interval(months: 1, days: -2, micros: 3), Interval(months: .max, days: .max, micros: .max),
                Interval(months: .min, days: .min, micros: .min), Interval(micros: 3_600_000_000), Interval(days: 1),
            ].map { .interval($0) }
        case .uuid: return [.uuid(0), .uuid(.max)]
        case .json: return jsons
        case .list(let element): return lists(element)
        case .catalog(let type): return values(type.base)
        case .map(let key, let value): return maps(key, value)
        case .structure(let fields):
            let members = fields.map { values($0.type) + [.null] }
            return (0..<3).map { at in .structure(members.map { $0[at % $0.count] }) } + [.structure(fields.map { _ in .null })]
        @unknown default: return []
        }
    }

    private static func integers(_ type: SQLType) -> [Value] {
        let most: Int64 =
            switch type {
            case .tinyint: Int64(Int8.max)
            case .smallint: Int64(Int16.max)
            case .integer: Int64(Int32.max)
            default: .max
            }
        return [0, 1, -1, 2, -3, 37, most, most - 1, -most, -most - 1].map { .integer($0) }
    }

    private static func texts(_ type: SQLType) -> [Value] {
        if type != .varchar { return ["abc", "a  ", "é  "].map { text($0) } }
        return [
            "", "a", "é", "%Y-%m-%d", "YYYY-MM-DD", "a_%\\", "[a-z]+", "(", "1", "-9223372036854775808", "2024-02-29", "NaN", "day", "hex",
            "$.a[0]", "{\"a\": [1]}", "Europe/Berlin", "UTC", "g", "1 day", ",", "a text of more than twelve bytes, ünïcode and all",
        ].map { text($0) }
    }

    private static var jsons: [Value] {
        let deep = String(repeating: "[", count: 900) + String(repeating: "]", count: 900)
        return ["null", "true", "-1.5e3", "\"a\\u00e9\\ud83d\\ude00\"", "[]", "{}", "{\"a\": [1, {\"b\": null}]}", deep].map { text($0) }
    }

    private static func lists(_ element: SQLType) -> [Value] {
        let members = values(element)
        return [
            .list([]), .list([.null]), .list([.null, .null]), .list(Array(members.prefix(3))),
            .list([.null] + members.suffix(2) + members.suffix(2)),
        ]
    }

    private static func maps(_ key: SQLType, _ value: SQLType) -> [Value] {
        let keys = values(key), items = values(value) + [.null]
        if keys.isEmpty { return [.map([])] }
        return [
            .map([]), .map([.init(key: keys[0], value: .null)]),
            .map(keys.prefix(3).enumerated().map { .init(key: $1, value: items[$0 % items.count]) }),
        ]
    }

    static func text(_ text: String) -> Value { .text(text) }

    /// A text of a megabyte, with characters of several bytes.
    static let megabyte: Value = text(String(repeating: "abcdefghé, ", count: 87_382))
}
