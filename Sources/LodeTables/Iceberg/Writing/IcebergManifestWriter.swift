/// Writing manifests.

import LodeCore
import LodeVectors

/// A manifest in the making: its entries, and what the manifest list is to say of them.
/// - Source: Iceberg spec, "Manifests"; "Manifest Lists".
struct IcebergManifestWriter {
    enum Status: Int64 { case existing = 0, added, deleted }

    private var writer: AvroFileWriter
    private let specID: Int
    private let isOfDeletes: Bool
    private(set) var files: [Status: Int] = [:]
    private(set) var rows: [Status: Int64] = [:]
    /// Of the live entries; nil while none has one of its own.
    private var leastSequence: Int64?

    var schema: AvroSchema { writer.schema }

    /// - Parameters:
    ///   - text: the Avro schema.
    ///   - notes: what the header says of the table.
    init(_ text: String, notes: [(key: String, value: String)], specID: Int, isOfDeletes: Bool = false) throws(SQLError) {
        writer = try AvroFileWriter(schema: text, notes: notes)
        self.specID = specID
        self.isOfDeletes = isOfDeletes
    }

    /// A manifest of files that are new.
    init(
        version: Int, schema: JSONTree, _ spec: IcebergPartitionSpec, _ types: [IcebergType], isOfDeletes: Bool = false
    ) throws(SQLError) {
        let fields = zip(spec.fields, types).map { (field: $0, type: $1) }
        let id = schema["schema-id"].flatMap { if case .number(let text) = $0 { text } else { nil } } ?? "0"
        try self.init(
            IcebergAvroText.manifest(version: version, fields),
            notes: [
                ("schema", schema.json), ("schema-id", id), ("partition-spec", spec.fieldTrees.json),
                ("partition-spec-id", String(spec.id)), ("format-version", String(version)),
                ("content", isOfDeletes ? "deletes" : "data"),
            ], specID: spec.id, isOfDeletes: isOfDeletes)
    }

    /// - Parameter sequence: of the data, where the entry does not inherit it.
    mutating func append(_ entry: AvroTree, _ status: Status, rowCount: Int64, sequence: Int64?) throws(SQLError) {
        try writer.append(entry)
        files[status, default: 0] += 1
        rows[status, default: 0] &+= rowCount
        if status != .deleted, let sequence { leastSequence = min(leastSequence ?? sequence, sequence) }
    }

    /// The bytes, and the manifest's entry in a list.
    /// - Parameters:
    ///   - snapshot: the commit that it comes with.
    ///   - summaries: of the partitions; nil if nothing is said.
    mutating func finish(
        _ path: String, snapshot: Int64, sequence: Int64, summaries: AvroTree
    ) -> (bytes: [UInt8], entry: [Int: AvroTree]) {
        let bytes = writer.finish()
        let hasAdded = files[.added] ?? 0 > 0
        func count(_ status: Status) -> AvroTree { .number(Int64(files[status] ?? 0)) }
        func rowCount(_ status: Status) -> AvroTree { .number(rows[status] ?? 0) }
        return (
            bytes,
            [
                500: .text(path), 501: .number(Int64(bytes.count)), 502: .number(Int64(specID)), 517: .number(isOfDeletes ? 1 : 0),
                515: .number(sequence), 516: .number(min(leastSequence ?? sequence, hasAdded ? sequence : .max)), 503: .number(snapshot),
                504: count(.added), 505: count(.existing), 506: count(.deleted),
                512: rowCount(.added), 513: rowCount(.existing), 514: rowCount(.deleted), 507: summaries,
            ]
        )
    }
}

extension AvroSchema {
    /// A record of it with values of fields by their numbers; the others are NULL.
    func record(_ values: [Int: AvroTree]) -> AvroTree {
        guard case .record(let fields) = kind else { return .null }
        return .record(fields.map { field in field.id.flatMap { values[$0] } ?? .null })
    }

    /// The schema of a record that is a field of it.
    func field(_ id: Int) -> AvroSchema? {
        guard case .record(let fields) = kind else { return nil }
        return fields.first { $0.id == id }?.schema
    }
}

/// What data files are in manifests.
/// - Source: Iceberg spec, "Data File Fields".
struct IcebergFileWriter {
    private let schema: IcebergSchema
    private let spec: IcebergPartitionSpec
    private let types: [IcebergType]
    private let sortOrderID: Int?
    private let bounds: IcebergMetrics
    /// Where the values of the spec's fields are among a file's partition values.
    private let entrySchema: AvroSchema
    private var summaries: [Summary]

    private struct Summary {
        var hasNull = false
        var hasNaN = false
        var lower: Value?
        var upper: Value?
    }

    /// - Parameter types: of the values of the spec's fields.
    init(
        _ schema: IcebergSchema, _ spec: IcebergPartitionSpec, _ types: [IcebergType], _ entrySchema: AvroSchema, sortOrderID: Int? = nil,
        _ bounds: IcebergMetrics
    ) {
        self.schema = schema
        self.spec = spec
        self.types = types
        self.sortOrderID = sortOrderID
        self.bounds = bounds
        self.entrySchema = entrySchema
        summaries = types.map { _ in Summary() }
    }

    /// The entry of a file that is added: its sequence numbers are inherited.
    mutating func added(_ file: DataFile, snapshot: Int64) throws(SQLError) -> AvroTree {
        guard let rowCount = file.rowCount, let fileSchema = entrySchema.field(2) else {
            throw .internalFault("a new data file whose rows nobody counted")
        }
        guard let tuple = spec.tuple(file.partitionValues, types) else {
            throw .internalFault("the partition of \(file.path) has other values than its spec")
        }
        var left = file.partitionValues[...]
        for (place, field) in spec.fields.enumerated() { note(field.transform == .void ? .null : left.popFirst() ?? .null, place) }
        var values: [Int: AvroTree] = [
            134: .number(0), 100: .text(file.path), 101: .text((file.fileFormat ?? "parquet").uppercased()), 102: .record(tuple),
            103: .number(Int64(rowCount)), 104: .number(Int64(file.size)),
        ]
        for (id, tree) in metrics(file, rowCount) { values[id] = tree }
        // A file that comes back has had its numbers before.
        if let first = file.rowIDBase { values[142] = .number(Int64(first)) }
        if let sortOrderID { values[140] = .number(Int64(sortOrderID)) }
        return entrySchema.record([0: .number(1), 1: .number(snapshot), 2: fileSchema.record(values)])
    }

    /// - Source: Iceberg spec, "Field-level Metrics and Statistics".
    private func metrics(_ file: DataFile, _ rowCount: Int) -> [Int: AvroTree] {
        var counts: [AvroTree] = [], nulls: [AvroTree] = [], lower: [AvroTree] = [], upper: [AvroTree] = []
        for field in schema.fields {
            let mode = bounds.mode(of: field.name)
            guard mode != .none, let known = file.statistics[field.name] else { continue }
            let id = AvroTree.number(Int64(field.id))
            if let count = known.nullCount {
                counts.append(.record([id, .number(Int64(rowCount))]))
                nulls.append(.record([id, .number(Int64(count))]))
            }
            if let bound = known.minimum.flatMap({ bounds.lower($0, mode) }).flatMap({ field.type.bytes(of: $0) }) {
                lower.append(.record([id, .bytes(bound)]))
            }
            if let bound = known.maximum.flatMap({ bounds.upper($0, mode) }).flatMap({ field.type.bytes(of: $0) }) {
                upper.append(.record([id, .bytes(bound)]))
            }
        }
        return [109: counts, 110: nulls, 125: lower, 128: upper].filter { !$0.value.isEmpty }.mapValues { .list($0) }
    }

    private mutating func note(_ value: Value, _ place: Int) {
        if value.isNull { return summaries[place].hasNull = true }
        if case .double(let number) = value, number.isNaN { return summaries[place].hasNaN = true }
        if let lower = summaries[place].lower, (Value.compare(value, lower) ?? 0) >= 0 {} else { summaries[place].lower = value }
        if let upper = summaries[place].upper, (Value.compare(value, upper) ?? 0) <= 0 {} else { summaries[place].upper = value }
    }

    /// What the manifest list says of the partitions of all files.
    var summary: AvroTree {
        .list(
            zip(summaries, types).map { summary, type in
                func bound(_ value: Value?) -> AvroTree { value.flatMap { type.bytes(of: $0) }.map { .bytes($0) } ?? .null }
                return .record([
                    .boolean(summary.hasNull), .boolean(summary.hasNaN), bound(summary.lower), bound(summary.upper),
                ])
            })
    }
}
