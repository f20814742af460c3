/// UPDATE.

import LodeCore
import LodePlanner
import LodeSyntax

extension Update {
    var changing: ChangingStatement {
        get throws(SQLError) {
            try ChangingStatement("UPDATE", of: table) { (binder, target) throws(SQLError) in try binder.bind(update: self, of: target) }
        }
    }
}
