/// Survivors of several windows, put together to one column.

import LodeCore
import LodeVectors

/// Up to `Chunk.capacity` rows that are picked from columns of one type, kept as codes as long as all share a dictionary.
final class ColumnAccumulator {
    private let type: SQLType
    private var count = 0
    private var lanes: Buffer?
    private var dictionary: Column?
    private var validity: Buffer?
    private var heaps: [AnyObject] = []
    /// Nested columns are kept as pieces, and joined at the end.
    private var pieces: [Column] = []

    init(_ type: SQLType) { self.type = type }

    /// Appends the rows that `rows` numbers.
    func append(_ column: Column, _ rows: Lanes<UInt32>, _ rowCount: Int) throws(SQLError) {
        if type.isNested {
            pieces.append(try column.gather(Selection(copying: rows, count: rowCount)))
            count += rowCount
            return
        }
        if column.layout == .dictionary, count == 0 { dictionary = column.dictionary }
        if column.layout == .dictionary, let dictionary, dictionary === column.dictionary {
            let target = try room(4)
            Gathering.gather(column.lanes(as: UInt8.self), rows, rowCount, stride: 4, into: target.lanes(as: UInt8.self) + count * 4)
        } else {
            try turnFlat()
            let flat = try column.flattened()
            let stride = type.physical.stride
            let target = try room(stride)
            let place = target.lanes(as: UInt8.self) + count * stride
            Gathering.gather(flat.lanes(as: UInt8.self), rows, rowCount, stride: stride, into: place)
            if type.physical == .text { keep(flat.owners) }
        }
        try appendValidity(column, rows, rowCount)
        count += rowCount
    }

    private func room(_ stride: Int) throws(SQLError) -> Buffer {
        if let lanes { return lanes }
        let fresh = try Buffer(byteCount: Chunk.capacity * stride)
        lanes = fresh
        return fresh
    }

    private func keep(_ owners: [AnyObject]) {
        for owner in owners where !(heaps.last === owner) { heaps.append(owner) }
    }

    /// Replaces codes by the values that they stand for.
    private func turnFlat() throws(SQLError) {
        guard let dictionary else { return }
        if let lanes {
            let stride = type.physical.stride
            let flat = try Buffer(byteCount: Chunk.capacity * stride)
            Gathering.gather(
                dictionary.lanes(as: UInt8.self), Lanes(lanes.lanes(as: UInt32.self)), count, stride: stride,
                into: flat.lanes(as: UInt8.self))
            self.lanes = flat
        }
        if type.physical == .text { keep(dictionary.owners) }
        self.dictionary = nil
    }

    private func appendValidity(_ column: Column, _ rows: Lanes<UInt32>, _ rowCount: Int) throws(SQLError) {
        guard let source = column.mask else { return }
        let mask = if let validity { validity } else { try Validity.allValid(Chunk.capacity) }
        validity = mask
        let words = mask.lanes(as: UInt64.self)
        var i = 0
        while i < rowCount {
            if !Validity.isValid(source, Int(rows[i])) { Validity.clear(words, count &+ i) }
            i &+= 1
        }
    }

    /// What was appended, as one column; the accumulator is empty again.
    func take() throws(SQLError) -> Column {
        defer {
            count = 0
            lanes = nil
            dictionary = nil
            validity = nil
            heaps = []
            pieces = []
        }
        if type.isNested { return try NestedJoining.join(pieces, type) }
        let lanes: Buffer = if let kept = self.lanes { kept } else { try Buffer(byteCount: 16) }
        if let dictionary { return Column(codes: lanes, count: count, dictionary: dictionary, validity: validity) }
        return Column(flat: type, count: count, lanes: lanes, validity: validity, heaps: heaps)
    }
}
