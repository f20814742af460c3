/// Where a descriptor says that a deletion vector is.

import LodeCore
import LodeVectors

extension DeltaVectorDescriptor {
    /// The deletion vector of a data file of the table in `root`.
    /// - Throws: `XX001` for a descriptor that names no place.
    /// - Source: Delta PROTOCOL.md, "Deletion Vector Descriptor Schema", "Derived Fields".
    func vector(in root: String) throws(SQLError) -> DeletionVector {
        guard let size = Int(exactly: sizeInBytes), (0...1 << 31).contains(size), let rows = Int(exactly: cardinality), rows >= 0,
            let start = Int(exactly: offset ?? 0), start >= 0
        else { throw JSONReader.corrupted("the descriptor of a deletion vector holds impossible numbers") }
        let place: DeletionVector.Place
        switch storageType {
        case "i":
            guard let bytes = Z85.decode(pathOrInline), bytes.count >= size else {
                throw JSONReader.corrupted("an inline deletion vector is damaged")
            }
            // Encoding pads to a multiple of four bytes.
            place = .inline(Array(bytes.prefix(size)))
        case "u": place = .file(TablePath.join(root, try relativePath()), offset: start)
        case "p": place = .file(DeltaPath.location(pathOrInline, in: root), offset: start)
        default: throw SQLError.unsupported("the storage type \"\(storageType)\" of deletion vectors")
        }
        return DeletionVector(place: place, size: size, cardinality: rows)
    }

    /// A random prefix is a folder; the last twenty characters are the UUID of the file's name.
    private func relativePath() throws(SQLError) -> String {
        guard pathOrInline.utf8.count >= 20, let bytes = Z85.decode(pathOrInline.suffix(20)), bytes.count == 16 else {
            throw JSONReader.corrupted("the path of a deletion vector is damaged")
        }
        let uuid = PartitionText.uuid(bytes.reduce(0) { $0 << 8 | UInt128($1) })
        let prefix = pathOrInline.dropLast(20)
        return (prefix.isEmpty ? "" : prefix + "/") + "deletion_vector_\(uuid).bin"
    }
}
