/// Tables of earlier versions of the format.

import LodeCore

extension IcebergDocument {
    /// Makes the table one of a later version.
    /// - Throws: `0A000` for an earlier one.
    /// - Source: Iceberg spec, Appendix E "Version 2", "Version 3".
    mutating func upgrade(to version: Int, from metadata: IcebergMetadata) throws(SQLError) {
        if version == metadata.formatVersion { return }
        guard version > metadata.formatVersion else {
            throw SQLError.unsupported("making an Iceberg table of version \(metadata.formatVersion) one of version \(version)")
        }
        if metadata.formatVersion == 1 { upgradeFromFirst(metadata) }
        set("format-version", .integer(version))
        if version >= 3, tree["next-row-id"] == nil { set("next-row-id", .integer(0)) }
    }

    /// What the first version has in other words, or leaves out.
    private mutating func upgradeFromFirst(_ metadata: IcebergMetadata) {
        if metadata.uuid == nil { set("table-uuid", .string(DeltaText.uuid())) }
        if tree["schemas"] == nil { set("schemas", .array(metadata.schemas.map(\.tree))) }
        set("current-schema-id", .integer(metadata.currentSchemaID))
        if tree["partition-specs"] == nil { set("partition-specs", .array(metadata.specs.map(\.tree))) }
        set("default-spec-id", .integer(metadata.defaultSpecID))
        set("last-partition-id", .integer(max(999, metadata.specs.flatMap(\.fields).map(\.fieldID).max() ?? 0)))
        set("last-sequence-number", .integer(0))
        if tree["sort-orders"] == nil {
            set("sort-orders", .array([.object([.init("order-id", .integer(0)), .init("fields", .array([]))])]))
            set("default-sort-order-id", .integer(0))
        }
        if tree["refs"] == nil, let current = metadata.currentSnapshotID {
            let main = JSONTree.object([.init("snapshot-id", .integer(current)), .init("type", .string("branch"))])
            set("refs", .object([.init("main", main)]))
        }
        set("schema", nil)
        set("partition-spec", nil)
    }
}
