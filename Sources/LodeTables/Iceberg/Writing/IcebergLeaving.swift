/// Which files of a table go with a change.

import LodeCore
import LodeVectors

/// Files that are named, those of partitions that are emptied, or all; and with a data file the delete files that are of it alone.
struct IcebergLeaving {
    private let everything: Bool
    private let named: Set<String>
    /// Data files that stay and of which rows go.
    private let marked: Set<String>
    /// Whether what says which rows go takes the place of what said so before.
    private let replacesVectors: Bool
    /// Values of partitions of the table's spec, as manifests have them.
    private let partitions: Set<[AvroTree]>
    /// Files of other specs that may stay then.
    private let examined: Set<String>
    private let specID: Int

    /// Nothing goes.
    init() {
        everything = false
        named = []
        marked = []
        replacesVectors = false
        partitions = []
        examined = []
        specID = 0
    }

    init(_ change: FileChange, _ metadata: IcebergMetadata) throws(SQLError) {
        everything = change.removesEverything
        named = Set(change.removedPaths)
        marked = Set(change.marked.map(\.file.path))
        replacesVectors = metadata.formatVersion >= 3
        examined = change.examinedPaths
        specID = metadata.defaultSpecID
        guard !change.emptiedPartitions.isEmpty else {
            partitions = []
            return
        }
        guard let spec = metadata.spec(specID), let schema = metadata.schema(metadata.currentSchemaID) else {
            throw .internalFault("a table without a schema or a partition spec")
        }
        let types = IcebergPartitionDeclaration.types(spec, metadata, schema)
        var partitions: Set<[AvroTree]> = []
        for values in change.emptiedPartitions {
            guard let tuple = spec.tuple(values, types) else { throw .internalFault("a partition has values of other types than its spec") }
            partitions.insert(tuple.map(Self.comparable))
        }
        self.partitions = partitions
    }

    /// Decimals and other numbers of bytes may be as long as an earlier type had them.
    private static func comparable(_ tree: AvroTree) -> AvroTree {
        switch tree {
        case .float(let number): return .double(Double(number))
        default: return tree
        }
    }

    /// Whether rows go of a data file that stays.
    func isMarked(_ path: String?) -> Bool { !marked.isEmpty && path.map { marked.contains(IcebergFolder.plain($0)) } ?? false }

    /// Whether a file goes.
    /// - Parameters:
    ///   - path: of the data file, or of the one that a delete file is of; nil for delete files of several.
    ///   - partition: its values.
    /// - Throws: `40001` for a file of another spec that came meanwhile while partitions are emptied: nobody knows which rows of it are
    ///   theirs.
    func takes(_ path: String?, _ partition: AvroTree?, of manifest: IcebergManifest) throws(SQLError) -> Bool {
        if everything { return true }
        if let path, named.contains(IcebergFolder.plain(path)) { return true }
        if manifest.hasDeletes, replacesVectors, isMarked(path) { return true }
        if partitions.isEmpty || manifest.hasDeletes { return false }
        guard manifest.specID == specID else {
            if let path, examined.contains(IcebergFolder.plain(path)) { return false }
            throw IcebergWriting.conflict(detail: "It got files that are divided otherwise.")
        }
        guard case .record(let values)? = partition else { return false }
        return partitions.contains(values.map(Self.comparable))
    }
}

extension IcebergPartitionSpec {
    /// Values of the terms of a partition, in the fields of the spec as manifests have them: of fields that are void no value is given.
    /// - Returns: nil for values that are none of the types.
    func tuple(_ values: [Value], _ types: [IcebergType?]) -> [AvroTree]? {
        var left = values[...], tuple: [AvroTree] = []
        for (field, type) in zip(fields, types) {
            if field.transform == .void {
                tuple.append(.null)
                continue
            }
            guard let type, let value = left.popFirst(), let tree = type.tree(of: value) else { return nil }
            tuple.append(tree)
        }
        return left.isEmpty ? tuple : nil
    }
}
