/// CREATE, DROP and SHOW of catalogs, and names that begin with one.

import LodeCatalog
import LodeCloud
import LodeCore
import LodeSyntax

extension Session {
    func createCatalog(_ create: CreateCatalog) throws(SQLError) -> StatementOutcome {
        let name = create.name.text.lowercased(), tag = "CREATE CATALOG"
        try requireSuperuser("attach a catalog", at: create.name.span)
        try requireAutocommit(tag, at: create.name.span)
        if name.contains(".") || name.isEmpty {
            throw SQLError(.invalidName, "the name of a catalog must not be empty, and not have dots", at: create.name.span)
        }
        if name == Engine.catalogName {
            if create.ifNotExists { return StatementOutcome(tag: tag) }
            throw SQLError(.duplicateObject, "catalog \"\(name)\" already exists", at: create.name.span)
        }
        let given = Dictionary(try properties(create.options).map { ($0.key.lowercased(), $0.value) }) { _, last in last }
        let definition: CatalogDefinition, attachment: AttachedCatalogs.Attachment
        do throws(SQLError) {
            let secrets: [String: Secret]
            (definition, secrets) = try CatalogKinds.definition(name, create.kind.text, given)
            attachment = try engine.attached.attach(definition, secrets: secrets, ifNotExists: create.ifNotExists)
        } catch {
            throw error.at(error.state == .duplicateObject ? create.name.span : create.kind.span)
        }
        if attachment == .skipped { return StatementOutcome(tag: tag, notices: ["catalog \"\(name)\" already exists, skipping"]) }
        if attachment == .known || definition.secrets.isEmpty { return StatementOutcome(tag: tag) }
        let kept = "\(definition.secrets.joined(separator: ", ")) of catalog \"\(name)\" last as long as this process; the rest is kept"
        return StatementOutcome(tag: tag, notices: [kept])
    }

    func dropCatalog(_ name: Identifier, ifExists: Bool) throws(SQLError) -> StatementOutcome {
        try requireSuperuser("detach a catalog", at: name.span)
        try requireAutocommit("DROP CATALOG", at: name.span)
        if name.text.lowercased() == Engine.catalogName {
            throw SQLError(.objectNotInPrerequisiteState, "cannot drop catalog \"\(name.text)\": it is the warehouse's own", at: name.span)
        }
        if try !engine.attached.detach(name.text), !ifExists { throw missingCatalog(name) }
        return StatementOutcome(tag: "DROP CATALOG")
    }

    func showCatalogs(_ pattern: String?, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        var rows: [[Value]] = [[.text(Engine.catalogName), .text("lode"), .text(SQLText("warehouse = \(engine.warehouse)"))]]
        for definition in engine.attached.all.map(\.definition) {
            rows.append([.text(SQLText(definition.name)), .text(SQLText(definition.kind)), .text(SQLText(definition.shown))])
        }
        rows = rows.filter { row in if case .text(let name)? = row.first { Self.matches(name.string, pattern) } else { false } }
        let fields = [Field("catalog_name", .varchar), Field("kind", .varchar), Field("options", .varchar)]
        return try give(fields, rows, to: run.sink, tag: "SHOW")
    }

    /// The schemas of a catalog as it calls them itself; nil for the current one.
    func databaseNames(of name: Identifier?) throws(SQLError) -> [String] {
        let current = currentCatalog
        guard let wanted = name?.text.lowercased() ?? current, wanted != Engine.catalogName else {
            return try catalog.databases().map(\.name)
        }
        guard let entry = engine.attached.named(wanted) else {
            throw missingCatalog(name ?? Identifier(wanted, span: SourceSpan(0, 0)))
        }
        return try entry.catalog().databases().map { String($0.name.dropFirst(entry.name.count + 1)) }
    }

    // MARK: Names

    /// The attached catalog that USE has chosen; nil for the warehouse's own.
    var currentCatalog: String? { engine.attached.owner(of: currentSchema)?.name }

    /// A schema that is named without its catalog: one of `catalog`, but for those that every session sees.
    func qualified(_ schema: String, in catalog: String?) -> String {
        guard let catalog, !ShippedTables.isShipped(database: schema), !SessionCatalog.isTemporary(schema),
            engine.attached.owner(of: schema) == nil
        else { return schema }
        return AttachedCatalogs.database(schema, in: catalog)
    }

    func database(_ schema: Identifier, in catalog: Identifier) throws(SQLError) -> String {
        if catalog.text.lowercased() == Engine.catalogName { return schema.text }
        guard let entry = engine.attached.named(catalog.text) else { throw missingCatalog(catalog) }
        return AttachedCatalogs.database(schema.text, in: entry.name)
    }

    /// A schema below others of a catalog, each of which is a part of the name.
    func nestedSchema(_ name: QualifiedName) throws(SQLError) -> String {
        let levels = IcebergNamespace(name.parts.dropFirst().map(\.text))
        return try database(Identifier(levels.database, span: name.span), in: name.parts[0])
    }

    /// The schema that USE names. A catalog alone means its schema `default`, or `main`.
    func usedSchema(_ name: QualifiedName) throws(SQLError) -> String {
        let schema = try schemaName(name)
        guard name.parts.count == 1, try catalog.database(schema) == nil else { return schema }
        if name.last.text.lowercased() == Engine.catalogName { return EmbeddedCatalog.defaultDatabase }
        guard let entry = engine.attached.named(name.last.text) else { return schema }
        let choices = ["default", EmbeddedCatalog.defaultDatabase].map { AttachedCatalogs.database($0, in: entry.name) }
        for choice in choices where try catalog.database(choice) != nil { return choice }
        return choices[0]
    }

    private func missingCatalog(_ name: Identifier) -> SQLError {
        let known = [Engine.catalogName] + engine.attached.all.map(\.name)
        return SQLError(
            .invalidCatalogName, "catalog \"\(name.text)\" does not exist", at: name.span,
            detail: "Catalogs: \(known.joined(separator: ", ")).",
            hint: NearestName.find(name.text, among: known).map { "Did you mean \"\($0)\"?" }
                ?? "CREATE CATALOG \(name.text) USING glue attaches one.")
    }
}
