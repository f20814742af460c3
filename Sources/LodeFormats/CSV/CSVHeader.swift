/// What a CSV file's columns are called, and whether its first row says so.

import LodeCore
import LodeVectors

/// Decides about the first row, and about the columns by what the user and the other files of a set say.
struct CSVHeader {
    /// A row, its fields unquoted; nil for NULL.
    typealias Row = [[UInt8]?]

    let options: CSVReadOptions
    let path: String

    /// Whether the first row is of another kind than the rows below it.
    func isHeader(_ first: Row, _ columns: [CSVColumn]) -> Bool {
        let texts = first.map { $0.map { Self.trimmed(String(decoding: $0, as: UTF8.self)) } }
        if let names = options.columns?.map(\.name) ?? options.names, names.count == texts.count {
            if zip(names, texts).allSatisfy({ $0.lowercased() == $1?.lowercased() }) { return true }
            if let declared = options.columns {
                return zip(declared, texts).contains { field, text in
                    guard let text, !text.isEmpty, !field.type.isText else { return false }
                    return !CSVValue.fits(text, CSVColumn(field.name, field.type))
                }
            }
        }
        if let settled = options.settled {
            // A file of a set has a header if the others have.
            if texts.contains(where: { $0.map { settled.schema.index(of: $0) != nil } ?? false }) { return true }
            if settled.isFinal, texts.count == settled.schema.fields.count, fits(texts, settled.schema.fields) { return false }
        }
        // A row of nothing names nothing, but is no row either.
        if texts.count > 1, texts.allSatisfy({ $0?.isEmpty ?? true }), columns.contains(where: { $0.type != .varchar }) { return true }
        guard options.autoDetect, !texts.contains(where: { $0 == nil }) || columns.contains(where: { $0.type != .varchar }) else {
            return false
        }
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

    private func fits(_ texts: [String?], _ fields: [Field]) -> Bool {
        zip(texts, fields).allSatisfy { text, field in
            text.map { $0.isEmpty || CSVValue.fits($0, CSVColumn(field.name, field.type)) } ?? true
        }
    }

    /// A first row of numbers is no header, whatever stands below.
    private func looksLikeData(_ texts: [String]) -> Bool {
        texts.contains { text in
            var search = CSVTypeSearch(options)
            search.take(Array(text.utf8))
            return !search.isText && search.values > 0 && !search.isLetter
        }
    }

    // MARK: Names

    /// The fields of a header.
    /// - Throws: `22021` for one that is no UTF-8.
    func texts(_ first: Row) throws(SQLError) -> [String] {
        var texts: [String] = []
        for (index, field) in first.enumerated() {
            guard let text = String(validating: field ?? [], as: UTF8.self) else {
                throw SQLError(
                    .characterNotInRepertoire, "invalid UTF-8 in the name of column \(index + 1)", in: "\(path), header",
                    hint: "Name the encoding (encoding = 'latin-1' or 'utf-16').")
            }
            texts.append(Self.trimmed(text))
        }
        return texts
    }

    private static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { $0 != " " && $0 != "\t" }),
            let last = scalars.lastIndex(where: { $0 != " " && $0 != "\t" })
        else { return "" }
        return String(scalars[first...last])
    }

    /// Names as in the file, made unique; `column0`, `column1` where there are none, or as in the other files of a set.
    func columnNames(_ header: [String], _ count: Int) -> [String] {
        if header.isEmpty, let settled = options.settled, settled.schema.fields.count == count { return settled.schema.fields.map(\.name) }
        let digits = String(max(0, count - 1)).utf8.count
        let names = (0..<count).map { index in
            let given = index < header.count ? header[index] : ""
            let name = options.normalizesNames && !given.isEmpty ? Self.normalized(given) : given
            if !name.isEmpty { return name }
            let number = String(index)
            return "column" + String(repeating: "0", count: digits - number.utf8.count) + number
        }
        return UniqueNames.make(names)
    }

    /// In lower case, of ASCII letters, digits and single underscores, and not beginning with a digit.
    private static func normalized(_ name: String) -> String {
        var result = ""
        for scalar in name.lowercased().unicodeScalars {
            let isWord = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            if isWord { result.unicodeScalars.append(scalar) } else if !result.hasSuffix("_") { result += "_" }
        }
        if result.utf8.first.map({ (48...57).contains($0) }) ?? true { result = "_" + result }
        return result
    }

    // MARK: What is known about the columns

    func applyOptions(_ columns: inout [CSVColumn]) throws(SQLError) {
        if let declared = options.columns {
            columns = declared.map { CSVColumn($0.name, $0.type) }
        }
        for (index, name) in (options.names ?? []).enumerated() {
            guard index < columns.count else {
                throw SQLError(
                    .invalidParameterValue, "\(options.names?.count ?? 0) names are given, but the file has \(columns.count) columns",
                    in: path)
            }
            columns[index].name = name
        }
        for (index, type) in options.typesInOrder.enumerated() where index < columns.count {
            columns[index] = CSVColumn(columns[index].name, type)
        }
        for field in options.typesByName { columns[try self.index(of: field.name, columns)] = CSVColumn(field.name, field.type) }
        if options.neverNull == ["*"] {
            for index in columns.indices { columns[index].hasNulls = false }
        } else {
            for name in options.neverNull { columns[try index(of: name, columns)].hasNulls = false }
        }
        for index in columns.indices {
            if columns[index].type == .date, let format = options.dateFormat { columns[index].format = format }
            if columns[index].type.isTimestamp, let format = options.timestampFormat {
                columns[index].format = format
            }
        }
    }

    private func index(of name: String, _ columns: [CSVColumn]) throws(SQLError) -> Int {
        if let index = columns.firstIndex(where: { $0.name.lowercased() == name.lowercased() }) { return index }
        throw SQLError(
            .undefinedColumn, "column \"\(name)\" does not exist in the file", in: path,
            hint: NearestName.find(name, among: columns.map(\.name)).map { "Did you mean \"\($0)\"?" })
    }

    /// Gives the columns the types that they have in the whole set of files.
    /// - Throws: `22P04` if the file lacks a column, or holds what its type has no room for.
    func settle(_ columns: inout [CSVColumn]) throws(SQLError) {
        guard let settled = options.settled else { return }
        var places: [String: Int] = [:]
        for (index, column) in columns.enumerated() { places[column.name.lowercased()] = index }
        for field in settled.schema.fields {
            guard let index = places[field.name.lowercased()] else {
                if settled.mayLack { continue }
                throw SQLError(
                    .badCopyFileFormat, "the files have different columns: \"\(field.name)\" is missing here", in: path,
                    detail: "The columns are those of \(settled.origin).",
                    hint: "With union_by_name = true, columns that a file lacks are NULL.")
            }
            guard settled.isFinal, columns[index].isSniffed, columns[index].type != field.type else { continue }
            guard columns[index].isGuess || settled.holds(columns[index].type, field.type) else {
                throw SQLError(
                    .badCopyFileFormat, "column \"\(field.name)\" is \(columns[index].type) here and \(field.type) in other files",
                    in: path,
                    detail: "The types are those of \(settled.origin) and of the files that were sniffed with it.",
                    hint: "Sniff all files (union_by_name = true or files_to_sniff = -1), or give the type (types = {'\(field.name)': …}).")
            }
            // Dates keep the way in which this file writes them.
            columns[index].type = field.type
            if !field.type.isTemporal { columns[index].format = nil }
        }
    }
}
