/// definitions.gram -> AST: ALTER TABLE of partition fields, the order of rows, branches and tags.

import LodeCore

extension Transform {
    /// Nil for an edge that is about something else.
    func icebergAlteration(_ edge: Edge) throws(SQLError) -> AlterTable.Action? {
        switch rule(edge) {
        case .addPartitionField, .dropPartitionField, .replacePartitionField: return .partitionField(try partitionFieldChange(edge))
        case .writeOrder: return .writeOrder(try orderItems(edge))
        case .createReference, .replaceReference, .dropReference: return .reference(try referenceChange(edge))
        default: return nil
        }
    }

    private func partitionFieldChange(_ edge: Edge) throws(SQLError) -> AlterTable.PartitionFieldChange {
        let terms = try each(kids(edge).filter { rule($0) == .transform || $0.isName }) { (term) throws(SQLError) in
            try partitionTerm(term)
        }
        let name = try find(edge, .partitionName).map { (name) throws(SQLError) in try firstName(name) }
        switch rule(edge) {
        case .addPartitionField: return .init(old: nil, new: terms.first, name: name)
        case .dropPartitionField: return .init(old: terms.first, new: nil, name: name)
        default: return .init(old: terms.first, new: terms.last, name: name)
        }
    }

    private func partitionTerm(_ edge: Edge) throws(SQLError) -> PartitionField {
        rule(edge) == .transform ? try partitionField(edge) : .column(try identifier(edge))
    }

    private func referenceChange(_ edge: Edge) throws(SQLError) -> AlterTable.ReferenceChange {
        let verb: AlterTable.ReferenceChange.Verb =
            switch rule(edge) {
            case .dropReference: .drop
            case .replaceReference: .replace
            default: find(edge, .orReplace) == nil ? .create : .createOrReplace
            }
        var change = AlterTable.ReferenceChange(
            verb, isBranch: has(edge, .branch), try firstName(edge),
            isConditional: find(edge, .ifExists) != nil || find(edge, .ifNotExists) != nil)
        if let version = find(edge, .referenceVersion) { change.version = try integer(try lastKid(version)) }
        if let retention = find(edge, .referenceRetention) { change.retention = try retentionTime(try lastKid(retention)) }
        if let retention = find(edge, .snapshotRetention) {
            if let count = find(retention, .snapshotCount) { change.snapshotCount = try integer(try kid(count, 0)) }
            if let time = find(retention, .retentionTime) { change.snapshotRetention = try retentionTime(time) }
        }
        return change
    }

    private func retentionTime(_ edge: Edge) throws(SQLError) -> AlterTable.ReferenceChange.Time {
        .init(number: try integer(try kid(edge, 0)), unit: has(edge, .days) ? .days : has(edge, .hours) ? .hours : .minutes)
    }
}
