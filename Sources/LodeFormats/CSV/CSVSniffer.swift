/// Reading the start of a CSV file to find out how it is written and what it holds.

import LodeCore
import LodeObjectStore
import LodeVectors

/// What is known of a CSV file before its rows are read: a value that can be shown (`sniff_csv`).
package struct CSVProfile: Hashable, Sendable {
    package var dialect: CSVDialect
    package var columns: [CSVColumn]
    /// Offset of the first row in the text.
    package var dataStart: Int
    /// The names of the header as they stand in the file, if it has one.
    package var header: [String]
}

struct CSVSniffer {
    private let object: any ObjectReader
    private let options: CSVReadOptions
    private var dialect = CSVDialect()
    private let window: TextWindow

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
    }

    /// - Throws: `22P04` if options and file don't go together, `54000` for a first row beyond `max_line_size`.
    mutating func profile() throws(SQLError) -> CSVProfile {
        guard try window.refill() else { throw SQLError.internalFault("an empty window") }
        if window.count >= 3, window.base[0] == 0xef, window.base[1] == 0xbb, window.base[2] == 0xbf { window.position = 3 }
        dialect.newline = findNewline()
        try skipLines(options.skip ?? 0)
        dialect.skippedLines = options.skip ?? 0
        dialect.comment = options.comment ?? findComment()
        window.endLastRow(with: dialect.newline)
        let titleRows = try findDialect()
        if options.columns == nil || options.skip == nil { try skipLines(titleRows) }
        dialect.skippedLines += titleRows
        return try readTop()
    }

    private func findNewline() -> UInt8 {
        var sawReturn = false
        for index in window.position..<window.count {
            if window.base[index] == 10 { return 10 }
            if window.base[index] == 13 { sawReturn = true }
        }
        return sawReturn ? 13 : 10
    }

    /// `#` at the start of the first line, if it isn't the start of a header of which later lines have no sign.
    private func findComment() -> UInt8? {
        guard options.autoDetect, window.position < window.count, window.base[window.position] == 35 else { return nil }
        return 35
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
        let search = CSVDialectSearch(
            base: UnsafePointer(window.base), start: window.position, count: min(window.count, window.position + 256 * 1024),
            isAtEnd: window.isAtEnd && window.count - window.position <= 256 * 1024, options: options)
        let found = try search.find(dialect)
        dialect = found.dialect
        return found.titleRows
    }

    // MARK: Header and types

    /// A row of the sample, its fields unquoted.
    private typealias Row = [[UInt8]?]

    private mutating func readTop() throws(SQLError) -> CSVProfile {
        var start = window.positionInFile
        let fields = try CSVFieldReader(dialect)
        guard let first = try nextRow(fields, start: &start) else { return try emptyFile(start) }
        let afterFirst = window.positionInFile
        let width = try self.width(first)
        var types = [CSVTypeSearch](repeating: CSVTypeSearch(options), count: width)
        try searchTypes(&types, fields, width)
        let sniffsTypes = options.autoDetect && !options.allVarchar
        var columns = types.map { sniffsTypes ? $0.column("") : CSVColumn("", .varchar) }
        let hasHeader = options.hasHeader ?? looksLikeHeader(first, columns, types)
        if !hasHeader, sniffsTypes {
            // The first row is data too.
            for (index, value) in first.enumerated() where index < width { Self.feed(&types[index], value) }
            columns = types.map { $0.column("") }
        }
        dialect.hasHeader = hasHeader
        let header = hasHeader ? first.map { $0.map { String(decoding: $0, as: UTF8.self) } ?? "" } : []
        let names = Self.columnNames(header, width)
        for index in columns.indices { columns[index].name = names[index] }
        try applyOptions(&columns)
        adoptNullWords(columns, types)
        return CSVProfile(dialect: dialect, columns: columns, dataStart: hasHeader ? afterFirst : start, header: header)
    }

    private func emptyFile(_ start: Int) throws(SQLError) -> CSVProfile {
        var columns = (options.names ?? ["column0"]).map { CSVColumn($0, .varchar, isSniffed: true) }
        try applyOptions(&columns)
        var dialect = self.dialect
        dialect.hasHeader = false
        return CSVProfile(dialect: dialect, columns: columns, dataStart: start, header: [])
    }

    private func width(_ first: Row) throws(SQLError) -> Int {
        if let columns = options.columns { return columns.count }
        if let names = options.names, names.count > first.count { return names.count }
        guard first.count <= 100_000 else {
            throw SQLError(.programLimitExceeded, "the first row has \(first.count) fields; the limit is 100000", in: object.path)
        }
        return max(1, first.count)
    }

    /// The next row that can be read, with `start` moved to where it begins; nil at the end.
    private func nextRow(_ fields: CSVFieldReader, start: inout Int) throws(SQLError) -> Row? {
        let splitter = CSVRowSplitter(dialect, columns: options.columns?.count)
        var capacity = 1024
        while true {
            let buffer = try Buffer(byteCount: capacity * 4)
            let ends = buffer.base.assumingMemoryBound(to: UInt32.self)
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
                guard try window.refill() else { throw tooLong() }
            case .noRow, .unterminatedQuote, .textAfterQuote: window.position = row.next
            }
        }
    }

    private func splitsNothing(_ splitter: CSVRowSplitter, _ ends: UnsafeMutablePointer<UInt32>) -> Bool {
        splitter.split(window.base, from: window.position, count: window.count, isAtEnd: true, ends: ends, capacity: 0).outcome == .needsMore
    }

    private func tooLong() -> SQLError {
        SQLError(
            .programLimitExceeded, "a row is longer than max_line_size = \(options.maximumRowBytes) bytes", in: object.path,
            hint: "A quote may not be closed; otherwise raise max_line_size.")
    }

    private func values(_ fields: CSVFieldReader, _ ends: UnsafePointer<UInt32>, _ count: Int) throws(SQLError) -> Row {
        var row: Row = []
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
        guard options.autoDetect else { return }
        var start = 0, rows = 0
        let tokens = try CSVTokens(dialect, columns: width, maximumRowBytes: options.maximumRowBytes)
        while rows < options.sampleRows {
            tokens.reset()
            let stop = try tokens.scan(window, limit: .max)
            try take(tokens, fields, &types)
            rows += tokens.count
            if types.allSatisfy(\.isText) { return }
            switch stop {
            case .full: continue
            case .badRow:
                // Odd rows are the reader's to report.
                guard let bad = tokens.badRow else { return }
                window.position = bad.next
                start = bad.next
            case .reachedEnd, .needsMore:
                if window.isAtEnd { return }
                guard try window.refill() else { return }
            }
        }
        _ = start
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

    private static func feed(_ type: inout CSVTypeSearch, _ value: [UInt8]?) {
        guard let value, !value.isEmpty else { return }
        let padded = value + [UInt8](repeating: 0, count: 16)
        padded.withUnsafeBufferPointer { buffer in
            if let base = buffer.baseAddress { type.take(base, value.count) }
        }
    }

    // MARK: Decisions

    /// Whether the first row is of another kind than the rows below it.
    private func looksLikeHeader(_ first: Row, _ columns: [CSVColumn], _ types: [CSVTypeSearch]) -> Bool {
        let texts = first.map { $0.map { String(decoding: $0, as: UTF8.self) } }
        if let names = options.columns?.map(\.name) ?? options.names, names.count == texts.count {
            if zip(names, texts).allSatisfy({ $0.lowercased() == $1?.lowercased() }) { return true }
            if let declared = options.columns {
                return zip(declared, texts).contains { field, text in
                    guard let text, !text.isEmpty, !field.type.isText else { return false }
                    return !CSVValue.fits(text, CSVColumn(field.name, field.type))
                }
            }
        }
        guard options.autoDetect, !texts.contains(where: { $0 == nil }) || columns.contains(where: { $0.type != .varchar }) else { return false }
        var sawTyped = false
        for (column, text) in zip(columns, texts) where column.type != .varchar {
            sawTyped = true
            if let text, !text.isEmpty, !CSVValue.fits(text, column) { return true }
        }
        if sawTyped { return false }
        // Nothing but text: the first row names the columns unless it says nothing, or says something twice.
        let present = texts.compactMap { $0 }
        return present.count == texts.count && !present.contains("") && !looksLikeData(present)
    }

    /// A first row of numbers is no header, whatever stands below.
    private func looksLikeData(_ texts: [String]) -> Bool {
        texts.contains { text in
            var search = CSVTypeSearch(options)
            Self.feed(&search, Array(text.utf8))
            return !search.isText && search.values > 0 && text.utf8.count > 1
        }
    }

    /// Names as in the file, made unique; `column0`, `column1` where there are none.
    static func columnNames(_ header: [String], _ count: Int) -> [String] {
        let digits = String(max(0, count - 1)).utf8.count
        var used: Set<String> = []
        var names: [String] = []
        for index in 0..<count {
            var name = index < header.count ? header[index] : ""
            if name.isEmpty {
                let number = String(index)
                name = "column" + String(repeating: "0", count: digits - number.utf8.count) + number
            }
            var unique = name, suffix = 1
            while used.contains(unique.lowercased()) {
                unique = "\(name)_\(suffix)"
                suffix += 1
            }
            used.insert(unique.lowercased())
            names.append(unique)
        }
        return names
    }

    private func applyOptions(_ columns: inout [CSVColumn]) throws(SQLError) {
        if let declared = options.columns {
            columns = declared.map { CSVColumn($0.name, $0.type) }
        }
        for (index, name) in (options.names ?? []).enumerated() {
            guard index < columns.count else {
                throw SQLError(
                    .invalidParameterValue, "\(options.names?.count ?? 0) names are given, but the file has \(columns.count) columns", in: object.path)
            }
            columns[index].name = name
        }
        for (index, type) in options.typesInOrder.enumerated() where index < columns.count {
            columns[index] = CSVColumn(columns[index].name, type)
        }
        for field in options.typesByName {
            guard let index = columns.firstIndex(where: { $0.name.lowercased() == field.name.lowercased() }) else {
                throw SQLError(
                    .undefinedColumn, "column \"\(field.name)\" does not exist in the file", in: object.path,
                    hint: NearestName.find(field.name, among: columns.map(\.name)).map { "Did you mean \"\($0)\"?" })
            }
            columns[index] = CSVColumn(columns[index].name, field.type)
        }
        for index in columns.indices {
            if columns[index].type == .date, let format = options.dateFormat { columns[index].format = format }
            if columns[index].type == .timestamp || columns[index].type == .timestamptz, let format = options.timestampFormat {
                columns[index].format = format
            }
        }
    }

    /// Null words that stand in columns of another type become null texts of those columns.
    private mutating func adoptNullWords(_ columns: [CSVColumn], _ types: [CSVTypeSearch]) {
        guard options.nullTexts == nil else { return }
        var words: Set<Int> = []
        for (column, type) in zip(columns, types) where column.isSniffed && column.type != .varchar { words.formUnion(type.nullWordsSeen) }
        dialect.foundNullTexts = words.sorted().map { String(decoding: CSVTypeSearch.nullWords[$0], as: UTF8.self) }
    }
}
