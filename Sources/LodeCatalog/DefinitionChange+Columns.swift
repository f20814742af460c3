/// Changes of the columns of a table whose rows Lode writes.

import LodeCore
import LodeTables

extension DefinitionChange {
    package var isOfColumns: Bool { if case .column = self { true } else { false } }
}

extension [DefinitionChange] {
    package var columnChanges: [ColumnChange] { compactMap { if case .column(let change) = $0 { change } else { nil } } }
}

extension GlueTable {
    /// - Throws: `42703` for a column that is gone, `42701` for a name that is taken, `0A000` for a partition column that would go.
    mutating func apply(_ change: ColumnChange) throws(SQLError) {
        let before = try schema()
        do throws(SQLError) {
            let position = try before.position(of: change.column), old = before.fields[position].name
            let isWhole = change.path.count == 1
            let path = try before.spelled(change.path)
            try requireNotClustered(path, by: change)
            switch change {
            case .rename(_, let new) where isWhole:
                _ = try before.changed(by: change)
                rename(old, to: new)
            case .drop where isWhole:
                let after = try before.changed(by: change)
                try drop(old)
                keepOrder(after)
            case .move where isWhole: keepOrder(try before.changed(by: change))
            default:
                let type = try before.changed(by: change).fields[position].type
                changeColumn(old) { $0.type = HiveTypeText.write(type) }
            }
            if case .rename(_, let new) = change { renameInClustering(path, to: new) }
        } catch {
            guard error.state == .undefinedColumn else { throw error }
            throw SQLError(
                error.state, error.message.replacing(" does not exist", with: " of relation \"\(name)\" does not exist"), hint: error.hint)
        }
    }

    /// - Throws: `0A000` for a column or field that goes though rows are clustered by it.
    private func requireNotClustered(_ path: ColumnPath, by change: ColumnChange) throws(SQLError) {
        guard case .drop = change, let column = clustering?.first(where: { $0.starts(with: path) }) else { return }
        throw SQLError.unsupported(
            "dropping \"\(path.joined(separator: "."))\", by which the table is clustered",
            hint: "ALTER TABLE … CLUSTER BY without \"\(column.joined(separator: "."))\" comes first.")
    }

    private mutating func renameInClustering(_ path: ColumnPath, to new: String) {
        clustering = clustering?.map { $0.starts(with: path) ? path.dropLast() + [new] + $0.dropFirst(path.count) : $0 }
    }

    private mutating func rename(_ old: String, to new: String) {
        changeColumn(old) { $0.name = new }
        if let text = parameters[TableParameter.columnOrder], let order = JSONText.readNames(text) {
            parameters[TableParameter.columnOrder] = JSONText.write(order.map { $0 == old ? new : $0 })
        }
        if parameters[TableParameter.partitioning] != nil {
            note(partitionTerms.map { $0.column == old ? PartitionTerm(new, $0.transform, name: $0.name) : $0 })
        }
        // Keys are of the catalog alone, and go by names.
        guard var constraints = try? constraints(), !constraints.isEmpty else { return }
        for index in constraints.indices {
            constraints[index].columns = constraints[index].columns.map { $0 == old ? new : $0 }
        }
        setConstraints(constraints)
    }

    private mutating func drop(_ old: String) throws(SQLError) {
        if partitionKeys.contains(where: { $0.name == old }) {
            throw SQLError.unsupported("dropping the partition column \"\(old)\"", hint: "Make a table that is partitioned otherwise.")
        }
        guard storageDescriptor.columns.count > 1 else {
            throw SQLError(
                .invalidTableDefinition, "table \"\(name)\" would have only partition columns",
                hint: "Leave at least one column for the files.")
        }
        storageDescriptor.columns.removeAll { $0.name == old }
    }

    /// Brings the columns into the order of a schema.
    private mutating func keepOrder(_ schema: Schema) {
        let order = schema.fields.map(\.name)
        storageDescriptor.columns.sort { (order.firstIndex(of: $0.name) ?? 0) < (order.firstIndex(of: $1.name) ?? 0) }
        let usual = (storageDescriptor.columns + partitionKeys).map(\.name)
        parameters[TableParameter.columnOrder] = usual == order ? nil : JSONText.write(order)
    }
}
