/// What names in FROM stand for, in one statement of a session.

import LodeCatalog
import LodeCore
import LodeExecution
import LodeFormats
import LodeObjectStore
import LodePlan
import LodePlanner
import LodeSyntax
import LodeTables

/// Looks up temporary views, the catalog along the search path, and files. A table is resolved once a statement, and all managed
/// tables of a statement are read as they were at one moment.
final class SessionResolver: RelationResolver {
    private let session: Session
    /// Those of the engine, with the limits of this statement.
    private let stores: StoreRegistry
    let rejects: RejectTables
    private let searchPath: [String]
    private let seesTemporaryViews: Bool
    /// Who reads: the current user, or the owner of the view whose names these are.
    private let role: String
    /// The attached catalog that names without one are of: that of the session, or of the view.
    private let catalogName: String?
    private struct Key: Hashable {
        var name: TableName
        var time: TableTime?
    }
    private var known: [Key: ResolvedRelation] = [:]
    private let moment: StatementMoment
    private let objects: StatementObjects

    init(
        session: Session, stores: StoreRegistry, rejects: RejectTables, moment: StatementMoment, objects: StatementObjects,
        searchPath: [String]? = nil, seesTemporaryViews: Bool = true, view: GlueTable? = nil
    ) {
        role = view?.ownerName ?? session.currentUser
        catalogName = view.map { session.engine.attached.owner(of: $0.databaseName)?.name } ?? session.currentCatalog
        self.moment = moment
        self.objects = objects
        self.session = session
        self.stores = stores
        self.rejects = rejects
        self.searchPath = searchPath ?? session.lookupPath
        self.seesTemporaryViews = seesTemporaryViews
    }

    func lock(_ tables: Set<TableVersion>) { session.transaction?.catalog.lock(tables) }

    func table(_ name: QualifiedName, at time: TableTime?) throws(SQLError) -> ResolvedRelation? {
        if name.parts.count == 1, seesTemporaryViews, let view = session.temporaryViews[name.last.text.lowercased()] {
            return .view(ResolvedView(path: ["temp", view.name], query: view.query, columns: view.columns, resolver: self))
        }
        if name.parts.count == 1, let rows = session.copiedRows, name.last.text == Session.copiedRowsName {
            return .source(rows, path: [Session.copiedRowsName])
        }
        if name.parts.count == 1 {
            for schema in searchPath {
                let full = TableName(schema, name.last.text)
                if let found = try relation(full, at: time, name.span, isSought: true) { return found }
            }
            return nil
        }
        if time == nil, let found = try reference(name) { return found }
        let full = try session.tableName(name, in: catalogName)
        do throws(SQLError) {
            if let told = try SystemRelations.information(full, session) { return .source(told, path: name.parts.map(\.text)) }
        } catch {
            throw error.at(name.span)
        }
        if let found = try relation(full, at: time, name.span) { return found }
        guard try session.catalog.database(full.database) != nil else {
            throw try session.missingSchema(full.database, at: name.span)
        }
        throw try session.catalog.missingTable(full).at(name.span)
    }

    /// A branch or a tag behind the name of its table.
    private func reference(_ name: QualifiedName) throws(SQLError) -> ResolvedRelation? {
        guard let (base, reference, _) = BranchName.split(name) else { return nil }
        if let full = try? session.tableName(name, in: catalogName), try find(full) != nil { return nil }
        let places =
            base.parts.count == 1
            ? searchPath.map { TableName($0, base.last.text) } : [try session.tableName(base, in: catalogName)]
        var isThere = false
        for place in places where !isThere { isThere = try session.catalog.table(place) != nil }
        return isThere ? try table(base, at: .reference(reference)) : nil
    }

    /// - Parameter isSought: whether its schema is one of the search path: one that the role may not look into is passed over.
    private func relation(
        _ name: TableName, at time: TableTime?, _ span: SourceSpan, isSought: Bool = false
    ) throws(SQLError) -> ResolvedRelation? {
        let key = Key(name: name, time: time)
        if let found = known[key] { return found }
        guard let (table, metadata) = try find(name) else { return nil }
        if table.ownerName != role {
            if isSought, try !session.allows(.usage, inSchema: name.database, as: role) { return nil }
            try session.require(.usage, inSchema: name.database, as: role, at: span)
        }
        try session.require(.select, on: table, as: role, at: span)
        if time != nil, !table.hasVersions {
            if table.kind == .external { throw CatalogError.noEarlierRows(table.tableName).at(span) }
            throw SQLError.unsupported("time travel on \(table.kind.noun)", at: span)
        }
        let time = if let time { time } else { try sessionTime(for: table, span) }
        let found = if let metadata { try resolve(metadata, of: table, at: time, span) } else { try resolve(table, at: time) }
        known[key] = found
        return found
    }

    func changes(of name: QualifiedName, from start: TableTime, through end: TableTime?) throws(SQLError) -> ResolvedRelation? {
        var names = searchPath.map { TableName($0, name.last.text) }
        if name.parts.count > 1 { names = [try session.tableName(name, in: catalogName)] }
        for full in names {
            guard let table = try session.catalog.table(full) else { continue }
            if table.ownerName != role { try session.require(.usage, inSchema: full.database, as: role, at: name.span) }
            try session.require(.select, on: table, as: role, at: name.span)
            let time = try sessionTime(for: table, name.span)
            return try session.changes(of: table, try snapshot(of: table, at: time), from: start, through: end)
        }
        return nil
    }

    func changes(in folder: String, from start: TableTime, through end: TableTime?) throws(SQLError) -> ResolvedRelation {
        try session.requireAccess(to: folder)
        let stores = session.stores(stores, forLogIn: folder), io = StoreTableIO(stores)
        var found = try DeltaFormat.table(in: folder, io)
        if found == nil { found = try IcebergFormat.table(in: folder, io) }
        guard let found else { throw SQLError(.undefinedFile, "there is no Delta or Iceberg table", in: folder) }
        return try Session.relation("table_changes('\(folder)')", try found.changes(from: start, through: end), stores)
    }

    /// The table of that name, or the one whose metadata it names.
    private func find(_ name: TableName) throws(SQLError) -> (GlueTable, MetadataTable?)? {
        if let table = try session.catalog.table(name) { return (table, nil) }
        guard let (base, kind) = MetadataTable.split(name.name) else { return nil }
        guard let table = try session.catalog.table(TableName(name.database, base)) else { return nil }
        return (table, kind)
    }

    private func resolve(
        _ metadata: MetadataTable, of table: GlueTable, at time: TableTime?, _ span: SourceSpan
    ) throws(SQLError) -> ResolvedRelation {
        guard table.kind == .managed || table.kind == .external else {
            throw SQLError(.wrongObjectType, "\"\(table.name)\" is \(table.kind.noun), which has no $\(metadata.suffix)", at: span)
        }
        let path = session.engine.attached.path(of: table.tableName, own: Engine.catalogName)
        return .source(try metadata.relation(table, try snapshot(of: table, at: time), session), path: path)
    }

    /// The time as of which the session reads a table that a statement names without one.
    private func sessionTime(for table: GlueTable, _ span: SourceSpan) throws(SQLError) -> TableTime? {
        guard table.kind == .managed || table.kind == .external, !SessionCatalog.isTemporary(table.databaseName),
            let micros = try session.settings.asOf()
        else { return nil }
        guard table.hasVersions else {
            throw SQLError.unsupported(
                "reading the past of \"\(table.name)\", a table of folders,", at: span, hint: "RESET as_of goes back to the present.")
        }
        return .timestamp(micros)
    }

    private func snapshot(of table: GlueTable, at time: TableTime?) throws(SQLError) -> any TableSnapshot {
        let found = try time == nil ? moment.snapshot(of: table, session.catalog) : session.catalog.snapshot(of: table.tableName, at: time)
        return try session.confined(found, of: table)
    }

    private func resolve(_ table: GlueTable, at time: TableTime?) throws(SQLError) -> ResolvedRelation {
        let path = session.engine.attached.path(of: table.tableName, own: Engine.catalogName)
        switch table.kind {
        case .view: return .view(try view(table, path))
        case .system:
            return .source(try SystemRelations.relation(table, session, objects.all), path: path)
        case .managed, .external: return .source(try source(table, at: time), path: path)
        }
    }

    private func source(_ table: GlueTable, at time: TableTime?) throws(SQLError) -> any Relation {
        let snapshot = try snapshot(of: table, at: time)
        return try CatalogRelation.make(table, snapshot, try session.stores(of: table), isCurrent: time == nil)
    }

    /// What the texts of a view for other engines ask for, of those that are understood; nil if it has one of its own, or none.
    private static func foreignQueries(of view: GlueTable) throws(SQLError) -> ForeignQueries? {
        let foreign = view.viewOriginalText == nil ? view.foreignTexts : []
        guard !foreign.isEmpty else { return nil }
        var texts: [(dialect: String, query: Query)] = [], failures: [String] = []
        for text in foreign {
            do throws(SQLError) {
                texts.append((text.dialect, try query(of: view, try text.inOwnQuotes())))
            } catch {
                failures.append("\(text.dialect): \(error.message)")
            }
        }
        let hint = failures.isEmpty ? nil : "What is not understood: \(failures.joined(separator: "; "))."
        let refusal = view.notInOwnSQL(hint: hint)
        if texts.isEmpty { throw refusal }
        return ForeignQueries(texts: texts, types: try view.schema().fields.map(\.type), refusal: refusal)
    }

    private static func query(of view: GlueTable, _ text: String) throws(SQLError) -> Query {
        guard case .query(let query)? = try Parser.parse(text).first?.statement else {
            throw SQLError(.invalidTableDefinition, "the view \"\(view.name)\" holds no query")
        }
        return query
    }

    private func view(_ table: GlueTable, _ path: [String]) throws(SQLError) -> ResolvedView {
        do throws(SQLError) {
            let foreign = try Self.foreignQueries(of: table)
            let query = if let first = foreign?.texts.first { first.query } else { try Self.query(of: table, try table.viewText()) }
            let catalog = session.engine.attached.owner(of: table.databaseName)?.name
            let authorPath = table.parameters[TableParameter.searchPath]?.split(separator: ",")
                .map { session.qualified(String($0), in: catalog) }
            let resolver = SessionResolver(
                session: session, stores: stores, rejects: rejects, moment: moment, objects: objects,
                searchPath: StatementObjects.lookupPath(authorPath ?? [table.databaseName]), seesTemporaryViews: false, view: table)
            let columns = try table.schema().fields.map(\.name)
            return ResolvedView(path: path, query: query, columns: columns, resolver: resolver, foreign: foreign)
        } catch {
            // Spans of the view's own text would point into the statement at hand.
            throw SQLError(error.state, error.message, in: "view \(table.tableName)", detail: error.detail, hint: error.hint)
        }
    }

    func isFileFunction(_ name: String) -> Bool { FileFunctions.names.contains(name) || name == Self.secretsFunction }

    /// DuckDB's name for `lode.secrets`.
    private static let secretsFunction = "duckdb_secrets"

    func optionType(_ function: String, _ option: String) -> SQLType? { FileFunctions.named(function)?.optionTypes[option] }

    func fileFunction(
        _ name: String, arguments: [Value], named: [(name: String, value: Value)], span: SourceSpan
    ) throws(SQLError) -> any Relation {
        let call = FileFunctionCall(name: name, arguments: arguments, named: named)
        do throws(SQLError) {
            if name == Self.secretsFunction {
                guard arguments.isEmpty, named.isEmpty, let table = ShippedTables.table(TableName("lode", "secrets")) else {
                    throw SQLError(.undefinedFunction, "\(name) takes no arguments")
                }
                return try SystemRelations.relation(table, session, objects.all)
            }
            guard let function = FileFunctions.named(name) else { throw SQLError(.undefinedFunction, "function \(name) does not exist") }
            let paths = try call.paths(of: function)
            for path in paths { try session.requireAccess(to: path) }
            return try function.source(call, function.followsPaths ? session.stores(stores, forLogIn: paths.first ?? "") : stores, rejects)
        } catch {
            throw error.at(span)
        }
    }

    func file(_ path: String, span: SourceSpan) throws(SQLError) -> any Relation {
        do throws(SQLError) {
            try session.requireAccess(to: path)
            let format = path.hasSuffix("/") ? nil : FileFormats.forPath(path), reach = try stores.resolve(path).store.reach
            // Folders may be called like files; where looking costs a request, they are not taken for such.
            if reach == .folders || (reach == .prefixes && format == nil),
                let table = try TableFunction.table(in: path, session.stores(stores, forLogIn: path))
            {
                return table
            }
            guard let function = format.map({ FileFunction(format: $0) }) else {
                throw SQLError(
                    .undefinedFile, "the format of \"\(path)\" can't be told from its name",
                    hint: "Name it with a function: \(FileFunction.all.map { $0.names[0] + "('…')" }.joined(separator: ", ")).")
            }
            let call = FileFunctionCall(name: function.names[0], arguments: [.text(path)], named: [])
            return try function.source(call, stores, rejects)
        } catch {
            throw error.at(span)
        }
    }

    func willBind(_ query: Query) { willBind(query, depth: 0) }

    /// Tables are opened one after the other: what each of them waits for is asked for before the first one is.
    private func willBind(_ query: Query, depth: Int) {
        guard depth < Self.deepestView else { return }
        query.forEachTable { reference in
            switch reference.kind {
            case .table(let name, nil):
                guard case .view(let view)? = (try? table(name, at: nil)) ?? nil, let resolver = view.resolver as? SessionResolver else {
                    return
                }
                resolver.willBind(view.query, depth: depth + 1)
            case .file(let path): willOpen(path)
            case .function(let call, _, _) where isFileFunction(call.name.last.text.lowercased()):
                for text in call.arguments.first?.value.texts ?? [] { willOpen(text) }
            default: break
            }
        }
    }

    private static let deepestView = 16

    private func willOpen(_ path: String) {
        guard StorePath.scheme(of: path) != nil, !path.utf8.contains(where: { "*?[{".utf8.contains($0) }),
            (try? session.requireAccess(to: path)) != nil
        else { return }
        stores.willOpen(path) {}
    }

    func nearbyNames() -> [String] {
        // Those of external schemas would have to be asked for.
        let schemas = ((try? session.catalog.databases()) ?? []).filter { $0.external == nil }.map(\.name)
        return session.tableNames(in: nil) + schemas.flatMap { schema in session.tableNames(in: schema).map { "\(schema).\($0)" } }
            + FileFunctions.names
    }
}

extension GlueTable {
    /// Whether it can be read as it was.
    fileprivate var hasVersions: Bool { kind == .managed || loggedFormat != nil }
}

extension Expression {
    /// The strings that a literal, or an array of literals, has.
    fileprivate var texts: [String] {
        switch kind {
        case .literal(.string(let text)): [text]
        case .array(let items): items.flatMap(\.texts)
        default: []
        }
    }
}
