// Variants, whole and in parts, as JSON; and bytes that are none.

import LodeCore
import Testing

@testable import LodeVectors

@Suite struct VariantColumnTests {
    // MARK: Whole values

    /// Names "a" to "e".
    private static let names: [UInt8] = [0x11, 5, 0, 1, 2, 3, 4, 5] + Array("abcde".utf8)

    private func json(_ value: [UInt8], names: [UInt8] = names) throws -> Value {
        let type = SQLType.structure([Field("metadata", .varbinary), Field("value", .varbinary)])
        return try VariantColumn.json(try Column.make(type, [.structure([.bytes(names), .bytes(value)])])).value(at: 0)
    }

    @Test(arguments: [
        ([0x00], "null"), ([0x04], "true"), ([0x08], "false"), ([0x0c, 0x22], "34"), ([0x10, 0x2e, 0xfb], "-1234"),
        ([0x14, 0x39, 0x30, 0, 0], "12345"), ([0x18, 0xea, 0x16, 0xb0, 0x4c, 2, 0, 0, 0], "9876543210"),
        ([0x1c, 0x9a, 0x99, 0x99, 0x99, 0x99, 0x99, 0x2c, 0x40], "14.3"), ([0x1c, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f], "\"NaN\""),
        ([0x20, 4, 0x15, 0xcd, 0x5b, 0x07], "12345.6789"), ([0x20, 2, 0xff, 0xff, 0xff, 0xff], "-0.01"),
        ([0x24, 9, 0x4f, 0x05, 0xad, 0x1f, 0xb4, 0x64, 0x49, 0xfe], "-123456789.987654321"),
        ([0x28, 9, 0x15, 0x71, 0x34, 0xb0, 0xb8, 0x87, 0x10, 0x89, 0, 0, 0, 0, 0, 0, 0, 0], "9876543210.123456789"),
        ([0x2c, 0x37, 0x4e, 0, 0], "\"2024-10-27\""),
        ([0x30, 0xc0, 0xb2, 0xf0, 0xd8, 0x51, 0x26, 0x06, 0], "\"2024-11-07 12:33:54.123456+00\""),
        ([0x34, 0xc0, 0xb2, 0xf0, 0xd8, 0x51, 0x26, 0x06, 0], "\"2024-11-07 12:33:54.123456\""),
        ([0x3c, 4, 0, 0, 0, 10, 11, 12, 13], "\"CgsMDQ==\""),
        ([0x40, 3, 0, 0, 0, 0x61, 0x22, 0x0a], #""a\"\n""#), ([0x09, 0xc3, 0xa4], "\"ä\""),
        ([0x44, 0x40, 0x42, 0x0f, 0, 0, 0, 0, 0], "\"00:00:01\""),
        (
            [0x50, 0xf2, 0x4f, 0x9b, 0x64, 0x81, 0xfa, 0x49, 0xd1, 0xb7, 0x4e, 0x8c, 0x09, 0xa6, 0xe3, 0x1c, 0x56],
            "\"f24f9b64-81fa-49d1-b74e-8c09a6e31c56\""
        ),
        ([0x03, 0, 0], "[]"), ([0x02, 0, 0], "{}"), ([0x03, 2, 0, 1, 3, 0x00, 0x05, 0x78], #"[null,"x"]"#),
        ([0x02, 2, 0, 3, 2, 0, 3, 0x05, 0x78, 0x04], #"{"a":true,"d":"x"}"#), ([0x13, 1, 0, 0, 0, 0, 1, 0x04], "[true]"),
    ]) func `a value of each type is JSON`(bytes: [UInt8], text: String) throws {
        #expect(try json(bytes) == .text(text))
        // Nothing of it may be missing.
        for length in 0..<bytes.count { #expect(throws: SQLError.self) { try json(Array(bytes[..<length])) } }
    }

    @Test func `a field without a name, twice of one name, or of bytes of another is refused`() throws {
        #expect(throws: SQLError.self) { try json([0x02, 1, 5, 0, 1, 0x04]) }
        #expect(throws: SQLError.self) { try json([0x02, 2, 0, 0, 0, 1, 2, 0x04, 0x08]) }
        #expect(throws: SQLError.self) { try json([0x03, 2, 0, 0, 1, 0x04]) }
        // Two containers of the same bytes.
        #expect(throws: SQLError.self) { try json([0x03, 2, 0, 0, 4, 0x03, 1, 0, 1, 0x04]) }
    }

    @Test func `fields in the order of UTF-16 are read, and not twice`() throws {
        let names: [UInt8] = [0x01, 2, 0, 4, 7] + Array("😀\u{ff21}".utf8)
        #expect(try json([0x02, 2, 0, 1, 0, 1, 2, 0x04, 0x08], names: names) == .text("{\"😀\":true,\"\u{ff21}\":false}"))
        #expect(throws: SQLError.self) { try json([0x02, 3, 0, 1, 0, 0, 1, 2, 3, 0x04, 0x08, 0x04], names: names) }
    }

    @Test func `names that share bytes, and numbers of equal names, are refused`() throws {
        #expect(throws: SQLError.self) { try json([0x00], names: [0x01, 3, 0, 2, 0, 2] + Array("ab".utf8)) }
        // "b", "a", "b".
        let names: [UInt8] = [0x01, 3, 0, 1, 2, 3] + Array("bab".utf8)
        #expect(throws: SQLError.self) { try json([0x02, 3, 0, 1, 2, 0, 1, 2, 3, 0x04, 0x08, 0x04], names: names) }
        #expect(try json([0x02, 2, 0, 1, 0, 1, 2, 0x04, 0x08], names: names) == .text(#"{"b":true,"a":false}"#))
    }

    /// A name is stored once, and written for each field that has it.
    @Test func `JSON of a small value has a limit`() throws {
        let type = SQLType.structure([Field("metadata", .varbinary), Field("value", .varbinary)])
        let names: [UInt8] = [0x41, 1, 0, 0, 0, 0xe8, 3] + [UInt8](repeating: 0x61, count: 1000)
        let one: [UInt8] = [0x02, 1, 0, 0, 1, 0x00]
        let value: [UInt8] = [0x03, 20] + (0...20).map { UInt8($0 * one.count) } + Array(repeatElement(one, count: 20).joined())
        let column = try Column.make(type, [.structure([.bytes(names), .bytes(value)])])
        #expect(try VariantColumn.json(column).count == 1)
        #expect { try VariantColumn.json(column, mostBytes: 10_000) } throws: { ($0 as? SQLError)?.state == .programLimitExceeded }
    }

    @Test func `many long values count against the memory of the statement`() throws {
        let type = SQLType.structure([Field("metadata", .varbinary), Field("value", .varbinary)])
        let long = [0x40, 0, 0, 0x10, 0] + [UInt8](repeating: 0x61, count: 1 << 20)
        let column = try Column.make(type, Array(repeating: .structure([.bytes(Self.names), .bytes(long)]), count: 24))
        let memory = MemoryBudget(limit: 16 << 20)
        #expect { try ExpressionMemory.$statement.withValue(memory) { try VariantColumn.json(column) } } throws: {
            ($0 as? SQLError)?.state == .outOfMemory
        }
        #expect(memory.reservedBytes == 0)
        #expect(try VariantColumn.json(column).count == 24)
    }

    @Test func `text that is not UTF-8, times beyond a day and long decimals are refused`() {
        #expect(throws: SQLError.self) { try json([0x05, 0xff]) }
        #expect(throws: SQLError.self) { try json([0x44] + [UInt8](repeating: 0xff, count: 8)) }
        #expect(throws: SQLError.self) { try json([0x28, 0] + [UInt8](repeating: 0x7f, count: 16)) }
        #expect(throws: SQLError.self) { try json([0x20, 39, 0, 0, 0, 0]) }
    }

    @Test func `what came later is refused by its number`() {
        #expect { try json([0x00], names: [0x02, 0, 0]) } throws: { ($0 as? SQLError)?.state == .featureNotSupported }
        #expect { try json([21 << 2]) } throws: { ($0 as? SQLError)?.state == .featureNotSupported }
    }

    @Test func `nesting has an end`() throws {
        func nested(_ depth: Int) -> [UInt8] {
            var value: [UInt8] = [0x00]
            for _ in 0..<depth {
                let size = UInt32(value.count)
                value = [0x0f, 1, 0, 0, 0, 0] + (0..<4).map { UInt8(truncatingIfNeeded: size >> ($0 * 8)) } + value
            }
            return value
        }
        #expect(try json(nested(1000)) == .text(String(repeating: "[", count: 1000) + "null" + String(repeating: "]", count: 1000)))
        #expect { try json(nested(1001)) } throws: { ($0 as? SQLError)?.state == .featureNotSupported }
    }

    // MARK: Parts in columns

    private static let part = SQLType.structure([Field("value", .varbinary), Field("typed_value", .integer)])
    private static let list = SQLType.list(.structure([Field("typed_value", .varchar), Field("value", .varbinary)]))

    private func shredded(_ typed: SQLType, _ rows: [(value: [UInt8]?, typed: Value)]) throws -> [Value] {
        let type = SQLType.structure([Field("metadata", .varbinary), Field("value", .varbinary), Field("typed_value", typed)])
        let values = rows.map { Value.structure([.bytes(Self.names), $0.value.map { .bytes($0) } ?? .null, $0.typed]) }
        let column = try VariantColumn.json(try Column.make(type, values + [.null]))
        #expect(column.isNull(rows.count))
        return (0..<rows.count).map { column.value(at: $0) }
    }

    @Test func `a value is in one column or in the other`() throws {
        #expect(
            try shredded(.decimal(precision: 9, scale: 4), [(nil, .decimal(123_456_789, scale: 4)), ([0x05, 0x78], .null), (nil, .null)])
                == [.text("12345.6789"), .text("\"x\""), .text("null")])
        #expect(throws: SQLError.self) { try shredded(.integer, [([0x04], .integer(1))]) }
    }

    @Test func `elements of arrays are, too`() throws {
        let items = Value.list([.structure([.text("x"), .null]), .structure([.null, .bytes([0x00])]), .structure([.null, .null])])
        #expect(try shredded(Self.list, [(nil, items), (nil, .list([]))]) == [.text(#"["x",null,null]"#), .text("[]")])
    }

    @Test func `fields of both columns are one object, by their names`() throws {
        let typed = SQLType.structure([Field("d", Self.part), Field("b", Self.part)])
        func object(_ d: Value, _ b: Value) -> Value { .structure([d, b]) }
        func part(_ value: [UInt8]?, _ typed: Value) -> Value { .structure([value.map { .bytes($0) } ?? .null, typed]) }
        let rest: [UInt8] = [0x02, 3, 0, 2, 4, 0, 1, 2, 3, 0x04, 0x08, 0x00]
        #expect(
            try shredded(
                typed,
                [
                    (rest, object(part(nil, .integer(4)), part([0x05, 0x78], .null))), (nil, object(part(nil, .null), part([0x00], .null))),
                    (nil, object(part(nil, .null), part(nil, .null))), ([0x14, 34, 0, 0, 0], .null), (nil, object(.null, .null)),
                ]) == [
                    .text(#"{"a":true,"b":"x","c":false,"d":4,"e":null}"#), .text(#"{"b":null}"#), .text("{}"), .text("34"), .text("{}"),
                ])
        // A field in both of them, and fields of what is no object.
        let twice: [UInt8] = [0x02, 1, 1, 0, 1, 0x04]
        #expect(throws: SQLError.self) { try shredded(typed, [(twice, object(part(nil, .null), part(nil, .null)))]) }
        #expect(throws: SQLError.self) { try shredded(typed, [([0x04], object(part(nil, .null), part(nil, .null)))]) }
    }

    @Test func `a struct of other fields stores no variants`() {
        #expect(!VariantColumn.isStorage(.structure([Field("metadata", .varchar), Field("value", .varbinary)])))
        #expect(!VariantColumn.isStorage(.structure([Field("metadata", .varbinary)])))
        #expect(VariantColumn.isStorage(.structure([Field("typed_value", .integer), Field("metadata", .varbinary)])))
    }
}
