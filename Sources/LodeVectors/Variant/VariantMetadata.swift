/// The names of a variant's fields.

import LodeCore

/// The dictionary beside a variant's values. Of the names, only those that are asked for are looked at.
///
///     | header | dictionary_size | offset 0 … offset n | bytes of all names |
///
/// - Source: Parquet format, VariantEncoding.md, "Metadata encoding".
struct VariantMetadata {
    private let names: VariantOffsets

    /// - Throws: `XX001` for what is no dictionary, `0A000` for a later version of the encoding.
    init(_ bytes: UnsafeRawBufferPointer) throws(SQLError) {
        let header = try bytes.variantNumber(0, size: 1)
        guard header & 15 == 1 else { throw SQLError.unsupported("version \(header & 15) of the variant encoding") }
        let size = header >> 6 + 1
        let count = try bytes.variantNumber(1, size: size)
        names = try VariantOffsets(bytes, at: 1 + size, count: count, size: size)
    }

    /// Names that share bytes could be longer than the file together.
    /// - Throws: `XX001` if they do.
    func requireAscendingOffsets() throws(SQLError) {
        var last = 0
        for index in 0...names.count {
            let offset = try names.offset(index)
            guard offset >= last else { throw .damagedVariant("the names are not one behind the other") }
            last = offset
        }
    }

    /// - Throws: `XX001` if there is no such name, or it is no text.
    func name(_ id: Int) throws(SQLError) -> UnsafeRawBufferPointer {
        guard id < names.count else { throw .damagedVariant("a field has the name number \(id) of \(names.count)") }
        let (start, end) = (try names.offset(id), try names.offset(id + 1))
        guard start <= end, end <= names.values.count else { throw .damagedVariant("the name number \(id) lies outside of the names") }
        return try UnsafeRawBufferPointer(rebasing: names.values[start..<end]).checkedText()
    }
}

/// The offsets of names, fields or elements, one more than there are, and what they lead into.
struct VariantOffsets {
    let count: Int
    /// What lies behind the offsets.
    let values: UnsafeRawBufferPointer
    private let offsets: UnsafeRawBufferPointer
    private let size: Int

    /// - Throws: `XX001` if they go beyond the end.
    init(_ bytes: UnsafeRawBufferPointer, at start: Int, count: Int, size: Int) throws(SQLError) {
        // A count has 32 bits and an offset four bytes at most.
        let end = start + (count + 1) * size
        guard start >= 0, end <= bytes.count else { throw .damagedVariant("\(count) offsets go beyond the end") }
        self.count = count
        self.size = size
        offsets = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        values = UnsafeRawBufferPointer(rebasing: bytes[end...])
    }

    func offset(_ index: Int) throws(SQLError) -> Int { try offsets.variantNumber(index * size, size: size) }
}

extension UnsafeRawBufferPointer {
    /// An unsigned little-endian number of one to four bytes.
    /// - Throws: `XX001` if it goes beyond the end.
    func variantNumber(_ start: Int, size: Int) throws(SQLError) -> Int {
        guard start >= 0, start <= count, size <= count - start else { throw .damagedVariant("it ends within a number") }
        var number = 0
        for place in 0..<size { number |= Int(self[start + place]) << (8 * place) }
        return number
    }

    /// The same bytes, which are UTF-8.
    func checkedText() throws(SQLError) -> UnsafeRawBufferPointer {
        guard UTF8Check.isValid(self) else { throw .damagedVariant("a text is not UTF-8") }
        return self
    }
}

extension SQLError {
    static func damagedVariant(_ what: String) -> SQLError { SQLError(.dataCorrupted, "corrupt variant: \(what)") }
}
