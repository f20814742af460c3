/// Names of branches and tags behind the names of tables: `orders.branch_audit`, as Spark has them.

import LodeCatalog
import LodeCore
import LodeSyntax

enum BranchName {
    private static let prefixes = ["branch_", "tag_"]

    /// The table and the branch or tag that a name may mean, if there is no table of the name itself.
    static func split(_ name: QualifiedName) -> (table: QualifiedName, reference: String, isBranch: Bool)? {
        guard name.parts.count > 1, let last = name.parts.last else { return nil }
        let folded = last.text.lowercased()
        guard let prefix = prefixes.first(where: { folded.hasPrefix($0) && folded.utf8.count > $0.utf8.count }) else { return nil }
        return (QualifiedName(Array(name.parts.dropLast())), String(last.text.dropFirst(prefix.count)), prefix == prefixes[0])
    }
}

extension Session {
    /// The table that a statement changes, and the branch of it that its name means.
    func changedTable(_ name: QualifiedName) throws(SQLError) -> (name: QualifiedName, branch: String?) {
        guard let (table, reference, isBranch) = BranchName.split(name) else { return (name, nil) }
        if let full = try? tableName(name), try catalog.table(full) != nil { return (name, nil) }
        guard let full = try? tableName(table), let known = try catalog.table(full), known.loggedFormat != nil else { return (name, nil) }
        guard isBranch else { throw SQLError(.wrongObjectType, "\"\(reference)\" is a tag, which stays as it is", at: name.span) }
        return (table, reference)
    }
}
