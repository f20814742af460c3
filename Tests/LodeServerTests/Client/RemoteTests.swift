// Rows of a server with their types, and texts with variables.

import LodeCore
import LodeVectors
import Testing

@testable import LodeServer

@Suite struct RemoteTests {
    /// The field and the values of a column that is sent as text.
    private func column(_ type: WireType, _ texts: [String?]) throws -> (type: SQLType, values: [Value]) {
        var rows = RemoteRows([ColumnDescription(name: "a", type: type, format: .text)])
        for text in texts {
            let bytes = text.map { Array($0.utf8) }, length = UInt32(bitPattern: Int32(bytes?.count ?? -1))
            try rows.append([0, 1] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> UInt32($0)) } + (bytes ?? []))
        }
        let chunk = try rows.take()
        return (rows.fields(of: chunk)[0].type, (0..<chunk.count).map { chunk.columns[0].value(at: $0) })
    }

    @Test func `values have the types that the server names`() throws {
        #expect(try column(WireType(.integer), ["1", nil, "-7"]) == (.integer, [.integer(1), .null, .integer(-7)]))
        #expect(try column(WireType(.boolean), ["t", "f"]) == (.boolean, [.boolean(true), .boolean(false)]))
        #expect(try column(WireType(.double), ["NaN", "-Infinity", "1.5"]).values[1...] == [.double(-.infinity), .double(1.5)])
        #expect(try column(WireType(.date), ["2024-02-29"]).values == [.date(19_782)])
        #expect(try column(WireType(.varbinary), ["\\x00ff"]) == (.varbinary, [.bytes([0, 255])]))
        #expect(try column(WireType(id: 4711, size: -1), ["(1,2)"]) == (.varchar, [.text("(1,2)")]))
        #expect(try column(WireType(.char(3)), ["a  "]).type == .char(3))
    }

    @Test func `a numeric without bounds has the scale of its values`() throws {
        let bounded = SQLType.decimal(precision: 10, scale: 2)
        #expect(try column(WireType(bounded), ["1.50"]) == (bounded, [.decimal(150, scale: 2)]))
        #expect(try column(WireType(id: ObjectID.numeric, size: -1), ["1", "2.25"]).type == .decimal(precision: 38, scale: 2))
        #expect(try column(WireType(id: ObjectID.numeric, size: -1), ["NaN"]) == (.varchar, [.text("NaN")]))
    }

    @Test func `arrays are lists, of as many dimensions as they have`() throws {
        #expect(try column(WireType(.list(.integer)), ["{1,NULL,3}"]) == (.list(.integer), [.list([.integer(1), .null, .integer(3)])]))
        #expect(try column(WireType(.list(.varchar)), ["{{a,b},{\"c d\",\"\"}}"]).values
            == [.list([.list([.text("a"), .text("b")]), .list([.text("c d"), .text("")])])])
    }

    @Test func `a row with other columns is refused`() throws {
        var rows = RemoteRows([])
        #expect(throws: SQLError.self) { try rows.append([0, 1, 0, 0, 0, 0]) }
        #expect(throws: SQLError.self) { try rows.append([]) }
    }

    @Test func `variables become literals, and places stay where they were written`() {
        let text = VariableText("SELECT :a, ':a', x::a, :b FROM nope", ["a": .text("it's"), "b": .integer(5)])
        #expect(text.sent == "SELECT 'it''s', ':a', x::a, 5 FROM nope")
        #expect(text.span(ofCharacter: 36) == SourceSpan(31, 35))
        #expect(VariableText("SELECT :x", ["x": .decimal(-5, scale: 2)]).sent == "SELECT -0.05")
        #expect(text.span(ofCharacter: 1) == SourceSpan(0, 6))
        #expect(VariableText("SELECT :a", [:]).sent == "SELECT :a")
        #expect(VariableText("SELECT :c", ["a": .null]).sent == "SELECT :c")
    }
}
