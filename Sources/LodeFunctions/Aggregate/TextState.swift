/// States that keep one text, in memory of their own.

import Glibc
import LodeCore
import LodeVectors

/// | 1 if there is a value (4 bytes), capacity of the owned block (4) | StringView (16) |
///
/// A long text is copied to a block that the state owns, and that later texts reuse when they fit.
enum TextState {
    static let stateBytes = 24

    @inline(__always)
    static func hasValue(_ state: UnsafeMutableRawPointer) -> Bool { state.load(as: UInt32.self) != 0 }

    @inline(__always)
    static func view(_ state: UnsafeMutableRawPointer) -> StringView {
        StringView(head: (state + 8).load(as: UInt64.self), tail: (state + 16).load(as: UInt64.self))
    }

    static func set(_ state: UnsafeMutableRawPointer, _ view: StringView) throws(SQLError) {
        let count = view.count
        var capacity = Int((state + 4).load(as: UInt32.self))
        let old = capacity > 0 ? UnsafeMutableRawPointer(bitPattern: UInt((state + 16).load(as: UInt64.self))) : nil
        if view.isInline {
            // A block that is owned is found by the tail: it goes before the tail is overwritten.
            free(old)
            store(state, view, capacity: 0)
            return
        }
        var block = old
        if count > capacity || block == nil {
            guard count < Int(UInt32.max), let fresh = malloc(count + 16) else {
                throw SQLError(.outOfMemory, "out of memory: a text of \(count) bytes could not be kept")
            }
            free(old)
            block = fresh
            capacity = count
        }
        guard let block else { return }
        memmove(block, view.pointer, count)
        store(state, StringView(block, count: count), capacity: capacity)
    }

    private static func store(_ state: UnsafeMutableRawPointer, _ view: StringView, capacity: Int) {
        state.storeBytes(of: 1, as: UInt32.self)
        (state + 4).storeBytes(of: UInt32(truncatingIfNeeded: capacity), as: UInt32.self)
        (state + 8).storeBytes(of: view.head, as: UInt64.self)
        (state + 16).storeBytes(of: view.tail, as: UInt64.self)
    }

    static func clear(_ state: UnsafeMutableRawPointer) {
        if (state + 4).load(as: UInt32.self) > 0 { free(UnsafeMutableRawPointer(bitPattern: UInt((state + 16).load(as: UInt64.self)))) }
        memset(state, 0, stateBytes)
    }

    /// An aggregate that keeps the text that `replaces` prefers.
    static func bound(_ type: SQLType, _ replaces: @escaping @Sendable (StringView, StringView) -> Bool) -> BoundAggregate {
        @Sendable func add(_ state: UnsafeMutableRawPointer, _ view: StringView) throws(SQLError) {
            if !hasValue(state) || replaces(view, self.view(state)) { try set(state, view) }
        }
        return BoundAggregate(
            parameters: [type], returns: type, stateBytes: stateBytes,
            update: { rows, offset, arguments, count throws(SQLError) in
                if arguments[0].isAllNull { return }
                let column = try arguments[0].flattened()
                let lanes = column.pointer(as: StringView.self)
                for i in 0..<count where Validity.isValid(column.validity, i) { try add(rows[i] + offset, lanes[i]) }
            },
            updateSingle: { state, arguments, count throws(SQLError) in
                if arguments[0].isAllNull { return }
                let column = try arguments[0].flattened()
                let lanes = column.pointer(as: StringView.self)
                var best = -1
                for i in 0..<count where Validity.isValid(column.validity, i) {
                    if best < 0 || replaces(lanes[i], lanes[best]) { best = i }
                }
                if best >= 0 { try add(state, lanes[best]) }
                withExtendedLifetime(column) {}
            },
            combine: { sources, targets, offset, count throws(SQLError) in
                for i in 0..<count where hasValue(sources[i] + offset) { try add(targets[i] + offset, view(sources[i] + offset)) }
            },
            finalize: { rows, offset, count throws(SQLError) in
                let result = try TextResult(count)
                var nulls = NullMask(count)
                for i in 0..<count {
                    if hasValue(rows[i] + offset) {
                        result.lanes[i] = try view(rows[i] + offset).withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) in
                            try result.arena.add(bytes)
                        })
                    } else {
                        try nulls.set(i)
                    }
                }
                return result.column(type, validity: nulls.buffer)
            },
            destroy: { rows, offset, count in
                for i in 0..<count { clear(rows[i] + offset) }
            })
    }
}
