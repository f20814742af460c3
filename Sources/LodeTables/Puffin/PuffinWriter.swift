/// Writing Puffin files: blobs, and a footer that says what they are.

import LodeCore

/// - Source: Puffin spec, "File structure", "Footer Payload".
struct PuffinWriter {
    static let magic = Array("PFA1".utf8)

    private(set) var bytes = magic
    private var blobs: [JSONTree] = []

    /// A deletion vector.
    /// - Parameters:
    ///   - bitmap: as `DeletionVector.encode` makes it.
    ///   - path: the data file, as the table's metadata have it.
    /// - Returns: where it lies in the file.
    /// - Source: Puffin spec, "deletion-vector-v1 blob type".
    mutating func add(vector bitmap: [UInt8], of path: String, cardinality: Int) -> (offset: Int, count: Int) {
        let blob = DeletionVector.stored(bitmap), offset = bytes.count
        add(
            blob,
            .object([
                .init("type", .string("deletion-vector-v1")), .init("fields", .array([.integer(Self.positionID)])),
                .init("snapshot-id", .integer(-1)), .init("sequence-number", .integer(-1)),
                .init("properties", .texts(["referenced-data-file": path, "cardinality": String(cardinality)])),
            ]))
        return (offset, blob.count)
    }

    /// The number of the column of row numbers.
    /// - Source: Iceberg spec, "Reserved Field IDs".
    private static let positionID = 2_147_483_645

    /// Bytes as they are to lie in the file, and what the footer says of them but where that is.
    mutating func add(_ blob: [UInt8], _ description: JSONTree) {
        var description = description
        description["offset"] = .integer(bytes.count)
        description["length"] = .integer(blob.count)
        blobs.append(description)
        bytes += blob
    }

    /// The footer, with which the file ends.
    private var footer: [UInt8] {
        let footer = JSONTree.object([.init("blobs", .array(blobs)), .init("properties", .texts(["created-by": "lode"]))])
        let payload = Array(footer.json.utf8)
        func littleEndian(_ number: UInt32) -> [UInt8] { [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) } }
        // Nothing of the footer is compressed.
        return Self.magic + payload + littleEndian(UInt32(truncatingIfNeeded: payload.count)) + littleEndian(0) + Self.magic
    }

    var footerCount: Int { footer.count }

    /// The whole file.
    func finish() -> [UInt8] { bytes + footer }
}
