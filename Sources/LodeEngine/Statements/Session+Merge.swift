/// MERGE.

import LodeCore
import LodePlanner
import LodeSyntax

extension Merge {
    var changing: ChangingStatement {
        get throws(SQLError) {
            try ChangingStatement("MERGE", of: target) { (binder, target) throws(SQLError) in try binder.bind(merge: self, into: target) }
        }
    }
}
