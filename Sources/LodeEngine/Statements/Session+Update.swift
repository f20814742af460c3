/// UPDATE.

import LodeCatalog
import LodeCore
import LodePlanner
import LodeSyntax

extension Update {
    var changing: ChangingStatement {
        get throws(SQLError) {
            try ChangingStatement("UPDATE", of: table, needing: privileges) { (binder, target) throws(SQLError) in
                try binder.bind(update: self, of: target)
            }
        }
    }

    /// Reading a column, for a condition or a new value, takes a privilege of its own.
    private var privileges: Privileges {
        let reads = self.where != nil || !returning.isEmpty || !assignments.allSatisfy {
            switch $0.value.kind {
            case .literal, .defaultValue, .parameter: true
            default: false
            }
        }
        return reads ? [.update, .select] : .update
    }
}
