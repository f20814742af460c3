/// The rows of `information_schema` about constraints.

import LodeCatalog
import LodeCore

extension InformationRelation {
    /// One row or more for each constraint of each table.
    static func each(
        _ scope: SystemScope, _ rows: (ConstraintObject, RelationObject) throws(SQLError) -> [[Value]]
    ) throws(SQLError) -> [[Value]] {
        var all: [[Value]] = []
        for relation in try scope.objects.relations() {
            for constraint in try relation.constraints() { all += try rows(constraint, relation) }
        }
        return all
    }
}

enum InformationTableConstraints: InformationRelation {
    static let name = "table_constraints"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        try each(scope) { constraint, relation in
            let kind = constraint.declared.kind
            return [
                path(constraint, of: relation) + path(relation) + [
                    .text(kind.rawValue), yesNo(false), yesNo(false), yesNo(constraint.declared.isEnforced),
                    kind == .unique ? yesNo(true) : .null,
                ]
            ]
        }
    }
}

enum InformationKeyColumns: InformationRelation {
    static let name = "key_column_usage"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        try each(scope) { constraint, relation in
            if constraint.declared.kind == .check { return [] }
            return constraint.declared.columns.enumerated().map { index, column in
                path(constraint, of: relation) + path(relation) + [
                    .text(column), .number(index + 1), constraint.declared.kind == .foreignKey ? .number(index + 1) : .null,
                ]
            }
        }
    }
}

enum InformationChecks: InformationRelation {
    static let name = "check_constraints"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        try each(scope) { constraint, relation in
            constraint.declared.kind == .check ? [path(constraint, of: relation) + [.optional(constraint.declared.condition)]] : []
        }
    }
}

enum InformationReferences: InformationRelation {
    static let name = "referential_constraints"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        try each(scope) { constraint, relation throws(SQLError) in
            guard let other = constraint.declared.reference else { return [] }
            // The table may be gone since: nothing holds it.
            let target = try ForeignKeyTarget(constraint, scope.objects)
            let key = try target.flatMap { (found) throws(SQLError) in
                try scope.objects.relation(found.relation)?.keys().first { $0.number == found.key }
            }
            return [
                path(constraint, of: relation) + [
                    catalog, .text(other.schema), .optional(key?.declared.name), .text("NONE"), .text("NO ACTION"), .text("NO ACTION"),
                    .text(other.table), .text(other.columns.joined(separator: ", ")),
                ]
            ]
        }
    }
}

/// Of a foreign key the columns that it points to, of others their own.
enum InformationConstraintColumns: InformationRelation {
    static let name = "constraint_column_usage"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        try each(scope) { constraint, relation in
            let reference = constraint.declared.reference
            let table = reference.map { [catalog, .text($0.schema), .text($0.table)] } ?? path(relation)
            return (reference?.columns ?? constraint.declared.columns).map { column in
                table + [.text(column)] + path(constraint, of: relation)
            }
        }
    }
}

enum InformationConstraintTables: InformationRelation {
    static let name = "constraint_table_usage"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        try each(scope) { constraint, relation in
            if constraint.declared.kind == .check { return [] }
            let reference = constraint.declared.reference
            let table = reference.map { [catalog, .text($0.schema), .text($0.table)] } ?? path(relation)
            return [table + path(constraint, of: relation)]
        }
    }
}
