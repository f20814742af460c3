/// Reading the start of a CSV file to find out how it is written and what it holds.

import LodeCore
import LodeObjectStore
import LodeVectors

struct CSVSniffer {
    private let object: any ObjectReader
    private var options: CSVReadOptions
    private var dialect = CSVDialect()
    private let window: TextWindow
    /// Rows that are looked at in a file of a set whose types are settled.
    private static let settledSampleRows = 2048
    private var newlines = "\\n"
    /// Fields of a row, by the rows of the sample.
    private var sampleWidth = 1

    init(_ object: any ObjectReader, _ options: CSVReadOptions) throws(SQLError) {
        self.object = object
        self.options = options
        dialect.packing = try TextPacking.detect(object, compression: options.compression, encoding: options.encoding)
        window = try TextWindow(dialect.packing.open(object), offset: 0, maximumRowBytes: options.maximumRowBytes)
        dialect.padsShortRows = options.padsShortRows
        dialect.nullTexts = options.nullTexts ?? [""]
        dialect.quotedNulls = options.quotedNulls
        dialect.decimalSeparator = options.decimalSeparator
        dialect.thousands = options.thousands
        dialect.isStrict = options.isStrict
    }

    /// - Throws: `22P04` if options and file don't go together, `54000` for a first row beyond `max_line_size`.
    mutating func profile() throws(SQLError) -> CSVProfile {
        guard try window.refill() else { throw SQLError.internalFault("an empty window") }
        if window.count >= 3, window.base[0] == 0xef, window.base[1] == 0xbb, window.base[2] == 0xbf { window.position = 3 }
        dialect.newline = findNewline()
        try skipLines(options.skip ?? 0)
        dialect.skippedLines = options.skip ?? 0
        window.endLastRow(with: dialect.newline)
        try takeDelimiterLine()
        if let comment = options.comment {
            dialect.comment = comment
            dialect.commentsEndRows = true
        } else if try startsWithComment() {
            dialect.comment = UInt8(ascii: "#")
        }
        let titleLines = try findDialect()
        if options.columns == nil || options.skip == nil { try skipLines(titleLines) }
        dialect.skippedLines += titleLines
        return try readTop()
    }

    /// The byte that ends rows; `newlines` becomes how the first of them ends.
    ///
    /// A line feed if there is one outside of quotes, or else a carriage return.
    private mutating func findNewline() -> UInt8 {
        if let newline = options.newline { return newline }
        let base = window.base
        var isQuoted = false, sawFeed = false, sawReturn = false
        for index in window.position..<window.count {
            switch base[index] {
            case 34: isQuoted.toggle()
            case 10:
                if !sawFeed { newlines = index > window.position && base[index - 1] == 13 ? "\\r\\n" : "\\n" }
                sawFeed = true
                if !isQuoted { return 10 }
            case 13: sawReturn = sawReturn || (!isQuoted && base[index + 1] != 10)
            default: break
            }
        }
        guard sawReturn else { return 10 }
        newlines = "\\r"
        return 13
    }

    /// Passes over a first line `sep=;`, by which spreadsheets tell the delimiter.
    private mutating func takeDelimiterLine() throws(SQLError) {
        let start = window.position, mark = Array("sep=".utf8)
        guard options.autoDetect, options.delimiter == nil, window.count - start > mark.count + 1 else { return }
        for (index, byte) in mark.enumerated() where window.base[start + index] != byte { return }
        let delimiter = window.base[start + mark.count], after = window.base[start + mark.count + 1]
        guard after == dialect.newline || after == 13, delimiter > 31 || delimiter == 9, delimiter < 127 else { return }
        try skipLines(1)
        dialect.skippedLines += 1
        options.delimiter = [delimiter]
    }

    /// Whether the first line is a comment, rather than a header like `#id,name`, which has as many fields as the rows below it.
    private func startsWithComment() throws(SQLError) -> Bool {
        guard options.autoDetect, window.position < window.count, window.base[window.position] == 35 else { return false }
        let plain = try search.find(dialect)
        return !plain.isPerfect || plain.columns == 1
    }

    private var search: CSVDialectSearch {
        let end = min(window.count, window.position + 256 * 1024)
        return CSVDialectSearch(
            base: UnsafePointer(window.base), start: window.position, count: end, isAtEnd: window.isAtEnd && end == window.count,
            options: options)
    }

    private func skipLines(_ lines: Int) throws(SQLError) {
        var left = lines
        while left > 0 {
            while window.position < window.count, window.base[window.position] != dialect.newline { window.position += 1 }
            if window.position < window.count {
                window.position += 1
                left -= 1
            } else {
                if window.isAtEnd { return }
                guard try window.refill() else { return }
            }
        }
    }

    /// - Returns: how many lines before the table are none of its rows.
    private mutating func findDialect() throws(SQLError) -> Int {
        guard options.autoDetect else {
            dialect.delimiter = options.delimiter ?? [44]
            dialect.quote = options.quote ?? 34
            dialect.escape = options.escape ?? dialect.quote
            return 0
        }
        let found = try search.find(dialect)
        dialect = found.dialect
        sampleWidth = found.columns
        return found.titleLines
    }

    // MARK: Header and types

    private mutating func readTop() throws(SQLError) -> CSVProfile {
        var start = window.positionInFile
        let fields = try CSVFieldReader(dialect)
        guard let first = try nextRow(fields, start: &start) else { return try emptyFile() }
        let afterFirst = window.positionInFile
        let width = try self.width(first)
        var types = [CSVTypeSearch](repeating: CSVTypeSearch(options), count: width)
        try searchTypes(&types, fields, width)
        let decision = CSVHeader(options: options, path: object.path)
        let sniffsTypes = options.autoDetect && !options.allVarchar
        func found() -> [CSVColumn] {
            let agreed = CSVTypeSearch.agreed(types)
            return agreed.map { sniffsTypes ? $0.column("") : CSVColumn("", .varchar) }
        }
        var columns = found()
        let hasHeader = options.hasHeader ?? decision.isHeader(first, columns)
        if !hasHeader {
            // The first row is data too.
            for (index, value) in first.enumerated() where index < width { types[index].take(value) }
            columns = found()
        }
        dialect.hasHeader = hasHeader
        let header = hasHeader ? try decision.texts(first) : []
        let names = decision.columnNames(header, width)
        for index in columns.indices { columns[index].name = names[index] }
        try decision.applyOptions(&columns)
        try decision.settle(&columns)
        adoptNullWords(columns, types)
        return CSVProfile(
            dialect: dialect, columns: columns, dataStart: hasHeader ? afterFirst : start, header: header, newlines: newlines,
            isEmpty: false)
    }

    /// Neither a header nor a row; what lines there are, are empty or comments.
    private func emptyFile() throws(SQLError) -> CSVProfile {
        var columns = (options.names ?? ["column0"]).map { CSVColumn($0, .varchar, isSniffed: true) }
        try CSVHeader(options: options, path: object.path).applyOptions(&columns)
        var dialect = self.dialect
        dialect.hasHeader = false
        return CSVProfile(
            dialect: dialect, columns: columns, dataStart: window.positionInFile, header: [], newlines: newlines, isEmpty: true)
    }

    private func width(_ first: CSVHeader.Row) throws(SQLError) -> Int {
        if let columns = options.columns { return columns.count }
        if let names = options.names, names.count > first.count { return names.count }
        guard first.count <= 100_000 else {
            throw SQLError(.programLimitExceeded, "the first row has \(first.count) fields; the limit is 100000", in: object.path)
        }
        return max(1, first.count, options.padsShortRows ? sampleWidth : 1)
    }

    /// The next row that can be read, with `start` moved to where it begins; nil at the end.
    private func nextRow(_ fields: CSVFieldReader, start: inout Int) throws(SQLError) -> CSVHeader.Row? {
        let splitter = CSVRowSplitter(dialect, columns: options.columns?.count)
        var capacity = 1024
        while true {
            let buffer = try Buffer(byteCount: capacity * 4)
            let ends = buffer.lanes(as: UInt32.self)
            let row = splitter.split(
                window.base, from: window.position, count: window.count, isAtEnd: window.isAtEnd, ends: ends, capacity: capacity)
            if row.fields > capacity, row.outcome == .row {
                capacity = row.fields
                continue
            }
            switch row.outcome {
            case .row:
                start = window.positionInFile
                defer { window.position = row.next }
                return try values(fields, ends, row.fields)
            case .needsMore:
                if window.isAtEnd {
                    window.endLastRow(with: dialect.newline)
                    if window.position >= window.count || splitsNothing(splitter, ends) { return nil }
                    continue
                }
                if try window.refill() { continue }
                guard options.ignoreErrors else { throw tooLong() }
                try window.skipLine(dialect.newline)
            case .noRow: window.position = row.next
            case .unterminatedQuote, .textAfterQuote:
                guard options.ignoreErrors else { throw badTop(row.outcome) }
                window.position = row.next
            }
        }
    }

    private func splitsNothing(_ splitter: CSVRowSplitter, _ ends: MutableLanes<UInt32>) -> Bool {
        splitter.split(window.base, from: window.position, count: window.count, isAtEnd: true, ends: ends, capacity: 0).outcome
            == .needsMore
    }

    private func badTop(_ outcome: CSVRowSplitter.Outcome) -> SQLError {
        var line = 1
        for index in 0..<window.position where window.base[index] == dialect.newline { line += 1 }
        return SQLError(
            .badCopyFileFormat, outcome == .unterminatedQuote ? "a quoted field is not closed" : "text follows a closing quote",
            in: window.offset == 0 ? "\(object.path), line \(line)" : object.path,
            hint: "Name the right quote (quote = '…', or '' for none) and escape, or leave bad rows out with ignore_errors = true.")
    }

    private func tooLong() -> SQLError {
        SQLError(
            .programLimitExceeded, "a row is longer than max_line_size = \(options.maximumRowBytes) bytes", in: object.path,
            hint: "A quote may not be closed; otherwise raise max_line_size.")
    }

    private func values(_ fields: CSVFieldReader, _ ends: MutableLanes<UInt32>, _ count: Int) throws(SQLError) -> CSVHeader.Row {
        var row: CSVHeader.Row = []
        row.reserveCapacity(count)
        var from = window.position
        for index in 0..<count {
            var end = Int(ends[index])
            let next = end + dialect.delimiter.count
            if index == count - 1, end > from, window.base[end - 1] == 13 { end -= 1 }
            let text = try fields.text(window.base + from, end - from, isText: true)
            row.append(text.map { [UInt8](UnsafeBufferPointer(start: $0.bytes, count: $0.count)) })
            from = next
        }
        return row
    }

    private func searchTypes(_ types: inout [CSVTypeSearch], _ fields: CSVFieldReader, _ width: Int) throws(SQLError) {
        guard options.autoDetect, !options.allVarchar else { return }
        var rows = 0
        let wanted = options.settled?.isFinal == true ? min(options.sampleRows, Self.settledSampleRows) : options.sampleRows
        let tokens = try CSVTokens(dialect, columns: width, maximumRowBytes: options.maximumRowBytes)
        while rows < wanted {
            try Cancellation.checkCurrent()
            tokens.reset()
            let stop = tokens.scan(window, limit: .max)
            try take(tokens, fields, &types)
            rows += tokens.count
            if types.allSatisfy(\.isText) { return }
            switch stop {
            case .full: continue
            case .badRow:
                // Odd rows are the reader's to report.
                guard let bad = tokens.badRow else { return }
                window.position = bad.next
            case .reachedEnd, .needsMore:
                if window.isAtEnd { return }
                if try !window.refill() { try window.skipLine(dialect.newline) }
            }
        }
    }

    private func take(_ tokens: CSVTokens, _ fields: CSVFieldReader, _ types: inout [CSVTypeSearch]) throws(SQLError) {
        let base = UnsafePointer(window.base)
        for index in types.indices where !types[index].isText {
            for row in 0..<tokens.count {
                let slot = tokens.slots + row * tokens.stride + index
                let start = slot[0] &+ UInt32(tokens.delimiterLength)
                var count = Int(Int32(bitPattern: slot[1] &- start))
                if index == types.count - 1, count > 0, base[Int(start) + count - 1] == 13 { count -= 1 }
                guard count > 0, var text = try fields.text(base + Int(start), count, isText: true), text.count > 0 else { continue }
                if fields.rewritesNumbers { text = try fields.number(text) }
                types[index].take(text.bytes, text.count)
                if types[index].isText { break }
            }
        }
    }

    // MARK: Null strings

    /// Null words that stand in columns of another type become null strings of those columns.
    private mutating func adoptNullWords(_ columns: [CSVColumn], _ types: [CSVTypeSearch]) {
        guard options.nullTexts == nil else { return }
        var words: Set<Int> = []
        for (column, type) in zip(columns, types) where column.isSniffed && column.type != .varchar { words.formUnion(type.nullWordsSeen) }
        dialect.foundNullTexts = words.sorted().map { String(decoding: CSVTypeSearch.nullWords[$0], as: UTF8.self) }
    }
}
