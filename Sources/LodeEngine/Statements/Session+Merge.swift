/// MERGE.

import LodeCatalog
import LodeCore
import LodePlanner
import LodeSyntax

extension Merge {
    var changing: ChangingStatement {
        get throws(SQLError) {
            var changing = try ChangingStatement("MERGE", of: target, needing: privileges) { (binder, target) throws(SQLError) in
                try binder.bind(merge: self, into: target)
            }
            if evolvesSchema { changing.evolution = { (binder, schema) throws(SQLError) in try added(to: schema, binder) } }
            return changing
        }
    }

    /// The columns of the source that some WHEN assigns, and the table lacks.
    private func added(to schema: Schema, _ binder: Binder) throws(SQLError) -> [Field] {
        var names: Set<String> = [], assignsAll = false
        for clause in clauses {
            switch clause.action {
            case .updateAll, .insertAll: assignsAll = true
            case .update(let assignments): names.formUnion(assignments.flatMap(\.targets).map { $0.last.text.lowercased() })
            case .insert(let columns, _): names.formUnion(columns.map { $0.text.lowercased() })
            case .delete, .doNothing: break
            }
        }
        return try binder.sourceColumns(of: self).filter {
            schema.index(of: $0.name) == nil && (assignsAll || names.contains($0.name.lowercased()))
        }
    }

    private var privileges: Privileges {
        clauses.reduce(into: .select) { needed, clause in
            switch clause.action {
            case .update, .updateAll: needed.insert(.update)
            case .insert, .insertAll: needed.insert(.insert)
            case .delete: needed.insert(.delete)
            case .doNothing: break
            }
        }
    }
}
