/// Views of memory that cannot outlive what keeps it.

/// Values of one type, one after another, to be read.
///
/// A view costs what an address costs, and the compiler knows what it was taken from: the owner (a column, a buffer, a selection) lives for
/// as long as the view is used, and a view that is stored, captured by an escaping closure, or returned without its owner does not compile.
/// Who keeps lanes for later keeps their owner, and takes the view when it is needed. Indices are not checked.
@frozen
public struct Lanes<Lane>: ~Escapable {
    @usableFromInline let start: UnsafePointer<Lane>

    /// A view of raw memory that `owner` keeps.
    @inlinable @inline(__always)
    @_lifetime(borrow owner)
    public init<Owner: ~Copyable & ~Escapable>(_ start: UnsafePointer<Lane>, keptBy owner: borrowing Owner) {
        self.start = start
    }

    /// The same values, only to be read.
    @inlinable @inline(__always)
    @_lifetime(copy lanes)
    public init(_ lanes: MutableLanes<Lane>) {
        start = UnsafePointer(lanes.start)
    }

    @inlinable @inline(__always)
    @_lifetime(copy lanes)
    init(_ start: UnsafePointer<Lane>, like lanes: Lanes) {
        self.start = start
    }

    @inlinable @inline(__always)
    public subscript(index: Int) -> Lane { start[index] }

    /// The view from value `count` on.
    @inlinable @inline(__always)
    @_lifetime(copy lanes)
    public static func + (lanes: Lanes, count: Int) -> Lanes { Lanes(lanes.start + count, like: lanes) }

    /// The view from `count` values before its start.
    @inlinable @inline(__always)
    @_lifetime(copy lanes)
    public static func - (lanes: Lanes, count: Int) -> Lanes { Lanes(lanes.start - count, like: lanes) }

    /// The same memory under another type.
    @inlinable @inline(__always)
    @_lifetime(copy self)
    public func bound<T>(to _: T.Type) -> Lanes<T> {
        _overrideLifetime(Lanes<T>(UnsafeRawPointer(start).assumingMemoryBound(to: T.self), keptBy: self), copying: self)
    }

    /// The address, for C functions and instructions; it must not leave `body`.
    @inlinable @inline(__always)
    public func withUnsafePointer<R, E: Error>(_ body: (UnsafePointer<Lane>) throws(E) -> R) throws(E) -> R {
        try body(start)
    }
}

/// Values of one type, one after another, to be written: what a function that makes a column fills.
@frozen
public struct MutableLanes<Lane>: ~Escapable {
    @usableFromInline let start: UnsafeMutablePointer<Lane>

    /// A view of raw memory that `owner` keeps.
    @inlinable @inline(__always)
    @_lifetime(borrow owner)
    public init<Owner: ~Copyable & ~Escapable>(_ start: UnsafeMutablePointer<Lane>, keptBy owner: borrowing Owner) {
        self.start = start
    }

    @inlinable @inline(__always)
    @_lifetime(copy lanes)
    init(_ start: UnsafeMutablePointer<Lane>, like lanes: MutableLanes) {
        self.start = start
    }

    @inlinable @inline(__always)
    public subscript(index: Int) -> Lane {
        get { start[index] }
        nonmutating set { start[index] = newValue }
    }

    /// The view from value `count` on.
    @inlinable @inline(__always)
    @_lifetime(copy lanes)
    public static func + (lanes: MutableLanes, count: Int) -> MutableLanes { MutableLanes(lanes.start + count, like: lanes) }

    /// The view from `count` values before its start.
    @inlinable @inline(__always)
    @_lifetime(copy lanes)
    public static func - (lanes: MutableLanes, count: Int) -> MutableLanes { MutableLanes(lanes.start - count, like: lanes) }

    /// The same memory under another type.
    @inlinable @inline(__always)
    @_lifetime(copy self)
    public func bound<T>(to _: T.Type) -> MutableLanes<T> {
        _overrideLifetime(MutableLanes<T>(UnsafeMutableRawPointer(start).assumingMemoryBound(to: T.self), keptBy: self), copying: self)
    }

    /// Writes `value` to the first `count` lanes.
    @inlinable @inline(__always)
    public func update(repeating value: Lane, count: Int) { start.update(repeating: value, count: count) }

    /// Copies the first `count` lanes of `other`, which may overlap.
    @inlinable @inline(__always)
    public func update(from other: Lanes<Lane>, count: Int) { start.update(from: other.start, count: count) }

    @inlinable @inline(__always)
    public func update(from other: MutableLanes<Lane>, count: Int) { start.update(from: other.start, count: count) }

    /// The address, for C functions and instructions; it must not leave `body`.
    @inlinable @inline(__always)
    public func withUnsafePointer<R, E: Error>(_ body: (UnsafeMutablePointer<Lane>) throws(E) -> R) throws(E) -> R {
        try body(start)
    }
}
