/// DESCRIBE HISTORY.

import LodeCatalog
import LodeCore
import LodeSyntax
import LodeTables

extension Session {
    func describeHistory(_ name: QualifiedName, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        do throws(SQLError) {
            let table = try existingTable(name)
            let snapshot = table.loggedFormat == nil ? nil : try catalog.snapshot(of: table.tableName)
            let history = try MetadataRows(historyOf: table, snapshot, self)
            return try give(history.fields, history.rows, to: run.sink, tag: "DESCRIBE")
        } catch {
            throw error.at(name.span)
        }
    }
}
