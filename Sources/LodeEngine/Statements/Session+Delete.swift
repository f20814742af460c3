/// DELETE.

import LodeCore
import LodePlanner
import LodeSyntax

extension Delete {
    var changing: ChangingStatement {
        get throws(SQLError) {
            try ChangingStatement("DELETE", of: table) { (binder, target) throws(SQLError) in try binder.bind(delete: self, from: target) }
        }
    }
}
