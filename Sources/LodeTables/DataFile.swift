/// One data file of a table, as the table's metadata describes it.

import LodeCore

/// What a scan needs to know about a file before opening it.
package struct DataFile: Hashable, Sendable {
    /// A location that the object stores resolve.
    package var path: String
    /// Bytes.
    package var size: Int
    /// Rows, those that are deleted included, if the metadata knows.
    package var rowCount: Int?
    /// Rows that are no longer of the table though the file has them; nil: none.
    package var deletes: RowDeletes?
    /// How the file is written, if not as `TableSnapshot.fileFormat` says.
    package var fileFormat: String?
    /// The columns of `partitionValues`, if the table was partitioned otherwise when the file was written. Columns by which it is
    /// partitioned now and was not then are in the file.
    package var partitionColumns: [Field]?
    /// Aligned with `partitionColumns`, or else those of the snapshot, in their types.
    package var partitionValues: [Value]
    /// Whether the table was divided otherwise when the file was written: by other columns, or by what other transforms make of them.
    package var isDividedOtherwise = false
    /// By column name as the schema spells it; columns of which nothing is known are absent.
    package var statistics: [String: ColumnStatistics]
    /// The number that the table gives to the file's first row, if it numbers rows.
    package var rowIDBase: Int?
    /// Which commit the rows came with, where commits have numbers in their order.
    package var sequenceNumber: Int64?
    /// Microseconds since 1970-01-01 UTC; 0 if unknown. With `path` and `size` it identifies the bytes, for caches.
    package var modifiedMicros: Int64

    package init(
        path: String, size: Int, rowCount: Int? = nil, partitionValues: [Value] = [],
        statistics: [String: ColumnStatistics] = [:], rowIDBase: Int? = nil, modifiedMicros: Int64 = 0
    ) {
        self.path = path
        self.size = size
        self.rowCount = rowCount
        self.partitionValues = partitionValues
        self.statistics = statistics
        self.rowIDBase = rowIDBase
        self.modifiedMicros = modifiedMicros
    }

    /// Rows of the table in the file, where it is known how many it was written with.
    package func rowsLeft(of written: Int?) -> Int? {
        guard let deletes, let written else { return written }
        return deletes.count.map { max(0, written - $0) }
    }

    /// Rows of the table in the file, if the metadata knows.
    package var liveRowCount: Int? { rowsLeft(of: rowCount) }

    /// The value that all rows have in a column by which the file is partitioned; nil for other columns.
    /// - Parameter columns: the snapshot's partition columns.
    package func partitionValue(of column: String, _ columns: [Field]) -> Value? {
        guard let place = (partitionColumns ?? columns).firstIndex(where: { $0.name == column }) else { return nil }
        return place < partitionValues.count ? partitionValues[place] : .null
    }
}

extension DataFile {
    /// Tells statistics by the names that columns and fields have after a change; of what is another one then, nothing is known.
    package mutating func follow(_ change: ColumnChange) {
        switch change {
        case .rename(let path, let new): follow(path) { path.dropLast() + [new] + $0 }
        case .drop(let path), .retype(let path, _): follow(path) { _ in nil }
        case .move, .add: break
        }
    }

    private mutating func follow(_ path: ColumnPath, _ name: (_ rest: ArraySlice<String>) -> ColumnPath?) {
        var known: [String: ColumnStatistics] = [:]
        for (key, value) in statistics {
            let own = FieldPath.path(key)
            guard own.starts(with: path) else {
                known[key] = value
                continue
            }
            if let new = name(own.dropFirst(path.count)) { known[FieldPath.name(new)] = value }
        }
        statistics = known
    }
}

/// Rows of a data file that were deleted without writing it anew.
package struct RowDeletes: Hashable, Sendable {
    /// The delete files or deletion vectors that say which.
    package var locations: [String]
    /// How many; nil if that is not known.
    package var count: Int?
    /// Which they are, where that is known already; with a vector, those beside it.
    package var positions: RowPositions?
    /// Where it is written which they are, if it is to be read with the file.
    package var vector: DeletionVector?
    /// Files that name some of them, beside others' rows.
    package var positionFiles: PositionDeletes?
    /// Values by which rows are deleted; those that the file's `sequenceNumber` lets apply.
    package var equalities: [EqualityDeletes] = []

    package init(locations: [String], count: Int? = nil) {
        self.locations = locations
        self.count = count
    }

    /// What delete files say: how many rows that are, is known when they are read.
    /// - Parameter vector: takes the place of the position delete files.
    package init(vector: DeletionVector? = nil, positionFiles: PositionDeletes? = nil, equalities: [EqualityDeletes] = []) {
        let positionFiles = vector == nil ? positionFiles : nil
        self.init(
            locations: (positionFiles?.files ?? []).map(\.path) + equalities.flatMap { $0.files.map(\.path) },
            count: positionFiles == nil && equalities.isEmpty ? vector?.cardinality : nil)
        if case .file(let path, _)? = vector?.place { locations.insert(path, at: 0) }
        self.vector = vector
        self.positionFiles = positionFiles
        self.equalities = equalities
    }

    /// Whether it says of single rows that they are deleted.
    package var namesRows: Bool { positions != nil || vector != nil || positionFiles != nil }

    package init(_ vector: DeletionVector) {
        locations = if case .file(let path, _) = vector.place { [path] } else { [] }
        count = vector.cardinality
        self.vector = vector
    }

    /// Rows beside those that are deleted already.
    package init(_ positions: RowPositions, beside earlier: RowDeletes?) {
        self = earlier ?? RowDeletes(locations: [], count: 0)
        count = count.map { $0 + positions.count }
        if self.positions == nil { self.positions = positions } else { self.positions?.formUnion(positions) }
    }

    package init(_ positions: RowPositions) {
        locations = []
        count = positions.count
        self.positions = positions
    }
}
