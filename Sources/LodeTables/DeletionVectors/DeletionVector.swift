/// Deletion vectors: which rows of a data file are deleted, in a place of their own.

import LodeCore

/// Where the bytes of a deletion vector are. They are read when the data file is.
package struct DeletionVector: Hashable, Sendable {
    package enum Place: Hashable, Sendable {
        /// The bitmap itself, with its magic number.
        case inline([UInt8])
        /// Part of a file of many: where the size of the bitmap stands.
        case file(String, offset: Int)
    }

    package var place: Place
    /// Bytes of the bitmap.
    package var size: Int
    /// Rows that are deleted.
    package var cardinality: Int

    package init(place: Place, size: Int, cardinality: Int) {
        self.place = place
        self.size = size
        self.cardinality = cardinality
    }

    /// A blob of a Puffin file, which has the bitmap between its size and its checksum as Delta's files have it.
    /// - Parameter byteCount: of the whole blob, as the manifest has it.
    /// - Throws: `XX001` where nothing can be stored so.
    /// - Source: Puffin spec, "deletion-vector-v1 blob type"; Iceberg spec, "Deletion Vectors".
    package init(blobOf path: String, offset: Int64, byteCount: Int64, cardinality: Int64) throws(SQLError) {
        guard offset >= 0, byteCount >= 12, byteCount <= Int64(Int32.max), cardinality >= 0, cardinality <= Int64(Self.mostRows),
            offset <= Int64.max - byteCount
        else {
            throw RoaringBitmap.corrupted("\(byteCount) bytes from \(offset) on, of \(cardinality) rows").within(path)
        }
        self.init(place: .file(path, offset: Int(offset)), size: Int(byteCount) - 8, cardinality: Int(cardinality))
    }

    /// No file has as many rows; a bitmap of them would not fit into memory.
    private static let mostRows = 1 << 33

    /// Reads and checks it.
    /// - Parameters:
    ///   - rowCount: rows of the data file.
    ///   - read: gives bytes of a file, from an offset on.
    /// - Throws: `XX001` if it is damaged or does not fit the file; what reading raises.
    package func positions(
        rowCount: Int, _ read: (_ path: String, _ offset: Int, _ count: Int) throws(SQLError) -> [UInt8]
    ) throws(SQLError) -> RowPositions {
        guard (0...Self.mostRows).contains(rowCount) else {
            throw SQLError(.programLimitExceeded, "a data file of \(rowCount) rows has a deletion vector")
        }
        switch place {
        case .inline(let bytes): return try Self.decode(bytes[...], cardinality, rowCount)
        case .file(let path, let offset):
            do throws(SQLError) {
                let bytes = try stored(try read(path, offset, size + 8))
                return try Self.decode(bytes, cardinality, rowCount)
            } catch {
                throw error.place == nil ? error.within(path) : error
            }
        }
    }

    /// The bitmap between its size and its checksum.
    /// - Source: Delta PROTOCOL.md, "Deletion Vector File Storage Format".
    private func stored(_ bytes: [UInt8]) throws(SQLError) -> ArraySlice<UInt8> {
        guard bytes.count == size + 8 else { throw RoaringBitmap.corrupted("it ends too early") }
        let stated = Self.bigEndian(bytes[..<4])
        guard stated == size else { throw RoaringBitmap.corrupted("it has \(stated) bytes, and \(size) by the metadata") }
        let bitmap = bytes[4..<4 + size]
        guard CRC32.of(bitmap) == UInt32(truncatingIfNeeded: Self.bigEndian(bytes[(4 + size)...])) else {
            throw RoaringBitmap.corrupted("its checksum is wrong")
        }
        return bitmap
    }

    private static func bigEndian(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

    private static let magic: UInt32 = 1_681_511_377

    /// - Source: Delta PROTOCOL.md, "Deletion Vector Format".
    static func decode(_ bytes: ArraySlice<UInt8>, _ cardinality: Int, _ rowCount: Int) throws(SQLError) -> RowPositions {
        var cursor = ByteCursor(bytes)
        let magic = try cursor.uint32()
        guard magic == Self.magic else { throw RoaringBitmap.corrupted("unknown format \(magic)") }
        var rows = RowPositions()
        try RoaringBitmap.insert(bytes.dropFirst(4), below: Int64(rowCount), into: &rows)
        guard rows.count == cardinality else {
            throw RoaringBitmap.corrupted("it has \(rows.count) rows, and \(cardinality) by the metadata")
        }
        return rows
    }

    // MARK: Writing

    /// The bitmap of rows, as `decode` reads it.
    package static func encode(_ rows: RowPositions) -> [UInt8] {
        stride(from: 0, to: 32, by: 8).map { UInt8(truncatingIfNeeded: magic >> UInt32($0)) } + RoaringBitmap.write(rows)
    }

    /// A bitmap between its size and its checksum, as files have it.
    package static func stored(_ bitmap: [UInt8]) -> [UInt8] {
        bigEndian(UInt32(truncatingIfNeeded: bitmap.count)) + bitmap + bigEndian(CRC32.of(bitmap[...]))
    }

    private static func bigEndian(_ number: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) } }
}
