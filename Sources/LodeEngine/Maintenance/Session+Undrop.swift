/// UNDROP TABLE.

import LodeCatalog
import LodeCore
import LodeSyntax

extension Session {
    /// Brings back a table with all that it was.
    func undrop(_ name: QualifiedName) throws(SQLError) -> StatementOutcome {
        try requireAutocommit("UNDROP", at: name.span)
        do throws(SQLError) {
            let table = try tableName(name)
            try catalog.undrop(table) { (dropped) throws(SQLError) in try requireOwner(of: dropped, at: name.span) }
        } catch {
            throw error.at(name.span)
        }
        return StatementOutcome(tag: "UNDROP TABLE")
    }
}
