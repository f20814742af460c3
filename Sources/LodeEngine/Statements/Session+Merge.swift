/// MERGE.

import LodeCore
import LodePlanner
import LodeSyntax

extension Session {
    func merge(_ merge: Merge, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let name = try merge.target.changedTable(by: "MERGE")
        return try change(name, "MERGE", run) { (binder, target) throws(SQLError) in try binder.bind(merge: merge, into: target) }
    }
}
