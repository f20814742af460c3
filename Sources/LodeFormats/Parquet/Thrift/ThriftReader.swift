/// Reading Thrift's compact protocol from bytes that may be hostile.

import LodeCore

/// A cursor over compact-protocol bytes. Every read is checked against the end, every nesting against a limit.
///
/// Errors are `XX001` with the offset in the file; the caller adds the file's name.
/// - Source: Apache Thrift, "Thrift Compact protocol encoding".
struct ThriftReader {
    private let base: UnsafeRawPointer
    private let end: Int
    /// Bytes read so far.
    private(set) var position = 0
    /// Where the bytes begin in the file, for messages.
    private let origin: Int
    private var depth = 0

    static let maximumDepth = 64

    /// Reads `bytes`, which must stay alive while the reader is used.
    init(_ bytes: UnsafeRawBufferPointer, origin: Int) {
        // An empty buffer may lack an address; nothing is ever read from the stand-in.
        base = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
        end = bytes.count
        self.origin = origin
    }

    var remaining: Int { end &- position }

    @inline(never)
    func corrupt(_ what: String) -> SQLError {
        SQLError(.dataCorrupted, "corrupt Parquet metadata: \(what)", detail: "At byte \(origin + position) of the file.")
    }

    // MARK: Scalars

    @inline(__always)
    mutating func byte() throws(SQLError) -> UInt8 {
        guard position < end else { throw corrupt("it ends within a value") }
        let value = base.load(fromByteOffset: position, as: UInt8.self)
        position &+= 1
        return value
    }

    mutating func varint() throws(SQLError) -> UInt64 {
        var result: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            result |= UInt64(next & 0x7f) &<< shift
            if next < 0x80 { return result }
            shift &+= 7
            guard shift < 64 else { throw corrupt("a number has more than 64 bits") }
        }
    }

    @inline(__always)
    private mutating func zigzag() throws(SQLError) -> Int64 {
        let raw = try varint()
        return Int64(bitPattern: raw &>> 1) ^ -Int64(bitPattern: raw & 1)
    }

    /// An integer field of any width.
    mutating func int64(_ field: ThriftField) throws(SQLError) -> Int64 {
        switch field.type {
        case .int16, .int32, .int64: return try zigzag()
        case .byte: return Int64(Int8(bitPattern: try byte()))
        default: throw wrongType(field)
        }
    }

    mutating func int32(_ field: ThriftField) throws(SQLError) -> Int32 {
        guard let value = Int32(exactly: try int64(field)) else { throw corrupt("field \(field.id) exceeds 32 bits") }
        return value
    }

    /// A size, count or offset: an integer that must not be negative.
    mutating func size(_ field: ThriftField) throws(SQLError) -> Int {
        let value = try int64(field)
        guard value >= 0 else { throw corrupt("field \(field.id) is negative (\(value))") }
        return Int(value)
    }

    /// A size or count that the interface definition gives 32 bits: sums and small multiples of such can't overflow.
    mutating func size32(_ field: ThriftField) throws(SQLError) -> Int {
        let value = try size(field)
        guard value <= Int(Int32.max) else { throw corrupt("field \(field.id) exceeds 32 bits") }
        return value
    }

    func bool(_ field: ThriftField) throws(SQLError) -> Bool {
        switch field.type {
        case .boolTrue: return true
        case .boolFalse: return false
        default: throw wrongType(field)
        }
    }

    mutating func bytes(_ field: ThriftField) throws(SQLError) -> [UInt8] {
        guard field.type == .binary else { throw wrongType(field) }
        return [UInt8](try rawBytes())
    }

    mutating func text(_ field: ThriftField) throws(SQLError) -> String {
        guard field.type == .binary else { throw wrongType(field) }
        return String(decoding: try rawBytes(), as: UTF8.self)
    }

    private mutating func rawBytes() throws(SQLError) -> UnsafeRawBufferPointer {
        let count = try varint()
        guard count <= UInt64(remaining) else { throw corrupt("a string of \(count) bytes goes beyond the end") }
        let result = UnsafeRawBufferPointer(start: base + position, count: Int(count))
        position &+= Int(count)
        return result
    }

    private func wrongType(_ field: ThriftField) -> SQLError {
        corrupt("field \(field.id) has an unexpected type (\(field.type))")
    }

    // MARK: Structs and lists

    /// Calls `body` for every field of the struct that begins here; it must read or `skip` the field's value.
    @inline(__always)
    mutating func structure(
        _ body: (inout ThriftReader, ThriftField) throws(SQLError) -> Void
    ) throws(SQLError) {
        guard depth < Self.maximumDepth else { throw corrupt("structs are nested too deeply") }
        depth &+= 1
        var id: Int16 = 0
        while let field = try nextField(after: id) {
            id = field.id
            try body(&self, field)
        }
        depth &-= 1
    }

    /// Calls `body` for every field of a struct that is itself a field.
    @inline(__always)
    mutating func structure(
        _ field: ThriftField, _ body: (inout ThriftReader, ThriftField) throws(SQLError) -> Void
    ) throws(SQLError) {
        guard field.type == .structure else { throw wrongType(field) }
        try structure(body)
    }

    private mutating func nextField(after last: Int16) throws(SQLError) -> ThriftField? {
        let header = try byte()
        guard let type = ThriftType(rawValue: header & 15) else { throw corrupt("a field has type \(header & 15)") }
        if type == .stop { return nil }
        let delta = Int16(header &>> 4)
        if delta > 0 { return ThriftField(id: last &+ delta, type: type) }
        return ThriftField(id: Int16(truncatingIfNeeded: try zigzag()), type: type)
    }

    /// Calls `body` once for every element of a list field. The element is described as a field without a number.
    @inline(__always)
    mutating func list(
        _ field: ThriftField, _ body: (inout ThriftReader, ThriftField) throws(SQLError) -> Void
    ) throws(SQLError) {
        let (type, count) = try listHeader(field)
        var left = count
        while left > 0 {
            var element = ThriftField(id: field.id, type: type)
            // Inside a list a boolean is a byte of its own: 1 is true, anything else false.
            if type == .boolTrue || type == .boolFalse { element.type = try byte() == 1 ? .boolTrue : .boolFalse }
            try body(&self, element)
            left &-= 1
        }
    }

    private mutating func listHeader(_ field: ThriftField) throws(SQLError) -> (ThriftType, Int) {
        guard field.type == .list || field.type == .set else { throw wrongType(field) }
        let header = try byte()
        let short = UInt64(header &>> 4)
        let count = short == 15 ? try varint() : short
        // Some writers give empty lists no element type.
        if count == 0 { return (.byte, 0) }
        guard let type = ThriftType(rawValue: header & 15), type != .stop else {
            throw corrupt("a list holds elements of type \(header & 15)")
        }
        // Every element takes at least a byte, so the file bounds what is built from the list.
        guard count <= UInt64(remaining) else { throw corrupt("a list of \(count) elements goes beyond the end") }
        return (type, Int(count))
    }

    /// Passes over a value that nobody wants.
    mutating func skip(_ field: ThriftField) throws(SQLError) {
        switch field.type {
        case .stop, .boolTrue, .boolFalse: return
        case .byte: _ = try byte()
        case .int16, .int32, .int64: _ = try varint()
        case .double: try advance(8)
        case .uuid: try advance(16)
        case .binary: _ = try rawBytes()
        case .structure:
            try structure { (reader, inner) throws(SQLError) in try reader.skip(inner) }
        case .list, .set:
            guard depth < Self.maximumDepth else { throw corrupt("lists are nested too deeply") }
            depth &+= 1
            try list(field) { (reader, element) throws(SQLError) in try reader.skip(element) }
            depth &-= 1
        case .map: try skipMap()
        }
    }

    private mutating func skipMap() throws(SQLError) {
        let count = try varint()
        if count == 0 { return }
        guard count <= UInt64(remaining), depth < Self.maximumDepth else { throw corrupt("a map goes beyond the end") }
        let types = try byte()
        guard let key = ThriftType(rawValue: types &>> 4), let value = ThriftType(rawValue: types & 15) else {
            throw corrupt("a map has an unknown type")
        }
        depth &+= 1
        for _ in 0..<Int(count) {
            for type in [key, value] {
                if type == .boolTrue || type == .boolFalse { _ = try byte() } else { try skip(ThriftField(id: 0, type: type)) }
            }
        }
        depth &-= 1
    }

    private mutating func advance(_ count: Int) throws(SQLError) {
        guard count <= remaining else { throw corrupt("it ends within a value") }
        position &+= count
    }
}
