/// EXPLAIN, and statements that change rows.
import LodeCore

extension Printer {
    mutating func statement(_ statement: Statement) {
        switch statement {
        case .query(let query): self.query(query)
        case .explain(let explain): self.explain(explain)
        case .insert(let insert): self.insert(insert)
        case .update(let update): self.update(update)
        case .delete(let delete): self.delete(delete)
        case .merge(let merge): self.merge(merge)
        case .truncate(let names):
            write("TRUNCATE TABLE ")
            list(names) { $0.name($1) }
        case .copy(let copy): self.copy(copy)
        case .definition(let definition): definitionStatement(definition)
        case .utility(let utility): utilityStatement(utility)
        case .maintenance(let maintenance): maintenanceStatement(maintenance)
        case .transaction(let transaction): transactionStatement(transaction)
        case .session(let session): sessionStatement(session)
        case .role(let role): roleStatement(role)
        }
    }

    mutating func command(_ words: String, _ name: QualifiedName) {
        write("\(words) ")
        self.name(name)
    }

    private mutating func leading(_ with: With?) {
        guard let with else { return }
        self.with(with)
        write(" ")
    }

    private mutating func returning(_ items: [SelectItem]) {
        guard !items.isEmpty else { return }
        write(" RETURNING ")
        selectItems(items)
    }

    private mutating func insert(_ insert: Insert) {
        leading(insert.with)
        write("INSERT \(insert.evolvesSchema ? "WITH SCHEMA EVOLUTION " : "")\(insert.isOverwrite ? "OVERWRITE" : "INTO") ")
        if let folder = insert.table.folder { string(folder) } else { name(insert.table) }
        if let alias = insert.alias {
            write(" AS ")
            name(alias)
        }
        if !insert.partition.isEmpty {
            write(" PARTITION ")
            properties(insert.partition)
        }
        if !insert.columns.isEmpty {
            write(" ")
            names(insert.columns)
        }
        if insert.isByName { write(" BY NAME") }
        switch insert.source {
        case .defaultValues: write(" DEFAULT VALUES")
        case .query(let query):
            write(" ")
            self.query(query)
        }
        returning(insert.returning)
    }

    private mutating func assignments(_ list: [Assignment]) {
        self.list(list) { printer, item in
            if item.targets.count == 1 {
                printer.name(item.targets[0])
            } else {
                printer.write("(")
                printer.list(item.targets) { $0.name($1) }
                printer.write(")")
            }
            printer.write(" = ")
            // ROW(…) takes no DEFAULT.
            guard case .row(let values) = item.value.kind, values.count > 1 else { return printer.expression(item.value) }
            printer.write("(")
            printer.expressions(values)
            printer.write(")")
        }
    }

    private mutating func update(_ update: Update) {
        leading(update.with)
        write("UPDATE ")
        table(update.table)
        write(" SET ")
        assignments(update.assignments)
        if !update.from.isEmpty {
            write(" FROM ")
            list(update.from) { $0.table($1) }
        }
        clause("WHERE", update.where)
        returning(update.returning)
    }

    private mutating func delete(_ delete: Delete) {
        leading(delete.with)
        write("DELETE FROM ")
        table(delete.table)
        if !delete.using.isEmpty {
            write(" USING ")
            list(delete.using) { $0.table($1) }
        }
        clause("WHERE", delete.where)
        returning(delete.returning)
    }

    private mutating func merge(_ merge: Merge) {
        leading(merge.with)
        write("MERGE \(merge.evolvesSchema ? "WITH SCHEMA EVOLUTION " : "")INTO ")
        table(merge.target)
        write(" USING ")
        table(merge.source)
        clause("ON", merge.condition)
        for item in merge.clauses {
            switch item.match {
            case .matched: write(" WHEN MATCHED")
            case .notMatched: write(" WHEN NOT MATCHED")
            case .notMatchedBySource: write(" WHEN NOT MATCHED BY SOURCE")
            }
            clause("AND", item.condition)
            write(" THEN ")
            action(item.action)
        }
        returning(merge.returning)
    }

    private mutating func action(_ action: Merge.Action) {
        switch action {
        case .update(let list):
            write("UPDATE SET ")
            assignments(list)
        case .updateAll: write("UPDATE SET *")
        case .insert(_, let values) where values.isEmpty: write("INSERT DEFAULT VALUES")
        case .insert(let columns, let values):
            write("INSERT ")
            if !columns.isEmpty {
                names(columns)
                write(" ")
            }
            write("VALUES (")
            expressions(values)
            write(")")
        case .insertAll: write("INSERT *")
        case .delete: write("DELETE")
        case .doNothing: write("DO NOTHING")
        }
    }

    /// COPY INTO: its first option is the format.
    private mutating func copy(_ copy: Copy, _ once: Copy.Once) {
        guard case .table(let name, let columns) = copy.subject, case .path(let path, _) = copy.target else { return }
        copiedTable("COPY INTO", name, columns)
        write(" FROM ")
        string(path)
        if case .literal(.string(let format))? = copy.options.first?.value?.kind { write(" FILEFORMAT = \(NameQuoting.quoted(format))") }
        if let pattern = once.pattern {
            write(" PATTERN = ")
            string(pattern)
        } else if !once.files.isEmpty {
            write(" FILES = (")
            list(once.files) { $0.string($1) }
            write(")")
        }
        if copy.options.count > 1 {
            write(" FORMAT_OPTIONS ")
            properties(Array(copy.options.dropFirst()))
        }
        if once.options.isEmpty { return }
        write(" COPY_OPTIONS ")
        properties(once.options)
    }

    private mutating func copiedTable(_ words: String, _ name: QualifiedName, _ columns: [Identifier]) {
        command(words, name)
        if columns.isEmpty { return }
        write(" ")
        names(columns)
    }

    private mutating func copy(_ copy: Copy) {
        if let once = copy.once { return self.copy(copy, once) }
        switch copy.subject {
        case .table(let name, let columns): copiedTable("COPY", name, columns)
        case .query(let query): subquery("COPY ", query)
        }
        write(" \(copy.direction.rawValue) ")
        switch copy.target {
        case .path(let path, _): string(path)
        case .standardInput: write("STDIN")
        case .standardOutput: write("STDOUT")
        }
        if !copy.options.isEmpty {
            write(" ")
            properties(copy.options)
        }
    }

    private mutating func explain(_ explain: Explain) {
        write("EXPLAIN ")
        if !explain.options.isEmpty {
            write("(")
            list(explain.options) { printer, option in
                let key = option.key.text
                printer.write(NameQuoting.isWord(key) ? key.uppercased() : NameQuoting.quoted(key))
                if let value = option.value {
                    printer.write(" ")
                    printer.propertyValue(value)
                }
            }
            write(") ")
        }
        statement(explain.statement)
    }
}
