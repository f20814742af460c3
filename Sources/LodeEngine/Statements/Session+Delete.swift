/// DELETE.

import LodeCore
import LodePlanner
import LodeSyntax

extension Session {
    func delete(_ delete: Delete, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let name = try delete.table.changedTable(by: "DELETE")
        return try change(name, "DELETE", run) { (binder, target) throws(SQLError) in try binder.bind(delete: delete, from: target) }
    }
}
