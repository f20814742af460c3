/// Reading one part of a JSON file, chunk by chunk.

import CLodeIntrinsics
import LodeCore
import LodeObjectStore
import LodeVectors

/// Feeds values to the builders of the projected columns, applies the filters, and reports or rejects what is wrong.
final class JSONMorselReader: MorselReader {
    private let scan: JSONScan
    private let range: Range<Int>
    private let request: ScanRequest
    private let window: TextWindow
    private let builders: [JSONBuilder]
    private let keys: JSONKeys
    private let survivors: Selection
    private let isLines: Bool
    private let trouble = JSONTrouble()
    private var rows = 0
    private var isDone = false
    /// Whether a value came before: in an array a comma must follow it.
    private var isBehindValue = false
    private(set) var counters = ScanCounters()

    init(_ scan: JSONScan, _ range: Range<Int>, isFirst: Bool, _ request: ScanRequest) throws(SQLError) {
        self.scan = scan
        self.range = range
        self.request = request
        isLines = scan.profile.layout == .lines
        survivors = try Selection(capacity: Chunk.capacity)
        var builders: [JSONBuilder] = []
        for position in request.projection {
            let field = scan.schema.fields[position]
            builders.append(
                try JSONBuilder(field, path: field.name, dateFormat: scan.options.dateFormat, timestampFormat: scan.options.timestampFormat))
        }
        self.builders = builders
        keys = JSONKeys(builders.map(\.name))
        if scan.profile.packing.isPlain {
            // One byte earlier: a line begins here if a newline stands before.
            let start = isFirst ? range.lowerBound : range.lowerBound - 1
            window = try TextWindow(ObjectSource(scan.object, from: start), offset: start, maximumRowBytes: scan.options.maximumRowBytes)
            if !isFirst { try skipToNewline() }
        } else {
            window = try TextWindow(scan.profile.packing.open(scan.object), offset: 0, maximumRowBytes: scan.options.maximumRowBytes)
            _ = try window.refill()
            window.position = min(window.count, range.lowerBound)
        }
    }

    private func skipToNewline() throws(SQLError) {
        while true {
            if let newline = findNewline(window.position) {
                window.position = newline + 1
                return
            }
            window.position = window.count
            if window.isAtEnd { return }
            _ = try window.refill()
        }
    }

    private func findNewline(_ start: Int) -> Int? {
        var at = start
        while at < window.count {
            let mask = lode_match64(window.base + at, 10)
            if mask != 0 {
                let found = at + mask.trailingZeroBitCount
                return found < window.count ? found : nil
            }
            at += 64
        }
        return nil
    }

    func next() throws(SQLError) -> Chunk? {
        while !isDone {
            try request.cancellation.check()
            for builder in builders { builder.reset() }
            rows = 0
            let buffer = window.buffer
            try fill()
            counters.rowsScanned += rows
            if rows > 0, let chunk = try chunk(buffer), chunk.count > 0 {
                counters.rowsReturned += chunk.count
                return chunk
            }
            if !isDone, rows < Chunk.capacity, try !window.refill() { throw tooLong() }
        }
        return nil
    }

    private func tooLong() -> SQLError {
        placed(
            SQLError(
                .programLimitExceeded, "a JSON value is longer than maximum_object_size = \(scan.options.maximumRowBytes) bytes",
                hint: "Raise it with maximum_object_size, or check that brackets and quotes are closed."), at: window.position)
    }

    // MARK: Rows

    /// Adds rows until the chunk is full, the window is used up or the part ends.
    private func fill() throws(SQLError) {
        let isASCII = UTF8Check.isASCII(window.base + window.position, max(0, window.count - window.position))
        for builder in builders { builder.checksText = !isASCII }
        while rows < Chunk.capacity {
            if isLines {
                guard try fillLine() else { return }
            } else {
                guard try fillValue() else { return }
            }
        }
    }

    private func end() {
        isDone = true
        counters.bytesRead = window.bytesRead
    }

    /// One line; false if there is none in the window.
    private func fillLine() throws(SQLError) -> Bool {
        guard range.upperBound == .max || window.positionInFile < range.upperBound else {
            end()
            return false
        }
        let start = window.position
        var lineEnd = findNewline(start)
        if lineEnd == nil {
            guard window.isAtEnd else { return false }
            guard start < window.count else {
                end()
                return false
            }
            lineEnd = window.count
        }
        guard let lineEnd else { return false }
        window.position = min(window.count, lineEnd + 1)
        var cursor = JSONCursor(base: UnsafePointer(window.base), end: lineEnd, at: start, trouble: trouble)
        cursor.skipSpaces()
        // Empty lines are no rows.
        if cursor.at >= lineEnd { return true }
        do throws(SQLError) {
            try appendRow(&cursor)
            cursor.skipSpaces()
            if cursor.at < lineEnd { throw cursor.fault(.expectedComma) }
            rows += 1
        } catch { try handle(error, start, lineEnd) }
        return true
    }

    /// One value of an array or a sequence; false if there is none, or no whole one, in the window.
    private func fillValue() throws(SQLError) -> Bool {
        var cursor = JSONCursor(base: UnsafePointer(window.base), end: window.count, at: window.position, trouble: trouble)
        let isArray = scan.profile.layout == .array
        cursor.skipSpaces()
        if isArray, isBehindValue, cursor.at < cursor.end, cursor.base[cursor.at] == UInt8(ascii: ",") {
            cursor.at += 1
            cursor.skipSpaces()
        } else if isArray, cursor.at < cursor.end {
            if cursor.base[cursor.at] == UInt8(ascii: "]") {
                cursor.at += 1
                cursor.skipSpaces()
                guard cursor.at >= cursor.end else { throw placed(Self.malformed("text follows the array"), at: cursor.at) }
                if window.isAtEnd { end() } else { window.position = cursor.at - 1 }
                if !window.isAtEnd { try drain() }
                return false
            }
            if isBehindValue { throw placed(Self.malformed(JSONFault.expectedComma.rawValue), at: cursor.at) }
        }
        if cursor.at >= cursor.end {
            guard window.isAtEnd else { return false }
            if isArray { throw placed(Self.malformed(JSONFault.unexpectedEnd.rawValue), at: window.position) }
            end()
            return false
        }
        let start = cursor.at
        do throws(SQLError) {
            try appendRow(&cursor)
            // A number may go on in the next window.
            if cursor.at >= cursor.end, !window.isAtEnd { throw cursor.fault(.unexpectedEnd) }
            rows += 1
        } catch {
            if error === JSONTrouble.stop, trouble.fault == .unexpectedEnd, !window.isAtEnd {
                for builder in builders { builder.truncate(to: rows) }
                return false
            }
            try handle(error, start, window.count)
            // Of a value that is well-formed, but not as wanted, the end is known.
            cursor.at = start
            guard JSONCheck.skipValue(window.base, &cursor.at, window.count) == nil else {
                throw placed(Self.malformed("the rest of the file cannot be read"), at: start)
            }
        }
        isBehindValue = true
        window.position = cursor.at
        return true
    }

    /// Behind the end of an array only white space may follow.
    private func drain() throws(SQLError) {
        while !window.isAtEnd {
            window.position = window.count
            _ = try window.refill()
            for index in window.position..<window.count where window.base[index] > 32 {
                throw placed(Self.malformed("text follows the array"), at: index)
            }
        }
        end()
    }

    private func appendRow(_ cursor: inout JSONCursor) throws(SQLError) {
        if scan.profile.records, cursor.at < cursor.end, cursor.base[cursor.at] != UInt8(ascii: "{") {
            let token = try cursor.token()
            throw trouble.mismatch("", "object", token)
        }
        if builders.isEmpty {
            _ = try cursor.token()
        } else if scan.profile.records {
            try JSONBuilder.appendMembers(&cursor, keys, builders, row: rows, depth: 1)
        } else {
            try builders[0].append(&cursor)
        }
    }

    // MARK: Chunks

    private func chunk(_ buffer: Buffer) throws(SQLError) -> Chunk? {
        var columns: [Column] = []
        for builder in builders { columns.append(try builder.column(buffer)) }
        var chunk = Chunk(columns: columns, count: rows)
        for filter in request.filters where chunk.count > 0 {
            survivors.count = 0
            try filter.select(filter.columns.map { chunk.columns[$0] }, count: chunk.count, into: survivors)
            if survivors.count < chunk.count { chunk = try chunk.gather(survivors) }
        }
        return chunk
    }

    // MARK: Errors

    private static func malformed(_ what: String) -> SQLError {
        SQLError(.invalidTextRepresentation, "malformed JSON: \(what)", hint: "Correct the file, or leave bad lines out with ignore_errors = true.")
    }

    /// Undoes the row and throws or rejects it.
    private func handle(_ failure: SQLError, _ start: Int, _ end: Int) throws(SQLError) {
        guard failure === JSONTrouble.stop else { throw failure }
        for builder in builders { builder.truncate(to: rows) }
        let column = trouble.fault != nil || trouble.path.isEmpty ? nil : trouble.path
        let error = describe(start)
        guard scan.options.ignoreErrors else { throw placed(error, at: start, column: column) }
        counters.rowsRejected += 1
        guard let rejects = scan.options.rejects else { return }
        rejects.reject(
            RejectedRow(
                file: scan.object.path, line: try scan.lines.line(at: window.offset + start), byteOffset: window.offset + start, column: column,
                state: error.state.rawValue, message: error.message, text: text(start, end, limit: 10_000)))
    }

    private func describe(_ start: Int) -> SQLError {
        if let fault = trouble.fault {
            return Self.malformed("\(fault.rawValue), at byte \(trouble.position - start + 1) of the value")
        }
        let value = trouble.value
        if UTF8Check.firstInvalid(window.base + value.start, value.end - value.start) != nil {
            return SQLError(
                .characterNotInRepertoire, "invalid UTF-8 in a string", hint: "Name the encoding: encoding = 'latin-1' or 'utf-16'.")
        }
        return SQLError(
            .invalidTextRepresentation, "invalid value for type \(trouble.type): \(text(value.start, value.end, limit: 60))",
            hint:
                "Give the type (columns = {'\(trouble.path)': 'varchar', …}), sniff more (sample_size = -1), or leave bad rows out (ignore_errors = true).")
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
