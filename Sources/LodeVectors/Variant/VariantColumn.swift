/// Columns of variants, as JSON.

import LodeCore

/// The groups that Parquet files have for variants.
///
///     group v (VARIANT) { required binary metadata; optional binary value; optional … typed_value }
///
/// - Source: Parquet format, VariantEncoding.md, "Variant in Parquet"; VariantShredding.md.
package enum VariantColumn {
    /// Whether a struct can hold variants: has names and values as bytes, or values in columns.
    package static func isStorage(_ type: SQLType) -> Bool {
        guard case .structure(let fields) = type else { return false }
        func kind(_ name: String) -> SQLType? { fields.first { $0.name == name }?.type }
        let value = kind("value")
        return kind("metadata") == .varbinary && (value == .varbinary || (value == nil && kind("typed_value") != nil))
    }

    /// The values of such a struct; NULL where the struct is.
    /// - Throws: `XX001` for bytes that are no variant, `0A000` for what came later than the encoding's version 1.
    package static func json(_ storage: Column) throws(SQLError) -> Column {
        let storage = try storage.flattened()
        guard isStorage(storage.type), let metadata = try ShreddedVariant.child("metadata", of: storage) else {
            throw .damagedVariant("\(storage.type) holds none")
        }
        let variant = try ShreddedVariant(storage)
        let lanes = try Buffer.zeroed(byteCount: max(storage.count * 16, 16))
        let views = lanes.lanes(as: StringView.self), names = metadata.lanes(as: StringView.self)
        let arena = TextArena(), sink = try ByteSink()
        for row in 0..<storage.count where !storage.isNull(row) {
            sink.truncate()
            if metadata.isNull(row) { throw .damagedVariant("it has no metadata") }
            try names[row].withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) in
                let text = VariantText(metadata: try VariantMetadata(bytes), sink: sink)
                // "If a Variant is missing in a context where a value is required, readers must return a Variant null."
                if try !variant.append(row, to: text, depth: 0) { try sink.append("null") }
            })
            views[row] = try arena.add(sink.bytes)
        }
        return Column(flat: .json, count: storage.count, lanes: lanes, validity: storage.validityBuffer, heaps: arena.heaps)
    }
}
