/// COMMENT ON.

import LodeCatalog
import LodeCore
import LodeSyntax

extension Session {
    func comment(on comment: CommentOn) throws(SQLError) -> StatementOutcome {
        let span = comment.name.span
        let change: (table: TableName, DefinitionChange)
        switch comment.kind {
        case .schema: throw .unsupported("COMMENT ON SCHEMA", at: span, hint: "CREATE SCHEMA … COMMENT gives a schema its comment.")
        case .table, .view:
            let table = try existingTable(comment.name)
            if (table.kind == .view) != (comment.kind == .view) {
                throw CatalogError.wrongKind(table.tableName, is: table.kind, wanted: comment.kind == .view ? "a view" : "a table").at(span)
            }
            try requireOwner(of: table, at: span)
            change = (table.tableName, .setComment(comment.text))
        case .column:
            let parts = comment.name.parts
            guard let column = parts.last, parts.count > 1 else {
                throw SQLError(.syntaxError, "column name must be qualified", at: span, hint: "Write table.column.")
            }
            let table = try existingTable(QualifiedName(Array(parts.dropLast())))
            try requireOwner(of: table, at: span)
            change = (table.tableName, .setComment(comment.text, column: column.text))
        }
        do throws(SQLError) {
            try catalog.commit(.alter(change.table, [change.1]))
        } catch {
            throw error.at(comment.name.last.span)
        }
        return StatementOutcome(tag: "COMMENT")
    }
}
