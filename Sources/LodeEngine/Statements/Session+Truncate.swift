/// TRUNCATE.

import LodeCatalog
import LodeCore
import LodeSyntax

extension Session {
    /// Empties tables together. Nothing is written but their next versions.
    func truncate(_ names: [QualifiedName]) throws(SQLError) -> StatementOutcome {
        try retrying { () throws(SQLError) in
            var changes: [TableChange] = [], seen: Set<TableName> = []
            for name in names {
                let table = try writableTable(name, "TRUNCATE", needing: .truncate).tableName
                guard seen.insert(table).inserted else { continue }
                let transaction = try catalog.beginWrite(table)
                transaction.replaceAll(with: [])
                changes.append(transaction.change)
            }
            _ = try catalog.commit(changes)
        }
        return StatementOutcome(tag: "TRUNCATE TABLE")
    }
}
