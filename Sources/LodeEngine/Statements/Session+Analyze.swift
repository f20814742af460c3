/// ANALYZE.

import LodeCatalog
import LodeCore
import LodeSyntax

extension Session {
    /// Managed tables keep statistics with every commit, so that there is nothing left to collect.
    func analyze(_ name: QualifiedName?) throws(SQLError) -> StatementOutcome {
        guard let name else { return StatementOutcome(tag: "ANALYZE") }
        let table = try existingTable(name)
        try requireOwner(of: table, at: name.span)
        switch table.kind {
        case .managed: return StatementOutcome(tag: "ANALYZE")
        case .external:
            throw .unsupported(
                "ANALYZE of an external table", at: name.span, hint: "Statistics of Parquet files are read from their footers.")
        case .view, .system: throw CatalogError.wrongKind(table.tableName, is: table.kind, wanted: "a table").at(name.span)
        }
    }
}
