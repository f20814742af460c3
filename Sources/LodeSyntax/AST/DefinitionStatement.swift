/// Definitions: what makes, changes and drops schemas, tables and views.

package enum DefinitionStatement: Sendable {
    case createSchema(CreateSchema)
    case createExternalSchema(CreateExternalSchema)
    case createCatalog(CreateCatalog)
    case dropCatalog(Identifier, ifExists: Bool)
    case createTable(CreateTable)
    case createView(CreateView)
    case alterTable(AlterTable)
    case commentOn(CommentOn)
    case drop(Drop)

    /// Nil for what only the session or the process sees.
    var changeName: String? {
        switch self {
        case .createSchema, .createExternalSchema: "CREATE SCHEMA"
        case .createCatalog, .dropCatalog: nil
        case .createTable: "CREATE TABLE"
        case .createView(let create): create.isTemporary ? nil : "CREATE VIEW"
        case .alterTable: "ALTER TABLE"
        case .commentOn: "COMMENT"
        case .drop: "DROP"
        }
    }
}
