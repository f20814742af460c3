/// Keys by which rows that are near each other in several columns lie near each other in files.

import LodeCore
import LodeVectors

/// A curve through the space of some columns: rows sorted by their place on it have narrow ranges in every column, a file at a time.
///
/// Each value becomes its rank among the values of a sample, so that the curve is as dense as the rows are; then the bits of the ranks are
/// woven into one number.
/// - Source: Morton, "A Computer Oriented Geodetic Data Base", 1966; Skilling, "Programming the Hilbert curve", AIP 707, 2004.
package struct SpaceFillingCurve: Sendable {
    package enum Kind: Sendable { case zorder, hilbert }

    private let kind: Kind
    private let columns: [RankedColumn]
    private let types: [SQLType]
    /// Of each rank.
    private let bits: Int

    /// Columns that a key of 62 bits has room for.
    package static let maxColumns = 31

    /// - Parameters:
    ///   - sample: rows of the columns, which are at most `maxColumns`.
    ///   - types: for which `ranks` says true.
    package init(_ kind: Kind, _ types: [SQLType], sample: [Chunk]) throws(SQLError) {
        precondition((1...Self.maxColumns).contains(types.count), "whoever names the columns counts them")
        self.kind = kind
        self.types = types
        let bits = min(12, 62 / types.count)
        self.bits = bits
        columns = try types.indices.map { (index) throws(SQLError) in try RankedColumn(sample.map { $0.columns[index] }, bits: bits) }
    }

    /// Whether values of a type have an order that the curve can follow.
    package static func ranks(_ type: SQLType) -> Bool {
        switch type.physical {
        case .bool, .int8, .int16, .int32, .int64, .int128, .float32, .float64, .text: true
        case .interval, .list, .structure: false
        }
    }

    /// The place of rows on the curve, from the columns in their order.
    package var function: BoundScalar {
        BoundScalar(parameters: types, returns: .bigint, canFail: false, takesNull: true) { (columns, count, _) throws(SQLError) in
            try self.places(columns, count)
        }
    }

    private func places(_ columns: [Column], _ count: Int) throws(SQLError) -> Column {
        var ranks: [[UInt32]] = []
        for (column, ranked) in zip(columns, self.columns) { ranks.append(try ranked.ranks(column, count)) }
        let result = try LaneResult<Int64>(count)
        var point = [UInt32](repeating: 0, count: ranks.count)
        var row = 0
        while row < count {
            var axis = 0
            while axis < point.count {
                point[axis] = ranks[axis][row]
                axis &+= 1
            }
            if kind == .hilbert { Self.turn(&point, bits) }
            result.lanes[row] = Self.woven(point, bits)
            row &+= 1
        }
        return result.column(.bigint)
    }

    /// The bits of all numbers, highest first.
    private static func woven(_ point: [UInt32], _ bits: Int) -> Int64 {
        var key: UInt64 = 0
        var bit = bits &- 1
        while bit >= 0 {
            for number in point { key = key &<< 1 | UInt64((number &>> UInt32(truncatingIfNeeded: bit)) & 1) }
            bit &-= 1
        }
        return Int64(bitPattern: key)
    }

    /// Turns a point into the form whose woven bits are its place on a Hilbert curve (Skilling's `AxestoTranspose`).
    private static func turn(_ point: inout [UInt32], _ bits: Int) {
        let top: UInt32 = 1 &<< UInt32(truncatingIfNeeded: bits &- 1)
        var bit = top
        while bit > 1 {
            let below = bit &- 1
            for axis in point.indices {
                if point[axis] & bit != 0 {
                    point[0] ^= below
                } else {
                    let swapped = (point[0] ^ point[axis]) & below
                    point[0] ^= swapped
                    point[axis] ^= swapped
                }
            }
            bit &>>= 1
        }
        for axis in point.indices.dropFirst() { point[axis] ^= point[axis &- 1] }
        var gray: UInt32 = 0
        bit = top
        while bit > 1 {
            if point[point.count &- 1] & bit != 0 { gray ^= bit &- 1 }
            bit &>>= 1
        }
        for axis in point.indices { point[axis] ^= gray }
    }
}
