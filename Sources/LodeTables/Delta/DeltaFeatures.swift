/// Which Delta tables can be read.

import LodeCore

/// The features of the protocol that Lode's reader has.
/// - Source: Delta PROTOCOL.md, "Reader Version Requirements", "Table Features", "Valid Feature Names in Table Features".
enum DeltaFeatures {
    /// Those that a table may demand of its readers.
    private static let readable: Set<String> = [
        "columnMapping", "deletionVectors", "timestampNtz", "typeWidening", "typeWidening-preview", "v2Checkpoint", "vacuumProtocolCheck",
        "variantType", "variantType-preview", "variantShredding", "variantShredding-preview",
    ]

    /// - Throws: `0A000` naming what Lode cannot read, `XX001` for a protocol that contradicts itself.
    static func check(_ version: DeltaProtocol) throws(SQLError) {
        guard (1...3).contains(version.minReaderVersion) else {
            throw SQLError.unsupported("Delta reader version \(version.minReaderVersion)", hint: "Lode reads versions 1 to 3.")
        }
        guard version.minReaderVersion == 3 else {
            if version.readerFeatures != nil {
                throw SQLError(
                    .dataCorrupted, "the protocol of the Delta table lists reader features for reader version \(version.minReaderVersion)",
                    detail: "Only version 3 has them.")
            }
            return
        }
        guard let features = version.readerFeatures else {
            throw SQLError(.dataCorrupted, "the protocol of the Delta table has reader version 3 without a list of reader features")
        }
        let missing = features.filter { !readable.contains($0) }.sorted()
        guard let first = missing.first else { return }
        let others = missing.dropFirst().joined(separator: ", ")
        throw SQLError.unsupported("the Delta reader feature \(first)", hint: others.isEmpty ? nil : "The table also needs: \(others).")
    }

    /// How columns are found in files.
    enum Mapping { case none, name, id }

    /// - Source: Delta PROTOCOL.md, "Reader Requirements for Column Mapping".
    static func mapping(_ version: DeltaProtocol, _ configuration: [String: String]) throws(SQLError) -> Mapping {
        let isHonoured = version.minReaderVersion == 2 || version.readerFeatures?.contains("columnMapping") ?? false
        guard isHonoured, let mode = configuration["delta.columnMapping.mode"] else { return .none }
        switch mode.lowercased() {
        case "none": return .none
        case "name": return .name
        case "id": return .id
        default: throw SQLError.unsupported("the Delta column mapping mode \(mode)")
        }
    }
}
