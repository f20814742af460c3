/// Writing a checkpoint: all that a log says up to a version, in one file.

import LodeCore
import LodeVectors

/// Read from the previous checkpoint and the commits since, the latest word on everything; what this writer doesn't know of an action is
/// not lost as long as the protocol has it.
/// - Source: Delta PROTOCOL.md, "Checkpoints", "Checkpoint Schema", "Action Reconciliation", "Last Checkpoint File".
struct DeltaCheckpointWriter {
    /// The kinds of actions that a checkpoint has, in the order of its columns.
    private enum Kind: Int, CaseIterable {
        case txn, add, remove, metaData, `protocol`, domainMetadata
    }

    private static let texts = SQLType.map(key: .varchar, value: .varchar)
    private static let vector = SQLType.structure([
        Field("storageType", .varchar), Field("pathOrInlineDv", .varchar), Field("offset", .integer), Field("sizeInBytes", .integer),
        Field("cardinality", .bigint),
    ])

    /// The column of each kind. Path and deletion vector have the same places in `add` and `remove`.
    private static let columns: [Field] = [
        Field("txn", .structure([Field("appId", .varchar), Field("version", .bigint), Field("lastUpdated", .bigint)])),
        Field(
            "add",
            .structure([
                Field("path", .varchar), Field("deletionVector", vector), Field("partitionValues", texts), Field("size", .bigint),
                Field("modificationTime", .bigint), Field("dataChange", .boolean), Field("tags", texts), Field("baseRowId", .bigint),
                Field("defaultRowCommitVersion", .bigint), Field("clusteringProvider", .varchar), Field("stats", .varchar),
            ])),
        Field(
            "remove",
            .structure([
                Field("path", .varchar), Field("deletionVector", vector), Field("deletionTimestamp", .bigint),
                Field("dataChange", .boolean), Field("extendedFileMetadata", .boolean), Field("partitionValues", texts),
                Field("size", .bigint), Field("baseRowId", .bigint), Field("defaultRowCommitVersion", .bigint),
            ])),
        Field(
            "metaData",
            .structure([
                Field("id", .varchar), Field("name", .varchar), Field("description", .varchar),
                Field("format", .structure([Field("provider", .varchar), Field("options", texts)])), Field("schemaString", .varchar),
                Field("partitionColumns", .list(.varchar)), Field("configuration", texts), Field("createdTime", .bigint),
            ])),
        Field(
            "protocol",
            .structure([
                Field("minReaderVersion", .integer), Field("minWriterVersion", .integer), Field("readerFeatures", .list(.varchar)),
                Field("writerFeatures", .list(.varchar)),
            ])),
        Field(
            "domainMetadata",
            .structure([Field("domain", .varchar), Field("configuration", .varchar), Field("removed", .boolean)])),
    ]

    private let folder: DeltaFolder
    private let io: any TableIO
    private var rows: [(kind: Kind, value: Value)] = []
    private var settled: Set<String> = []
    /// Removed files of an earlier time, in milliseconds, are forgotten.
    private let forgotten: Int64
    private var addCount = 0

    /// Of so long ago that nobody reads them; who wants it longer gets them all kept.
    private static let tombstoneMillis: Int64 = 7 * 24 * 3_600_000

    private init(_ folder: DeltaFolder, _ io: any TableIO, _ configuration: [String: String]) {
        self.folder = folder
        self.io = io
        let keepsLonger = configuration["delta.deletedFileRetentionDuration"] != nil
        forgotten = keepsLonger ? .min : WallClock.micros() / 1000 - Self.tombstoneMillis
    }

    /// Writes one for a version that was just published, if its turn has come. Nothing depends on it: errors are of no consequence.
    static func write(after version: Int64, _ metadata: DeltaMetadata, _ needed: DeltaProtocol, _ folder: DeltaFolder, _ io: any TableIO) {
        let interval = DeltaProperties.integer(DeltaProperties.checkpointInterval, metadata.configuration) ?? 10
        // Checkpoints of the second kind have other rules.
        guard version > 0, interval > 0, version % interval == 0, !DeltaWriterFeatures.has("v2Checkpoint", needed) else { return }
        var writer = DeltaCheckpointWriter(folder, io, metadata.configuration)
        try? writer.write(version)
    }

    private mutating func write(_ version: Int64) throws(SQLError) {
        let segment = try DeltaLogListing(folder.log, io).segment(of: version, in: folder.log)
        for file in segment.commits.reversed() { try readCommit(folder.logFile(file.name), isCompacted: file.versions.count > 1) }
        for name in segment.checkpoint?.names ?? [] {
            guard !DeltaCheckpoint.isJSON(name), try readCheckpoint(folder.logFile(name)) else { return }
        }
        let name = DeltaLogListing.commitName(version).dropLast(5) + ".checkpoint.parquet"
        let size = try io.write(folder.logFile(String(name)), Schema(Self.columns), try chunks())
        let last = JSONTree.object([
            .init("version", .integer(version)), .init("size", .integer(rows.count)), .init("sizeInBytes", .integer(size)),
            .init("numOfAddFiles", .integer(addCount)),
        ])
        try io.put(folder.logFile("_last_checkpoint"), Array(last.json.utf8))
    }

    // MARK: Reading

    private mutating func readCommit(_ path: String, isCompacted: Bool) throws(SQLError) {
        let text = String(decoding: try io.read(path), as: UTF8.self)
        var actions: [JSONTree] = []
        for line in text.split(whereSeparator: \.isNewline) { actions.append(try JSONTree(String(line))) }
        for action in isCompacted ? actions : actions.reversed() {
            for kind in Kind.allCases {
                guard let tree = action["\(kind)"], tree != .null else { continue }
                try take(kind, try Self.value(tree, Self.columns[kind.rawValue].type))
            }
        }
    }

    /// - Returns: false if something in it could not be kept.
    private mutating func readCheckpoint(_ path: String) throws(SQLError) -> Bool {
        var found: [(Kind, Value)] = [], isWhole = true
        let names = Kind.allCases.map { ["\($0)"] } + [["sidecar"]]
        _ = try io.scan(path, MetadataRequest(columns: names)) { (chunk) throws(SQLError) in
            for row in 0..<chunk.count {
                if !chunk.columns[names.count - 1].isNull(row) { isWhole = false }
                for kind in Kind.allCases where !chunk.columns[kind.rawValue].isNull(row) {
                    let column = chunk.columns[kind.rawValue], value = column.value(at: row)
                    if kind == .add, Self.hasOnlyParsedStatistics(value, column.type) { isWhole = false }
                    found.append((kind, Self.adapted(value, from: column.type, to: Self.columns[kind.rawValue].type)))
                }
            }
        }
        for (kind, value) in found { try take(kind, value) }
        return isWhole
    }

    private static func hasOnlyParsedStatistics(_ value: Value, _ type: SQLType) -> Bool {
        guard case .structure(let members) = value, case .structure(let fields) = type else { return false }
        let isKnown = { (name: String) in zip(fields, members).contains { $0.name == name && !$1.isNull } }
        return isKnown("stats_parsed") && !isKnown("stats")
    }

    /// Keeps an action unless a later one has settled what it is about.
    private mutating func take(_ kind: Kind, _ value: Value) throws(SQLError) {
        guard case .structure(let members) = value, members.count > 2 else { throw JSONReader.corrupted("an action is no object") }
        switch kind {
        case .add, .remove:
            guard settled.insert(try key(members)).inserted else { return }
            if kind == .remove, case .integer(let millis) = members[2], millis < forgotten { return }
            if kind == .add { addCount += 1 }
        case .txn, .domainMetadata:
            guard settled.insert("\(kind)\u{0}\(members[0])").inserted, members[2] != .boolean(true) else { return }
        case .metaData, .protocol:
            guard settled.insert("\(kind)").inserted else { return }
        }
        rows.append((kind, value))
    }

    private func key(_ members: [Value]) throws(SQLError) -> String {
        guard case .text(let path) = members[0] else { throw JSONReader.corrupted("path is missing") }
        var vector: DeltaVectorDescriptor?
        if case .structure(let parts) = members[1], case .text(let storage) = parts[0], case .text(let place) = parts[1] {
            vector = DeltaVectorDescriptor(storageType: storage.string, pathOrInline: place.string)
            if case .integer(let offset) = parts[2] { vector?.offset = offset }
        }
        return folder.key(path.string, vector)
    }

    // MARK: Values

    /// What JSON says, as a value of a type; members that the type has not are left out.
    private static func value(_ tree: JSONTree, _ type: SQLType) throws(SQLError) -> Value {
        switch (type, tree) {
        case (_, .null): return .null
        case (.structure(let fields), .object):
            var members: [Value] = []
            for field in fields { members.append(try value(tree[field.name] ?? .null, field.type)) }
            return .structure(members)
        case (.map(_, let inner), .object(let members)):
            var entries: [Value.MapEntry] = []
            for member in members { entries.append(.init(key: .text(member.name), value: try value(member.value, inner))) }
            return .map(entries)
        case (.list(let inner), .array(let items)):
            var values: [Value] = []
            for item in items { values.append(try value(item, inner)) }
            return .list(values)
        case (.varchar, .string(let text)): return .text(text)
        case (.varchar, .object), (.varchar, .number), (.varchar, .boolean), (.varchar, .array): return .text(tree.json)
        case (.boolean, .boolean(let flag)): return .boolean(flag)
        case (.integer, .number(let text)), (.bigint, .number(let text)):
            guard let number = Int64(text) ?? Double(text).flatMap({ Int64(exactly: $0) }), type == .bigint || Int32(exactly: number) != nil
            else { throw JSONReader.corrupted("\(text) is no \(type)") }
            return .integer(number)
        default: throw JSONReader.corrupted("a member has not the type \(type)")
        }
    }

    /// A value of another writer's checkpoint, by the names of its members.
    private static func adapted(_ value: Value, from: SQLType, to: SQLType) -> Value {
        switch (value, from, to) {
        case (.structure(let members), .structure(let had), .structure(let wanted)):
            return .structure(
                wanted.map { field in
                    guard let index = had.firstIndex(where: { $0.name == field.name }), index < members.count else { return .null }
                    return adapted(members[index], from: had[index].type, to: field.type)
                })
        case (.bytes(let bytes), _, .varchar): return .text(String(decoding: bytes, as: UTF8.self))
        case (.integer, _, _) where to.isInteger: return value
        case (.text, _, .varchar), (.boolean, _, .boolean), (.map, _, .map), (.list, _, .list): return value
        default: return .null
        }
    }

    private func chunks() throws(SQLError) -> [Chunk] {
        var chunks: [Chunk] = [], start = 0
        while start < rows.count {
            let part = rows[start..<min(start + Chunk.capacity, rows.count)]
            var columns: [Column] = []
            for kind in Kind.allCases {
                columns.append(try Column.make(Self.columns[kind.rawValue].type, part.map { $0.kind == kind ? $0.value : .null }))
            }
            chunks.append(Chunk(columns: columns, count: part.count))
            start += part.count
        }
        return chunks
    }
}
