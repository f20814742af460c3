/// The numbers of rows and of their last changes, as one file has them.

import LodeCore
import LodeFormats
import LodeFunctions
import LodeTables
import LodeVectors

/// What was kept when a row was moved; else what follows from its file.
enum FileLineage {
    /// Room for the rows of a file, so that their numbers are sums without an end.
    private static let mostRows: Int64 = 1 << 40

    /// The row's number.
    static func id(_ lineage: RowLineage, _ file: DataFile, _ columns: FileColumns, _ functions: FunctionContext) throws(SQLError)
        -> FileOrigin
    {
        let kept = try place(of: lineage.id, columns)
        guard let base = file.rowIDBase.map({ Int64($0) }) else { return origin(of: kept, lineage.id) }
        guard (0...Int64.max - mostRows).contains(base) else {
            throw SQLError(.dataCorrupted, "the number of the file's first row is \(base)", in: file.path)
        }
        if let kept {
            var cast = FileCast(functions: functions, keepsValues: false) { columns, count, _ throws(SQLError) in
                try filled(columns[0], count, columns[1], base)
            }
            cast.wantsNumbers = true
            return .place(position: kept, cast: cast, name: lineage.id.fileName)
        }
        guard let numbers = columns.scan.rowNumberPosition else { throw .internalFault("rows of \(file.path) have no numbers") }
        let cast = FileCast(functions: functions, keepsValues: false) { columns, count, _ throws(SQLError) in
            try filled(nil, count, columns[0], base)
        }
        return .place(position: numbers, cast: cast, name: lineage.id.fileName)
    }

    /// The commit that changed the row last. Where rows have no numbers, nothing is said of their changes either.
    /// - Source: Iceberg spec, "Row Lineage for Upgraded Tables", "Reading", version 3.
    static func change(_ lineage: RowLineage, _ file: DataFile, _ columns: FileColumns, _ functions: FunctionContext) throws(SQLError)
        -> FileOrigin
    {
        let kept = try place(of: lineage.change, columns)
        guard file.rowIDBase != nil, let commit = file.sequenceNumber else { return origin(of: kept, lineage.change) }
        guard let kept else { return .value(.integer(commit)) }
        let cast = FileCast(functions: functions, keepsValues: false) { columns, count, _ throws(SQLError) in
            try filled(columns[0], count, nil, commit)
        }
        return .place(position: kept, cast: cast, name: lineage.change.fileName)
    }

    private static func place(of column: MappedColumn, _ columns: FileColumns) throws(SQLError) -> Int? {
        guard let place = columns.position(of: column) else { return nil }
        let type = columns.scan.schema.fields[place].type
        guard type == .bigint else {
            throw SQLError(.dataCorrupted, "the column \"\(column.fileName)\" that numbers rows is \(type)", in: columns.path)
        }
        return place
    }

    private static func origin(of kept: Int?, _ column: MappedColumn) -> FileOrigin {
        kept.map { .place(position: $0, cast: nil, name: column.fileName) } ?? .value(.null)
    }

    /// `kept` where it is not NULL, else the base, plus the row's number in its file where that counts.
    private static func filled(_ kept: Column?, _ count: Int, _ numbers: Column?, _ base: Int64) throws(SQLError) -> Column {
        let result = try Buffer(byteCount: max(16, count * 8)), out = result.lanes(as: Int64.self)
        if let numbers {
            let flat = try numbers.flattened(), lanes = flat.lanes(as: Int64.self)
            for row in 0..<count { out[row] = base &+ lanes[row] }
        } else {
            for row in 0..<count { out[row] = base }
        }
        if let kept {
            let flat = try kept.flattened(), lanes = flat.lanes(as: Int64.self)
            for row in 0..<count where !flat.isNull(row) { out[row] = lanes[row] }
        }
        return Column(flat: .bigint, count: count, lanes: result, validity: nil)
    }
}
