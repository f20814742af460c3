/// The Parquet files of a folder that is to become a table.

import LodeCore
import LodeExecution
import LodeFormats
import LodeObjectStore
import LodeTables

/// All files of a folder and of the `key=value` folders in it, with what their footers say.
struct AdoptedFiles {
    private(set) var files: [DataFile] = []
    /// The columns of the files, and then those of the folders.
    private(set) var schema = Schema([])
    private(set) var partitionColumns: [Field] = []

    /// Footers that are being fetched while others are read.
    private static let openedAhead = 64

    /// - Parameter partitions: the columns of the folders with their types; none: as the folders tell.
    /// - Throws: `58P01` if there are no files, `42P16` if they lie in folders that differ, `42804` if a column has several types.
    init(
        in location: String, _ partitions: [Field], _ stores: StoreRegistry, _ format: any WritableTableFormat,
        collectsStatistics: Bool
    ) throws(SQLError) {
        files = try Self.list(location, stores)
        if files.isEmpty { throw SQLError(.undefinedFile, "there are no Parquet files to convert", in: location) }
        let inside = files.map { String($0.path.dropFirst(location.utf8.count)) }
        if let found = try HiveInference(paths: inside, types: partitions) {
            // In the order of the folders, unless the statement has one.
            let order = (partitions.isEmpty ? HivePath.pairs(inPath: inside[0]).map(\.key) : partitions.map(\.name)).map { $0.lowercased() }
            let places = found.columns.indices.sorted { left, right in
                (order.firstIndex(of: found.columns[left].name.lowercased()) ?? 0)
                    < (order.firstIndex(of: found.columns[right].name.lowercased()) ?? 0)
            }
            partitionColumns = places.map { found.columns[$0] }
            for index in files.indices { files[index].partitionValues = places.map { found.values[index][$0] } }
        } else if !partitions.isEmpty || inside.contains(where: { !HivePath.pairs(inPath: $0).isEmpty }) {
            throw SQLError(
                .invalidTableDefinition, "the files don't lie in the same key=value folders", in: location,
                hint: "Each partition column has one folder on the way to each file.")
        }
        try readFooters(stores, mayNumber: !format.evolvesLayout, collectsStatistics)
    }

    private static func list(_ location: String, _ stores: StoreRegistry) throws(SQLError) -> [DataFile] {
        let (store, folder) = try stores.resolve(location)
        var found: [DataFile] = [], other: String?
        try store.list(folder, recursive: true) { info throws(SQLError) in
            let parts = info.path.dropFirst(folder.utf8.count).split(separator: "/")
            if info.size == 0 || parts.contains(where: { HivePath.isHidden($0) }) { return true }
            if info.path.lowercased().hasSuffix(".parquet") || !info.name.contains(".") {
                found.append(DataFile(path: info.path, size: info.size, modifiedMicros: info.modifiedMicros))
            } else {
                other = other ?? info.path
            }
            return true
        }
        if let other {
            throw SQLError(
                .invalidTableDefinition, "there is a file that is not of Parquet", in: other, hint: "Put it elsewhere, and convert again.")
        }
        return found.sorted { $0.path < $1.path }
    }

    /// - Parameter mayNumber: whether numbers that the files give to their columns mean nothing to the table.
    private mutating func readFooters(_ stores: StoreRegistry, mayNumber: Bool, _ collectsStatistics: Bool) throws(SQLError) {
        let keys = Set(partitionColumns.map { $0.name.lowercased() })
        var columns: [Field] = [], sibling: (any FileScan)?, firsts: [String: String] = [:]
        for index in files.indices {
            if index % Self.openedAhead == 0 { stores.willOpen(files[index...].prefix(2 * Self.openedAhead).map(\.path)) }
            try Cancellation.checkCurrent()
            let file = files[index]
            do throws(SQLError) {
                let scan = try FileFormats.parquet.open(try stores.open(file.path), options: FormatOptions(), like: sibling)
                sibling = scan
                if !mayNumber, scan.fieldIDs.contains(where: { $0 != nil }) {
                    throw SQLError.unsupported(
                        "a file that numbers its columns itself", hint: "CREATE TABLE … AS SELECT … copies its rows.")
                }
                files[index].rowCount = scan.rowCount
                for (place, field) in scan.schema.fields.enumerated() where !keys.contains(field.name.lowercased()) {
                    try Self.add(field, to: &columns, first: &firsts, file.path)
                    if collectsStatistics { files[index].statistics[field.name] = scan.statistics(place) }
                }
            } catch {
                throw error.place == nil ? error.within(file.path) : error
            }
        }
        schema = Schema(columns + partitionColumns)
    }

    /// - Throws: `42804` for a column that had another type in another file.
    private static func add(
        _ field: Field, to columns: inout [Field], first: inout [String: String], _ path: String
    ) throws(SQLError) {
        let key = field.name.lowercased()
        guard let known = columns.first(where: { $0.name.lowercased() == key }) else {
            first[key] = path
            // Other files may lack it.
            return columns.append(Field(field.name, field.type))
        }
        guard known.type == field.type, known.name == field.name else {
            throw SQLError(
                .datatypeMismatch, "column \"\(field.name)\" is \(field.type) here and \"\(known.name)\" \(known.type) elsewhere",
                detail: "Elsewhere is \(first[key] ?? "another file").", hint: "CREATE TABLE … AS SELECT … writes files of one type.")
        }
    }
}
