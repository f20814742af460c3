/// Variants as JSON.

import Glibc
import LodeCore

/// Writes the values that are encoded with one dictionary of names.
///
/// Numbers keep all of their digits; times and UUIDs are strings as `to_json` has them, in UTC; bytes are base64.
/// - Source: Parquet format, VariantEncoding.md, "Value Data", "Encoding types".
struct VariantText {
    let metadata: VariantMetadata
    let sink: ByteSink
    /// More bytes of JSON than this are no value.
    var mostBytes = Self.maximumBytes

    /// As deep as JSON is read.
    static let maximumDepth = JSONCursor.maximumDepth

    /// A name is stored once and written wherever a field has it: a small file may hold values without end.
    static let maximumBytes = 256 << 20

    /// Appends the value that begins `bytes`.
    /// - Returns: how many bytes it takes.
    /// - Throws: `XX001` for what is no variant, `0A000` for a type that came later.
    func append(_ bytes: UnsafeRawBufferPointer, depth: Int) throws(SQLError) -> Int {
        let first = try bytes.variantNumber(0, size: 1)
        switch first & 3 {
        case 0:
            let count = try primitive(first >> 2, UnsafeRawBufferPointer(rebasing: bytes[1...]))
            try checkSize()
            return 1 + count
        case 1:
            try text(bytes, at: 1, count: first >> 2)
            try checkSize()
            return 1 + first >> 2
        case VariantContainer.object: return try object(try VariantContainer(bytes), depth)
        default: return try array(try VariantContainer(bytes), depth)
        }
    }

    /// Appends a member's name and the colon.
    func append(name: UnsafeRawBufferPointer, isFirst: Bool) throws(SQLError) {
        if !isFirst { try sink.append(",") }
        try ValueJSON.appendString(name, to: sink)
        try sink.append(":")
        try checkSize()
    }

    /// - Throws: `54000` for a value that is too long.
    func checkSize() throws(SQLError) {
        guard sink.count <= mostBytes else {
            throw SQLError(.programLimitExceeded, "a variant is longer than \(mostBytes) bytes as JSON")
        }
    }

    static func check(_ depth: Int) throws(SQLError) {
        guard depth < maximumDepth else { throw SQLError.unsupported("a variant nested more than \(maximumDepth) deep") }
    }

    // MARK: Containers

    private func array(_ container: VariantContainer, _ depth: Int) throws(SQLError) -> Int {
        try Self.check(depth)
        var left = container.size
        try sink.append("[")
        for index in 0..<container.count {
            if index > 0 { try sink.append(",") }
            left -= try append(try container.value(index), depth: depth + 1)
            try Self.check(left: left)
        }
        try sink.append("]")
        return container.end
    }

    private func object(_ container: VariantContainer, _ depth: Int) throws(SQLError) -> Int {
        try Self.check(depth)
        try sink.append("{")
        try eachField(container) { (name, value, index) throws(SQLError) in
            try append(name: name, isFirst: index == 0)
            return try append(value, depth: depth + 1)
        }
        try sink.append("}")
        return container.end
    }

    /// Calls `body` with the name and the bytes of each field; it says how many of them the value takes.
    /// - Throws: `XX001` if a name comes twice.
    func eachField(
        _ container: VariantContainer,
        _ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, _ index: Int) throws(SQLError) -> Int
    ) throws(SQLError) {
        var left = container.size, isSorted = true
        var last: UnsafeRawBufferPointer?
        for index in 0..<container.count {
            let name = try metadata.name(try container.id(index))
            if let last, isSorted, compareNames(last, name) >= 0 {
                // Some writers sort by UTF-16.
                isSorted = false
                try requireDistinctNames(container)
            }
            last = name
            left -= try body(name, try container.value(index), index)
            try Self.check(left: left)
        }
    }

    /// Numbers first, since those that are alike may have long names; two numbers may have equal names, too.
    private func requireDistinctNames(_ container: VariantContainer) throws(SQLError) {
        var ids: [Int] = []
        for index in 0..<container.count { ids.append(try container.id(index)) }
        ids.sort()
        for (id, next) in zip(ids, ids.dropFirst()) where id == next { throw Self.twice }
        var names: [UnsafeRawBufferPointer] = []
        for id in ids { names.append(try metadata.name(id)) }
        names.sort { compareNames($0, $1) < 0 }
        for (name, next) in zip(names, names.dropFirst()) where compareNames(name, next) == 0 { throw Self.twice }
    }

    private static var twice: SQLError { .damagedVariant("an object has two fields of one name") }

    private static func check(left: Int) throws(SQLError) {
        guard left >= 0 else { throw .damagedVariant("values share bytes") }
    }

    // MARK: Single values

    private func primitive(_ type: Int, _ bytes: UnsafeRawBufferPointer) throws(SQLError) -> Int {
        switch type {
        case 0: try sink.append("null")
        case 1: try sink.append("true")
        case 2: try sink.append("false")
        case 3: return try number(bytes, Int8.self)
        case 4: return try number(bytes, Int16.self)
        case 5: return try number(bytes, Int32.self)
        case 6: return try number(bytes, Int64.self)
        case 7: return try floating(Double(bitPattern: UInt64(bitPattern: try load(bytes, Int64.self))), 8)
        case 8: return 1 + (try decimal(bytes, Int32.self))
        case 9: return 1 + (try decimal(bytes, Int64.self))
        case 10: return 1 + (try decimal(bytes, Int128.self))
        case 11...13, 17...20: return try quoted(type, bytes)
        case 14: return try floating(Float(bitPattern: UInt32(bitPattern: try load(bytes, Int32.self))), 4)
        case 15, 16:
            let count = try bytes.variantNumber(0, size: 4)
            try type == 16 ? text(bytes, at: 4, count: count) : binary(try part(bytes, at: 4, count: count))
            return 4 + count
        default: throw SQLError.unsupported("the variant type \(type)")
        }
        return 0
    }

    /// Dates, times and UUIDs.
    private func quoted(_ type: Int, _ bytes: UnsafeRawBufferPointer) throws(SQLError) -> Int {
        try sink.append("\"")
        switch type {
        case 11: try TimeText.append(date: try load(bytes, Int32.self), to: sink)
        case 12: try TimeText.append(timestamptz: try load(bytes, Int64.self), offsetSeconds: 0, to: sink)
        case 13: try TimeText.append(timestamp: try load(bytes, Int64.self), to: sink)
        case 17:
            let time = try load(bytes, Int64.self)
            guard (0...CivilDate.microsPerDay).contains(time) else { throw .damagedVariant("\(time) is no time of day") }
            try TimeText.append(time: time, to: sink)
        case 18: try TimeText.append(timestamptzNanos: try load(bytes, Int64.self), offsetSeconds: 0, to: sink)
        case 19: try TimeText.append(timestampNanos: try load(bytes, Int64.self), to: sink)
        default: try ValueText.append(uuid: UInt128(truncatingIfNeeded: try load(bytes, Int128.self)).byteSwapped, to: sink)
        }
        try sink.append("\"")
        return type == 11 ? 4 : type == 20 ? 16 : 8
    }

    private func number<Number: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer, _: Number.Type) throws(SQLError) -> Int {
        try NumberText.append(Int64(truncatingIfNeeded: try load(bytes, Number.self)), to: sink)
        return Number.bitWidth / 8
    }

    private func decimal<Number: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer, _: Number.Type) throws(SQLError) -> Int {
        let scale = try bytes.variantNumber(0, size: 1)
        guard scale <= 38 else { throw .damagedVariant("a decimal has \(scale) digits behind the point") }
        let unscaled = try load(UnsafeRawBufferPointer(rebasing: bytes[1...]), Number.self)
        guard Decimal128.fits(Int128(truncatingIfNeeded: unscaled), precision: 38) else {
            throw .damagedVariant("a decimal has more than 38 digits")
        }
        try NumberText.append(decimal: Int128(truncatingIfNeeded: unscaled), scale: scale, to: sink)
        return Number.bitWidth / 8
    }

    /// JSON has no numbers for NaN and the infinities.
    private func floating(_ number: Double, _ size: Int) throws(SQLError) -> Int {
        if !number.isFinite { try sink.append("\"") }
        try NumberText.append(number, to: sink)
        if !number.isFinite { try sink.append("\"") }
        return size
    }

    private func floating(_ number: Float, _ size: Int) throws(SQLError) -> Int {
        if !number.isFinite { try sink.append("\"") }
        try NumberText.append(number, to: sink)
        if !number.isFinite { try sink.append("\"") }
        return size
    }

    private func text(_ bytes: UnsafeRawBufferPointer, at start: Int, count: Int) throws(SQLError) {
        try ValueJSON.appendString(try part(bytes, at: start, count: count).checkedText(), to: sink)
    }

    func binary(_ bytes: UnsafeRawBufferPointer) throws(SQLError) {
        try sink.append("\"")
        try Base64.append(bytes, to: sink)
        try sink.append("\"")
    }

    private func part(_ bytes: UnsafeRawBufferPointer, at start: Int, count: Int) throws(SQLError) -> UnsafeRawBufferPointer {
        guard start <= bytes.count, count <= bytes.count - start else { throw .damagedVariant("\(count) bytes go beyond the end") }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<start + count])
    }

    private func load<Number: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer, _: Number.Type) throws(SQLError) -> Number {
        guard bytes.count >= Number.bitWidth / 8 else { throw .damagedVariant("it ends within a number") }
        return Number(littleEndian: bytes.loadUnaligned(as: Number.self))
    }
}

/// The order of UTF-8 bytes: negative, zero or positive.
func compareNames(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
    let shared = min(left.count, right.count)
    if shared > 0, let l = left.baseAddress, let r = right.baseAddress {
        let order = memcmp(l, r, shared)
        if order != 0 { return Int(order) }
    }
    return left.count - right.count
}
