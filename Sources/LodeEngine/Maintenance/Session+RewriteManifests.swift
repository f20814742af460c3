/// Putting the manifests of an Iceberg table together.

import LodeCatalog
import LodeCore
import LodeSyntax
import LodeTables

extension Session {
    /// Many small manifests of data files become few: queries then plan with fewer reads.
    func rewriteManifests(of name: QualifiedName, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        try requireAutocommit("ALTER TABLE … EXECUTE", at: name.span)
        let table = try writableTable(name, "ALTER TABLE", needing: [])
        try requireOwner(of: table, at: name.span)
        let (before, after) = try retrying { () throws(SQLError) -> (Int, Int) in
            let transaction = try catalog.beginWrite(table.tableName)
            guard let snapshot = try confined(transaction.snapshot, of: table) as? IcebergSnapshot else {
                throw SQLError.unsupported("rewriting manifests of a table that is not Iceberg's", at: name.span)
            }
            let found = try snapshot.mergeableManifests()
            if found.before == 0 { return found }
            transaction.name("REWRITE MANIFESTS")
            transaction.rewriteManifests()
            try catalog.commit(transaction.change)
            return found
        }
        return try give(Self.manifestFields, [[.integer(Int64(before)), .integer(Int64(after))]], to: run.sink, tag: "ALTER TABLE")
    }
}
