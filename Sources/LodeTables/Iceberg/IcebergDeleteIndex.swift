/// The delete files of a snapshot, by the data files that they may be of.

import LodeCore

/// - Source: Iceberg Table Spec, "Scan Planning": which deletes apply to which data files.
struct IcebergDeleteIndex {
    /// A spec and values of its fields. Floats are told apart by their bits.
    private struct Partition: Hashable {
        var specID: Int
        var values: [Value]

        init(_ specID: Int, _ values: [Value]) {
            self.specID = specID
            self.values = values.map { value in
                guard case .double(let number) = value else { return value }
                return .integer(Int64(bitPattern: (number.isNaN ? Double.nan : number).bitPattern))
            }
        }
    }

    private struct Vector {
        var vector: DeletionVector
        var sequenceNumber: Int64
    }

    private var vectors: [String: Vector] = [:]
    private var positionsByFile: [String: [DeleteFile]] = [:]
    private var positionsByPartition: [Partition: [DeleteFile]] = [:]
    /// Of each scope those that compare the same fields.
    private var equalities: [Partition: [[Int]: [DeleteFile]]] = [:]
    private var globalEqualities: [[Int]: [DeleteFile]] = [:]
    /// Made once for all data files of a scope.
    private var shared: [Partition: [EqualityDeletes]] = [:]
    private var sharedGlobally: [EqualityDeletes]?
    private let keys: ([Int]) throws(SQLError) -> [EqualityKey]

    /// - Parameter keys: the columns that numbers of fields stand for.
    init(_ keys: @escaping ([Int]) throws(SQLError) -> [EqualityKey]) { self.keys = keys }

    /// Takes a delete file in.
    /// - Parameter path: its location.
    mutating func add(_ entry: IcebergEntry, _ path: String, _ spec: IcebergPartitionSpec) throws(SQLError) {
        switch entry.content {
        case .data: throw SQLError(.dataCorrupted, "a manifest of delete files has a data file", in: path)
        case .positionDeletes:
            if entry.format == "puffin" { return try addVector(entry, path) }
            let file = try deleteFile(entry, path)
            if let data = entry.referencedFile {
                positionsByFile[data, default: []].append(file)
            } else {
                positionsByPartition[Partition(spec.id, entry.partition), default: []].append(file)
            }
        case .equalityDeletes:
            let ids = entry.equalityIDs.sorted()
            guard !ids.isEmpty else { throw SQLError(.dataCorrupted, "an equality delete file has no equality_ids", in: path) }
            let file = try deleteFile(entry, path)
            if spec.fields.allSatisfy({ $0.transform == .void }) {
                globalEqualities[ids, default: []].append(file)
            } else {
                equalities[Partition(spec.id, entry.partition), default: [:]][ids, default: []].append(file)
            }
        }
    }

    private mutating func addVector(_ entry: IcebergEntry, _ path: String) throws(SQLError) {
        guard let data = entry.referencedFile, let offset = entry.contentOffset, let size = entry.contentSize else {
            throw SQLError(.dataCorrupted, "a deletion vector does not say where it lies, or of which file it is", in: path)
        }
        let vector = try DeletionVector(blobOf: path, offset: offset, byteCount: size, cardinality: Int64(entry.rowCount))
        guard vectors.updateValue(Vector(vector: vector, sequenceNumber: entry.sequenceNumber), forKey: data) == nil else {
            throw SQLError(.dataCorrupted, "the data file \"\(data)\" has two deletion vectors", in: path)
        }
    }

    private func deleteFile(_ entry: IcebergEntry, _ path: String) throws(SQLError) -> DeleteFile {
        if entry.format == "orc" { throw SQLError.unsupported("the ORC file of an Iceberg table").within(path) }
        return DeleteFile(
            path: path, size: entry.size, fileFormat: entry.format, rowCount: entry.rowCount, sequenceNumber: entry.sequenceNumber)
    }

    /// What is deleted of a data file; nil if nothing is.
    /// - Parameter path: as the metadata have it.
    mutating func deletes(of entry: IcebergEntry, _ path: String, _ spec: IcebergPartitionSpec) throws(SQLError) -> RowDeletes? {
        if vectors.isEmpty, positionsByFile.isEmpty, positionsByPartition.isEmpty, equalities.isEmpty, globalEqualities.isEmpty {
            return nil
        }
        let partition = Partition(spec.id, entry.partition)
        var vector: DeletionVector?
        if let found = vectors[path], entry.sequenceNumber <= found.sequenceNumber { vector = found.vector }
        var files: [DeleteFile] = []
        if vector == nil {
            files = ((positionsByFile[path] ?? []) + (positionsByPartition[partition] ?? []))
                .filter { entry.sequenceNumber <= $0.sequenceNumber }
        }
        let values = try equalities(of: partition).filter { $0.apply(to: entry.sequenceNumber) }
        if vector == nil, files.isEmpty, values.isEmpty { return nil }
        return RowDeletes(
            vector: vector, positionFiles: files.isEmpty ? nil : PositionDeletes(of: path, files: files), equalities: values)
    }

    private mutating func equalities(of partition: Partition) throws(SQLError) -> [EqualityDeletes] {
        if sharedGlobally == nil { sharedGlobally = try make(globalEqualities) }
        guard let own = equalities[partition] else { return sharedGlobally ?? [] }
        if shared[partition] == nil { shared[partition] = try make(own) }
        return (sharedGlobally ?? []) + (shared[partition] ?? [])
    }

    private func make(_ files: [[Int]: [DeleteFile]]) throws(SQLError) -> [EqualityDeletes] {
        var all: [EqualityDeletes] = []
        for (ids, files) in files.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            all.append(EqualityDeletes(keys: try keys(ids), files: files))
        }
        return all
    }
}
