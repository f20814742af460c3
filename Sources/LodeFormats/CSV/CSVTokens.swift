/// Where the fields of some rows lie.

import CLodeIntrinsics
import LodeCore
import LodeVectors

/// Field positions of up to `capacity` rows, found 64 bytes at a time.
///
/// A row has `columns + 1` slots: field c lies from `slot[c] + delimiter length` to `slot[c + 1]`; the first slot is the
/// row's start less the delimiter's length. A field whose start lies behind its end is missing from a padded row.
///
/// Well-formed rows are found with bit masks: delimiters and newlines outside of quotes, the inside of quotes being the
/// prefix parity of quote bits. A row that does not look well-formed goes through `CSVRowSplitter`, which decides.
/// - Source: Langdale, Lemire, "Parsing Gigabytes of JSON per Second", VLDB Journal 2019, section 3.1.
final class CSVTokens {
    /// Why `scan` stopped.
    enum Stop { case full, reachedEnd, needsMore, badRow }

    /// A row that has not the form it must have.
    struct BadRow {
        var outcome: CSVRowSplitter.Outcome
        var fields: Int
        /// Positions in the window: of the row, and of the row after it (or where the window ends).
        var start: Int
        var next: Int
        /// Whether the row is longer than rows may be.
        var isTooLong = false
    }

    let columns: Int
    let stride: Int
    let capacity: Int
    let delimiterLength: Int
    private let splitter: CSVRowSplitter
    private let dialect: CSVDialect
    private let maximumRowBytes: Int
    private let buffer: Buffer
    private(set) var count = 0
    /// Whether a byte beyond ASCII is among the rows (or near them).
    private(set) var hasHighBytes = false
    private(set) var badRow: BadRow?

    /// Slots beyond the last row that a block of 64 bytes may write before it is looked at.
    private static let slack = 160

    init(_ dialect: CSVDialect, columns: Int, maximumRowBytes: Int) throws(SQLError) {
        self.dialect = dialect
        self.columns = columns
        self.maximumRowBytes = maximumRowBytes
        stride = columns + 1
        capacity = max(1, min(Chunk.capacity, (1 << 22) / stride))
        delimiterLength = dialect.delimiter.count
        splitter = CSVRowSplitter(dialect, columns: columns)
        buffer = try Buffer(byteCount: (capacity * stride + stride + Self.slack) * 4)
    }

    /// By row: where it begins and where its fields end, `stride` slots.
    var slots: MutableLanes<UInt32> {
        @_lifetime(borrow self) get { buffer.lanes(as: UInt32.self, keptBy: self) }
    }

    func reset() {
        count = 0
        hasHighBytes = false
        badRow = nil
    }

    /// Keeps only the rows that `survivors` names, in ascending order.
    func compact(_ survivors: Selection) {
        let slots = self.slots
        var i = 0
        while i < survivors.count {
            let from = Int(survivors[i])
            if from != i { (slots + i &* stride).update(from: slots + from &* stride, count: stride) }
            i &+= 1
        }
        count = survivors.count
    }

    /// Adds the rows that begin in the window before `limit` (a window position), and moves the window's position on.
    func scan(_ window: TextWindow, limit: Int) -> Stop {
        while true {
            if count == capacity { return .full }
            if window.position >= limit { return .reachedEnd }
            if window.isAtEnd { window.endLastRow(with: dialect.newline) }
            if delimiterLength == 1, splitter.escape == splitter.quote || dialect.quote == nil {
                let isIrregular = scanBlocks(window, limit: limit)
                if count == capacity { return .full }
                if window.position >= limit { return .reachedEnd }
                if !isIrregular, !window.isAtEnd || window.position >= window.count { return .needsMore }
            }
            if let stop = scanRow(window) { return stop }
        }
    }

    /// One row by the state machine; nil if there may be more.
    private func scanRow(_ window: TextWindow) -> Stop? {
        let start = window.position
        guard start < window.count else { return .needsMore }
        let row = slots + count &* stride
        let result = splitter.split(
            window.base, from: start, count: window.count, isAtEnd: window.isAtEnd, ends: row + 1, capacity: columns)
        switch result.outcome {
        case .needsMore: return .needsMore
        case .noRow:
            window.position = result.next
            return nil
        case .row:
            guard result.next - start <= maximumRowBytes + 1 else {
                badRow = longRow(window)
                return .badRow
            }
            row[0] = UInt32(truncatingIfNeeded: start) &- UInt32(delimiterLength)
            if !UTF8Check.isASCII(window.base + start, result.next - start) { hasHighBytes = true }
            if result.fields > columns, !dialect.isStrict {
                // What is beyond the columns is left out.
            } else if result.fields < columns, dialect.padsShortRows {
                let end = row[result.fields]
                for missing in result.fields..<columns { row[missing + 1] = end }
            } else if result.fields != columns, !(result.fields == columns + 1 && endsEmpty(window, result)) {
                break
            }
            count &+= 1
            window.position = result.next
            return nil
        case .unterminatedQuote, .textAfterQuote: break
        }
        badRow = BadRow(outcome: result.outcome, fields: result.fields, start: start, next: result.next)
        return .badRow
    }

    /// Whether the row's last field, beyond the known columns, is empty: files of `dbgen` end every row with a delimiter.
    private func endsEmpty(_ window: TextWindow, _ result: CSVRowSplitter.Result) -> Bool {
        let end = Int(slots[count &* stride &+ columns]) + delimiterLength
        let newlineAt = result.next - 1
        return end == newlineAt || (end + 1 == newlineAt && window.base[end] == 13)
    }

    /// The row at the window's position, which is longer than rows may be. It ends with its line: where a quote was not closed, the
    /// lines below are rows.
    func longRow(_ window: TextWindow) -> BadRow {
        let start = window.position
        let whole = splitter.split(
            window.base, from: start, count: window.count, isAtEnd: true, ends: slots + count &* stride + 1, capacity: 0)
        return BadRow(
            outcome: whole.outcome, fields: whole.fields, start: start,
            next: window.newline(dialect.newline).map { $0 + 1 } ?? window.count,
            isTooLong: true)
    }

    func tooLong() -> SQLError {
        SQLError(
            .programLimitExceeded, "a row is longer than max_line_size = \(maximumRowBytes) bytes",
            hint: "A quote may not be closed; otherwise raise max_line_size.")
    }

    /// Adds well-formed rows until something is not.
    /// - Returns: whether the row at the window's position needs the state machine.
    private func scanBlocks(_ window: TextWindow, limit: Int) -> Bool {
        slots.withUnsafePointer { scanBlocks(window, limit: limit, into: $0) }
    }

    private func scanBlocks(_ window: TextWindow, limit: Int, into slots: UnsafeMutablePointer<UInt32>) -> Bool {
        let base = UnsafePointer(window.base), end = window.count
        let delimiter = dialect.delimiter[0], newline = dialect.newline
        let comment = splitter.comment, splitsAtComments = dialect.commentsEndRows && dialect.comment != nil
        let capacity = self.capacity, stride = self.stride, longest = maximumRowBytes
        var rowStart = window.position
        if rowStart < end, UInt16(base[rowStart]) == comment { return true }
        var rows = count, high: UInt64 = 0
        var row = slots + rows &* stride
        row[0] = UInt32(truncatingIfNeeded: rowStart &- 1)
        var out = row + 1
        var at = rowStart
        var quoting = CSVQuoting(dialect.quote)
        var isIrregular = false
        scan: while at < end {
            let valid: UInt64 = end &- at >= 64 ? ~0 : (1 &<< UInt64(truncatingIfNeeded: end &- at)) &- 1
            var newlines = lode_match64(base + at, newline) & valid
            var separators = (lode_match64(base + at, delimiter) & valid) | newlines
            high |= lode_high64(base + at) & valid
            let hasComment = splitsAtComments && lode_match64(base + at, dialect.comment ?? 0) & valid != 0
            if hasComment || quoting.isWrong(base + at, valid, &separators, &newlines) {
                isIrregular = true
                break scan
            }
            while newlines != 0 {
                let lowest = newlines & (0 &- newlines)
                let upTo = separators & (lowest | (lowest &- 1))
                out = Self.store(upTo, at, out)
                separators ^= upTo
                newlines ^= lowest
                let newlineAt = at &+ lowest.trailingZeroBitCount
                // A delimiter before the newline ends the last field: files of dbgen have it in every row.
                if out - row == stride &+ 1, newlineAt &- Int(out[-2]) == 1 { out -= 1 }
                guard out - row == stride, newlineAt &- rowStart <= longest else {
                    isIrregular = true
                    break scan
                }
                rows &+= 1
                rowStart = newlineAt &+ 1
                row = out
                row[0] = UInt32(truncatingIfNeeded: newlineAt)
                out = row + 1
                if rows == capacity || rowStart >= limit { break scan }
                if UInt16(base[rowStart]) == comment, rowStart < end {
                    isIrregular = true
                    break scan
                }
            }
            if separators != 0 {
                out = Self.store(separators, at, out)
                if out - row > stride {
                    isIrregular = true
                    break scan
                }
            }
            at &+= 64
        }
        count = rows
        hasHighBytes = hasHighBytes || high != 0
        window.position = rowStart
        return isIrregular
    }

    /// Appends the positions of set bits. Writes at most 64 slots.
    @inline(__always)
    private static func store(_ mask: UInt64, _ at: Int, _ out: UnsafeMutablePointer<UInt32>) -> UnsafeMutablePointer<UInt32> {
        var mask = mask, out = out
        let offset = UInt32(truncatingIfNeeded: at)
        while mask != 0 {
            out.pointee = offset &+ UInt32(truncatingIfNeeded: mask.trailingZeroBitCount)
            mask &= mask &- 1
            out += 1
        }
        return out
    }
}
