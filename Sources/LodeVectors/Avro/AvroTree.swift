/// Avro values as trees: what is read as a whole, changed and written again.

import LodeCore

/// A value without its schema. A union's value is that of its branch; a record's fields are in the order of the schema.
/// - Source: Avro specification 1.12, "Binary Encoding".
package indirect enum AvroTree: Hashable, Sendable {
    case null
    case boolean(Bool)
    /// An int, a long, or the place of an enum's symbol.
    case number(Int64)
    case float(Float)
    case double(Double)
    /// Bytes, a string or a fixed.
    case bytes([UInt8])
    /// An array; of a map the records of its keys and values.
    case list([AvroTree])
    case record([AvroTree])

    package static func text(_ text: String) -> AvroTree { .bytes(Array(text.utf8)) }

    // MARK: Reading

    /// Deeper schemas are not read.
    private static let depth = 64

    /// - Throws: `XX001` where the bytes end too early or are no value of the schema.
    package init(_ schema: AvroSchema, _ cursor: inout AvroCursor, _ bytes: Span<UInt8>) throws(SQLError) {
        guard let tree = Self.read(schema, &cursor, bytes, 0) else {
            throw AvroContainer.corrupted("a record ends too early", near: cursor.at)
        }
        self = tree
    }

    private static func read(_ schema: AvroSchema, _ cursor: inout AvroCursor, _ bytes: Span<UInt8>, _ level: Int) -> AvroTree? {
        guard level < depth else { return nil }
        switch schema.kind {
        case .null: return .null
        case .boolean: return cursor.bits(1, bytes).map { .boolean($0 != 0) }
        case .int, .long, .enumeration: return cursor.long(bytes).map { .number(Int64($0)) }
        case .float: return cursor.bits(4, bytes).map { .float(Float(bitPattern: UInt32(truncatingIfNeeded: $0))) }
        case .double: return cursor.bits(8, bytes).map { .double(Double(bitPattern: $0)) }
        case .bytes, .string: return cursor.bytes(bytes).map { .bytes(copy(bytes, $0)) }
        case .fixed(let size): return cursor.take(size, bytes).map { .bytes(copy(bytes, $0)) }
        case .array(let element): return items(&cursor, bytes) { read(element, &$0, bytes, level + 1) }
        case .map(let value):
            return items(&cursor, bytes) { cursor in
                guard let key = cursor.bytes(bytes), let value = read(value, &cursor, bytes, level + 1) else { return nil }
                return .record([.bytes(copy(bytes, key)), value])
            }
        case .union(let branches):
            guard let branch = cursor.long(bytes), branches.indices.contains(branch) else { return nil }
            return read(branches[branch], &cursor, bytes, level + 1)
        case .record(let fields):
            var values: [AvroTree] = []
            values.reserveCapacity(fields.count)
            for field in fields {
                guard let value = read(field.schema, &cursor, bytes, level + 1) else { return nil }
                values.append(value)
            }
            return .record(values)
        }
    }

    private static func items(
        _ cursor: inout AvroCursor, _ bytes: Span<UInt8>, _ read: (inout AvroCursor) -> AvroTree?
    ) -> AvroTree? {
        var items: [AvroTree] = []
        while let count = cursor.blockCount(bytes) {
            if count == 0 { return .list(items) }
            // Elements take bytes: others would be as many as a number says.
            guard count <= bytes.count - cursor.at else { return nil }
            for _ in 0..<count {
                let start = cursor.at
                guard let item = read(&cursor), cursor.at > start else { return nil }
                items.append(item)
            }
        }
        return nil
    }

    private static func copy(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8] { range.map { bytes[$0] } }

    // MARK: Fields

    /// The field of a record with a number, or one that leads to it from field to field; nil if there is none, and for NULL.
    package func field(_ ids: Int..., in schema: AvroSchema) -> AvroTree? {
        var value = self, schema = schema
        for id in ids {
            guard case .record(let fields) = schema.valueKind, case .record(let values) = value,
                let place = fields.firstIndex(where: { $0.id == id }), place < values.count
            else { return nil }
            value = values[place]
            schema = fields[place].schema
        }
        return value == .null ? nil : value
    }

    /// Sets a field of a record, if it has one of that number.
    package mutating func set(_ id: Int, _ value: AvroTree, in schema: AvroSchema) {
        guard case .record(let fields) = schema.valueKind, case .record(var values) = self,
            let place = fields.firstIndex(where: { $0.id == id }), place < values.count
        else { return }
        values[place] = value
        self = .record(values)
    }

    package var number: Int64? { if case .number(let number) = self { number } else { nil } }
    package var bytes: [UInt8]? { if case .bytes(let bytes) = self { bytes } else { nil } }
    package var text: String? { bytes.flatMap { String(validating: $0, as: UTF8.self) } }
    package var items: [AvroTree] { if case .list(let items) = self { items } else { [] } }

    /// The same value for another schema: fields are found by their numbers, and by their names where those are missing; what the value
    /// lacks is NULL.
    package func fitted(from schema: AvroSchema, to wanted: AvroSchema) -> AvroTree {
        switch (self, schema.valueKind, wanted.valueKind) {
        case (.record(let values), .record(let given), .record(let fields)):
            return .record(
                fields.map { field in
                    let place =
                        given.firstIndex { $0.id != nil && $0.id == field.id } ?? given.firstIndex { $0.id == nil && $0.name == field.name }
                    guard let place, place < values.count else { return .null }
                    return values[place].fitted(from: given[place].schema, to: field.schema)
                })
        case (.list(let items), .array(let given), .array(let element)): return .list(items.map { $0.fitted(from: given, to: element) })
        case (.float(let number), _, .double): return .double(Double(number))
        default: return self
        }
    }
}

extension AvroSchema {
    /// What its values are, if they are not NULL.
    fileprivate var valueKind: Kind {
        guard case .union(let branches) = kind else { return kind }
        return branches.first { if case .null = $0.kind { false } else { true } }?.kind ?? kind
    }
}
