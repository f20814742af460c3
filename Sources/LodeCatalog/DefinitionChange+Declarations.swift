/// Changes to what SQL declares of columns and tables: comments, defaults, constraints.

import LodeCore

extension DefinitionChange {
    /// Whether a view can take it too.
    var fitsView: Bool {
        switch self {
        case .setComment, .access, .rename: true
        default: false
        }
    }
}

extension GlueTable {
    /// - Throws: `42703` for a column that is gone, `42710` for a constraint that exists, `42704` for one that doesn't.
    mutating func applyDeclaration(_ change: DefinitionChange) throws(SQLError) {
        switch change {
        case .setComment(let text, let column?): try changeColumn(called: column) { $0.comment = text }
        case .setComment(let text, nil): parameters[TableParameter.comment] = text
        case .setDefault(let value, let column): try changeColumn(called: column) { $0.defaultValue = value }
        case .setNullable(let isNullable, let column): try changeColumn(called: column) { $0.nullable = isNullable }
        case .addConstraint(let constraint):
            let known = try constraints()
            if known.contains(where: { $0.name.lowercased() == constraint.name.lowercased() }) {
                throw SQLError(.duplicateObject, "constraint \"\(constraint.name)\" for relation \"\(name)\" already exists")
            }
            setConstraints(known + [constraint])
        case .dropConstraint(let name, let ifExists):
            let known = try constraints(), kept = known.filter { $0.name.lowercased() != name.lowercased() }
            if kept.count == known.count, !ifExists {
                throw SQLError(
                    .undefinedObject, "constraint \"\(name)\" of relation \"\(self.name)\" does not exist",
                    hint: NearestName.find(name, among: known.map(\.name)).map { "Did you mean \"\($0)\"?" })
            }
            setConstraints(kept)
        case .addColumns, .column, .cluster, .setProperties, .setLocation, .rename, .requires, .rewritten, .access, .follow: break
        case .removeProperties, .setTags, .removeTags, .setSerDeProperties, .replaceColumns, .changeColumn: break
        case .partitioning, .reference: break
        }
    }

    /// The column of that name, without regard to case.
    package func column(called name: String) throws(SQLError) -> GlueColumn {
        let all = storageDescriptor.columns + partitionKeys
        let folded = name.lowercased()
        if let found = all.first(where: { $0.name == name }) ?? all.first(where: { $0.name.lowercased() == folded }) { return found }
        throw SQLError(
            .undefinedColumn, "column \"\(name)\" of relation \"\(self.name)\" does not exist",
            hint: NearestName.find(name, among: all.map(\.name)).map { "Did you mean \"\($0)\"?" })
    }

    private mutating func changeColumn(called name: String, _ change: (inout GlueColumn) -> Void) throws(SQLError) {
        changeColumn(try column(called: name).name, change)
    }
}
