/// Several columns of one type, one after another.

import LodeCore
import LodeVectors

/// Concatenates columns of any type.
enum NestedJoining {
    static func join(_ pieces: [Column], _ type: SQLType) throws(SQLError) -> Column {
        if pieces.count == 1 { return pieces[0] }
        let count = pieces.reduce(0) { $0 + $1.count }
        var flat: [Column] = []
        for piece in pieces { flat.append(try piece.flattened()) }
        let stride = type.physical.stride
        let lanes = try Buffer(byteCount: max(count * stride, 16))
        var children: [Column] = []
        let childTypes = Self.childTypes(type)
        for (index, childType) in childTypes.enumerated() { children.append(try join(flat.map { $0.children[index] }, childType)) }
        var row = 0
        // Elements of the pieces before.
        var elements: UInt32 = 0
        for piece in flat {
            lanes.copyLanes(of: piece, count: piece.count, to: row)
            if type.physical == .list {
                let ranges = lanes.lanes(as: ListRange.self) + row
                for i in 0..<piece.count { ranges[i].offset &+= elements }
                elements &+= UInt32(truncatingIfNeeded: piece.children[0].count)
            }
            row += piece.count
        }
        var heaps: [AnyObject] = []
        for piece in flat { heaps += piece.heapOwners }
        return Column(
            flat: type, count: count, lanes: lanes, validity: try joinValidity(flat, count), heaps: heaps, children: children)
    }

    private static func childTypes(_ type: SQLType) -> [SQLType] {
        switch type {
        case .list(let element): [element]
        case .map(let key, let value): [key, value]
        case .structure(let fields): fields.map(\.type)
        default: []
        }
    }

    private static func joinValidity(_ pieces: [Column], _ count: Int) throws(SQLError) -> Buffer? {
        guard pieces.contains(where: \.mayHaveNulls) else { return nil }
        let words = try Buffer(byteCount: (count / 64 + 2) * 8)
        var writer = BitWriter(words)
        for piece in pieces {
            if let mask = piece.validityBuffer {
                mask.withUnsafeBytes { writer.append(bits: $0, from: 0, piece.count) }
            } else {
                writer.append(repeated: true, piece.count)
            }
        }
        writer.finish()
        return words
    }
}
