/// UPDATE.

import LodeCore
import LodePlanner
import LodeSyntax

extension Session {
    func update(_ update: Update, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let name = try update.table.changedTable(by: "UPDATE")
        return try change(name, "UPDATE", run) { (binder, target) throws(SQLError) in try binder.bind(update: update, of: target) }
    }
}
