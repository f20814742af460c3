/// Writing Avro object container files.

import LodeCore

/// A file of records of one schema. Blocks are not compressed: what is written so are a table's metadata, which are small.
/// - Source: Avro specification 1.12, "Object Container Files".
package struct AvroFileWriter {
    package let schema: AvroSchema
    private var file: [UInt8]
    private var block: [UInt8] = []
    private var blockCount = 0
    private let sync: [UInt8]

    /// Bytes from which on a block is ended.
    private static let blockBytes = 64 << 10

    /// - Parameters:
    ///   - json: the schema.
    ///   - notes: further entries of the header, in their order.
    /// - Throws: `XX001` for what is no schema.
    package init(schema json: String, notes: [(key: String, value: String)] = []) throws(SQLError) {
        schema = try AvroSchema(json: Array(json.utf8))
        sync = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
        file = [0x4f, 0x62, 0x6a, 1]
        let entries = notes + [(key: "avro.codec", value: "null"), (key: "avro.schema", value: json)]
        Self.put(Int64(entries.count), into: &file)
        for (key, value) in entries {
            Self.put(Array(key.utf8), into: &file)
            Self.put(Array(value.utf8), into: &file)
        }
        Self.put(0, into: &file)
        file += sync
    }

    /// - Throws: `XX001` for a value that is none of the schema.
    package mutating func append(_ record: AvroTree) throws(SQLError) {
        guard Self.write(record, schema, into: &block) else {
            throw AvroContainer.corrupted("a value of a record is none of its schema")
        }
        blockCount += 1
        if block.count >= Self.blockBytes { endBlock() }
    }

    private mutating func endBlock() {
        if blockCount == 0 { return }
        Self.put(Int64(blockCount), into: &file)
        Self.put(block, into: &file)
        file += sync
        block = []
        blockCount = 0
    }

    /// The whole file.
    package mutating func finish() -> [UInt8] {
        endBlock()
        return file
    }

    // MARK: Values

    /// - Returns: whether the value is one of the schema.
    private static func write(_ value: AvroTree, _ schema: AvroSchema, into bytes: inout [UInt8]) -> Bool {
        switch (schema.kind, value) {
        case (.null, .null): break
        case (.boolean, .boolean(let flag)): bytes.append(flag ? 1 : 0)
        case (.int, .number(let number)):
            guard Int32(exactly: number) != nil else { return false }
            put(number, into: &bytes)
        case (.long, .number(let number)), (.enumeration, .number(let number)): put(number, into: &bytes)
        case (.float, .float(let number)): put(UInt64(number.bitPattern), 4, into: &bytes)
        case (.double, .double(let number)): put(number.bitPattern, 8, into: &bytes)
        case (.bytes, .bytes(let own)), (.string, .bytes(let own)): put(own, into: &bytes)
        case (.fixed(let size), .bytes(let own)):
            guard own.count == size else { return false }
            bytes += own
        case (.array(let element), .list(let items)):
            if !items.isEmpty { put(Int64(items.count), into: &bytes) }
            for item in items where !write(item, element, into: &bytes) { return false }
            put(0, into: &bytes)
        case (.union(let branches), _): return write(value, among: branches, into: &bytes)
        case (.record(let fields), .record(let values)):
            guard fields.count == values.count else { return false }
            for (field, value) in zip(fields, values) where !write(value, field.schema, into: &bytes) { return false }
        default: return false
        }
        return true
    }

    /// In the first branch that has such a value.
    private static func write(_ value: AvroTree, among branches: [AvroSchema], into bytes: inout [UInt8]) -> Bool {
        let start = bytes.count
        for (place, branch) in branches.enumerated() {
            put(Int64(place), into: &bytes)
            if write(value, branch, into: &bytes) { return true }
            bytes.removeLast(bytes.count - start)
        }
        return false
    }

    private static func put(_ number: Int64, into bytes: inout [UInt8]) {
        var rest = UInt64(bitPattern: number << 1 ^ number >> 63)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    private static func put(_ own: [UInt8], into bytes: inout [UInt8]) {
        put(Int64(own.count), into: &bytes)
        bytes += own
    }

    private static func put(_ bits: UInt64, _ count: Int, into bytes: inout [UInt8]) {
        for place in 0..<count { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(place * 8))) }
    }
}
