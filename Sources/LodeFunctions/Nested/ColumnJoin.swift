/// Columns one after the other as one column.

import LodeCore
import LodeVectors

enum ColumnJoin {
    /// The rows of all columns, which have the type `type`, in order.
    static func concatenate(_ columns: [Column], _ type: SQLType) throws(SQLError) -> Column {
        var flat: [Column] = []
        var total = 0, mayHaveNulls = false
        for column in columns {
            let one = try column.flattened()
            flat.append(one)
            total += one.count
            mayHaveNulls = mayHaveNulls || one.mayHaveNulls
        }
        guard total <= Int(UInt32.max) else { throw SQLError(.programLimitExceeded, "a chunk of lists has too many elements") }
        // What has no type is NULL, whatever its lanes are.
        if type == .null { return try Column.null(type, count: total).flattened() }
        let stride = type.physical.stride
        let lanes = try Buffer(byteCount: max(16, total * stride))
        let validity = mayHaveNulls ? try Validity.allValid(total) : nil
        var at = 0
        for column in flat {
            lanes.copyLanes(of: column, count: column.count, to: at)
            if column.mayHaveNulls, let validity {
                for row in 0..<column.count where column.isNull(row) {
                    Validity.clear(validity.lanes(as: UInt64.self), at + row)
                }
            }
            at += column.count
        }
        let children = try self.children(flat, type)
        if type.physical == .list { shift(flat, lanes) }
        return Column(
            flat: type, count: total, lanes: lanes, validity: validity, heaps: flat.flatMap { $0.heapOwners }, children: children)
    }

    private static func children(_ columns: [Column], _ type: SQLType) throws(SQLError) -> [Column] {
        let types: [SQLType] =
            switch type.base {
            case .list(let element): [element]
            case .map(let key, let value): [key, value]
            case .structure(let fields): fields.map(\.type)
            default: []
            }
        var result: [Column] = []
        for (index, type) in types.enumerated() { result.append(try concatenate(columns.map { $0.children[index] }, type)) }
        return result
    }

    /// Lists of later columns find their elements behind those of earlier ones.
    private static func shift(_ columns: [Column], _ lanes: Buffer) {
        let ranges = lanes.lanes(as: ListRange.self)
        var at = 0, offset: UInt32 = 0
        for column in columns {
            for row in at..<at + column.count { ranges[row].offset &+= offset }
            at += column.count
            offset &+= UInt32(truncatingIfNeeded: column.children[0].count)
        }
    }
}
