/// Reading the files that say which rows of data files are deleted, each once for a scan.

import LodeCore
import LodeFormats
import LodeFunctions
import LodeObjectStore
import LodeTables
import LodeVectors

/// What all workers of a scan know of deleted rows. Whoever needs a file first reads it; the others wait for it.
final class DeleteReader: Sendable {
    private let stores: StoreRegistry
    private let functions: FunctionContext
    private let memory: MemoryBudget
    private let positionFiles = Lock<[String: Once<DeletedPositions>]>([:])
    private let keys = Lock<[EqualityDeletes: Once<NumberedKeys>]>([:])

    init(_ stores: StoreRegistry, _ functions: FunctionContext, _ memory: MemoryBudget) {
        self.stores = stores
        self.functions = functions
        self.memory = memory
    }

    /// Which rows of a data file are deleted by their numbers; nil where nothing says which.
    func positions(_ deletes: RowDeletes, of scan: any FileScan, _ cancellation: Cancellation) throws(SQLError) -> RowPositions? {
        guard let rowCount = scan.rowCount else { return deletes.vector == nil && deletes.positionFiles == nil ? deletes.positions : nil }
        var rows = deletes.positions
        if let vector = deletes.vector {
            let stored = try vector.positions(rowCount: rowCount) { [stores] (path, offset, count) throws(SQLError) in
                try stores.open(path).read(offset: offset, count: count)
            }
            rows = rows.map { known in
                var all = known
                all.formUnion(stored)
                return all
            } ?? stored
        }
        if let named = deletes.positionFiles {
            var all = rows ?? RowPositions()
            for file in named.files {
                try positions(in: file, cancellation).insert(named.dataFile, below: Int64(rowCount), into: &all)
            }
            rows = all
        }
        return rows
    }

    private func positions(in file: DeleteFile, _ cancellation: Cancellation) throws(SQLError) -> DeletedPositions {
        let once = positionFiles.withLock { known in
            let once = known[file.path] ?? Once()
            known[file.path] = once
            return once
        }
        return try once.value { () throws(SQLError) in try DeletedPositions(self, file, cancellation) }
    }

    /// The values that some equality delete files delete, with the commits that they came with.
    func keys(_ deletes: EqualityDeletes, _ cancellation: Cancellation) throws(SQLError) -> NumberedKeys {
        let once = keys.withLock { known in
            let once = known[deletes] ?? Once()
            known[deletes] = once
            return once
        }
        return try once.value { () throws(SQLError) in try readKeys(deletes, cancellation) }
    }

    private func readKeys(_ deletes: EqualityDeletes, _ cancellation: Cancellation) throws(SQLError) -> NumberedKeys {
        let builder = try NumberedKeysBuilder(deletes.keys.map(\.type), memory, for: "equality deletes")
        stores.willOpen(deletes.files.map(\.path))
        for file in deletes.files.sorted(by: { $0.sequenceNumber < $1.sequenceNumber }) {
            try read(file, deletes.keys, cancellation) { (columns, count) throws(SQLError) in
                try builder.add(columns, number: file.sequenceNumber, count: count)
            }
        }
        return try builder.finish()
    }

    fileprivate func hold() -> MemoryHold { MemoryHold(memory, for: "position deletes") }

    /// Reads fields of a delete file, in their types.
    /// - Throws: `XX001` if the file lacks one, `0A000` for a format that Lode does not read.
    fileprivate func read(
        _ file: DeleteFile, _ fields: [EqualityKey], _ cancellation: Cancellation,
        _ body: (_ columns: [Column], _ count: Int) throws(SQLError) -> Void
    ) throws(SQLError) {
        do throws(SQLError) {
            let scan = try FileFormats.reading(file.fileFormat).open(try stores.open(file.path), options: FormatOptions(), like: nil)
            let columns = FileColumns(scan, path: file.path, .mapped(fields.map(\.column)))
            var projection: [Int] = [], casts: [(place: Int, cast: FileCast?)] = []
            for field in fields {
                let origin = try columns.origin(of: field.column, field.path.dropFirst().map(\.name), as: field.type, functions)
                guard case .place(let position, let cast, _) = origin else {
                    let name = field.path.map(\.name).joined(separator: ".")
                    throw SQLError(.dataCorrupted, "the delete file lacks the column \"\(name)\", by which it deletes")
                }
                let known = projection.firstIndex(of: position)
                if known == nil { projection.append(position) }
                casts.append((known ?? projection.count - 1, cast))
            }
            let request = ScanRequest(projection: projection, cancellation: cancellation)
            for morsel in try scan.morsels() {
                let reader = try scan.reader(morsel, request)
                while let chunk = try reader.next() {
                    try cancellation.check()
                    var values: [Column] = []
                    for (place, cast) in casts { values.append(try cast?.apply(chunk.columns[place], chunk.count) ?? chunk.columns[place]) }
                    try body(values, chunk.count)
                }
            }
        } catch {
            throw error.place == nil && error.state != .queryCanceled && error.state != .outOfMemory ? error.within(file.path) : error
        }
    }
}

/// What a position delete file says of all data files.
final class DeletedPositions: Sendable {
    private let rows: [SQLText: [Int64]]
    private let hold: MemoryHold

    /// - Source: Iceberg spec, "Position Delete Files", "Reserved Field IDs".
    private static let fields = [
        EqualityKey(
            path: [MappedColumn(name: "file_path", fileName: "file_path", fieldID: 2_147_483_546, unnumberedNames: ["file_path"])],
            type: .varchar),
        EqualityKey(
            path: [MappedColumn(name: "pos", fileName: "pos", fieldID: 2_147_483_545, unnumberedNames: ["pos"])], type: .bigint),
    ]

    fileprivate init(_ reader: DeleteReader, _ file: DeleteFile, _ cancellation: Cancellation) throws(SQLError) {
        let hold = reader.hold()
        var rows: [SQLText: [Int64]] = [:], path = SQLText(""), own: [Int64] = []
        try reader.read(file, Self.fields, cancellation) { (columns, count) throws(SQLError) in
            let paths = try columns[0].flattened(), numbers = try columns[1].flattened()
            try hold.grow(by: count * MemoryLayout<Int64>.stride)
            let views = paths.lanes(as: StringView.self), lanes = numbers.lanes(as: Int64.self)
            var before: Int?
            for row in 0..<count where !paths.isNull(row) && !numbers.isNull(row) {
                defer { before = row }
                // Sorted by path: the next row is mostly of the same data file.
                if before.map({ !(views[row] == views[$0]) }) ?? true {
                    rows[path] = own
                    path = SQLText(views[row].withBytes { String(decoding: $0, as: UTF8.self) })
                    let known = rows.removeValue(forKey: path)
                    // What a name takes, in the dictionary and beside it.
                    if known == nil { try hold.grow(by: 128 + path.utf8.count) }
                    own = known ?? []
                }
                own.append(lanes[row])
            }
        }
        rows[path] = own
        self.rows = rows
        self.hold = hold
    }

    /// Numbers that no row has delete nothing.
    func insert(_ dataFile: String, below limit: Int64, into positions: inout RowPositions) {
        for row in rows[SQLText(dataFile)] ?? [] where row < limit { _ = positions.insert(row) }
    }
}

/// A value that is made when it is first asked for; an error is given to all who ask.
final class Once<Value: Sendable>: Sendable {
    private let result = Lock<Result<Value, SQLError>?>(nil)

    func value(_ make: () throws(SQLError) -> Value) throws(SQLError) -> Value {
        try result.withLock { (result) throws(SQLError) in
            if let result { return try result.get() }
            do throws(SQLError) {
                let value = try make()
                result = .success(value)
                return value
            } catch {
                result = .failure(error)
                throw error
            }
        }
    }
}
