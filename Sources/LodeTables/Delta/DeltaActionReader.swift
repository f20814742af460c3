/// Reading the JSON files of a Delta log: commits, compacted commits, checkpoints.

import LodeCore
import LodeVectors

/// Newline-delimited JSON, one action a line.
/// - Source: Delta PROTOCOL.md, "Delta Log Entries", "Log Compaction Files", "V2 Spec".
enum DeltaActionReader {
    /// Calls `body` with each action.
    /// - Throws: `XX001` with the file and the line that is not what the protocol says.
    static func read(_ bytes: [UInt8], _ path: String, _ body: (DeltaAction) throws(SQLError) -> Void) throws(SQLError) {
        var failure: SQLError?
        bytes.withUnsafeBytes { raw in
            guard var reader = JSONReader(raw, inLines: true) else {
                failure = SQLError(
                    .dataCorrupted, "the file of the Delta log is empty", in: path, hint: "Its writer was interrupted, or it is damaged.")
                return
            }
            do throws(SQLError) {
                while !reader.isAtEnd() { try body(try action(&reader)) }
            } catch {
                let place = "\(path), line \(reader.line)"
                failure = error.place == nil && error.state == .dataCorrupted ? error.within(place) : error
            }
        }
        if let failure { throw failure }
    }

    private static func action(_ reader: inout JSONReader) throws(SQLError) -> DeltaAction {
        var action = DeltaAction.other
        try reader.object { (reader, name) throws(SQLError) in
            if try reader.takeNull() { return }
            do throws(SQLError) {
                switch name {
                case "add": action = .add(try add(&reader))
                case "remove": action = .remove(try remove(&reader))
                case "metaData": action = .metadata(try metadata(&reader))
                case "protocol": action = .protocolVersion(try protocolVersion(&reader))
                case "commitInfo": action = .commitInfo(try commitInfo(&reader))
                case "cdc": action = .changeFile(try changeFile(&reader))
                case "domainMetadata": action = .domain(try domain(&reader))
                case "sidecar": action = try sidecar(&reader)
                default: try reader.skip()
                }
            } catch {
                throw error.state == .dataCorrupted ? SQLError(.dataCorrupted, "\(name): \(error.message)") : error
            }
        }
        return action
    }

    private static func add(_ reader: inout JSONReader) throws(SQLError) -> DeltaAdd {
        var add = DeltaAdd()
        var path: String?, size: Int64?
        try reader.object { (reader, name) throws(SQLError) in
            if try reader.takeNull() { return }
            switch name {
            case "path": path = try reader.string()
            case "partitionValues": add.partitionValues = try reader.texts()
            case "size": size = try reader.integer()
            case "modificationTime": add.modificationTime = try reader.integer()
            case "stats": add.statistics = try reader.scalarText()
            case "deletionVector": add.vector = try vector(&reader)
            case "baseRowId": add.baseRowID = try reader.integer()
            case "defaultRowCommitVersion": add.rowCommitVersion = try reader.integer()
            case "tags": add.tags = try reader.texts()
            case "clusteringProvider": add.clusteringProvider = try reader.scalarText()
            case "dataChange": add.dataChange = try reader.boolean()
            default: try reader.skip()
            }
        }
        add.path = try required(path, "path")
        add.size = try required(size, "size")
        return add
    }

    private static func remove(_ reader: inout JSONReader) throws(SQLError) -> DeltaRemove {
        var remove = DeltaRemove()
        var path: String?
        try reader.object { (reader, name) throws(SQLError) in
            if try reader.takeNull() { return }
            switch name {
            case "path": path = try reader.string()
            case "deletionVector": remove.vector = try vector(&reader)
            case "partitionValues": remove.partitionValues = try reader.texts()
            case "size": remove.size = try reader.integer()
            case "stats": remove.statistics = try reader.scalarText()
            case "dataChange": remove.dataChange = try reader.boolean()
            default: try reader.skip()
            }
        }
        remove.path = try required(path, "path")
        return remove
    }

    private static func changeFile(_ reader: inout JSONReader) throws(SQLError) -> DeltaChangeFile {
        var file = DeltaChangeFile(), path: String?
        try reader.object { (reader, name) throws(SQLError) in
            if try reader.takeNull() { return }
            switch name {
            case "path": path = try reader.string()
            case "partitionValues": file.partitionValues = try reader.texts()
            case "size": file.size = try reader.integer()
            default: try reader.skip()
            }
        }
        file.path = try required(path, "path")
        return file
    }

    private static func domain(_ reader: inout JSONReader) throws(SQLError) -> DeltaDomain {
        var domain = DeltaDomain(), found: String?
        try reader.object { (reader, name) throws(SQLError) in
            if try reader.takeNull() { return }
            switch name {
            case "domain": found = try reader.string()
            case "configuration": domain.configuration = try reader.scalarText() ?? ""
            case "removed": domain.isRemoved = try reader.boolean()
            default: try reader.skip()
            }
        }
        domain.name = try required(found, "domain")
        return domain
    }

    private static func vector(_ reader: inout JSONReader) throws(SQLError) -> DeltaVectorDescriptor {
        var vector = DeltaVectorDescriptor()
        var storage: String?, path: String?, size: Int64?, cardinality: Int64?
        try reader.object { (reader, name) throws(SQLError) in
            if try reader.takeNull() { return }
            switch name {
            case "storageType": storage = try reader.string()
            case "pathOrInlineDv": path = try reader.string()
            case "offset": vector.offset = try reader.integer()
            case "sizeInBytes": size = try reader.integer()
            case "cardinality": cardinality = try reader.integer()
            default: try reader.skip()
            }
        }
        vector.storageType = try required(storage, "deletionVector.storageType")
        vector.pathOrInline = try required(path, "deletionVector.pathOrInlineDv")
        vector.sizeInBytes = try required(size, "deletionVector.sizeInBytes")
        vector.cardinality = try required(cardinality, "deletionVector.cardinality")
        return vector
    }

    private static func metadata(_ reader: inout JSONReader) throws(SQLError) -> DeltaMetadata {
        var metadata = DeltaMetadata()
        var schema: String?
        try reader.object { (reader, name) throws(SQLError) in
            if try reader.takeNull() { return }
            switch name {
            case "id": metadata.id = try reader.string()
            case "name": metadata.name = try reader.scalarText()
            case "description": metadata.description = try reader.scalarText()
            case "createdTime": metadata.createdTime = Int64(try reader.source())
            case "format":
                try reader.object { (reader, name) throws(SQLError) in
                    if name == "provider" { metadata.provider = try reader.string() } else { try reader.skip() }
                }
            case "schemaString": schema = try reader.string()
            case "partitionColumns": metadata.partitionColumns = try reader.strings()
            case "configuration":
                for (name, text) in try reader.texts() { metadata.configuration[name] = text }
            default: try reader.skip()
            }
        }
        metadata.schemaText = try required(schema, "schemaString")
        return metadata
    }

    private static func protocolVersion(_ reader: inout JSONReader) throws(SQLError) -> DeltaProtocol {
        var version = DeltaProtocol()
        var least: Int64?
        try reader.object { (reader, name) throws(SQLError) in
            if try reader.takeNull() { return }
            switch name {
            case "minReaderVersion": least = try reader.integer()
            case "minWriterVersion": version.minWriterVersion = try reader.integer()
            case "readerFeatures": version.readerFeatures = try reader.strings()
            case "writerFeatures": version.writerFeatures = try reader.strings()
            default: try reader.skip()
            }
        }
        version.minReaderVersion = try required(least, "minReaderVersion")
        return version
    }

    private static func commitInfo(_ reader: inout JSONReader) throws(SQLError) -> DeltaCommitInfo {
        var info = DeltaCommitInfo()
        try reader.object { (reader, name) throws(SQLError) in
            if try reader.takeNull() { return }
            // What writers put here is theirs: only what has the usual type counts.
            switch name {
            case "timestamp": info.timestamp = Int64(try reader.source())
            case "inCommitTimestamp": info.inCommitTimestamp = Int64(try reader.source())
            case "operation": info.operation = try reader.scalarText()
            case "operationParameters": info.operationParameters = try reader.source()
            case "operationMetrics": info.operationMetrics = try reader.source()
            case "userName": info.userName = try reader.scalarText()
            case "engineInfo": info.engineInfo = try reader.scalarText()
            case "isBlindAppend": info.isBlindAppend = try reader.source() == "true"
            case "txnId": info.transaction = try reader.scalarText()
            default: try reader.skip()
            }
        }
        return info
    }

    private static func sidecar(_ reader: inout JSONReader) throws(SQLError) -> DeltaAction {
        var path: String?, size: Int64 = 0
        try reader.object { (reader, name) throws(SQLError) in
            if try reader.takeNull() { return }
            switch name {
            case "path": path = try reader.string()
            case "sizeInBytes": size = try reader.integer()
            default: try reader.skip()
            }
        }
        return .sidecar(path: try required(path, "path"), size: size)
    }

    private static func required<Member>(_ value: Member?, _ name: String) throws(SQLError) -> Member {
        guard let value else { throw JSONReader.corrupted("\(name) is missing") }
        return value
    }
}
