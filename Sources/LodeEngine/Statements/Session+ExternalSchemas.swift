/// CREATE EXTERNAL SCHEMA.

import LodeCatalog
import LodeCore
import LodeSyntax

extension Session {
    /// The schema is the warehouse's, its tables stay where they are. DROP SCHEMA forgets the schema only.
    func createExternalSchema(_ create: CreateExternalSchema) throws(SQLError) -> StatementOutcome {
        let tag = "CREATE SCHEMA", name = qualified(create.name.text, in: currentCatalog)
        try requireSuperuser("make an external schema", at: create.name.span)
        try requireAutocommit("CREATE EXTERNAL SCHEMA", at: create.name.span)
        if let source = create.source {
            throw SQLError.unsupported(
                "an external schema FROM \(source.text.uppercased())", at: source.span, hint: "Use FROM DATA CATALOG.")
        }
        if engine.attached.owner(of: name) != nil {
            throw SQLError.unsupported("an external schema in the catalog of another", at: create.name.span)
        }
        let external = try externalSchema(create)
        if create.ifNotExists, try catalog.database(name) != nil { return StatementOutcome(tag: tag) }
        do throws(SQLError) {
            let other = try external.catalog(engine.attached.connect, engine.stores)
            if create.createsDatabase {
                try other.commit(.createDatabase(GlueDatabase(name: external.database), ifNotExists: true))
            } else if try other.database(external.database) == nil {
                throw CatalogError.missingDatabase(external.database, among: try other.databases().map(\.name))
            }
            var schema = GlueDatabase(name: name, parameters: external.parameters)
            schema.owner = currentUser
            try catalog.commit(.createDatabase(schema, ifNotExists: create.ifNotExists))
        } catch {
            throw error.at(create.name.span)
        }
        return StatementOutcome(tag: tag)
    }

    private func externalSchema(_ create: CreateExternalSchema) throws(SQLError) -> ExternalSchema {
        let known = ["catalog_id", "catalog_role", "database", "iam_role", "region"]
        var values: [String: String] = [:]
        for (key, value) in create.settings {
            let name = key.text.lowercased()
            guard known.contains(name) else {
                throw SQLError(
                    .syntaxError, "unrecognized option \"\(key.text)\"", at: key.span,
                    detail: "Known: \(known.map { $0.uppercased() }.joined(separator: ", ")).",
                    hint: NearestName.find(name, among: known).map { "Did you mean \"\($0.uppercased())\"?" })
            }
            guard values[name] == nil else { throw SQLError(.syntaxError, "conflicting or redundant options", at: key.span) }
            guard let value else {
                // The role as which the process runs.
                if name == "iam_role" || name == "catalog_role" { continue }
                throw SQLError(.syntaxError, "\(key.text.uppercased()) has no default", at: key.span)
            }
            if name.hasSuffix("_role"), !value.hasPrefix("arn:") || value.contains(",") {
                throw SQLError.unsupported(
                    "\(key.text.uppercased()) '\(value)'", at: key.span, hint: "Name the ARN of one role, or DEFAULT.")
            }
            values[name] = value
        }
        guard let database = values["database"], !database.isEmpty else {
            throw SQLError(.syntaxError, "an external schema needs DATABASE '…'", at: create.name.span)
        }
        return ExternalSchema(
            database: database.lowercased(), region: values["region"], role: values["iam_role"], catalogRole: values["catalog_role"],
            catalogID: values["catalog_id"])
    }
}
