/// CREATE and DROP of schemas, tables and views; names of tables.

import LodeCatalog
import LodeCore
import LodePlanner
import LodeSyntax

extension Session {
    /// The table that a name means where something is created or changed.
    func tableName(_ name: QualifiedName) throws(SQLError) -> TableName { try tableName(name, in: currentCatalog) }

    /// - Parameter catalog: the one that names without a catalog are of.
    func tableName(_ name: QualifiedName, in catalog: String?) throws(SQLError) -> TableName {
        switch name.parts.count {
        case 1: return TableName(currentSchema, name.last.text)
        case 2:
            let found = TableName(qualified(name.parts[0].text, in: catalog), name.last.text)
            // Before anything looks into the folder.
            if FolderCatalog.isMeant(found) { try requireAccess(to: found.name) }
            return found
        case 3: return TableName(try database(name.parts[1], in: name.parts[0]), name.last.text)
        case 4... where engine.attached.named(name.parts[0].text) != nil:
            return TableName(try nestedSchema(QualifiedName(Array(name.parts.dropLast()))), name.last.text)
        default:
            throw SQLError(.invalidName, "improper qualified name: \(name.text)", at: name.span, hint: "Write schema.table.")
        }
    }

    /// The table that a name means where one is dropped: a temporary one first.
    private func droppedTable(_ name: QualifiedName) throws(SQLError) -> TableName {
        let temporary = TableName(SessionCatalog.temporaryDatabase, name.last.text)
        if name.parts.count == 1, try catalog.table(temporary) != nil { return temporary }
        return try tableName(name)
    }

    /// The schema that a name means.
    func schemaName(_ name: QualifiedName) throws(SQLError) -> String {
        switch name.parts.count {
        case 1: return qualified(name.last.text, in: currentCatalog)
        case 2: return try database(name.last, in: name.parts[0])
        case 3... where engine.attached.named(name.parts[0].text) != nil: return try nestedSchema(name)
        default: throw SQLError(.invalidName, "improper qualified name: \(name.text)", at: name.span, hint: "Write catalog.schema.")
        }
    }

    /// The existing table or view that a name means: the first schema of the search path that has it.
    func existingTable(_ name: QualifiedName) throws(SQLError) -> GlueTable {
        if name.parts.count == 1 {
            for schema in lookupPath {
                if let found = try catalog.table(TableName(schema, name.last.text)) { return found }
            }
        }
        do throws(SQLError) {
            return try catalog.requireTable(try tableName(name))
        } catch {
            throw error.at(name.span)
        }
    }

    func missingSchema(_ name: String, at span: SourceSpan) throws(SQLError) -> SQLError {
        let keeper = try engine.attached.owner(of: name)?.catalog() ?? catalog, known = try keeper.databases()
        return CatalogError.missingDatabase(name, among: known.map(\.name)).at(span)
    }

    func createSchema(_ create: CreateSchema) throws(SQLError) -> StatementOutcome {
        var database = GlueDatabase(name: try schemaName(create.name), description: create.comment, locationUri: create.location)
        if let location = create.location {
            guard engine.attached.owner(of: database.name) != nil else {
                throw SQLError.unsupported(
                    "CREATE SCHEMA … LOCATION", at: create.name.span, hint: "Managed tables lie in the warehouse folder.")
            }
            try requireAccess(to: location)
        }
        let properties = try self.properties(create.properties)
        try TableProperties.check(properties.filter { $0.key.hasPrefix(TableParameter.ownPrefix) }, isHive: false, at: create.name.span)
        if !properties.isEmpty { database.parameters = properties }
        try requireSchemaCreation(at: create.name.span)
        database.owner = currentUser
        do throws(SQLError) {
            try catalog.commit(.createDatabase(database, ifNotExists: create.ifNotExists))
        } catch {
            throw error.at(create.name.span)
        }
        return StatementOutcome(tag: "CREATE SCHEMA")
    }

    func drop(_ drop: Drop) throws(SQLError) -> StatementOutcome {
        if drop.purges, drop.kind != .table {
            throw SQLError(.syntaxError, "only a table has files to PURGE", at: drop.names.first?.span)
        }
        let run = { () throws(SQLError) -> Void in for name in drop.names { try self.drop(name, drop) } }
        // The drop is done whatever becomes of the files; the next one, or VACUUM, takes what is left.
        if drop.kind == .view { try run() } else { try dropping(run) }
        return StatementOutcome(tag: "DROP \(drop.kind.rawValue)")
    }

    /// Runs what may drop tables. Their files go then, or are kept for UNDROP if the session has a `drop_retention`: until they are
    /// marked, a lease keeps them from other sessions' collectors.
    func dropping<T>(_ run: () throws(SQLError) -> T) throws(SQLError) -> T {
        guard settings["drop_retention"] == "0" else {
            let lease = catalog.lease()
            defer { try? catalog.keepDropped(since: lease) }
            return try run()
        }
        let result = try run()
        try? catalog.collectDropped()
        return result
    }

    private func drop(_ name: QualifiedName, _ drop: Drop) throws(SQLError) {
        do throws(SQLError) {
            switch drop.kind {
            case .schema:
                if let schema = try catalog.database(try schemaName(name)) { try requireOwner(ofSchema: schema, at: name.span) }
                try catalog.commit(.dropDatabase(try schemaName(name), ifExists: drop.ifExists, cascade: drop.isCascade))
            case .table:
                let dropped = try droppedTable(name)
                if let table = try catalog.table(dropped) { try requireOwner(of: table, at: name.span) }
                try catalog.commit(.drop(dropped, kinds: [.managed, .external], ifExists: drop.ifExists, purges: drop.purges))
            case .view:
                if name.parts.count == 1, temporaryViews.removeValue(forKey: name.last.text.lowercased()) != nil { return }
                if let view = try catalog.table(try tableName(name)) { try requireOwner(of: view, at: name.span) }
                try catalog.commit(.drop(try tableName(name), kinds: [.view], ifExists: drop.ifExists))
            }
        } catch {
            throw error.at(name.span)
        }
    }

    func createView(_ create: CreateView, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        if create.orReplace, create.ifNotExists {
            throw SQLError(.syntaxError, "OR REPLACE and IF NOT EXISTS exclude each other", at: create.name.span)
        }
        if create.isTemporary, create.comment != nil || !create.properties.isEmpty {
            throw SQLError.unsupported("COMMENT or TBLPROPERTIES of a temporary view", at: create.name.span)
        }
        if create.isMaterialized {
            throw SQLError.unsupported("CREATE MATERIALIZED VIEW", at: create.name.span, hint: "CREATE TABLE … AS stores a result.")
        }
        if create.orReplace, create.ifNotExists { throw .replaceIfNotExists(at: create.name.span) }
        let context = statementContext()
        let bound = try makeBinder(context).bind(query: create.query)
        if create.columns.count > bound.names.count {
            throw SQLError(.syntaxError, "CREATE VIEW specifies more column names than columns", at: create.columns.first?.span)
        }
        let text = run.source(create.query.span)
        if create.isTemporary {
            let key = create.name.last.text.lowercased()
            if temporaryViews[key] != nil, !create.orReplace {
                if create.ifNotExists { return StatementOutcome(tag: "CREATE VIEW") }
                throw SQLError(.duplicateTable, "relation \"\(create.name.last.text)\" already exists", at: create.name.span)
            }
            temporaryViews[key] = TemporaryView(
                name: create.name.last.text, query: create.query, columns: create.columns.map(\.text), text: text)
            return StatementOutcome(tag: "CREATE VIEW")
        }
        var schema = bound.schema
        for (index, column) in create.columns.enumerated() { schema.fields[index].name = column.text }
        do throws(SQLError) {
            var view = try GlueTable.view(try tableName(create.name), sql: text, columns: schema)
            let path = settings.searchPath.map { engine.attached.name(of: $0, besides: view.databaseName) }
            view.parameters[TableParameter.searchPath] = path.joined(separator: ",")
            view.parameters.merge(try self.properties(create.properties)) { own, _ in own }
            if let comment = create.comment { view.parameters[TableParameter.comment] = comment }
            let ifExists: TableChange.IfExists = create.orReplace ? .replace : create.ifNotExists ? .skip : .fail
            try catalog.commit(.create(try made(view, replacing: create.orReplace), ifExists: ifExists))
        } catch {
            throw error.at(create.name.span)
        }
        return StatementOutcome(tag: "CREATE VIEW")
    }

    /// `'key' = value` pairs as texts; a flag without value is "true".
    func properties(_ list: [Property]) throws(SQLError) -> [String: String] {
        var result: [String: String] = [:]
        for property in list {
            guard let value = property.value else {
                result[property.key.text] = "true"
                continue
            }
            if case .name(let name) = value.kind {
                result[property.key.text] = name.text
            } else {
                let context = statementContext()
                result[property.key.text] = Self.plainText(try makeBinder(context).bindConstant(value).value)
            }
        }
        return result
    }
}

extension SQLError {
    /// One says to replace what is there, the other to leave it.
    static func replaceIfNotExists(at span: SourceSpan) -> SQLError {
        SQLError(.syntaxError, "OR REPLACE and IF NOT EXISTS exclude each other", at: span)
    }
}
