/// Writing Thrift's compact protocol.

/// Appends compact-protocol bytes. Fields must be written in ascending order of their numbers.
/// - Source: Apache Thrift, "Thrift Compact protocol encoding".
struct ThriftWriter {
    private(set) var bytes: [UInt8] = []
    private var lastID: Int16 = 0

    init() {}

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest &>>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    private mutating func zigzag(_ value: Int64) { varint(UInt64(bitPattern: (value &<< 1) ^ (value &>> 63))) }

    private mutating func header(_ id: Int16, _ type: ThriftType) {
        let delta = id &- lastID
        if delta > 0, delta <= 15 {
            bytes.append(UInt8(delta) &<< 4 | type.rawValue)
        } else {
            bytes.append(type.rawValue)
            zigzag(Int64(id))
        }
        lastID = id
    }

    // MARK: Fields; nil writes nothing

    mutating func field(_ id: Int16, _ value: Int32?) {
        guard let value else { return }
        header(id, .int32)
        zigzag(Int64(value))
    }

    mutating func field(_ id: Int16, _ value: Int64?) {
        guard let value else { return }
        header(id, .int64)
        zigzag(value)
    }

    /// An i32 in the interface definition that is held as `Int` here.
    mutating func field(_ id: Int16, int32 value: Int?) { field(id, value.map { Int32(clamping: $0) }) }

    /// An i64 in the interface definition that is held as `Int` here.
    mutating func field(_ id: Int16, int64 value: Int?) { field(id, value.map { Int64($0) }) }

    mutating func field(_ id: Int16, int16 value: Int16?) {
        guard let value else { return }
        header(id, .int16)
        zigzag(Int64(value))
    }

    mutating func field(_ id: Int16, int8 value: Int8?) {
        guard let value else { return }
        header(id, .byte)
        bytes.append(UInt8(bitPattern: value))
    }

    mutating func field(_ id: Int16, _ value: Bool?) {
        guard let value else { return }
        header(id, value ? .boolTrue : .boolFalse)
    }

    mutating func field(_ id: Int16, _ value: String?) {
        guard let value else { return }
        header(id, .binary)
        element(value)
    }

    mutating func field(_ id: Int16, _ value: [UInt8]?) {
        guard let value else { return }
        header(id, .binary)
        element(value)
    }

    /// A struct field; `body` writes its fields.
    mutating func structure(_ id: Int16, _ body: (inout ThriftWriter) -> Void) {
        header(id, .structure)
        structure(body)
    }

    /// A list; `element` writes one element with the `element` and `structure` methods.
    mutating func field<Element>(
        _ id: Int16, list elements: [Element]?, of type: ThriftType, _ element: (inout ThriftWriter, Element) -> Void
    ) {
        guard let elements else { return }
        header(id, .list)
        if elements.count < 15 {
            bytes.append(UInt8(elements.count) &<< 4 | type.rawValue)
        } else {
            bytes.append(0xf0 | type.rawValue)
            varint(UInt64(elements.count))
        }
        for each in elements { element(&self, each) }
    }

    // MARK: Structs and list elements

    /// A struct that is a list element or a message of its own.
    mutating func structure(_ body: (inout ThriftWriter) -> Void) {
        let outer = lastID
        lastID = 0
        body(&self)
        bytes.append(ThriftType.stop.rawValue)
        lastID = outer
    }

    mutating func element(_ value: Int64) { zigzag(value) }

    mutating func element(_ value: Bool) { bytes.append(value ? 1 : 2) }

    mutating func element(_ value: [UInt8]) {
        varint(UInt64(value.count))
        bytes += value
    }

    mutating func element(_ value: String) {
        varint(UInt64(value.utf8.count))
        bytes += value.utf8
    }
}
