/// Functions of a row's place in its partition: row_number, rank, dense_rank, percent_rank, cume_dist, ntile.

import LodeCore
import LodeFunctions
import LodeVectors

final class RankingValues: WindowValues {
    private let function: RankingFunction
    private let piece: WindowPiece
    private let type: SQLType
    private let span: SourceSpan?
    /// ntile: the number of buckets, by row.
    private let buckets: Column?

    init(_ function: RankingFunction, _ call: WindowShape.Call, _ piece: WindowPiece) throws(SQLError) {
        self.function = function
        self.piece = piece
        type = call.call.column.type
        span = call.call.span
        buckets = try call.arguments.first.map { place throws(SQLError) in try piece.column(place) }
    }

    func values(_ first: Int, _ count: Int) throws(SQLError) -> Column {
        let piece = piece
        switch function {
        case .rowNumber: return try integers(first, count) { $0 - piece.partitionStart($0) + 1 }
        case .rank: return try integers(first, count) { piece.groupStart($0) - piece.partitionStart($0) + 1 }
        case .denseRank:
            return try integers(first, count) { Int(piece.groupOf[$0]) - Int(piece.groupOf[piece.partitionStart($0)]) + 1 }
        case .percentRank:
            return try doubles(first, count) { row in
                let start = piece.partitionStart(row), rows = piece.partitionEnd(row) - start
                return rows <= 1 ? 0 : Double(piece.groupStart(row) - start) / Double(rows - 1)
            }
        case .cumeDist:
            return try doubles(first, count) { row in
                let start = piece.partitionStart(row)
                return Double(piece.groupEnd(row) - start) / Double(piece.partitionEnd(row) - start)
            }
        case .ntile: return try ntile(first, count)
        }
    }

    private func integers(_ first: Int, _ count: Int, _ value: (Int) -> Int) throws(SQLError) -> Column {
        let lanes = try Buffer(byteCount: count * 8)
        if type.physical == .int32 {
            let out = lanes.lanes(as: Int32.self)
            for i in 0..<count { out[i] = Int32(truncatingIfNeeded: value(first + i)) }
        } else {
            let out = lanes.lanes(as: Int64.self)
            for i in 0..<count { out[i] = Int64(value(first + i)) }
        }
        return Column(flat: type, count: count, lanes: lanes)
    }

    private func doubles(_ first: Int, _ count: Int, _ value: (Int) -> Double) throws(SQLError) -> Column {
        let lanes = try Buffer(byteCount: count * 8)
        let out = lanes.lanes(as: Double.self)
        for i in 0..<count { out[i] = value(first + i) }
        return Column(flat: type, count: count, lanes: lanes)
    }

    /// As even as can be: the first buckets have one row more (PostgreSQL 17, 9.22). The number is the partition's first row's.
    private func ntile(_ first: Int, _ count: Int) throws(SQLError) -> Column {
        guard let buckets else { throw .internalFault("ntile without its argument") }
        var values: [Value] = []
        values.reserveCapacity(count)
        for row in first..<(first + count) {
            let start = piece.partitionStart(row), rows = piece.partitionEnd(row) - start
            guard case .integer(let wanted) = buckets.value(at: start) else {
                values.append(.null)
                continue
            }
            guard wanted > 0 else {
                throw SQLError(.ntileArgument, "argument of ntile must be greater than zero", at: span)
            }
            let number = Int(clamping: wanted), small = rows / number, larger = rows % number
            let place = row - start, border = larger * (small + 1)
            values.append(.integer(Int64(place < border ? place / (small + 1) : larger + (place - border) / max(small, 1)) + 1))
        }
        return try Column.make(type, values)
    }
}
