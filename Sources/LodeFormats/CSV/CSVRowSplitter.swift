/// Splitting one row at a time, byte by byte: the reference, and what odd rows go through.

import LodeCore
import LodeVectors

/// The state machine of CSV (RFC 4180 and its variants).
///
///     field start --quote--> quoted --quote, not doubled--> after quote --delimiter or newline--> next
///           `--other--> plain --delimiter or newline--> next        (a quote within plain text is text)
///
/// Blanks around a quoted field are not part of it.
struct CSVRowSplitter {
    enum Outcome: Hashable {
        case row
        /// An empty line or a comment.
        case noRow
        /// The row goes on behind the bytes that are there.
        case needsMore
        /// A quoted field is not closed before the end of the file.
        case unterminatedQuote
        /// Something other than a delimiter follows a closing quote.
        case textAfterQuote
    }

    struct Result {
        var outcome: Outcome
        /// Fields found, which may be more than were stored.
        var fields: Int
        /// Where the next row begins: behind the first newline where a row's quotes are wrong, so that no other row is lost with it.
        var next: Int
    }

    let delimiter: [UInt8]
    let first: UInt8
    let quote: UInt16
    let escape: UInt16
    let comment: UInt16
    let newline: UInt8
    private let commentsEndRows: Bool
    private let isStrict: Bool
    /// Whether empty lines are rows of one NULL.
    let keepsEmptyLines: Bool

    private static let none: UInt16 = 0xffff

    init(_ dialect: CSVDialect, columns: Int?) {
        delimiter = dialect.delimiter
        first = dialect.delimiter.first ?? 44
        quote = dialect.quote.map(UInt16.init) ?? Self.none
        escape = dialect.escape.map(UInt16.init) ?? Self.none
        comment = dialect.comment.map(UInt16.init) ?? Self.none
        newline = dialect.newline
        commentsEndRows = dialect.comment != nil && dialect.commentsEndRows
        isStrict = dialect.isStrict
        keepsEmptyLines = columns == 1
    }

    /// Splits the row at `start`. `ends[i]` becomes the end of field i (for the last one, where its newline is), for the
    /// first `capacity` fields; a field begins behind the delimiter after the end of the one before it.
    func split(
        _ base: UnsafePointer<UInt8>, from start: Int, count: Int, isAtEnd: Bool, ends: MutableLanes<UInt32>, capacity: Int
    ) -> Result {
        var at = start
        if at < count, UInt16(base[at]) == comment {
            guard let end = find(newline, base, at, count) else {
                return Result(outcome: isAtEnd ? .noRow : .needsMore, fields: 0, next: count)
            }
            return Result(outcome: .noRow, fields: 0, next: end + 1)
        }
        if !keepsEmptyLines, let next = emptyLine(base, at, count) { return Result(outcome: .noRow, fields: 0, next: next) }
        var fields = 0
        while true {
            switch field(base, at, count) {
            case .ends(let end): at = end
            case .open:
                guard isAtEnd else { return Result(outcome: .needsMore, fields: fields, next: count) }
                let resume = find(newline, base, start, count).map { $0 + 1 } ?? count
                return Result(outcome: .unterminatedQuote, fields: fields, next: resume)
            case .isWrong:
                // Perhaps a quote that was never closed met the opening one of a row below: the lines between are rows of their own.
                let resume = find(newline, base, start, count).map { $0 + 1 }
                if resume == nil, !isAtEnd { return Result(outcome: .needsMore, fields: fields, next: count) }
                return Result(outcome: .textAfterQuote, fields: fields, next: resume ?? count)
            }
            guard at < count else { return Result(outcome: .needsMore, fields: fields, next: count) }
            if fields < capacity { ends[fields] = UInt32(truncatingIfNeeded: at) }
            fields &+= 1
            if base[at] == newline { return Result(outcome: .row, fields: fields, next: at + 1) }
            if commentsEndRows, UInt16(base[at]) == comment {
                guard let end = find(newline, base, at, count) else { return Result(outcome: .needsMore, fields: fields, next: count) }
                return Result(outcome: .row, fields: fields, next: end + 1)
            }
            at += delimiter.count
        }
    }

    /// The end of a field without quotes that begins (or goes on) at `start`.
    @inline(__always)
    private func skipPlain(_ base: UnsafePointer<UInt8>, _ start: Int, _ count: Int) -> Int {
        var at = start
        while at < count, !endsField(base, at, count) { at &+= 1 }
        return at
    }

    @inline(__always)
    private func endsField(_ base: UnsafePointer<UInt8>, _ at: Int, _ count: Int) -> Bool {
        base[at] == newline || (base[at] == first && isDelimiter(base, at, count)) || (commentsEndRows && UInt16(base[at]) == comment)
    }

    @inline(__always)
    private func skipBlanks(_ base: UnsafePointer<UInt8>, _ start: Int, _ count: Int) -> Int {
        var at = start
        while at < count, base[at] == 32, first != 32 { at &+= 1 }
        return at
    }

    /// What follows from the guess that some place lies inside of quotes, or outside of them.
    enum Rest {
        /// Where the next row begins.
        case next(Int)
        /// The guess is wrong.
        case isWrong
        /// The bytes don't tell.
        case unknown
    }

    /// Goes from a place within a row to the row after it.
    /// - Parameter isQuoted: whether the place is taken to be inside quotes.
    func rest(_ base: UnsafePointer<UInt8>, from start: Int, count: Int, isQuoted: Bool, ends: MutableLanes<UInt32>) -> Rest {
        var at = start
        if isQuoted {
            guard case .closed(let after) = skipQuoted(base, start, count) else { return .unknown }
            at = skipBlanks(base, after, count)
            if at < count, base[at] == 13, newline == 10 { at += 1 }
            if at < count, !endsField(base, at, count) { return .isWrong }
        } else {
            at = skipPlain(base, start, count)
        }
        guard at < count else { return .unknown }
        if base[at] == newline { return .next(at + 1) }
        if commentsEndRows, UInt16(base[at]) == comment { return find(newline, base, at, count).map { .next($0 + 1) } ?? .unknown }
        let row = split(base, from: at + delimiter.count, count: count, isAtEnd: false, ends: ends, capacity: 0)
        switch row.outcome {
        case .row, .noRow: return .next(row.next)
        case .needsMore: return .unknown
        case .unterminatedQuote, .textAfterQuote: return .isWrong
        }
    }

    private enum FieldEnd {
        case ends(Int)
        case open
        /// Text follows a closing quote.
        case isWrong
    }

    /// The field that begins at `start`.
    @inline(__always)
    private func field(_ base: UnsafePointer<UInt8>, _ start: Int, _ count: Int) -> FieldEnd {
        let opening = skipBlanks(base, start, count)
        guard opening < count, UInt16(base[opening]) == quote else { return .ends(skipPlain(base, start, count)) }
        guard case .closed(var at) = skipQuoted(base, opening + 1, count) else { return .open }
        at = skipBlanks(base, at, count)
        // A carriage return before the line feed belongs to the newline.
        if at < count, base[at] == 13, newline == 10 { at += 1 }
        if at >= count || endsField(base, at, count) { return .ends(at) }
        // A word in quotes behind a blank is just text.
        if !isStrict || opening > start { return .ends(skipPlain(base, isStrict ? start : at, count)) }
        return .isWrong
    }

    private enum Quoted { case closed(after: Int), open }

    private func skipQuoted(_ base: UnsafePointer<UInt8>, _ start: Int, _ count: Int) -> Quoted {
        var at = start
        while at < count {
            let byte = UInt16(base[at])
            if byte == escape, escape != quote {
                at &+= 2
            } else if byte == quote {
                guard escape == quote, at &+ 1 < count, UInt16(base[at &+ 1]) == quote else { return .closed(after: at &+ 1) }
                at &+= 2
            } else {
                at &+= 1
            }
        }
        return .open
    }

    @inline(__always)
    private func isDelimiter(_ base: UnsafePointer<UInt8>, _ at: Int, _ count: Int) -> Bool {
        guard base[at] == first else { return false }
        if delimiter.count == 1 { return true }
        guard at + delimiter.count <= count else { return false }
        for index in 1..<delimiter.count where base[at + index] != delimiter[index] { return false }
        return true
    }

    /// Where the next row begins if the line here is empty.
    private func emptyLine(_ base: UnsafePointer<UInt8>, _ at: Int, _ count: Int) -> Int? {
        guard at < count else { return nil }
        if base[at] == newline { return at + 1 }
        if base[at] == 13, newline == 10, at + 1 < count, base[at + 1] == 10 { return at + 2 }
        return nil
    }

    private func find(_ byte: UInt8, _ base: UnsafePointer<UInt8>, _ start: Int, _ count: Int) -> Int? {
        var at = start
        while at < count {
            if base[at] == byte { return at }
            at &+= 1
        }
        return nil
    }
}
