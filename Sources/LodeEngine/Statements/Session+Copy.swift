/// COPY between queries or tables and files.

import LodeCatalog
import LodeCore
import LodeFormats
import LodeObjectStore
import LodePlanner
import LodeSyntax

extension Session {
    func copy(_ copy: Copy, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        guard case .path(let path, let span) = copy.target else {
            throw SQLError.unsupported("COPY \(copy.direction.rawValue) \(copy.direction == .to ? "STDOUT" : "STDIN")", hint: "Name a file, or print results with --format.")
        }
        return copy.direction == .to ? try copyTo(path, span, copy, run) : try copyFrom(path, span, copy, run)
    }

    private func copyTo(_ path: String, _ span: SourceSpan, _ copy: Copy, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let context = statementContext()
        let binder = makeBinder(context)
        let options = try CopyOptions(copy.options, binder)
        let format = try self.format(options, path, span)
        try options.checkWrite(format)
        let written: WrittenRows
        do throws(SQLError) {
            let staged = try stage(path, options)
            let bound = try binder.bind(copy: copy.subject)
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
        guard case .table(let name, let columns) = copy.subject else {
            throw SQLError(.syntaxError, "COPY FROM needs a table, not a query", at: span)
        }
        let binder = makeBinder(statementContext())
        let options = try CopyOptions(copy.options, binder)
        let format = try self.format(options, path, span)
        let table = try writableTable(name)
        var arguments = [TableDDL.literal(path)]
        for (key, value) in options.texts.sorted(by: { $0.key < $1.key }) { arguments.append("\(NameQuoting.quoted(key)) => \(TableDDL.literal(value))") }
        if format.isText, options.texts["columns"] == nil, options.texts["all_varchar"] == nil {
            // The table's types hold, not what a sample of the file looks like.
            let schema = try table.schema()
            let wanted = columns.isEmpty ? schema.fields.map(\.name) : columns.map(\.text)
            let types = wanted.compactMap { name in schema.index(of: name).map { schema.fields[$0] } }
            arguments.append("columns => {" + types.map { "\(TableDDL.literal($0.name)): '\($0.type)'" }.joined(separator: ", ") + "}")
        }
        let function = FileFunction.all.first { $0.format == format.name }?.names[0] ?? "read_csv"
        let list = columns.isEmpty ? "" : " (\(columns.map { NameQuoting.quoted($0.text) }.joined(separator: ", ")))"
        let text = "INSERT INTO \(NameQuoting.quoted(table.databaseName)).\(NameQuoting.quoted(table.name))\(list) SELECT * FROM \(function)(\(arguments.joined(separator: ", ")))"
        guard case .insert(let insert)? = try Parser.parse(text).first?.statement else { throw SQLError.internalFault("COPY FROM is no INSERT") }
        do throws(SQLError) {
            var outcome = try self.insert(insert, run)
            outcome.tag = "COPY \(outcome.receipt.rows)"
            return outcome
        } catch {
            // Spans are those of the rewritten statement.
            throw SQLError(error.state, error.message, at: span, in: error.place, detail: error.detail, hint: error.hint)
        }
    }

    private func format(_ options: CopyOptions, _ path: String, _ span: SourceSpan) throws(SQLError) -> any FileFormat {
        if let name = options.format {
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
    /// The same as texts.
    var texts: [String: String] = [:]

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
            switch key {
            case "format": format = try Self.text(property, binder)
            case "partition_by", "partitioned_by": partitionBy = try Self.names(property)
            case "write_partition_columns": writesPartitionColumns = try Self.flag(property, binder)
            case "sorted_by": values[key] = .list(try Self.names(property).map { .value(.text($0)) })
            case "overwrite", "overwrite_or_ignore", "append": try takeExisting(property, key, binder)
            default:
                guard let expression = property.value else {
                    values[key] = .value(.boolean(true))
                    texts[key] = "true"
                    continue
                }
                let (value, type): (Value, SQLType) =
                    if case .name(let name) = expression.kind { (.text(name.text), .varchar) } else { try binder.bindConstant(expression) }
                values[key] = FormatOption(value, type)
                texts[key] = Session.plainText(value)
            }
        }
    }

    private mutating func takeExisting(_ property: Property, _ key: String, _ binder: Binder) throws(SQLError) {
        guard let said = Existing(rawValue: key) else { return }
        let isOn = try Self.flag(property, binder)
        if isOn, existing != .unsaid, existing != .refuse {
            throw SQLError(
                .invalidParameterValue, "\(existing.rawValue.uppercased()) and \(key.uppercased()) exclude each other", at: property.key.span)
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
