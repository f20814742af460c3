/// COPY between queries or tables and files.

import LodeCatalog
import LodeCore
import LodeFormats
import LodeObjectStore
import LodePlanner
import LodeSyntax

extension Session {
    func copy(_ copy: Copy, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        guard case .path(let path, let span) = copy.target else { return try copyStream(copy, run) }
        if let once = copy.once { return try copyInto(path, span, copy, once, run) }
        return copy.direction == .to ? try copyTo(path, span, copy, run) : try copyFrom(path, span, copy, run)
    }

    private func copyTo(_ path: String, _ span: SourceSpan, _ copy: Copy, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let context = statementContext()
        let binder = makeBinder(context)
        var options = try CopyOptions(copy.options, binder)
        let format = try self.format(options, path, span)
        try options.checkWrite(format)
        if let delimiter = options.impliedDelimiter(path) { options.values["delim"] = .value(.text(delimiter)) }
        let written: WrittenRows
        do throws(SQLError) {
            let staged = try stage(path, options)
            let bound = binder.stored(try binder.bind(copy: copy.subject))
            written = try write(bound, to: staged, path: path, format, options, context)
            // What can fail comes first: nothing is replaced unless everything else is done.
            try context.storeRejects(self)
            try staged.publish()
        } catch {
            throw error.span == nil && error.place == nil ? error.at(span) : error
        }
        return StatementOutcome(tag: "COPY \(written.receipt.rows)", receipt: written.receipt)
    }

    /// COPY FROM is an INSERT of what the file function reads.
    private func copyFrom(_ path: String, _ span: SourceSpan, _ copy: Copy, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        var outcome = try insert(try insertion(of: .text(path, at: span), path, span, copy), run)
        outcome.tag = "COPY \(outcome.receipt.rows)"
        return outcome
    }

    /// - Parameters:
    ///   - files: what the file function reads.
    ///   - path: a name that may tell the format.
    func insertion(of files: Expression, _ path: String, _ span: SourceSpan, _ copy: Copy) throws(SQLError) -> Insert {
        guard case .table(let name, var columns) = copy.subject else {
            throw SQLError(.syntaxError, "COPY FROM needs a table, not a query", at: span)
        }
        let options = try CopyOptions(copy.options, makeBinder(statementContext()))
        let format = try self.format(options, path, span)
        try options.checkRead(format)
        let table = try writableTable(name, "INSERT", needing: .insert)
        // Values are read as they were written: lists stay lists.
        var arguments: [(name: Identifier?, value: Expression)] = [(nil, files)]
        for property in options.forFormat {
            arguments.append((property.key, property.value ?? Expression(.literal(.boolean(true)), span: property.key.span)))
        }
        if let delimiter = options.impliedDelimiter(path) {
            arguments.append((Identifier("delim", span: span), .text(delimiter, at: span)))
        }
        if columns.isEmpty, case let declared = try table.columns(), declared.contains(where: { $0.generated != nil }) {
            columns = declared.filter { $0.generated == nil }.map { Identifier($0.name, isQuoted: true, span: span) }
        }
        if format.isText, options.values["columns"] == nil, options.values["all_varchar"] == nil {
            // The table's types hold, not what a sample of the file looks like.
            let schema = try table.schema()
            let wanted = columns.isEmpty ? schema.fields.map(\.name) : columns.map(\.text)
            let fields = wanted.compactMap { name in schema.index(of: name).map { schema.fields[$0] } }
            // What is too long for a column is for the column to refuse.
            func read(_ type: SQLType) -> SQLType { if case .char = type { .varchar } else { type } }
            let types = fields.map { (name: $0.name, value: Expression.text("\(read($0.type))", at: span)) }
            arguments.append((Identifier("columns", span: span), .structure(types, at: span)))
        }
        let function = FunctionCall(format.functions.first ?? "read_csv", arguments, at: span)
        let source = TableReference(.function(function, isLateral: false, withOrdinality: false), alias: nil, span: span)
        return Insert(into: name, columns: columns, .selecting(from: source, at: span))
    }

    private func format(_ options: CopyOptions, _ path: String, _ span: SourceSpan) throws(SQLError) -> any FileFormat {
        if let name = options.format {
            if name.lowercased() == "text" {
                throw .unsupported("FORMAT text", at: span, hint: "Use FORMAT csv; DELIM and NULL say how it is written.")
            }
            do throws(SQLError) {
                return try FileFormats.named(name)
            } catch {
                throw error.at(span)
            }
        }
        if let format = FileFormats.forPath(path) { return format }
        if options.partitionBy.isEmpty == false { return try FileFormats.named("parquet") }
        throw SQLError(
            .invalidParameterValue, "the format of \"\(path)\" can't be told from its name", at: span,
            hint: "Name it: (FORMAT parquet), (FORMAT csv) or (FORMAT json).")
    }
}

/// What COPY says in parentheses.
struct CopyOptions {
    var format: String?
    var partitionBy: [String] = []
    /// Whether the partition columns stay in the files.
    var writesPartitionColumns = false
    /// What becomes of files that are there already.
    var existing = Existing.unsaid
    /// The other options, for the format.
    var values: [String: FormatOption] = [:]
    /// The same as they were written.
    var forFormat: [Property] = []
    /// Options of COPY TO, whatever the format.
    private var forWriting: [Identifier] = []

    static let writing = [
        "partition_by", "partitioned_by", "write_partition_columns", "overwrite", "overwrite_or_ignore", "append", "sorted_by",
    ]

    enum Existing: String {
        /// A file is replaced, a folder with PARTITION_BY must be empty.
        case unsaid
        /// `OVERWRITE false`: nothing may be there.
        case refuse
        case overwrite
        /// Files go that are written again, others stay.
        case overwriteSame = "overwrite_or_ignore"
        /// All files stay; new ones get names of their own.
        case append
    }

    init(_ list: [Property], _ binder: Binder) throws(SQLError) {
        for property in list {
            let key = property.key.text.lowercased()
            if Self.writing.contains(key) { forWriting.append(property.key) }
            switch key {
            case "format": format = try Self.text(property, binder)
            case "partition_by", "partitioned_by": partitionBy = try Self.names(property)
            case "write_partition_columns": writesPartitionColumns = try Self.flag(property, binder)
            case "sorted_by": values[key] = .list(try Self.names(property).map { .value(.text($0)) })
            case "overwrite", "overwrite_or_ignore", "append": try takeExisting(property, key, binder)
            default:
                forFormat.append(property)
                guard let expression = property.value else {
                    values[key] = .value(.boolean(true))
                    continue
                }
                let (value, type): (Value, SQLType) =
                    if case .name(let name) = expression.kind { (.text(name.text), .varchar) } else { try binder.bindConstant(expression) }
                values[key] = FormatOption(value, type)
            }
        }
    }

    /// The delimiter that the format's name, or the file's, stands for.
    func impliedDelimiter(_ path: String) -> String? {
        if ["delim", "delimiter", "sep"].contains(where: { values[$0] != nil }) { return nil }
        switch format?.lowercased() {
        case "tsv": return "\t"
        case "psv": return "|"
        case nil: return path.lowercased().hasSuffix(".tsv") ? "\t" : path.lowercased().hasSuffix(".psv") ? "|" : nil
        default: return nil
        }
    }

    /// - Throws: `22023` naming an option that the format doesn't read by.
    func checkRead(_ format: any FileFormat) throws(SQLError) {
        if let first = forWriting.first {
            throw SQLError(.invalidParameterValue, "option \"\(first.text)\" is one of COPY TO, not of COPY FROM", at: first.span)
        }
        try FormatOptions(values).check(known: format.readOptions + FileFunction.scanOptions, format: format.name)
    }

    private mutating func takeExisting(_ property: Property, _ key: String, _ binder: Binder) throws(SQLError) {
        guard let said = Existing(rawValue: key) else { return }
        let isOn = try Self.flag(property, binder)
        if isOn, existing != .unsaid, existing != .refuse {
            throw SQLError(
                .invalidParameterValue, "\(existing.rawValue.uppercased()) and \(key.uppercased()) exclude each other",
                at: property.key.span)
        }
        if isOn { existing = said } else if said == .overwrite, existing == .unsaid { existing = .refuse }
    }

    /// - Throws: `22023` naming an option that the format doesn't write by.
    func checkWrite(_ format: any FileFormat) throws(SQLError) {
        try FormatOptions(values).check(known: format.writeOptions, format: format.name)
    }

    private static func text(_ property: Property, _ binder: Binder) throws(SQLError) -> String {
        guard let value = property.value else { throw SQLError(.syntaxError, "\(property.key.text) needs a value", at: property.key.span) }
        if case .name(let name) = value.kind { return name.text }
        return Session.plainText(try binder.bindConstant(value).value)
    }

    private static func flag(_ property: Property, _ binder: Binder) throws(SQLError) -> Bool {
        guard property.value != nil else { return true }
        switch try text(property, binder).lowercased() {
        case "true", "on", "yes", "1": return true
        case "false", "off", "no", "0": return false
        default: throw SQLError(.invalidParameterValue, "\(property.key.text) must be true or false", at: property.value?.span)
        }
    }

    /// `(a, b)`, `a` or `('a', 'b')`.
    private static func names(_ property: Property) throws(SQLError) -> [String] {
        func name(_ expression: Expression) throws(SQLError) -> String {
            switch expression.kind {
            case .name(let name): return name.last.text
            case .literal(.string(let text)): return text
            default: throw SQLError(.invalidParameterValue, "\(property.key.text) takes names of columns", at: expression.span)
            }
        }
        guard let value = property.value else { throw SQLError(.syntaxError, "\(property.key.text) needs columns", at: property.key.span) }
        switch value.kind {
        case .row(let items), .array(let items): return try items.map { (item) throws(SQLError) in try name(item) }
        default: return [try name(value)]
        }
    }
}

extension FormatOption {
    /// From a constant of SQL: structs, and maps with text keys, are `{name: value}`.
    init(_ value: Value, _ type: SQLType) {
        switch (value, type) {
        case (.structure(let members), .structure(let fields)):
            self = .named(zip(members, fields).map { NamedOption($1.name, FormatOption($0, $1.type)) })
        case (.list(let items), .list(let element)): self = .list(items.map { FormatOption($0, element) })
        default: self = FormatOption(value)
        }
    }
}
