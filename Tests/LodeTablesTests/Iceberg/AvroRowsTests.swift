// Records of Avro files, and files that are none.

import LodeCore
import LodeVectors
import Testing

@Suite struct AvroRowsTests {
    private static let schema = """
        {"type": "record", "name": "r", "fields": [
        {"name": "a", "type": ["null", "long"], "field-id": 1}, {"name": "skipped", "type": {"type": "map", "values": "string"}},
        {"name": "s", "type": {"type": "record", "name": "inner", "fields": [
          {"name": "t", "type": "string", "field-id": 3},
          {"name": "f", "type": {"type": "fixed", "name": "two", "size": 2}}]}, "field-id": 2},
        {"name": "m", "type": ["null", {"type": "array", "items": {"type": "record", "name": "kv", "fields": [
          {"name": "key", "type": "int", "field-id": 6}, {"name": "value", "type": "bytes", "field-id": 7}]}}], "field-id": 5},
        {"name": "d", "type": "double", "field-id": 8}, {"name": "b", "type": "boolean", "field-id": 9}]}
        """

    private static let wishes = [
        AvroWish(1, "renamed", .cell(0)), AvroWish(2, "s", .fields([AvroWish(3, "t", .cell(1))])),
        AvroWish(5, "m", .pairs(0, first: 2)), AvroWish(8, "d", .cell(4)), AvroWish(9, "b", .cell(5)), AvroWish(99, "absent", .cell(6)),
    ]

    private static func record(_ a: Int?, _ t: String, _ pairs: [(Int, [UInt8])]?) -> [UInt8] {
        let map = AvroBytes.array([AvroBytes.text("k") + AvroBytes.text("v")])
        let list = pairs.map { AvroBytes.array($0.map { AvroBytes.long($0.0) + AvroBytes.bytes($0.1) }) }
        return AvroBytes.some(a.map { AvroBytes.long($0) }) + map + AvroBytes.text(t) + [9, 9] + AvroBytes.some(list)
            + [0, 0, 0, 0, 0, 0, 0xf8, 0x3f] + [1]
    }

    private func rows(_ file: [UInt8], keys: Set<Int>? = nil) throws -> [String] {
        let container = try AvroContainer(file)
        var reader = try AvroRows(container.schema, Self.wishes, keys: keys), found: [String] = []
        try container.forEachBlock { (block) throws(SQLError) in
            try reader.read(Array(block.packed), count: block.count) { (rows) throws(SQLError) in
                let pairs = rows.list(0).map { cell in rows.bytes(cell).map { "\(Array($0))" } ?? "\(cell.number ?? -1)" }
                found.append(
                    "\(rows.number(0).map { "\($0)" } ?? "-") \(rows.text(1) ?? "-") \(pairs.joined(separator: ",")) \(rows[4].kind)")
            }
        }
        return found
    }

    @Test func `wanted fields are found by their numbers and others are stepped over`() throws {
        let records = [Self.record(-5, "x", [(1, [7]), (300, [])]), Self.record(nil, "", nil), Self.record(1 << 40, "ü", [])]
        let file = AvroBytes.file(Self.schema, records)
        #expect(try rows(file) == ["-5 x 1,[7],300,[] double(1.5)", "-   double(1.5)", "1099511627776 ü  double(1.5)"])
        #expect(try rows(file, keys: [300])[0] == "-5 x 300,[] double(1.5)")
        #expect(try rows(file, keys: [])[0] == "-5 x  double(1.5)")
    }

    @Test func `blocks of arrays may say how many bytes they have`() throws {
        let schema = #"{"type": "record", "name": "r", "fields": [{"name": "a", "type": "long"}, "#
            + #"{"name": "x", "type": {"type": "array", "items": "long"}}]}"#
        let sized = AvroBytes.long(-2) + AvroBytes.long(2) + [2, 4] + [0]
        let container = try AvroContainer(AvroBytes.file(schema, [[8] + sized, [6, 0]]))
        var reader = try AvroRows(container.schema, [AvroWish(nil, "a", .cell(0))]), numbers: [Int?] = []
        try container.forEachBlock { (block) throws(SQLError) in
            try reader.read(Array(block.packed), count: block.count) { (rows) throws(SQLError) in numbers.append(rows.number(0)) }
        }
        #expect(numbers == [4, 3])
    }

    @Test func `elements of no bytes are not as many as a number says`() throws {
        let schema = #"{"type": "record", "name": "r", "fields": [{"name": "x", "type": "#
            + #"{"type": "array", "items": {"type": "fixed", "name": "f", "size": 0}}}]}"#
        let container = try AvroContainer(AvroBytes.file(schema, [AvroBytes.long(1000) + [UInt8](repeating: 0, count: 2000)]))
        let wish = AvroWish(nil, "x", .list(0, elements: [], first: 0, count: 1))
        #expect(throws: SQLError.self) {
            var reader = try AvroRows(container.schema, [wish])
            try container.forEachBlock { (block) throws(SQLError) in
                try reader.read(Array(block.packed), count: block.count) { (_) throws(SQLError) in }
            }
        }
    }

    @Test func `every file that is cut off is damaged`() throws {
        let file = AvroBytes.file(Self.schema, [Self.record(1, "x", [(1, [7])]), Self.record(2, "y", nil)])
        let header = AvroBytes.header(Self.schema).count
        for end in 0..<file.count where end != header {
            let error = #expect(throws: SQLError.self) { try rows(Array(file[..<end])) }
            #expect(error?.state == .dataCorrupted)
        }
        #expect(try rows(Array(file[..<header])) == [])
    }

    @Test(arguments: [
        #"{"type": "record", "name": "r", "fields": [{"name": "a", "type": "strange"}]}"#, #"{"type": "record"}"#, "5", "[]", "{}", "",
        #"{"type": "record", "name": "r", "fields": [{"name": "a"}]}"#, #"{"type": "fixed", "name": "f", "size": -1}"#, #""long""#,
    ])
    func `schemas that are none are damage`(schema: String) {
        #expect(#expect(throws: SQLError.self) { try rows(AvroBytes.file(schema, [[0]])) }?.state == .dataCorrupted)
    }

    @Test func `a schema within itself is refused by name`() {
        let schema = #"{"type": "record", "name": "node", "fields": [{"name": "next", "type": ["null", "node"]}]}"#
        let error = #expect(throws: SQLError.self) { try rows(AvroBytes.file(schema, [[0]])) }
        #expect(error?.state == .featureNotSupported)
        #expect(error?.message.contains("node") == true)
    }

    @Test func `names that stand for names do not make a schema without end`() {
        var fields = #"{"name": "f0", "type": {"type": "record", "name": "r0", "fields": [{"name": "x", "type": "long"}]}}"#
        for level in 1...40 {
            fields += #", {"name": "f\#(level)", "type": {"type": "record", "name": "r\#(level)", "fields": ["#
                + #"{"name": "a", "type": "r\#(level - 1)"}, {"name": "b", "type": "r\#(level - 1)"}]}}"#
        }
        let error = #expect(throws: SQLError.self) {
            try rows(AvroBytes.file("{\"type\": \"record\", \"name\": \"top\", \"fields\": [\(fields)]}", [[0]]))
        }
        #expect(error?.state == .programLimitExceeded)
    }
}
