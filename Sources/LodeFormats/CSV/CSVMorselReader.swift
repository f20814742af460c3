/// Reading one byte range of a CSV file, chunk by chunk.

import LodeCore
import LodeObjectStore
import LodeVectors

/// Finds rows, turns projected fields into columns, applies the filters, and reports or rejects what is wrong.
final class CSVMorselReader: MorselReader {
    private let scan: CSVScan
    private let index: Int
    private let range: Range<Int>
    private let request: ScanRequest
    private let tokens: CSVTokens
    private let decoder: CSVDecoder
    private let window: TextWindow
    private let survivors: Selection
    private let ignoresErrors: Bool
    /// Columns that are looked at only because their errors leave rows out.
    private let checked: [Int]
    private var lines: RowLines
    private var isDone = false
    private(set) var counters = ScanCounters()

    init(_ scan: CSVScan, _ index: Int, _ range: Range<Int>, _ request: ScanRequest) throws(SQLError) {
        self.scan = scan
        self.index = index
        self.range = range
        self.request = request
        let profile = scan.profile, dialect = profile.dialect
        ignoresErrors = scan.options.ignoreErrors
        lines = RowLines(scan.lines, newline: dialect.newline)
        checked = ignoresErrors ? Set(profile.columns.indices).subtracting(request.projection).sorted() : []
        tokens = try CSVTokens(dialect, columns: profile.columns.count, maximumRowBytes: scan.options.maximumRowBytes)
        decoder = try CSVDecoder(dialect, profile.columns, collectsBadFields: ignoresErrors, zones: request.zones)
        survivors = try Selection(capacity: Chunk.capacity)
        let start = index > 0 ? try scan.start(of: index) : range.lowerBound
        if dialect.packing.isPlain {
            window = try TextWindow(ObjectStream(scan.object, from: start), offset: start, maximumRowBytes: scan.options.maximumRowBytes)
        } else {
            window = try TextWindow(dialect.packing.open(scan.object), offset: 0, maximumRowBytes: scan.options.maximumRowBytes)
            try skip(to: start)
        }
    }

    /// Passes over what comes before the first row of a file that can only be read from its start.
    private func skip(to offset: Int) throws(SQLError) {
        while window.offset + window.count < offset, !window.isAtEnd {
            window.position = window.count
            _ = try window.refill()
        }
        window.position = min(window.count, max(0, offset - window.offset))
    }

    func next() throws(SQLError) -> Chunk? {
        while !isDone {
            try request.cancellation.check()
            tokens.reset()
            let limit = range.upperBound == .max ? Int.max : range.upperBound - window.offset
            let stop = tokens.scan(window, limit: limit)
            counters.rowsScanned += tokens.count
            let chunk = tokens.count > 0 ? try decode() : nil
            switch stop {
            case .full: break
            case .reachedEnd: try end()
            case .badRow: try handleBadRow()
            case .needsMore:
                if window.isAtEnd {
                    try end()
                } else if try !window.refill() {
                    try handleLongRow()
                }
            }
            if let chunk, chunk.count > 0 {
                counters.rowsReturned += chunk.count
                return chunk
            }
        }
        return nil
    }

    private func end() throws(SQLError) {
        isDone = true
        counters.bytesRead = window.bytesRead
        // Where the next range must begin: unless this range ends the file.
        if range.upperBound < scan.object.size { try scan.noteSeam(index + 1, end: window.positionInFile) }
    }

    // MARK: Columns

    private func decode() throws(SQLError) -> Chunk {
        var columns = [Column?](repeating: nil, count: request.projection.count)
        func load(_ position: Int) throws(SQLError) {
            if columns[position] == nil { columns[position] = try column(request.projection[position]) }
        }
        func keepSurvivors() throws(SQLError) {
            guard survivors.count < tokens.count else { return }
            for position in columns.indices { columns[position] = try columns[position]?.gather(survivors) }
            tokens.compact(survivors)
        }
        if ignoresErrors {
            // Which rows are rejected must not depend on the filters, nor on which columns are wanted.
            for position in columns.indices { try load(position) }
            for position in checked { _ = try column(position) }
            if try dropBadRows() { try keepSurvivors() }
        }
        for filter in request.filters where tokens.count > 0 {
            var inputs: [Column] = []
            for position in filter.columns {
                try load(position)
                if let column = columns[position] { inputs.append(column) }
            }
            survivors.count = 0
            try filter.select(inputs, count: tokens.count, into: survivors)
            try keepSurvivors()
        }
        guard tokens.count > 0 else { return Chunk(columns: [], count: 0) }
        for position in columns.indices { try load(position) }
        return Chunk(columns: columns.compactMap { $0 }, count: tokens.count)
    }

    private func column(_ position: Int) throws(SQLError) -> Column {
        do throws(SQLError) {
            return try decoder.decode(position, tokens, window)
        } catch {
            guard error === CSVDecoder.stop, let bad = decoder.takeBadFields().first else { throw error }
            throw describe(bad)
        }
    }

    /// Puts the rows without bad fields into `survivors` and rejects the others.
    /// - Returns: whether there were any others.
    private func dropBadRows() throws(SQLError) -> Bool {
        let bad = decoder.takeBadFields()
        if bad.isEmpty { return false }
        var firstOfRow: [Int: CSVBadField] = [:]
        for field in bad where firstOfRow[field.row].map({ field.column < $0.column }) ?? true { firstOfRow[field.row] = field }
        survivors.count = 0
        for row in 0..<tokens.count {
            if let field = firstOfRow[row] {
                let bounds = rowBounds(row)
                try reject(describe(field), start: bounds.start, end: bounds.end, column: scan.profile.columns[field.column].name)
            } else {
                survivors[survivors.count] = UInt32(row)
                survivors.count += 1
            }
        }
        return true
    }

    // MARK: Errors

    private func handleBadRow() throws(SQLError) {
        guard let bad = tokens.badRow else { return }
        let error = describe(bad)
        guard ignoresErrors else { throw error }
        try reject(error, start: bad.start, end: bad.next, column: nil)
        window.position = bad.next
    }

    /// A row that is not in the window as a whole, and must not be longer.
    private func handleLongRow() throws(SQLError) {
        let bad = tokens.longRow(window)
        let error = describe(bad)
        guard ignoresErrors else { throw error }
        try reject(error, start: bad.start, end: bad.next, column: nil)
        try window.skipLine(scan.profile.dialect.newline)
    }

    private func reject(_ error: SQLError, start: Int, end: Int, column: String?) throws(SQLError) {
        counters.rowsRejected += 1
        guard let rejects = scan.options.rejects else { return }
        try rejects.reject(
            RejectedRow(
                file: scan.object.path, line: try lines.line(at: start, in: window), byteOffset: window.offset + start,
                column: column, state: error.state.rawValue, message: error.message, text: text(start, end, limit: 10_000)))
    }

    private func rowBounds(_ row: Int) -> (start: Int, end: Int) {
        let tokens = tokens, slots = tokens.slots + row * tokens.stride
        return (Int(slots[0] &+ UInt32(tokens.delimiterLength)), Int(slots[tokens.columns]))
    }

    /// Bytes of the window as a string, without the newline.
    private func text(_ start: Int, _ end: Int, limit: Int) -> String {
        var last = min(end, window.count)
        while last > start, window.base[last - 1] == 10 || window.base[last - 1] == 13 { last -= 1 }
        let shown = min(last, start + limit)
        let text = String(decoding: UnsafeBufferPointer(start: window.base + start, count: max(0, shown - start)), as: UTF8.self)
        return shown < last ? text + "…" : text
    }

    private func describe(_ bad: CSVBadField) -> SQLError {
        let column = scan.profile.columns[bad.column]
        let bounds = rowBounds(bad.row)
        let tokens = tokens, slots = tokens.slots + bad.row * tokens.stride + bad.column
        let found = text(Int(slots[0] &+ UInt32(tokens.delimiterLength)), Int(slots[1]), limit: 60)
        if bad.isInvalidText {
            return placed(
                SQLError(
                    .characterNotInRepertoire, "invalid UTF-8 in column \"\(column.name)\"",
                    hint: "Name the encoding (encoding = 'latin-1' or 'utf-16'), or leave such rows out with ignore_errors = true."),
                at: bounds.start, column: column.name)
        }
        let isRange = bad.outcome == .outOfRange
        let expected = column.format.map { "\(column.type) in the format \($0)" } ?? "\(column.type)"
        let state: SQLState =
            isRange ? (column.type.isTemporal ? .datetimeFieldOverflow : .numericValueOutOfRange) : .invalidTextRepresentation
        let hint =
            column.isSniffed
            ? "The type was sniffed from the first rows. Give it (types = {'\(column.name)': 'varchar'}), read everything as text "
                + "(all_varchar = true), sniff more (sample_size = -1), or leave bad rows out (ignore_errors = true)."
            : "Correct the file, read the column as varchar, or leave bad rows out with ignore_errors = true."
        return placed(
            SQLError(
                state,
                isRange ? "value out of range for type \(expected): \"\(found)\"" : "invalid value for type \(expected): \"\(found)\"",
                hint: hint),
            at: bounds.start, column: column.name)
    }

    private func describe(_ bad: CSVTokens.BadRow) -> SQLError {
        let row = text(bad.start, bad.next, limit: 80)
        if bad.isTooLong {
            let error = tokens.tooLong()
            let isOpen = bad.outcome == .unterminatedQuote
            return placed(
                SQLError(
                    error.state, isOpen ? "a quoted field is not closed, or \(error.message)" : error.message,
                    detail: "The row begins with: \(row)", hint: error.hint), at: bad.start)
        }
        let message: String, hint: String
        switch bad.outcome {
        case .unterminatedQuote:
            message = "a quoted field is not closed"
            hint = "Close the quote, name the right one (quote = '…', or '' for none), or leave bad rows out with ignore_errors = true."
        case .textAfterQuote:
            message = "text follows a closing quote"
            hint = "Double quotes within quotes, name the right quote or escape, or leave bad rows out with ignore_errors = true."
        default:
            let columns = tokens.columns
            message = "expected \(columns) \(columns == 1 ? "field" : "fields") in a row, found \(bad.fields)"
            hint =
                bad.fields < columns
                ? "Fill up short rows with null_padding = true, or leave bad rows out with ignore_errors = true."
                : "Quote values that hold the delimiter, name the right one (delim = '…'), or leave bad rows out with ignore_errors = true."
        }
        return placed(
            SQLError(.badCopyFileFormat, message, detail: "The row begins with: \(row)", hint: hint), at: bad.start)
    }

    /// The error with file, line and column.
    private func placed(_ error: SQLError, at position: Int, column: String? = nil) -> SQLError {
        let line = (try? scan.lines.line(at: window.offset + position)) ?? 0
        return error.within("\(scan.object.path), line \(line)" + (column.map { ", column \($0)" } ?? ""))
    }
}
