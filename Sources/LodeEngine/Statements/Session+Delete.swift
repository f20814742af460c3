/// DELETE.

import LodeCatalog
import LodeCore
import LodePlanner
import LodeSyntax

extension Delete {
    var changing: ChangingStatement {
        get throws(SQLError) {
            try ChangingStatement("DELETE", of: table, needing: privileges) { (binder, target) throws(SQLError) in
                try binder.bind(delete: self, from: target)
            }
        }
    }

    private var privileges: Privileges { self.where != nil || !returning.isEmpty ? [.delete, .select] : .delete }
}
