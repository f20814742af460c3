/// The documents that a table had before.

import LodeCore
import LodeVectors

/// What a metadata document says of earlier ones, and of what is to become of them.
///
/// As many as the log has are kept. With `write.metadata.delete-after-commit.enabled` who commits deletes those that leave the log with the
/// commit; others are nobody's business but VACUUM's.
/// - Source: Iceberg's documentation, "Maintenance": "Remove old metadata files"; its Java library,
///   `CatalogUtil.deleteRemovedMetadataFiles`.
struct IcebergDocumentLog {
    static let lengthProperty = "write.metadata.previous-versions-max", deletesProperty = "write.metadata.delete-after-commit.enabled"

    private(set) var files: [String] = []
    private var deletes = false

    init(_ bytes: [UInt8]) throws(SQLError) {
        try JSONReader.read(bytes) { (reader) throws(SQLError) in
            try reader.object { (reader, member) throws(SQLError) in
                switch member {
                case "metadata-log":
                    try reader.array { (reader) throws(SQLError) in
                        try reader.object { (reader, name) throws(SQLError) in
                            if name == "metadata-file" { files.append(try reader.string()) } else { try reader.skip() }
                        }
                    }
                case "properties":
                    try reader.object { (reader, name) throws(SQLError) in
                        guard name == Self.deletesProperty else { return try reader.skip() }
                        deletes = try reader.string().lowercased() == "true"
                    }
                default: try reader.skip()
                }
            }
        }
    }

    /// Deletes what left the log with a document that is the table's by now. What fails is left to VACUUM.
    ///
    /// Nothing is deleted but documents beside that one: whoever wrote the log may have named anything.
    static func tidy(_ path: String, _ bytes: [UInt8], _ io: any TableIO) {
        guard let log = try? IcebergDocumentLog(bytes), log.deletes, let last = log.files.last else { return }
        guard let read = try? io.read(IcebergFolder.plain(last)), let plain = try? IcebergFormat.plain(read, io),
            let before = try? IcebergDocumentLog(plain)
        else { return }
        let folder = IcebergFolder.parent(path), kept = Set(log.files.map(IcebergFolder.plain) + [path])
        let gone = Set(before.files.map(IcebergFolder.plain)).subtracting(kept)
        io.discard(gone.filter { IcebergFolder.isDocument($0) && IcebergFolder.parent($0) == folder }.sorted())
    }

    // MARK: Properties

    /// How many documents are kept.
    static func length(_ text: String?) -> Int { max(1, text.flatMap { Int($0) } ?? 100) }

    /// - Throws: `22023` for a value that says nothing.
    static func check(_ name: String, _ value: String) throws(SQLError) {
        let isRight =
            switch name.lowercased() {
            case lengthProperty: Int(value).map { $0 > 0 } ?? false
            case deletesProperty: ["true", "false"].contains(value.lowercased())
            default: true
            }
        if isRight { return }
        let wanted = name.lowercased() == lengthProperty ? "a number above 0" : "true or false"
        throw SQLError(.invalidParameterValue, "the Iceberg property \"\(name)\" is \(wanted), and not '\(value)'")
    }
}
