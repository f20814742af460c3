/// CREATE, ALTER and DROP.
import LodeCore

extension Printer {
    mutating func definitionStatement(_ statement: DefinitionStatement) {
        switch statement {
        case .createSchema(let schema): createSchema(schema)
        case .createExternalSchema(let schema): createExternalSchema(schema)
        case .createCatalog(let catalog):
            write("CREATE CATALOG \(catalog.ifNotExists ? "IF NOT EXISTS " : "")\(NameQuoting.quoted(catalog.name.text)) USING ")
            write(NameQuoting.quoted(catalog.kind.text))
            group("OPTIONS", catalog.options)
        case .dropCatalog(let catalog, let ifExists):
            write("DROP CATALOG \(ifExists ? "IF EXISTS " : "")\(NameQuoting.quoted(catalog.text))")
        case .createTable(let table): createTable(table)
        case .createView(let view): createView(view)
        case .alterTable(let table): alterTable(table)
        case .commentOn(let comment):
            write("COMMENT ON \(comment.kind.rawValue) ")
            name(comment.name)
            write(" IS \(comment.text.map { SQLText($0).literal } ?? "NULL")")
        case .drop(let drop):
            write("DROP \(drop.kind.rawValue) \(drop.ifExists ? "IF EXISTS " : "")")
            list(drop.names) { $0.name($1) }
            if drop.isCascade { write(" CASCADE") }
            if drop.purges { write(" PURGE") }
        }
    }

    /// `('key' = value, …)`; keys that are plain names stay so.
    mutating func properties(_ properties: [Property]) {
        write("(")
        list(properties) { printer, property in
            let isPlain = property.key.text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
                NameQuoting.isWord(String($0))
            }
            if property.key.isQuoted || !isPlain {
                printer.string(property.key.text)
            } else {
                printer.write(property.key.text)
            }
            if let value = property.value {
                printer.write(" = ")
                printer.propertyValue(value)
            }
        }
        write(")")
    }

    /// A value; ON is a word that is no expression.
    mutating func propertyValue(_ value: Expression) {
        if case .name(let name) = value.kind, name.parts.count == 1, name.last.text == "on" { return write("ON") }
        expression(value)
    }

    private mutating func createSchema(_ schema: CreateSchema) {
        write("CREATE SCHEMA \(schema.ifNotExists ? "IF NOT EXISTS " : "")")
        name(schema.name)
        text("COMMENT", schema.comment)
        text("LOCATION", schema.location)
        group("WITH", schema.properties)
    }

    private mutating func createExternalSchema(_ schema: CreateExternalSchema) {
        write("CREATE EXTERNAL SCHEMA \(schema.ifNotExists ? "IF NOT EXISTS " : "")\(NameQuoting.quoted(schema.name.text)) FROM ")
        write(schema.source.map { NameQuoting.quoted($0.text) } ?? "DATA CATALOG")
        for (key, value) in schema.settings {
            write(" \(NameQuoting.quoted(key.text)) \(value.map { SQLText($0).literal } ?? "DEFAULT")")
        }
        if schema.createsDatabase { write(" CREATE EXTERNAL DATABASE IF NOT EXISTS") }
    }

    private mutating func text(_ word: String, _ value: String?) {
        if let value { write(" \(word) \(SQLText(value).literal)") }
    }

    private mutating func group(_ words: String, _ list: [Property]) {
        guard !list.isEmpty else { return }
        write(" \(words) ")
        properties(list)
    }

    private mutating func createView(_ view: CreateView) {
        write("CREATE \(view.orReplace ? "OR REPLACE " : "")\(view.isTemporary ? "TEMPORARY " : "")")
        write("\(view.isMaterialized ? "MATERIALIZED " : "")VIEW \(view.ifNotExists ? "IF NOT EXISTS " : "")")
        name(view.name)
        if !view.columns.isEmpty {
            write(" ")
            names(view.columns)
        }
        text("COMMENT", view.comment)
        group("TBLPROPERTIES", view.properties)
        write(" AS ")
        query(view.query)
    }

    private mutating func createTable(_ table: CreateTable) {
        write("CREATE \(table.orReplace ? "OR REPLACE " : "")\(table.isTemporary ? "TEMPORARY " : "")")
        write("\(table.isExternal ? "EXTERNAL " : "")TABLE \(table.ifNotExists ? "IF NOT EXISTS " : "")")
        name(table.name)
        if let (source, time) = table.clone {
            write(" SHALLOW CLONE ")
            name(source)
            if let time {
                write(" FOR \(time.unit.rawValue) AS OF ")
                expression(time.value)
            }
        }
        if let like = table.like {
            write(" (LIKE ")
            name(like)
            write(")")
        } else if !table.columns.isEmpty || !table.constraints.isEmpty {
            write(" (")
            list(table.columns) { $0.column($1) }
            if !table.columns.isEmpty, !table.constraints.isEmpty { write(", ") }
            list(table.constraints) { $0.constraint($1) }
            write(")")
        }
        clauses(table)
        if let query = table.query {
            write(" AS ")
            self.query(query)
            if table.withNoData { write(" WITH NO DATA") }
        }
    }

    private mutating func clauses(_ table: CreateTable) {
        if let format = table.using {
            write(" USING ")
            name(format)
        }
        if let action = table.onCommit { write(" ON COMMIT \(action.rawValue)") }
        text("COMMENT", table.comment)
        if !table.partitionedBy.isEmpty {
            write(" PARTITIONED BY (")
            list(table.partitionedBy) { $0.partitionField($1) }
            write(")")
        }
        if !table.clusterBy.isEmpty { clusterBy(table.clusterBy) }
        if let bucketing = table.bucketing { self.bucketing(bucketing) }
        if let format = table.rowFormat { rowFormat(format) }
        switch table.storedAs {
        case .format(let format):
            write(" STORED AS ")
            name(format)
        case .classes(let input, let output):
            write(" STORED AS INPUTFORMAT \(SQLText(input).literal) OUTPUTFORMAT \(SQLText(output).literal)")
        case nil: break
        }
        text("LOCATION", table.location)
        group("TBLPROPERTIES", table.tableProperties)
        group("OPTIONS", table.options)
        group("WITH", table.withProperties)
    }

    mutating func column(_ column: ColumnDefinition) {
        name(column.name)
        if let type = column.type {
            write(" ")
            self.type(type)
        }
        for constraint in column.constraints { columnConstraint(constraint) }
        text("COMMENT", column.comment)
    }

    private mutating func columnConstraint(_ constraint: ColumnConstraint) {
        if let name = constraint.name {
            write(" CONSTRAINT ")
            self.name(name)
        }
        defer { enforcement(constraint.isEnforced) }
        switch constraint.kind {
        case .null: write(" NULL")
        case .notNull: write(" NOT NULL")
        case .primaryKey: write(" PRIMARY KEY")
        case .unique: write(" UNIQUE")
        case .defaultValue(let value): clause("DEFAULT", value)
        case .check(let condition): parenthesized(" CHECK ", condition)
        case .references(let table, let columns): references(table, columns)
        case .generated(let value, let isStored):
            parenthesized(" GENERATED ALWAYS AS ", value)
            if isStored { write(" STORED") }
        case .identity(let options): identity(options)
        }
    }

    private mutating func identity(_ options: IdentityOptions) {
        write(" GENERATED \(options.isAlways ? "ALWAYS" : "BY DEFAULT") AS IDENTITY")
        let parts = [options.start.map { "START WITH \($0)" }, options.increment.map { "INCREMENT BY \($0)" }].compactMap(\.self)
        if !parts.isEmpty { write(" (\(parts.joined(separator: " ")))") }
    }

    private mutating func clusterBy(_ columns: [QualifiedName]) {
        write(" CLUSTER BY ")
        clusterColumns(columns)
    }

    mutating func clusterColumns(_ columns: [QualifiedName]) {
        if columns.isEmpty { return write("NONE") }
        write("(")
        list(columns) { $0.name($1) }
        write(")")
    }

    private mutating func enforcement(_ isEnforced: Bool?) {
        if let isEnforced { write(isEnforced ? " ENFORCED" : " NOT ENFORCED") }
    }

    private mutating func parenthesized(_ words: String, _ value: Expression) {
        write("\(words)(")
        expression(value)
        write(")")
    }

    private mutating func references(_ table: QualifiedName, _ columns: [Identifier]) {
        write(" REFERENCES ")
        name(table)
        if !columns.isEmpty {
            write(" ")
            names(columns)
        }
    }

    mutating func constraint(_ constraint: TableConstraint) {
        if let name = constraint.name {
            write("CONSTRAINT ")
            self.name(name)
            write(" ")
        }
        switch constraint.kind {
        case .primaryKey(let columns):
            write("PRIMARY KEY ")
            names(columns)
        case .unique(let columns):
            write("UNIQUE ")
            names(columns)
        case .check(let condition): parenthesized("CHECK ", condition)
        case .foreignKey(let columns, let table, let others):
            write("FOREIGN KEY ")
            names(columns)
            references(table, others)
        }
        enforcement(constraint.isEnforced)
    }

    mutating func partitionField(_ field: PartitionField) {
        switch field {
        case .column(let name): self.name(name)
        case .typed(let column): self.column(column)
        case .transform(let call, _): self.call(call)
        }
    }

    private mutating func bucketing(_ bucketing: Bucketing) {
        write(" CLUSTERED BY ")
        names(bucketing.columns)
        if !bucketing.sortedBy.isEmpty {
            write(" SORTED BY (")
            orderItems(bucketing.sortedBy)
            write(")")
        }
        write(" INTO \(bucketing.buckets) BUCKETS")
    }

    private mutating func rowFormat(_ format: RowFormat) {
        switch format {
        case .serde(let name, let list):
            write(" ROW FORMAT SERDE \(SQLText(name).literal)")
            group("WITH SERDEPROPERTIES", list)
        case .delimited(let delimiters):
            write(" ROW FORMAT DELIMITED")
            for delimiter in delimiters {
                let value = SQLText(delimiter.value).literal
                switch delimiter.key {
                case "escaped": write(" ESCAPED BY \(value)")
                case "null": write(" NULL DEFINED AS \(value)")
                default: write(" \(delimiter.key.uppercased()) TERMINATED BY \(value)")
                }
            }
        }
    }

    mutating func partition(_ partition: AlterTable.Partition) {
        write("PARTITION ")
        properties(partition.values)
        text("LOCATION", partition.location)
    }
}
