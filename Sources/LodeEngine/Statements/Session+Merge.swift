/// MERGE.

import LodeCatalog
import LodeCore
import LodePlanner
import LodeSyntax

extension Merge {
    var changing: ChangingStatement {
        get throws(SQLError) {
            try ChangingStatement("MERGE", of: target, needing: privileges) { (binder, target) throws(SQLError) in
                try binder.bind(merge: self, into: target)
            }
        }
    }

    private var privileges: Privileges {
        clauses.reduce(into: .select) { needed, clause in
            switch clause.action {
            case .update, .updateAll: needed.insert(.update)
            case .insert, .insertAll: needed.insert(.insert)
            case .delete: needed.insert(.delete)
            case .doNothing: break
            }
        }
    }
}
