/// A vector of values of one type: what all operators pass to each other.

import Glibc
import LodeCore

/// Up to a few thousand values of one SQL type, immutable once made.
///
/// Three layouts:
///
///     flat         lanes: one a row
///     constant     lanes: one, for all rows
///     dictionary   lanes: one Int32 code a row, into `dictionary` (flat, without nulls)
///
/// `validity` has a bit a row (for a constant: one bit), and is nil where nothing is NULL. **Lanes of NULL rows hold a
/// harmless value** (zero, the empty text, code 0): kernels compute every lane without looking, and whoever makes a column
/// keeps that promise. Texts point into buffers that `owners` keeps alive.
package final class Column: @unchecked Sendable {
    package enum Layout: UInt8, Sendable { case flat, constant, dictionary }

    package let type: SQLType
    package let physical: PhysicalType
    package let layout: Layout
    package let count: Int
    package let lanes: UnsafeMutableRawPointer
    package let validityBuffer: Buffer?
    package let dictionary: Column?
    /// list: [elements]; map: [keys, values]; struct: one a field, each as long as the column.
    package let children: [Column]
    /// Keeps the lanes and everything that they point at.
    package let owners: [AnyObject]

    private init(
        type: SQLType, layout: Layout, count: Int, lanes: UnsafeMutableRawPointer, validity: Buffer?, dictionary: Column?,
        children: [Column], owners: [AnyObject]
    ) {
        self.type = type
        self.physical = type.physical
        self.layout = layout
        self.count = count
        self.lanes = lanes
        self.validityBuffer = validity
        self.dictionary = dictionary
        self.children = children
        self.owners = owners
    }

    /// A flat column over `lanes`. `heaps` keep what text lanes point at.
    package convenience init(
        flat type: SQLType, count: Int, lanes: Buffer, validity: Buffer? = nil, heaps: [AnyObject] = [], children: [Column] = []
    ) {
        precondition(lanes.byteCount >= count * type.physical.stride, "a column's lanes are shorter than its count")
        self.init(
            type: type, layout: .flat, count: count, lanes: lanes.base, validity: validity, dictionary: nil,
            children: children, owners: heaps.isEmpty ? [lanes] : [lanes] + heaps)
    }

    /// A flat column over lanes in the midst of a larger buffer, which `owner` keeps alive.
    package convenience init(
        flat type: SQLType, count: Int, borrowing lanes: UnsafeMutableRawPointer, owners: [AnyObject], validity: Buffer? = nil
    ) {
        self.init(
            type: type, layout: .flat, count: count, lanes: lanes, validity: validity, dictionary: nil, children: [],
            owners: owners)
    }

    /// A column of `Int32` codes into `dictionary`, which must be flat and without nulls; every code must be in it.
    package convenience init(codes: Buffer, count: Int, dictionary: Column, validity: Buffer? = nil) {
        precondition(dictionary.layout == .flat, "a dictionary is flat")
        precondition(codes.byteCount >= count * 4, "a column's codes are shorter than its count")
        self.init(
            type: dictionary.type, layout: .dictionary, count: count, lanes: codes.base, validity: validity,
            dictionary: dictionary, children: [], owners: [codes, dictionary])
    }

    /// A column that repeats the one row of `value` (a flat column of one row, or a constant, also of no rows) `count` times.
    package convenience init(repeating value: Column, count: Int) {
        precondition(value.layout == .constant || (value.layout == .flat && value.count >= 1), "a constant repeats a flat row")
        self.init(
            type: value.type, layout: .constant, count: count, lanes: value.lanes, validity: value.validityBuffer,
            dictionary: nil, children: value.children, owners: value.owners)
    }

    /// The validity mask; for a constant, only bit 0 counts.
    @inlinable
    package var validity: UnsafePointer<UInt64>? {
        validityBuffer.map { UnsafePointer($0.base.assumingMemoryBound(to: UInt64.self)) }
    }

    package var mayHaveNulls: Bool { validityBuffer != nil }

    @inlinable
    package func isNull(_ row: Int) -> Bool { !Validity.isValid(validity, layout == .constant ? 0 : row) }

    /// Whether the column is one NULL for all rows.
    package var isConstantNull: Bool { layout == .constant && isNull(0) }

    /// The lanes as values of `T`, which must be the Swift type of `physical` (codes: Int32).
    @inline(__always)
    package func pointer<T>(as _: T.Type) -> UnsafePointer<T> {
        UnsafePointer(lanes.assumingMemoryBound(to: T.self))
    }

    /// The same lanes under another type of the same physical type (date as integer, varchar as json), over other children if
    /// some are given.
    package func retyped(_ type: SQLType, children other: [Column]? = nil) -> Column {
        precondition(type.physical == physical, "retyping keeps the lanes")
        return Column(
            type: type, layout: layout, count: count, lanes: lanes, validity: validityBuffer,
            dictionary: dictionary?.retyped(type), children: other ?? children, owners: owners)
    }

    /// The same values with other nulls. `validity` has a bit a row (one bit for a constant).
    /// Lanes that become NULL keep their value, which is harmless because it was one.
    package func replacing(validity: Buffer?) -> Column {
        Column(
            type: type, layout: layout, count: count, lanes: lanes, validity: validity, dictionary: dictionary,
            children: children, owners: owners)
    }

    /// The same codes and nulls over other values: what a function of each value gives. `dictionary` is as long as the old one, flat and
    /// without nulls.
    package func replacing(dictionary: Column) -> Column {
        precondition(layout == .dictionary && dictionary.layout == .flat, "a dictionary is flat")
        return Column(
            type: dictionary.type, layout: .dictionary, count: count, lanes: lanes, validity: validityBuffer, dictionary: dictionary,
            children: [], owners: owners + [dictionary])
    }

    /// The one row that a constant repeats, as a flat column.
    package var singleRow: Column {
        Column(
            type: type, layout: .flat, count: 1, lanes: lanes, validity: validityBuffer, dictionary: nil,
            children: children.map { $0.layout == .constant ? $0.singleRow : $0 }, owners: owners)
    }
}
