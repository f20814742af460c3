/// Statements other than queries and definitions.
import LodeCore

extension Printer {
    mutating func statement(_ statement: Statement) {
        switch statement {
        case .query(let query): self.query(query)
        case .createSchema, .createTable, .createView, .alterTable, .commentOn, .drop: definition(statement)
        case .insert(let insert): self.insert(insert)
        case .update(let update): self.update(update)
        case .delete(let delete): self.delete(delete)
        case .merge(let merge): self.merge(merge)
        case .truncate(let names):
            write("TRUNCATE TABLE ")
            list(names) { $0.name($1) }
        case .copy(let copy): self.copy(copy)
        case .set(let set): self.set(set)
        case .reset(let name): if let name { command("RESET", name) } else { write("RESET ALL") }
        case .show(let show): self.show(show)
        case .describe(let target, let isExtended): describe(isExtended ? "DESCRIBE EXTENDED" : "DESCRIBE", target)
        case .describeHistory(let name): command("DESCRIBE HISTORY", name)
        case .vacuum(let vacuum): self.vacuum(vacuum)
        case .summarize(let target): describe("SUMMARIZE", target)
        case .explain(let explain): self.explain(explain)
        case .use(let name): command("USE", name)
        case .repairTable(let name): command("MSCK REPAIR TABLE", name)
        case .analyze(let name): if let name { command("ANALYZE", name) } else { write("ANALYZE") }
        case .call(let call):
            write("CALL ")
            self.call(call)
        case .begin(let modes):
            write("BEGIN")
            if let level = modes.level { write(" ISOLATION LEVEL \(level.rawValue)") }
            if let isReadOnly = modes.isReadOnly { write((modes.level == nil ? " " : ", ") + (isReadOnly ? "READ ONLY" : "READ WRITE")) }
        case .commit: write("COMMIT")
        case .rollback: write("ROLLBACK")
        case .savepoint(let name): command("SAVEPOINT", QualifiedName([name]))
        case .release(let name): command("RELEASE SAVEPOINT", QualifiedName([name]))
        case .rollbackTo(let name): command("ROLLBACK TO SAVEPOINT", QualifiedName([name]))
        case .prepare, .execute, .deallocate, .declareCursor, .fetch, .closeCursor, .discard, .listen, .unlisten, .notify:
            sessionStatement(statement)
        case .createRole, .alterRole, .dropRole: roleStatement(statement)
        case .access(let access): self.access(access)
        case .membership(let membership): self.membership(membership)
        case .alterOwner(let alter): alterOwner(alter)
        }
    }

    private mutating func command(_ words: String, _ name: QualifiedName) {
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
        write(insert.isOverwrite ? "INSERT OVERWRITE " : "INSERT INTO ")
        name(insert.table)
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
        write("MERGE INTO ")
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

    private mutating func copy(_ copy: Copy) {
        switch copy.subject {
        case .table(let name, let columns):
            command("COPY", name)
            if !columns.isEmpty {
                write(" ")
                names(columns)
            }
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
        case .schemas(let pattern): listing("SHOW SCHEMAS", nil, pattern)
        case .columns(let name): command("SHOW COLUMNS IN", name)
        case .partitions(let name): command("SHOW PARTITIONS", name)
        case .createTable(let name): command("SHOW CREATE TABLE", name)
        case .createView(let name): command("SHOW CREATE VIEW", name)
        case .tableProperties(let name): command("SHOW TBLPROPERTIES", name)
        case .functions(let pattern): listing("SHOW FUNCTIONS", nil, pattern)
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

    private mutating func vacuum(_ vacuum: Vacuum) {
        write("VACUUM")
        if let table = vacuum.table {
            write(" ")
            name(table)
        }
        if let retention = vacuum.retention { write(" RETAIN \(retention.count) \(retention.unit.rawValue)") }
        if vacuum.isDryRun { write(" DRY RUN") }
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
