/// Settings, and questions about what there is.
import LodeCore

extension Printer {
    mutating func utilityStatement(_ statement: UtilityStatement) {
        switch statement {
        case .set(let set): self.set(set)
        case .reset(let name): if let name { command("RESET", name) } else { write("RESET ALL") }
        case .show(let show): self.show(show)
        case .describe(let target, let isExtended): describe(isExtended ? "DESCRIBE EXTENDED" : "DESCRIBE", target)
        case .describeHistory(let name): command("DESCRIBE HISTORY", name)
        case .summarize(let target): describe("SUMMARIZE", target)
        case .use(let name): command("USE", name)
        case .repairTable(let name, let isRefresh): command(isRefresh ? "REFRESH TABLE" : "MSCK REPAIR TABLE", name)
        case .analyze(let name, let columns):
            if let name { command("ANALYZE", name) } else { write("ANALYZE") }
            if !columns.isEmpty {
                write(" (")
                list(columns) { $0.name($1) }
                write(")")
            }
        case .call(let call):
            write("CALL ")
            self.call(call)
        }
    }

    private mutating func set(_ set: SetSetting) {
        if !set.also.isEmpty { return transactionModes(set) }
        write(set.isLocal ? "SET LOCAL " : "SET ")
        name(set.name)
        write(" = ")
        list(set.values) { $0.propertyValue($1) }
    }

    /// Several modes of transactions, which one statement sets.
    private mutating func transactionModes(_ set: SetSetting) {
        write(set.name.text.hasPrefix("default_") ? "SET SESSION CHARACTERISTICS AS TRANSACTION " : "SET TRANSACTION ")
        list([set] + set.also) { printer, mode in
            guard case .literal(.string(let value))? = mode.values.first?.kind else { return }
            if mode.name.text.hasSuffix("read_only") {
                printer.write(value == "on" ? "READ ONLY" : "READ WRITE")
            } else {
                printer.write("ISOLATION LEVEL \(value.uppercased())")
            }
        }
    }

    private mutating func show(_ show: Show) {
        switch show {
        case .setting(let name): command("SHOW", name)
        case .allSettings: write("SHOW ALL")
        case .tables(let schema, let pattern): listing("SHOW TABLES", schema, pattern)
        case .views(let schema, let pattern): listing("SHOW VIEWS", schema, pattern)
        case .schemas(let catalog, let pattern): listing("SHOW SCHEMAS", catalog.map { QualifiedName([$0]) }, pattern)
        case .catalogs(let pattern): listing("SHOW CATALOGS", nil, pattern)
        case .columns(let name): command("SHOW COLUMNS IN", name)
        case .partitions(let name): command("SHOW PARTITIONS", name)
        case .createTable(let name): command("SHOW CREATE TABLE", name)
        case .createView(let name): command("SHOW CREATE VIEW", name)
        case .tableProperties(let name): command("SHOW TBLPROPERTIES", name)
        case .functions(let pattern): listing("SHOW FUNCTIONS", nil, pattern)
        case .accessKeys(let role):
            write("SHOW ACCESS KEYS")
            if let role {
                write(" FOR ")
                name(role)
            }
        }
    }

    private mutating func listing(_ words: String, _ schema: QualifiedName?, _ pattern: String?) {
        write(words)
        if let schema {
            write(" IN ")
            name(schema)
        }
        if let pattern { write(" LIKE \(SQLText(pattern).literal)") }
    }

    private mutating func describe(_ word: String, _ target: DescribeTarget) {
        switch target {
        case .table(let name): command(word, name)
        case .file(let path, _): write("\(word) \(SQLText(path).literal)")
        case .query(let query):
            write("\(word) ")
            self.query(query)
        }
    }
}
