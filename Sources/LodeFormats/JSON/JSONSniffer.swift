/// Reading the start of a JSON file to find out its layout and columns.

import LodeCore
import LodeObjectStore
import LodeVectors

/// What is known of a JSON file before its rows are read.
package struct JSONProfile: Hashable, Sendable {
    package var layout: JSONLayout
    /// Whether rows are objects whose keys are the columns; otherwise each value is the one column.
    package var records: Bool
    package var columns: [Field]
    /// Keys of columns and fields that are called otherwise, by path.
    package var keys: [String: String]
    package var packing: TextPacking
    /// Offset of the first value in the text.
    package var dataStart: Int
}

struct JSONSniffer {
    private let object: any ObjectReader
    private let options: JSONReadOptions
    private let window: TextWindow
    private let packing: TextPacking

    init(_ object: any ObjectReader, _ options: JSONReadOptions) throws(SQLError) {
        self.object = object
        self.options = options
        packing = try TextPacking.detect(object, compression: options.compression, encoding: options.encoding)
        window = try TextWindow(packing.open(object), offset: 0, maximumRowBytes: options.maximumRowBytes)
    }

    func profile() throws(SQLError) -> JSONProfile {
        let search = try JSONTypeSearch(options)
        let layout = try begin()
        let start = window.positionInFile
        if options.columns == nil { try sample(search, layout, options.sampleRows) }
        let (records, columns) = Self.columns(search, options)
        let keys = options.columns == nil ? search.renamedKeys(records ? nil : "json") : options.keys
        return JSONProfile(layout: layout, records: records, columns: columns, keys: keys, packing: packing, dataStart: start)
    }

    /// Looks at the first rows for the types of a set of files.
    func sample(_ search: JSONTypeSearch, rows: Int) throws(SQLError) { try sample(search, begin(), rows) }

    /// The columns that are given, or those of the rows seen.
    static func columns(_ search: JSONTypeSearch, _ options: JSONReadOptions) -> (records: Bool, columns: [Field]) {
        if let columns = options.columns { return (options.records ?? true, columns) }
        let found = search.columns
        let records = options.records ?? (search.sawObject && !search.sawArray && !found.isEmpty)
        return (records, records && !found.isEmpty ? found : [Field("json", records ? .json : search.type)])
    }

    /// Goes to the first value.
    private func begin() throws(SQLError) -> JSONLayout {
        _ = try window.refill()
        if window.count >= 3, window.base[0] == 0xef, window.base[1] == 0xbb, window.base[2] == 0xbf { window.position = 3 }
        try skipSpaces()
        let layout = if let given = options.layout { given } else { try findLayout() }
        if layout == .array, window.position < window.count, window.base[window.position] == UInt8(ascii: "[") { window.position += 1 }
        return layout
    }

    private func skipSpaces() throws(SQLError) {
        while true {
            while window.position < window.count, [32, 9, 10, 13].contains(window.base[window.position]) { window.position += 1 }
            if window.position < window.count || window.isAtEnd { return }
            _ = try window.refill()
        }
    }

    /// Lines if the first value ends where its line ends; an array if it is one.
    private func findLayout() throws(SQLError) -> JSONLayout {
        guard window.position < window.count else { return .lines }
        var cursor = JSONCursor(UnsafePointer(window.base), at: window.position, end: window.count, padding: Buffer.padding)
        let first = cursor.byte
        let isValue = cursor.skipValue()
        let end = isValue ? cursor.at : window.count
        let hasNewline = (window.position..<end).contains { window.base[$0] == 10 }
        if first == UInt8(ascii: "[") {
            // Several arrays, one a line, are rows.
            guard isValue, !hasNewline else { return .array }
            cursor.skipSpaces()
            return cursor.at < cursor.end ? .lines : .array
        }
        if isValue {
            while cursor.byte == 32 || cursor.byte == 13 || cursor.byte == 9 { cursor.at += 1 }
            return hasNewline || (cursor.at < cursor.end && cursor.byte != 10) ? .sequence : .lines
        }
        // A broken first line is for the reader to report; a value that goes on beyond the sample is no line.
        let goesOn = cursor.fault == .unexpectedEnd && !window.isAtEnd
        return hasNewline && !goesOn ? .lines : .sequence
    }

    private func sample(_ search: JSONTypeSearch, _ layout: JSONLayout, _ maximumRows: Int) throws(SQLError) {
        var rows = 0
        while rows < maximumRows {
            var cursor = JSONCursor(UnsafePointer(window.base), at: window.position, end: window.count, padding: Buffer.padding)
            cursor.skipSpaces()
            if layout == .array {
                _ = cursor.take(UInt8(ascii: ","))
                cursor.skipSpaces()
                if cursor.byte == UInt8(ascii: "]") { return }
            }
            var check = JSONCursor(cursor.base, at: cursor.at, end: cursor.end, padding: Buffer.padding, spansLines: layout != .lines)
            if check.skipValue() {
                try search.take(&cursor)
                window.position = cursor.at
                rows += 1
            } else if check.fault == .unexpectedEnd, !window.isAtEnd {
                guard try window.refill() else { return }
            } else if layout != .lines || !skipLine() {
                // The reader reports or rejects it; lines go on behind it.
                return
            }
        }
    }

    private func skipLine() -> Bool {
        var at = window.position
        while at < window.count, window.base[at] == 10 || window.base[at] == 13 { at += 1 }
        while at < window.count, window.base[at] != 10 { at += 1 }
        window.position = at
        return at < window.count
    }
}
