/// lag and lead: the value some rows before or after, within the partition.

import LodeCore
import LodeVectors

final class OffsetValues: WindowValues {
    private let isLead: Bool
    private let piece: WindowPiece
    private let source: PickedRows
    /// By row; nil for 1.
    private let offsets: Column?
    /// What to give where there is no such row; nil for NULL.
    private let defaults: Column?
    private let type: SQLType

    init(isLead: Bool, _ call: WindowShape.Call, _ piece: WindowPiece) throws(SQLError) {
        self.isLead = isLead
        self.piece = piece
        type = call.call.column.type
        guard let value = call.arguments.first else { throw .internalFault("\(call.call.name) without its argument") }
        source = PickedRows(try piece.column(value), ignoringNulls: call.call.ignoresNulls)
        offsets = call.arguments.count > 1 ? try piece.column(call.arguments[1]) : nil
        defaults = call.arguments.count > 2 ? try piece.column(call.arguments[2]) : nil
    }

    func values(_ first: Int, _ count: Int) throws(SQLError) -> Column {
        var rows = [Int](repeating: -1, count: count)
        /// Rows that have no such row, as opposed to a NULL offset.
        var absent: [Int] = []
        for i in 0..<count {
            let row = first + i
            var offset = 1
            if let offsets {
                guard case .integer(let given) = offsets.value(at: row) else { continue }
                offset = Int(clamping: given)
            }
            rows[i] = target(row, isLead ? offset : offset == Int.min ? Int.max : -offset)
            if rows[i] < 0 { absent.append(i) }
        }
        let found = try source.values(rows)
        guard let defaults, !absent.isEmpty else { return found }
        return try filled(found, absent, try defaults.gather(Selection.range(first, count)), count)
    }

    /// The row at a distance; negative if the partition has none.
    private func target(_ row: Int, _ distance: Int) -> Int {
        let start = piece.partitionStart(row), end = piece.partitionEnd(row)
        if distance == 0 { return row }
        if distance > 0 {
            return distance <= source.count(row + 1, end) ? source.row(row + 1, distance - 1) : -1
        }
        let behind = source.count(start, row)
        return distance >= -behind ? source.row(start, behind + distance) : -1
    }

    private func filled(_ found: Column, _ absent: [Int], _ defaults: Column, _ count: Int) throws(SQLError) -> Column {
        if type.isNested {
            var values = (0..<count).map { found.value(at: $0) }
            for i in absent { values[i] = defaults.value(at: i) }
            return try Column.make(type, values)
        }
        let flags = try Buffer.zeroed(byteCount: count)
        for i in absent { flags.lanes(as: UInt8.self)[i] = 1 }
        return try Blend.choose(Column(flat: .boolean, count: count, lanes: flags), defaults, found, type, count)
    }
}
