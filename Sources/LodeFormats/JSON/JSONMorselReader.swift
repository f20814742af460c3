/// Reading one part of a JSON file, chunk by chunk.

import CLodeIntrinsics
import LodeCore
import LodeObjectStore
import LodeVectors

/// Finds rows, turns the projected fields into columns, applies the filters, and reports or rejects what is wrong.
///
/// Rows are checked to be JSON as a whole. Whether a value fits its column, and whether a string is UTF-8, is asked of projected columns
/// only,
/// and of rows that the filters before it left.
final class JSONMorselReader: MorselReader {
    private let scan: JSONScan
    private let range: Range<Int>
    private let request: ScanRequest
    private let window: TextWindow
    private let rows: JSONRows
    private let batch: JSONBatch
    private let decoders: [JSONColumnDecoder]
    private let holdsText: Bool
    private let survivors: Selection
    private var lines: RowLines
    private var isDone = false
    private(set) var counters = ScanCounters()

    init(_ scan: JSONScan, _ range: Range<Int>, isFirst: Bool, _ request: ScanRequest) throws(SQLError) {
        self.scan = scan
        self.range = range
        self.request = request
        lines = RowLines(scan.lines, newline: 10)
        let options = scan.options, fields = request.projection.map { scan.schema.fields[$0] }
        survivors = try Selection(capacity: Chunk.capacity)
        rows = try JSONRows(scan.profile, request.projection, options)
        var decoders: [JSONColumnDecoder] = []
        for field in fields { decoders.append(try JSONColumnDecoder(field, path: field.name, options)) }
        self.decoders = decoders
        holdsText = decoders.contains { $0.holdsText }
        if scan.profile.packing.isPlain {
            // One byte earlier: a line begins here if a newline stands before.
            let start = isFirst ? range.lowerBound : range.lowerBound - 1
            window = try TextWindow(ObjectStream(scan.object, from: start), offset: start, maximumRowBytes: options.maximumRowBytes)
            batch = try JSONBatch(window, zones: request.zones)
            if !isFirst { try skipToNewline() }
        } else {
            window = try TextWindow(scan.profile.packing.open(scan.object), offset: 0, maximumRowBytes: options.maximumRowBytes)
            batch = try JSONBatch(window, zones: request.zones)
            try skip(to: range.lowerBound)
        }
    }

    private func skipToNewline() throws(SQLError) {
        while true {
            var at = window.position
            while at < window.count {
                let mask = lode_match64(window.base + at, 10)
                if mask != 0 {
                    window.position = min(window.count, at + mask.trailingZeroBitCount + 1)
                    return
                }
                at += 64
            }
            window.position = window.count
            if window.isAtEnd { return }
            _ = try fill()
        }
    }

    /// Passes over what comes before the first row of a file that can only be read from its start.
    private func skip(to offset: Int) throws(SQLError) {
        while window.offset + window.count < offset, !window.isAtEnd {
            window.position = window.count
            _ = try fill()
        }
        window.position = min(window.count, max(0, offset - window.offset))
    }

    private func fill() throws(SQLError) -> Bool {
        guard try window.refill() else { return false }
        batch.take(window, isASCII: holdsText && UTF8Check.isASCII(window.base + window.position, window.count - window.position))
        return true
    }

    func next() throws(SQLError) -> Chunk? {
        while !isDone {
            try request.cancellation.check()
            rows.reset()
            let stop = rows.scan(window, limit: range.upperBound == .max ? .max : range.upperBound - window.offset)
            counters.rowsScanned += rows.count
            let chunk = rows.count > 0 ? try decode() : nil
            switch stop {
            case .full: break
            case .reachedEnd:
                isDone = true
                counters.bytesRead = window.bytesRead
            case .needsMore:
                let isLong = window.isAtEnd ? true : try !fill()
                if isLong { try handleLongRow() }
            case .badRow: try handleBadRow()
            }
            if let chunk, chunk.count > 0 {
                counters.rowsReturned += chunk.count
                return chunk
            }
        }
        return nil
    }

    // MARK: Columns

    private func decode() throws(SQLError) -> Chunk {
        var columns = [Column?](repeating: nil, count: decoders.count)
        func load(_ position: Int) throws(SQLError) {
            let rows = rows
            if columns[position] == nil { columns[position] = try decoders[position].column(rows.column(position), batch) }
        }
        func keepSurvivors() throws(SQLError) {
            guard survivors.count < rows.count else { return }
            for position in columns.indices { columns[position] = try columns[position]?.gather(survivors) }
            rows.compact(survivors)
        }
        // Which rows are rejected must not depend on the filters, and nor must it, without filters, which error comes first.
        if scan.options.ignoreErrors || request.filters.isEmpty {
            for position in columns.indices { try load(position) }
            if try dropBadRows() { try keepSurvivors() }
        }
        for filter in request.filters where rows.count > 0 {
            for position in filter.columns { try load(position) }
            _ = try dropBadRows()
            survivors.count = 0
            try filter.select(filter.columns.compactMap { columns[$0] }, count: rows.count, into: survivors)
            try keepSurvivors()
        }
        guard rows.count > 0 else { return Chunk(columns: [], count: 0) }
        for position in columns.indices { try load(position) }
        _ = try dropBadRows()
        return Chunk(columns: columns.compactMap { $0 }, count: rows.count)
    }

    // MARK: Errors

    /// Puts the rows without bad values into `survivors` and rejects the others.
    /// - Returns: whether there were any others.
    /// - Throws: what is wrong with the first bad value, unless errors are ignored.
    private func dropBadRows() throws(SQLError) -> Bool {
        if batch.badValues.isEmpty { return false }
        let bad = batch.badValues.sorted { $0.slot.start < $1.slot.start }
        batch.badValues = []
        var next = 0
        survivors.count = 0
        for row in 0..<rows.count {
            let end = row + 1 < rows.count ? rows.start(of: row + 1) : Int.max
            guard next < bad.count, bad[next].slot.start < end else {
                survivors[survivors.count] = UInt32(row)
                survivors.count += 1
                continue
            }
            let start = rows.start(of: row)
            var cursor = JSONCursor(batch.base, at: start, end: window.count, padding: Buffer.padding)
            _ = cursor.skipValue()
            try reject(describe(bad[next]), start, cursor.at, column: bad[next].path)
            while next < bad.count, bad[next].slot.start < end { next += 1 }
        }
        return true
    }

    private func handleBadRow() throws(SQLError) {
        guard let bad = rows.badRow else { return }
        let error: SQLError
        if let fault = bad.fault, fault.isAboutKeys {
            error = wrongKey(fault, at: bad.position)
        } else if let fault = bad.fault {
            error = Self.malformed("\(fault.rawValue), at byte \(bad.position - bad.start + 1) of the value")
        } else {
            error = Self.invalid("object", text(bad.start, bad.end, limit: 60), path: nil)
        }
        try reject(error, bad.start, bad.end, column: nil)
        guard let next = bad.next else { throw placed(error, at: bad.start) }
        window.position = next
    }

    /// - Throws: the error, with its place, unless errors are ignored.
    private func reject(_ error: SQLError, _ start: Int, _ end: Int, column: String?) throws(SQLError) {
        guard scan.options.ignoreErrors else { throw placed(error, at: start, column: column) }
        counters.rowsRejected += 1
        guard let rejects = scan.options.rejects else { return }
        try rejects.reject(
            RejectedRow(
                file: scan.object.path, line: try lines.line(at: start, in: window), byteOffset: window.offset + start, column: column,
                state: error.state.rawValue, message: error.message, text: text(start, end, limit: 10_000)))
    }

    /// A row that is longer than rows may be: it is passed over, to the end of its line or of its value.
    private func handleLongRow() throws(SQLError) {
        window.position = rows.position(ofRowAt: window)
        let error = SQLError(
            .programLimitExceeded, "a JSON value is longer than maximum_object_size = \(scan.options.maximumRowBytes) bytes",
            hint: "Raise it with maximum_object_size, or check that brackets and quotes are closed.")
        try reject(error, window.position, window.newline(10) ?? window.count, column: nil)
        if scan.profile.layout == .lines { try window.skipLine(10) } else { try skipValue() }
        rows.passValue()
        batch.take(window, isASCII: false)
    }

    /// Passes over the value at the window's position, however long it is, by its brackets and quotes only.
    private func skipValue() throws(SQLError) {
        var depth = 0, isInString = false, isEscaped = false
        while true {
            while window.position < window.count {
                let byte = window.base[window.position]
                window.position += 1
                if isInString {
                    isInString = isEscaped || byte != UInt8(ascii: "\"")
                    isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
                } else if byte == UInt8(ascii: "\"") {
                    isInString = true
                } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                    depth += 1
                } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
                    depth -= 1
                }
                if depth <= 0, !isInString { return }
            }
            if window.isAtEnd { return }
            _ = try window.refill()
        }
    }

    private static func malformed(_ what: String) -> SQLError {
        SQLError(
            .invalidTextRepresentation, "malformed JSON: \(what)",
            hint: "Correct the file, or leave bad lines out with ignore_errors = true.")
    }

    private static func invalid(_ type: String, _ value: String, path: String?) -> SQLError {
        let cure =
            path.map { "Give the type (columns = {'\($0)': 'varchar', …}), sniff more (sample_size = -1)" }
            ?? "Read every value as one (records = false)"
        return SQLError(
            .invalidTextRepresentation, "invalid value for type \(type): \(value)",
            hint: "\(cure), or leave bad rows out (ignore_errors = true).")
    }

    private func wrongKey(_ fault: JSONFault, at position: Int) -> SQLError {
        var cursor = JSONCursor(batch.base, at: position, end: window.count, padding: Buffer.padding)
        _ = cursor.skipString()
        let cure =
            fault == .unknownKey
            ? "name the columns (columns = {…}), or pass over such keys with ignore_errors = true"
            : "or leave such rows out with ignore_errors = true"
        return SQLError(
            .invalidTextRepresentation, "\(fault.rawValue) \(text(position, cursor.at, limit: 60))",
            hint: "Sniff more (sample_size = -1), \(cure).")
    }

    private func describe(_ bad: JSONBadValue) -> SQLError {
        let slot = bad.slot
        if let fault = bad.fault, fault.isAboutKeys { return wrongKey(fault, at: bad.position) }
        if UTF8Check.firstInvalid(batch.base + slot.start, slot.count) != nil {
            return SQLError(
                .characterNotInRepertoire, "invalid UTF-8 in a string", hint: "Name the encoding: encoding = 'latin-1' or 'utf-16'.")
        }
        let quotes = batch.base[slot.start] == UInt8(ascii: "\"") ? 1 : 0
        return Self.invalid(bad.type.description, text(slot.start + quotes, slot.end - quotes, limit: 60), path: bad.path)
    }

    private func text(_ start: Int, _ end: Int, limit: Int) -> String {
        let shown = min(end, start + limit, window.count)
        let text = String(decoding: UnsafeBufferPointer(start: window.base + start, count: max(0, shown - start)), as: UTF8.self)
        return shown < end ? text + "…" : text
    }

    private func placed(_ error: SQLError, at position: Int, column: String? = nil) -> SQLError {
        let line = (try? scan.lines.line(at: window.offset + position)) ?? 0
        return error.within("\(scan.object.path), line \(line)" + (column.map { ", column \($0)" } ?? ""))
    }
}
