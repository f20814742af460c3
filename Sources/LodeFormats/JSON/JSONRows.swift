/// Finding the rows of a JSON text and the values of their fields: the part of reading that looks at every byte.

import LodeCore
import LodeVectors

/// The rows of one chunk. Not `Sendable`: one morsel reader owns it.
///
/// Every row is checked to be JSON to its last byte, whichever fields are wanted.
final class JSONRows {
    enum Stop {
        /// The chunk is full.
        case full
        /// The text, or the part of it to read, has ended.
        case reachedEnd
        /// The row at the window's position is not in the window as a whole.
        case needsMore
        /// `badRow` says which.
        case badRow
    }

    struct BadRow {
        var start: Int
        /// Where the row's text ends; where the next row begins, if it can be told.
        var end: Int
        var next: Int?
        /// What is wrong at `position`; nil if the row is JSON, but no object.
        var fault: JSONFault?
        var position: Int
    }

    /// Slots of a row.
    let width: Int
    let capacity: Int
    private(set) var count = 0
    private(set) var badRow: BadRow?
    private let layout: JSONLayout
    /// Whether rows are objects; otherwise the row is the value of the one field.
    private let records: Bool
    private let keys: JSONKeys
    private let maximumRowBytes: Int
    private let slotBuffer: Buffer
    private let startBuffer: Buffer
    /// In an array: whether a comma must come before the next value, and whether the array is over.
    private var isBehindValue = false
    private var isBehindArray = false

    /// - Parameter wanted: positions of columns.
    init(_ profile: JSONProfile, _ wanted: [Int], _ options: JSONReadOptions) throws(SQLError) {
        layout = profile.layout
        records = profile.records
        width = wanted.count
        maximumRowBytes = options.maximumRowBytes
        func key(_ column: Int) -> String { profile.keys[profile.columns[column].name] ?? profile.columns[column].name }
        let others = Set(profile.columns.indices).subtracting(wanted).sorted()
        keys = try JSONKeys(wanted.map(key), others: others.map(key), options)
        // Very wide rows come in smaller chunks.
        capacity = max(1, min(Chunk.capacity, (1 << 22) / max(1, width)))
        slotBuffer = try Buffer(byteCount: capacity * width * MemoryLayout<JSONSlot>.stride)
        startBuffer = try Buffer(byteCount: capacity * 4)
    }

    private var slots: MutableLanes<JSONSlot> {
        @_lifetime(borrow self) get { slotBuffer.lanes(as: JSONSlot.self, keptBy: self) }
    }

    private var starts: MutableLanes<UInt32> {
        @_lifetime(borrow self) get { startBuffer.lanes(as: UInt32.self, keptBy: self) }
    }

    func reset() {
        count = 0
        badRow = nil
    }

    @_lifetime(borrow self)
    func column(_ index: Int) -> JSONSlotColumn { JSONSlotColumn(first: Lanes(slots) + index, stride: width, count: count) }

    func start(of row: Int) -> Int { Int(starts[row]) }

    /// Keeps only the rows that `survivors` names, in ascending order.
    func compact(_ survivors: Selection) {
        let slots = self.slots, starts = self.starts
        var i = 0
        while i < survivors.count {
            let from = Int(survivors[i])
            if from != i {
                (slots + i &* width).update(from: slots + from &* width, count: width)
                starts[i] = starts[from]
            }
            i &+= 1
        }
        count = survivors.count
    }

    /// Where the row begins that is to be read next: behind white space, and behind the comma of an array.
    func position(ofRowAt window: TextWindow) -> Int {
        var cursor = JSONCursor(UnsafePointer(window.base), at: window.position, end: window.count, padding: Buffer.padding)
        cursor.skipSpaces()
        if layout == .array, isBehindValue, cursor.take(UInt8(ascii: ",")) { cursor.skipSpaces() }
        return cursor.at
    }

    /// Says that the row was passed over.
    func passValue() { isBehindValue = true }

    /// Adds the rows that begin in the window before `limit` (a window position), and moves the window's position on.
    func scan(_ window: TextWindow, limit: Int) -> Stop {
        var cursor = JSONCursor(
            UnsafePointer(window.base), at: window.position, end: window.count, padding: Buffer.padding, spansLines: layout != .lines)
        let stop =
            switch layout {
            case .lines: scanLines(&cursor, limit: limit, isAtEnd: window.isAtEnd)
            case .array: scanArray(&cursor, isAtEnd: window.isAtEnd)
            case .sequence: scanSequence(&cursor, isAtEnd: window.isAtEnd)
            }
        window.position = cursor.at
        return stop
    }

    // MARK: Layouts

    private func scanLines(_ cursor: inout JSONCursor, limit: Int, isAtEnd: Bool) -> Stop {
        while cursor.at < limit {
            if count == capacity { return .full }
            let line = cursor.at
            cursor.skipSpaces()
            if cursor.take(10) { continue }
            if cursor.at >= cursor.end {
                if isAtEnd { return .reachedEnd }
                cursor.at = line
                return .needsMore
            }
            let start = cursor.at
            if !addRow(&cursor) || !endLine(&cursor) {
                return isAtEnd || cursor.fault != .unexpectedEnd ? stopAtLine(&cursor, line, start, isAtEnd) : back(&cursor, line)
            }
            if !cursor.take(10), !isAtEnd { return back(&cursor, line) }
            if cursor.at &- start > maximumRowBytes { return back(&cursor, line) }
            count &+= 1
        }
        return .reachedEnd
    }

    /// Behind a row, up to its newline.
    @inline(__always)
    private func endLine(_ cursor: inout JSONCursor) -> Bool {
        if cursor.byte == 10 { return true }
        cursor.skipSpaces()
        return cursor.at >= cursor.end || cursor.byte == 10 || cursor.fail(.textFollows)
    }

    /// The row at `position` must be looked at again with more text behind it; if it is too long, there is none to be had.
    private func back(_ cursor: inout JSONCursor, _ position: Int) -> Stop {
        cursor.at = position
        return .needsMore
    }

    private func stopAtLine(_ cursor: inout JSONCursor, _ line: Int, _ start: Int, _ isAtEnd: Bool) -> Stop {
        var end = start
        while end < cursor.end, cursor.base[end] != 10 { end += 1 }
        if end == cursor.end, !isAtEnd { return back(&cursor, line) }
        badRow = BadRow(start: start, end: end, next: min(end + 1, cursor.end), fault: cursor.fault, position: cursor.at)
        cursor.at = line
        return .badRow
    }

    private func scanArray(_ cursor: inout JSONCursor, isAtEnd: Bool) -> Stop {
        while true {
            if count == capacity { return .full }
            let before = cursor.at
            cursor.skipSpaces()
            if cursor.at >= cursor.end {
                // Nothing but white space is behind an array.
                if isAtEnd, !isBehindArray { return stop(&cursor, before, .unexpectedEnd) }
                return isAtEnd ? .reachedEnd : .needsMore
            }
            if isBehindArray { return stop(&cursor, cursor.at, .textFollowsArray) }
            if cursor.take(UInt8(ascii: "]")) {
                isBehindArray = true
                continue
            }
            if isBehindValue {
                guard cursor.take(UInt8(ascii: ",")) else { return stop(&cursor, cursor.at, .expectedComma) }
                cursor.skipSpaces()
            }
            if let stop = addValue(&cursor, before, isAtEnd) { return stop }
            isBehindValue = true
        }
    }

    private func scanSequence(_ cursor: inout JSONCursor, isAtEnd: Bool) -> Stop {
        while true {
            if count == capacity { return .full }
            let before = cursor.at
            cursor.skipSpaces()
            if cursor.at >= cursor.end { return isAtEnd ? .reachedEnd : .needsMore }
            if let stop = addValue(&cursor, before, isAtEnd) { return stop }
        }
    }

    /// One value that is not bound to a line; `before` is where to begin again if it is not in the window as a whole.
    private func addValue(_ cursor: inout JSONCursor, _ before: Int, _ isAtEnd: Bool) -> Stop? {
        let start = cursor.at
        if addRow(&cursor) {
            // A number may go on in the next window.
            if cursor.at >= cursor.end, !isAtEnd { return back(&cursor, before) }
            if cursor.at - start > maximumRowBytes { return back(&cursor, before) }
            count &+= 1
            return nil
        }
        let fault = cursor.fault, position = fault == nil ? start : cursor.at
        if let fault, fault.isAboutKeys {
            cursor = JSONCursor(cursor.base, at: start, end: cursor.end, padding: Buffer.padding)
            _ = cursor.skipValue()
        }
        if cursor.fault == .unexpectedEnd, !isAtEnd { return back(&cursor, before) }
        if cursor.fault != nil { return stop(&cursor, start, cursor.fault) }
        // The value is well-formed, so that its end is known.
        badRow = BadRow(start: start, end: cursor.at, next: cursor.at, fault: fault, position: position)
        isBehindValue = true
        return .badRow
    }

    /// Of the text from here on nothing can be told.
    private func stop(_ cursor: inout JSONCursor, _ start: Int, _ fault: JSONFault?) -> Stop {
        badRow = BadRow(start: start, end: cursor.end, next: nil, fault: fault, position: cursor.at)
        cursor.at = start
        return .badRow
    }

    // MARK: Rows

    /// Steps over the row's value and notes where its fields are.
    @inline(__always)
    private func addRow(_ cursor: inout JSONCursor) -> Bool {
        let row = slots + count &* width
        var index = 0
        while index < width {
            row[index] = JSONSlot()
            index &+= 1
        }
        starts[count] = UInt32(truncatingIfNeeded: cursor.at)
        if records {
            let first = cursor.byte
            if first == UInt8(ascii: "{") { return keys.skipObject(&cursor, into: row) }
            // `null` is a row of NULLs. Other values are no rows, but what is wrong with them as JSON comes first.
            return cursor.skipValue() && first == UInt8(ascii: "n")
        }
        let start = cursor.at
        guard cursor.skipValue() else { return false }
        if width > 0 { row[0] = JSONSlot(start, cursor.at, hasEscapes: cursor.hasEscapes) }
        return true
    }
}
