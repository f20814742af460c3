/// Reading the metadata document of a table.

import LodeCore
import LodeVectors

extension IcebergMetadata {
    /// The versions of the format that are read.
    private static let versions = 1...3

    /// - Parameter path: where it lies, for messages.
    /// - Throws: `XX001` for what is no such document, `0A000` for a later version of the format and for what readers must know and
    ///   Lode does not.
    package init(_ bytes: [UInt8], _ path: String) throws(SQLError) {
        var raw = RawMetadata()
        do throws(SQLError) {
            // A later version may have other members: what it is, is found out first.
            let version = try JSONReader.read(bytes) { (reader) throws(SQLError) in try Self.version(&reader) }
            guard Self.versions.contains(version) else {
                guard version > 0 else { throw JSONReader.corrupted("format-version: \(version)") }
                throw SQLError.unsupported("version \(version) of the Iceberg format")
            }
            formatVersion = version
            try JSONReader.read(bytes) { (reader) throws(SQLError) in try read(&reader, &raw) }
            try settle(raw)
        } catch {
            throw error.place.map { error.within("\(path): \($0)") } ?? error.within(path)
        }
    }

    private static func version(_ reader: inout JSONReader) throws(SQLError) -> Int {
        var version: Int64?
        try reader.object { (reader, name) throws(SQLError) in
            if name == "format-version" { version = try reader.integer() } else { try reader.skip() }
        }
        guard let version else { throw JSONReader.corrupted("format-version is missing") }
        return Int(version)
    }

    /// Members that other ones replace.
    private struct RawMetadata {
        var hasLocation = false
        var schema: IcebergSchema?
        var currentSchemaID: Int?
        var spec: [IcebergPartitionField]?
        var defaultSpecID: Int?
    }

    private mutating func read(_ reader: inout JSONReader, _ raw: inout RawMetadata) throws(SQLError) {
        try reader.object { (reader, name) throws(SQLError) in
            if try reader.takeNull() { return }
            do throws(SQLError) {
                if try readDefinition(&reader, name, &raw) { return }
                try readState(&reader, name)
            } catch {
                throw error.place == nil ? error.within(name) : error
            }
        }
    }

    /// What the table is.
    /// - Returns: whether the member is of these.
    private mutating func readDefinition(
        _ reader: inout JSONReader, _ name: String, _ raw: inout RawMetadata
    ) throws(SQLError) -> Bool {
        switch name {
        case "table-uuid": uuid = try reader.string()
        case "location":
            location = try reader.string()
            raw.hasLocation = true
        case "last-column-id": lastColumnID = Int(try reader.integer())
        case "schema": raw.schema = try IcebergSchema(&reader)
        case "schemas": try reader.array { (reader) throws(SQLError) in schemas.append(try IcebergSchema(&reader)) }
        case "current-schema-id": raw.currentSchemaID = Int(try reader.integer())
        case "partition-spec": raw.spec = try IcebergPartitionField.list(&reader)
        case "partition-specs": try reader.array { (reader) throws(SQLError) in specs.append(try IcebergPartitionSpec(&reader)) }
        case "default-spec-id": raw.defaultSpecID = Int(try reader.integer())
        case "last-partition-id": lastPartitionID = Int(try reader.integer())
        case "sort-orders": try reader.array { (reader) throws(SQLError) in sortOrders.append(try SortOrder(&reader)) }
        case "default-sort-order-id": defaultSortOrderID = Int(try reader.integer())
        case "properties": for (name, text) in try reader.texts() { properties[name] = text }
        default: return false
        }
        return true
    }

    /// What is in the table.
    private mutating func readState(_ reader: inout JSONReader, _ name: String) throws(SQLError) {
        switch name {
        case "last-updated-ms": lastUpdatedMillis = try reader.integer()
        case "last-sequence-number": lastSequenceNumber = try reader.integer()
        // -1 is Java's word for none.
        case "current-snapshot-id":
            let id = try Self.snapshotID(&reader)
            currentSnapshotID = id == -1 ? nil : id
        case "snapshots": try reader.array { (reader) throws(SQLError) in snapshots.append(try Snapshot(&reader)) }
        case "snapshot-log":
            try reader.array { (reader) throws(SQLError) in
                snapshotLog.append(try LogEntry(&reader))
            }
        case "metadata-log": try reader.array { (reader) throws(SQLError) in metadataLog.append(try MetadataEntry(&reader)) }
        case "refs": try reader.object { (reader, name) throws(SQLError) in references[name] = try Reference(&reader) }
        case "statistics": try reader.array { (reader) throws(SQLError) in statistics.append(try StatisticsFile(&reader)) }
        case "next-row-id": nextRowID = try reader.integer()
        default: try reader.skip()
        }
    }

    /// The specification has a long, some writers one without a sign: its bits tell snapshots apart all the same.
    fileprivate static func snapshotID(_ reader: inout JSONReader) throws(SQLError) -> Int64 {
        let text = try reader.source()
        guard let id = Int64(text) ?? UInt64(text).map({ Int64(bitPattern: $0) }) else {
            throw JSONReader.corrupted("\(text.prefix(100)) is no number of a snapshot")
        }
        return id
    }

    /// Version 1 has one schema and one partition spec without numbers, or lists of them as later versions do.
    /// - Source: Iceberg Table Spec, Appendix E "Version 2".
    private mutating func settle(_ raw: RawMetadata) throws(SQLError) {
        guard raw.hasLocation else { throw JSONReader.corrupted("location is missing") }
        if let id = raw.currentSchemaID, schema(id) != nil {
            currentSchemaID = id
        } else if let own = raw.schema, raw.currentSchemaID == nil || formatVersion == 1 {
            currentSchemaID = own.id
            if schema(own.id) == nil { schemas.append(own) }
        } else {
            throw JSONReader.corrupted(raw.currentSchemaID.map { "there is no schema \($0)" } ?? "current-schema-id is missing")
        }
        if specs.isEmpty { specs = [IcebergPartitionSpec(id: raw.defaultSpecID ?? 0, fields: raw.spec ?? [])] }
        defaultSpecID = raw.defaultSpecID ?? specs.map(\.id).max() ?? 0
        guard spec(defaultSpecID) != nil else { throw JSONReader.corrupted("there is no partition spec \(defaultSpecID)") }
        if let text = properties["schema.name-mapping.default"] { nameMapping = try IcebergNameMapping(text) }
    }
}

extension IcebergMetadata.Snapshot {
    fileprivate init(_ reader: inout JSONReader) throws(SQLError) {
        var id: Int64?
        var own = Self(id: 0)
        try reader.object { (reader, name) throws(SQLError) in
            if try reader.takeNull() { return }
            switch name {
            case "snapshot-id": id = try IcebergMetadata.snapshotID(&reader)
            case "parent-snapshot-id": own.parent = try IcebergMetadata.snapshotID(&reader)
            case "sequence-number": own.sequenceNumber = try reader.integer()
            case "timestamp-ms": own.timestampMillis = try reader.integer()
            case "manifest-list": own.manifestList = try reader.string()
            case "manifests": own.manifests = try reader.strings()
            case "summary": for (name, text) in try reader.texts() { own.summary[name] = text }
            case "schema-id": own.schemaID = Int(try reader.integer())
            case "first-row-id": own.firstRowID = try reader.integer()
            case "added-rows": own.addedRows = try reader.integer()
            case "key-id": own.keyID = try reader.string()
            default: try reader.skip()
            }
        }
        guard let id else { throw JSONReader.corrupted("a snapshot has no snapshot-id") }
        own.id = id
        self = own
    }
}

extension IcebergMetadata.Reference {
    fileprivate init(_ reader: inout JSONReader) throws(SQLError) {
        var id: Int64?, type: String?
        var own = Self(snapshotID: 0, isBranch: false)
        try reader.object { (reader, name) throws(SQLError) in
            if try reader.takeNull() { return }
            switch name {
            case "snapshot-id": id = try IcebergMetadata.snapshotID(&reader)
            case "type": type = try reader.string().lowercased()
            case "max-ref-age-ms": own.maxReferenceAgeMillis = try reader.integer()
            case "min-snapshots-to-keep": own.minSnapshotsToKeep = try reader.integer()
            case "max-snapshot-age-ms": own.maxSnapshotAgeMillis = try reader.integer()
            default: try reader.skip()
            }
        }
        guard let id, type == "branch" || type == "tag" else { throw JSONReader.corrupted("a reference is no branch and no tag") }
        own.snapshotID = id
        own.isBranch = type == "branch"
        self = own
    }
}

extension IcebergMetadata.LogEntry {
    fileprivate init(_ reader: inout JSONReader) throws(SQLError) {
        var id: Int64?, millis: Int64?
        try reader.object { (reader, name) throws(SQLError) in
            switch name {
            case "snapshot-id": id = try IcebergMetadata.snapshotID(&reader)
            case "timestamp-ms": millis = try reader.integer()
            default: try reader.skip()
            }
        }
        guard let id, let millis else { throw JSONReader.corrupted("an entry of the log has no snapshot-id or no timestamp-ms") }
        self.init(snapshotID: id, timestampMillis: millis)
    }
}

extension IcebergMetadata.MetadataEntry {
    fileprivate init(_ reader: inout JSONReader) throws(SQLError) {
        var file: String?, millis: Int64 = 0
        try reader.object { (reader, name) throws(SQLError) in
            switch name {
            case "metadata-file": file = try reader.string()
            case "timestamp-ms": millis = try reader.integer()
            default: try reader.skip()
            }
        }
        guard let file else { throw JSONReader.corrupted("metadata-file is missing") }
        self.init(file: file, timestampMillis: millis)
    }
}

extension IcebergMetadata.StatisticsFile {
    fileprivate init(_ reader: inout JSONReader) throws(SQLError) {
        var path: String?, id: Int64?, size: Int64 = 0, blobs: [Blob] = []
        try reader.object { (reader, name) throws(SQLError) in
            switch name {
            case "blob-metadata": try reader.array { (reader) throws(SQLError) in blobs.append(try Blob(&reader)) }
            case "snapshot-id": id = try IcebergMetadata.snapshotID(&reader)
            case "statistics-path": path = try reader.string()
            case "file-size-in-bytes": size = try reader.integer()
            default: try reader.skip()
            }
        }
        guard let path, let id else { throw JSONReader.corrupted("a statistics file has no path or no snapshot") }
        self.init(snapshotID: id, path: path, size: size, blobs: blobs)
    }
}

extension IcebergMetadata.StatisticsFile.Blob {
    fileprivate init(_ reader: inout JSONReader) throws(SQLError) {
        let tree = try JSONTree(&reader)
        let fields = (tree["fields"]?.items ?? []).compactMap { $0.integer.flatMap { Int(exactly: $0) } }
        let properties = (tree["properties"]?.members ?? []).compactMap { member in member.value.text.map { (member.name, $0) } }
        self.init(type: tree["type"]?.text ?? "", fields: fields, properties: Dictionary(properties) { _, last in last })
    }
}

extension IcebergMetadata.SortOrder {
    fileprivate init(_ reader: inout JSONReader) throws(SQLError) {
        var id: Int64 = 0, fields: [Field] = []
        try reader.object { (reader, name) throws(SQLError) in
            switch name {
            case "order-id": id = try reader.integer()
            case "fields": try reader.array { (reader) throws(SQLError) in fields.append(try Field(&reader)) }
            default: try reader.skip()
            }
        }
        self.init(id: Int(id), fields: fields)
    }
}

extension IcebergMetadata.SortOrder.Field {
    fileprivate init(_ reader: inout JSONReader) throws(SQLError) {
        var sources: [Int] = [], transform = "identity", direction = "asc", nullOrder: String?
        try reader.object { (reader, name) throws(SQLError) in
            if try reader.takeNull() { return }
            switch name {
            case "source-id": sources = [Int(try reader.integer())]
            case "source-ids":
                sources = []
                try reader.array { (reader) throws(SQLError) in sources.append(Int(try reader.integer())) }
            case "transform": transform = try reader.string()
            case "direction": direction = try reader.string().lowercased()
            case "null-order": nullOrder = try reader.string()
            default: try reader.skip()
            }
        }
        let isDescending = direction == "desc"
        self.init(
            sourceIDs: sources, transform: IcebergTransform(transform), isDescending: isDescending,
            nullsComeLast: nullOrder.map { $0 == "nulls-last" } ?? isDescending)
    }
}
