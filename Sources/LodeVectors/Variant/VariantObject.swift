/// The fields of one variant object, the elements of one array.

import LodeCore

/// Places of values within a container. Values do not share bytes: what is read is no more than what is stored.
///
///     object  | header | num_elements | field_id … | field_offset … | values |
///     array   | header | num_elements |             | field_offset … | values |
///
/// - Source: Parquet format, VariantEncoding.md, "Value Data for Object", "Value Data for Array".
struct VariantContainer {
    static let object = 2, array = 3

    let count: Int
    /// Where the container ends.
    let end: Int
    private let offsets: VariantOffsets
    private let values: UnsafeRawBufferPointer
    private let ids: UnsafeRawBufferPointer
    private let idSize: Int

    /// - Throws: `XX001` if it goes beyond the end.
    init(_ bytes: UnsafeRawBufferPointer) throws(SQLError) {
        let first = try bytes.variantNumber(0, size: 1), header = first >> 2
        let isObject = first & 3 == Self.object
        let isLarge = header >> (isObject ? 4 : 2) & 1 == 1
        idSize = isObject ? header >> 2 & 3 + 1 : 0
        let start = isLarge ? 5 : 2
        count = try bytes.variantNumber(1, size: start - 1)
        guard count * idSize <= bytes.count - start else { throw .damagedVariant("\(count) fields go beyond the end") }
        ids = UnsafeRawBufferPointer(rebasing: bytes[start..<start + count * idSize])
        offsets = try VariantOffsets(bytes, at: start + count * idSize, count: count, size: header & 3 + 1)
        let size = try offsets.offset(count)
        guard size <= offsets.values.count else { throw .damagedVariant("\(size) bytes of values go beyond the end") }
        values = UnsafeRawBufferPointer(rebasing: offsets.values[0..<size])
        end = bytes.count - offsets.values.count + size
    }

    /// What the values take together.
    var size: Int { values.count }

    /// Number of a field's name in the metadata.
    func id(_ index: Int) throws(SQLError) -> Int { try ids.variantNumber(index * idSize, size: idSize) }

    /// The bytes from a value's first one on.
    func value(_ index: Int) throws(SQLError) -> UnsafeRawBufferPointer {
        let offset = try offsets.offset(index)
        guard offset < values.count else { throw .damagedVariant("a value lies outside of its container") }
        return UnsafeRawBufferPointer(rebasing: values[offset...])
    }
}
