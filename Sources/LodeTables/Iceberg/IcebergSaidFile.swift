/// A file of a snapshot in all that its manifest says of it, whether Lode reads that or not.

import LodeCore
import LodeVectors

/// Other engines go by more than `IcebergLiveFile` has: places to split a file at, keys, counts of NaN, and of values in nested fields.
struct IcebergSaidFile: Hashable {
    private static let sequence = 4, dataFile = 2, path = 100
    /// What manifests say in several ways, which `IcebergLiveFile` resolves; and a size that the first version alone has.
    private static let resolved: Set<Int> = [105, 134, 142]

    let path: String
    /// By the numbers of the fields, or by the names of those that have none.
    private let fields: [String: AvroTree]
    private let fileSequence: Int64

    /// The live files of manifests.
    /// - Throws: `XX001` for a manifest that is damaged, or says something twice.
    static func all(in manifests: [IcebergManifest], _ io: any TableIO) throws(SQLError) -> Set<IcebergSaidFile> {
        var found: Set<IcebergSaidFile> = [], left = manifests[...]
        try io.read(manifests.map { IcebergFolder.plain($0.path) }) { (place, bytes) throws(SQLError) in
            guard let manifest = left.popFirst() else { return }
            try Cancellation.checkCurrent()
            let file = try AvroContainer(bytes)
            for record in try file.records(io) where record.field(0, in: file.schema)?.number != 2 {
                found.insert(try IcebergSaidFile(record, file.schema, manifest, place))
            }
        }
        return found
    }

    private init(_ entry: AvroTree, _ schema: AvroSchema, _ manifest: IcebergManifest, _ place: String) throws(SQLError) {
        guard case .record(let known)? = schema.field(Self.dataFile)?.kind,
            case .record(let values)? = entry.field(Self.dataFile, in: schema), values.count == known.count
        else { throw SQLError(.dataCorrupted, "an entry of the manifest has no data_file", in: place) }
        fileSequence = entry.field(Self.sequence, in: schema)?.number ?? manifest.sequenceNumber
        var fields: [String: AvroTree] = [:], seen: Set<String> = []
        for (field, value) in zip(known, values) {
            let key = field.id.map(String.init) ?? field.name
            guard seen.insert(key).inserted else {
                throw SQLError(.dataCorrupted, "an entry of the manifest has the field \(field.name) twice", in: place)
            }
            // Nothing is said by an empty list, either.
            if field.id.map(Self.resolved.contains) == true || value == .null || value == .list([]) { continue }
            fields[key] = Self.sorted(value)
        }
        guard let path = fields[String(Self.path)]?.text else {
            throw SQLError(.dataCorrupted, "an entry of the manifest has no file_path", in: place)
        }
        self.path = path
        self.fields = fields
    }

    /// Maps have no order.
    private static func sorted(_ value: AvroTree) -> AvroTree {
        func key(_ item: AvroTree) -> Int64? { if case .record(let pair) = item { pair.first?.number } else { nil } }
        guard case .list(let items) = value, items.allSatisfy({ key($0) != nil }) else { return value }
        return .list(items.sorted { key($0) ?? 0 < key($1) ?? 0 })
    }
}
