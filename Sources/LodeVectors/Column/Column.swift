/// A vector of values of one type: what all operators pass to each other.

import Glibc
import LodeCore

/// Up to a few thousand values of one SQL type, immutable once made.
///
/// Three layouts:
///
///     flat         lanes: one per row
///     constant     lanes: one, for all rows
///     dictionary   lanes: one Int32 code a row, into `dictionary` (flat, without nulls)
///
/// `validity` has a bit per row (for a constant: one bit), and is nil where nothing is NULL. **Lanes of NULL rows hold a
/// harmless value** (zero, the empty text, code 0): kernels compute every lane without looking, and whoever makes a column
/// keeps that promise. Texts point into buffers that `owners` keeps alive.
@usableFromInline
package final class Column: @unchecked Sendable {
    @usableFromInline
    package enum Layout: UInt8, Sendable { case flat, constant, dictionary }

    package let type: SQLType
    package let physical: PhysicalType
    @usableFromInline package let layout: Layout
    package let count: Int
    /// Not for others: an address does not keep its memory alive.
    @usableFromInline let rawAddress: UnsafeMutableRawPointer
    @usableFromInline package let validityBuffer: Buffer?
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
        rawAddress = lanes
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
            type: type, layout: .flat, count: count, lanes: lanes.rawAddress, validity: validity, dictionary: nil,
            children: children, owners: heaps.isEmpty ? [lanes] : [lanes] + heaps)
    }

    /// A flat column over lanes that lie `offset` bytes into a buffer. `owners` keep what text lanes point at.
    package convenience init(flat type: SQLType, count: Int, lending buffer: Buffer, at offset: Int, owners: [AnyObject] = []) {
        precondition(
            offset >= 0 && count >= 0 && offset + count * type.physical.stride <= buffer.byteCount,
            "lent lanes lie within their buffer")
        self.init(
            type: type, layout: .flat, count: count, lanes: buffer.rawAddress + offset, validity: nil, dictionary: nil, children: [],
            owners: [buffer] + owners)
    }

    /// A column of `Int32` codes into `dictionary`, which must be flat and without nulls; every code must be in it.
    package convenience init(codes: Buffer, count: Int, dictionary: Column, validity: Buffer? = nil) {
        precondition(dictionary.layout == .flat, "a dictionary is flat")
        precondition(codes.byteCount >= count * 4, "a column's codes are shorter than its count")
        self.init(
            type: dictionary.type, layout: .dictionary, count: count, lanes: codes.rawAddress, validity: validity,
            dictionary: dictionary, children: [], owners: [codes, dictionary])
    }

    /// A column that repeats the one row of `value` (a flat column of one row, or a constant, also of no rows) `count` times.
    package convenience init(repeating value: Column, count: Int) {
        precondition(value.layout == .constant || (value.layout == .flat && value.count >= 1), "a constant repeats a flat row")
        self.init(
            type: value.type, layout: .constant, count: count, lanes: value.rawAddress, validity: value.validityBuffer,
            dictionary: nil, children: value.children, owners: value.owners)
    }

    /// The validity mask; for a constant, only bit 0 counts.
    @inlinable
    package var mask: Lanes<UInt64>? {
        @_lifetime(borrow self) get {
            guard let validityBuffer else { return nil }
            return Lanes(validityBuffer.lanes(as: UInt64.self, keptBy: self))
        }
    }

    package var mayHaveNulls: Bool { validityBuffer != nil }

    @inlinable
    package func isNull(_ row: Int) -> Bool { !Validity.isValid(mask, layout == .constant ? 0 : row) }

    /// Whether the column is one NULL for all rows.
    package var isConstantNull: Bool { layout == .constant && isNull(0) }

    /// The lanes as values of `T`, which must be the Swift type of `physical` (codes: Int32). The column lives for as long as the view
    /// is used.
    @inlinable @inline(__always)
    @_lifetime(borrow self)
    package func lanes<T>(as _: T.Type) -> Lanes<T> {
        Lanes(UnsafePointer(rawAddress.assumingMemoryBound(to: T.self)), keptBy: self)
    }

    /// The same, for a column that `owner` holds for life.
    @inlinable @inline(__always)
    @_lifetime(borrow owner)
    package func lanes<T, Owner: ~Copyable & ~Escapable>(as _: T.Type, keptBy owner: borrowing Owner) -> Lanes<T> {
        Lanes(UnsafePointer(rawAddress.assumingMemoryBound(to: T.self)), keptBy: owner)
    }

    /// The same lanes under another type of the same physical type (date as integer, varchar as json), over other children if
    /// some are given.
    package func retyped(_ type: SQLType, children other: [Column]? = nil) -> Column {
        precondition(type.physical == physical, "retyping keeps the lanes")
        return Column(
            type: type, layout: layout, count: count, lanes: rawAddress, validity: validityBuffer,
            dictionary: dictionary?.retyped(type), children: other ?? children, owners: owners)
    }

    /// The same values with other nulls. `validity` has a bit per row (one bit for a constant).
    /// Lanes that become NULL keep their value, which is harmless because it was one.
    package func replacing(validity: Buffer?) -> Column {
        Column(
            type: type, layout: layout, count: count, lanes: rawAddress, validity: validity, dictionary: dictionary,
            children: children, owners: owners)
    }

    /// The same codes and nulls over other values: what a function of each value gives. `dictionary` is as long as the old one, flat and
    /// without nulls.
    package func replacing(dictionary: Column) -> Column {
        precondition(layout == .dictionary && dictionary.layout == .flat, "a dictionary is flat")
        return Column(
            type: dictionary.type, layout: .dictionary, count: count, lanes: rawAddress, validity: validityBuffer, dictionary: dictionary,
            children: [], owners: owners + [dictionary])
    }

    /// Rows `start ..< start + length` of a flat column without NULLs, over the same lanes.
    package func slice(_ start: Int, _ length: Int) -> Column {
        precondition(layout == .flat && validityBuffer == nil && children.isEmpty, "a slice is of plain lanes")
        precondition(start >= 0 && length >= 0 && start + length <= count, "a slice lies within its column")
        return Column(
            type: type, layout: .flat, count: length, lanes: rawAddress + start * physical.stride, validity: nil, dictionary: nil,
            children: [], owners: owners)
    }

    /// The one row that a constant repeats, as a flat column.
    package var singleRow: Column {
        Column(
            type: type, layout: .flat, count: 1, lanes: rawAddress, validity: validityBuffer, dictionary: nil,
            children: children.map { $0.layout == .constant ? $0.singleRow : $0 }, owners: owners)
    }
}
