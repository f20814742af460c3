/// Writing the deletion vectors of a commit.

import LodeCore

/// Small vectors stand in the log itself; the others of a commit lie in one file, one behind the other:
///
///     version (1 byte) | size, bitmap, checksum | size, bitmap, checksum | …
///
/// - Source: Delta PROTOCOL.md, "Deletion Vectors", "Deletion Vector File Storage Format".
struct DeltaVectorWriter {
    /// Bitmaps of more bytes go into a file.
    private static let inlineBytes = 512
    private static let formatVersion: UInt8 = 1

    /// What a file has from then on.
    struct Mark {
        var vector: DeltaVectorDescriptor
        /// Rows that it was written with.
        var rowCount: Int?
    }

    /// Writes what is deleted of files then.
    /// - Returns: by the paths of the files.
    static func write(_ marked: [MarkedFile], _ folder: DeltaFolder, _ io: any TableIO) throws(SQLError) -> [String: Mark] {
        var marks: [String: Mark] = [:], earlier = SharedFiles(io)
        let id = DeltaText.randomUUID()
        var bytes = [formatVersion]
        for mark in marked {
            let rows = try mark.allRows { (path, offset, count) throws(SQLError) in
                try earlier.read(path, offset: offset, count: count)
            }
            let bitmap = DeletionVector.encode(rows)
            var vector = DeltaVectorDescriptor(sizeInBytes: Int64(bitmap.count), cardinality: Int64(rows.count))
            if bitmap.count <= inlineBytes {
                vector.storageType = "i"
                // Encoding takes four bytes at a time.
                vector.pathOrInline = Z85.encode(bitmap + Array(repeating: 0, count: (4 - bitmap.count % 4) % 4))
            } else {
                vector.storageType = "u"
                vector.pathOrInline = Z85.encode(stride(from: 120, through: 0, by: -8).map { UInt8(truncatingIfNeeded: id >> UInt128($0)) })
                vector.offset = Int64(bytes.count)
                bytes += DeletionVector.stored(bitmap)
            }
            marks[mark.file.path] = Mark(vector: vector, rowCount: mark.file.rowCount)
        }
        if bytes.count > 1 { try io.put(TablePath.join(folder.root, "deletion_vector_\(PartitionText.uuid(id)).bin"), bytes) }
        return marks
    }
}
