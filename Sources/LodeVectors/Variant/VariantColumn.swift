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

    /// The values of such a struct; NULL where the struct is. Their texts count against the memory of the statement.
    /// - Throws: `XX001` for bytes that are no variant, `0A000` for what came later than the encoding's version 1, `54000` for a value
    ///   that is too long as JSON, `53200` where the memory does not suffice.
    package static func json(_ storage: Column) throws(SQLError) -> Column {
        try json(storage, mostBytes: VariantText.maximumBytes)
    }

    /// - Parameter mostBytes: of one value.
    static func json(_ storage: Column, mostBytes: Int) throws(SQLError) -> Column {
        try ExpressionMemory.countingForStatement { () throws(SQLError) in try texts(storage, mostBytes) }
    }

    private static func texts(_ storage: Column, _ mostBytes: Int) throws(SQLError) -> Column {
        let storage = try storage.flattened()
        guard isStorage(storage.type), let metadata = try ShreddedVariant.child("metadata", of: storage) else {
            throw .damagedVariant("\(storage.type) holds none")
        }
        let variant = try ShreddedVariant(storage)
        let lanes = try Buffer.zeroed(byteCount: max(storage.count * 16, 16))
        let views = lanes.lanes(as: StringView.self), names = metadata.lanes(as: StringView.self)
        var arena = TextArena(), heaps: [AnyObject] = [], small = 0
        let sink = try ByteSink(), cancellation = Cancellation.current
        // Rows mostly share their names, which are to be checked once.
        var checked: UnsafeRawBufferPointer?
        for row in 0..<storage.count where !storage.isNull(row) {
            try cancellation?.check()
            sink.truncate()
            if metadata.isNull(row) { throw .damagedVariant("it has no metadata") }
            try names[row].withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) in
                let metadata = try VariantMetadata(bytes), isShort = bytes.count <= StringView.inlineCapacity
                if isShort || checked?.baseAddress != bytes.baseAddress || checked?.count != bytes.count {
                    try metadata.requireAscendingOffsets()
                    // The bytes of short ones are elsewhere the next time.
                    checked = isShort ? nil : bytes
                }
                let text = VariantText(metadata: metadata, sink: sink, mostBytes: mostBytes)
                // "If a Variant is missing in a context where a value is required, readers must return a Variant null."
                if try !variant.append(row, to: text, depth: 0) { try sink.append("null") }
            })
            views[row] = try arena.add(sink.bytes)
            guard small <= ExpressionMemory.largeBytes else { continue }
            small += sink.count
            if small > ExpressionMemory.largeBytes {
                // From here on in blocks that count, those with a text of their own included.
                heaps = arena.heaps
                arena = TextArena(blockBytes: 2 * ExpressionMemory.largeBytes)
            }
        }
        return Column(flat: .json, count: storage.count, lanes: lanes, validity: storage.validityBuffer, heaps: heaps + arena.heaps)
    }
}
