/// Loops over strings for the bodies of strict functions.

import LodeCore
import LodeVectors

/// Text lanes of a result that is being computed.
///
/// Texts go into `arena`, or are parts of the arguments' texts when `heaps` keeps those alive.
struct TextResult {
    let buffer: Buffer
    let arena = TextArena()
    let count: Int

    var lanes: MutableLanes<StringView> {
        @_lifetime(borrow self) get { buffer.lanes(as: StringView.self, keptBy: self) }
    }

    init(_ count: Int) throws(SQLError) {
        buffer = try Buffer.zeroed(byteCount: count * MemoryLayout<StringView>.stride)
        self.count = count
    }

    func column(_ type: SQLType = .varchar, validity: Buffer? = nil, heaps: [AnyObject] = []) -> Column {
        Column(flat: type, count: count, lanes: buffer, validity: validity, heaps: arena.heaps + heaps)
    }
}

extension StrictCall {
    /// One text a row that has no NULL; the body puts long strings into the arena.
    @inline(__always)
    func mapText(
        to type: SQLType = .varchar, _ body: (Int, TextArena) throws(SQLError) -> StringView
    ) throws(SQLError) -> Column {
        let result = try TextResult(count)
        var i = 0
        while i < count {
            if isValid(i) { result.lanes[i] = try body(i, result.arena) }
            i &+= 1
        }
        return result.column(type)
    }

    /// As `mapText`, but the body may answer NULL.
    @inline(__always)
    func mapOptionalText(
        to type: SQLType = .varchar, _ body: (Int, TextArena) throws(SQLError) -> StringView?
    ) throws(SQLError) -> Column {
        let result = try TextResult(count)
        var nulls = NullMask(count)
        var i = 0
        while i < count {
            if isValid(i) {
                if let lane = try body(i, result.arena) { result.lanes[i] = lane } else { try nulls.set(i) }
            }
            i &+= 1
        }
        return result.column(type, validity: nulls.buffer)
    }

    /// One text a row that has no NULL, written into a sink from the first argument's bytes.
    @inline(__always)
    func mapBytes(
        to type: SQLType = .varchar, _ body: (Int, UnsafeRawBufferPointer, ByteSink) throws(SQLError) -> Void
    ) throws(SQLError) -> Column {
        let source = texts(0)
        let sink = try ByteSink(capacity: 256)
        return try mapText(to: type) { (row, arena) throws(SQLError) in
            sink.truncate()
            try source[row].withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) in try body(row, bytes, sink) })
            guard sink.count <= Self.longestText else {
                throw SQLError(.programLimitExceeded, "the result would be a string of more than 1 GB")
            }
            return try arena.add(sink.bytes)
        }
    }

    /// No function makes a longer text.
    static var longestText: Int { 1 << 30 }

    /// A part of an argument's text a row, without a copy: the body gives a byte range of the first argument's text.
    @inline(__always)
    func mapPart(_ body: (Int, UnsafeRawBufferPointer) throws(SQLError) -> Range<Int>) throws(SQLError) -> Column {
        let result = try TextResult(count)
        let source = texts(0)
        var i = 0
        while i < count {
            if isValid(i) {
                let view = source[i]
                let part = try view.withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) in try body(i, bytes) })
                result.lanes[i] = view.part(part)
            }
            i &+= 1
        }
        return result.column(heaps: argumentHeaps)
    }
}

extension StringView {
    /// The bytes of a range; a long part points into the same memory as the whole.
    @inline(__always)
    func part(_ range: Range<Int>) -> StringView {
        if range.count == count { return self }
        if isInline {
            return withBytes { bytes in
                guard let base = bytes.baseAddress, !range.isEmpty else { return StringView() }
                return StringView(short: base + range.lowerBound, count: range.count)
            }
        }
        return range.isEmpty ? StringView() : StringView(pointer + range.lowerBound, count: range.count)
    }

    /// Whether the text is empty.
    @inline(__always)
    var isEmpty: Bool { head & 0xffff_ffff == 0 }
}
