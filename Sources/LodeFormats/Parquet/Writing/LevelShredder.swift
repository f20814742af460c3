/// Taking nested columns apart into leaves with definition and repetition levels.

import LodeCore
import LodeVectors

/// The entries of one leaf in a chunk.
struct ShreddedLeaf {
    /// Flat or dictionary-encoded.
    var column: Column
    /// The row of the column that each present value has; nil for all rows in order.
    var rows: [UInt32]?
    /// Values and NULLs.
    var count: Int
    /// Nil where every entry has the leaf's highest level.
    var definition: [UInt8]?
    /// Nil where every entry begins a row.
    var repetition: [UInt8]?
}

/// - Source: Melnik et al., "Dremel: Interactive Analysis of Web-Scale Datasets", VLDB 2010, section 4.2.
struct LevelShredder {
    /// What is known of the entries on the way down: the row of the column at hand (-1 where an ancestor is NULL or empty).
    private struct Entries {
        var rows: [Int32]
        var definition: [UInt8]
        var repetition: [UInt8]
    }

    /// Appends the leaves of a column, in the order of the schema.
    /// - Throws: `23502` if a column that is declared NOT NULL holds NULL.
    static func shred(_ column: Column, _ field: Field, into leaves: inout [ShreddedLeaf]) throws(SQLError) {
        guard field.type.isNested else { return leaves.append(try flat(column, field)) }
        let count = column.count
        let top = Entries(
            rows: (0..<count).map { Int32(truncatingIfNeeded: $0) }, definition: [UInt8](repeating: 0, count: count),
            repetition: [UInt8](repeating: 0, count: count))
        try descend(column, field, top, level: 0, into: &leaves)
    }

    private static func flat(_ column: Column, _ field: Field) throws(SQLError) -> ShreddedLeaf {
        let column = column.layout == .constant ? try column.flattened() : column
        let count = column.count
        let nulls = field.type == .null ? count : Validity.nullCount(column.mask, count)
        guard nulls > 0 else { return ShreddedLeaf(column: column, rows: nil, count: count) }
        guard field.nullable else { throw notNull(field) }
        var rows: [UInt32] = []
        rows.reserveCapacity(count - nulls)
        var definition = [UInt8](repeating: 1, count: count)
        for row in 0..<count {
            if field.type == .null || column.isNull(row) { definition[row] = 0 } else { rows.append(UInt32(row)) }
        }
        return ShreddedLeaf(column: column, rows: rows, count: count, definition: definition)
    }

    private static func notNull(_ field: Field) -> SQLError {
        SQLError(.notNullViolation, "null value in column \"\(field.name)\" violates its not-null constraint")
    }

    private static func descend(
        _ column: Column, _ field: Field, _ entries: Entries, level: UInt8, into leaves: inout [ShreddedLeaf]
    ) throws(SQLError) {
        let column = column.layout == .constant || (column.layout == .dictionary && field.type.isNested) ? try column.flattened() : column
        var entries = entries
        for index in entries.rows.indices where entries.rows[index] >= 0 {
            if field.type == .null || column.isNull(Int(entries.rows[index])) {
                guard field.nullable else { throw notNull(field) }
                entries.rows[index] = -1
            } else if field.nullable {
                entries.definition[index] += 1
            }
        }
        switch field.type {
        case .structure(let members):
            for (index, member) in members.enumerated() where index < column.children.count {
                try descend(column.children[index], member, entries, level: level, into: &leaves)
            }
        case .list(let element):
            let inner = expand(column, entries, level: level + 1)
            try descend(column.children[0], Field("element", element), inner, level: level + 1, into: &leaves)
        case .map(let key, let value):
            let inner = expand(column, entries, level: level + 1)
            try descend(column.children[0], Field("key", key, nullable: false), inner, level: level + 1, into: &leaves)
            try descend(column.children[1], Field("value", value), inner, level: level + 1, into: &leaves)
        default:
            leaves.append(
                ShreddedLeaf(
                    column: column, rows: entries.rows.compactMap { $0 < 0 ? nil : UInt32($0) }, count: entries.rows.count,
                    definition: entries.definition, repetition: entries.repetition))
        }
    }

    /// One entry for each element, and one for each list that is NULL or empty.
    private static func expand(_ column: Column, _ entries: Entries, level: UInt8) -> Entries {
        let ranges = column.lanes(as: ListRange.self)
        var inner = Entries(rows: [], definition: [], repetition: [])
        for index in entries.rows.indices {
            let row = Int(entries.rows[index])
            let range = row < 0 ? ListRange(offset: 0, count: 0) : ranges[row]
            if range.count == 0 {
                inner.rows.append(-1)
                inner.definition.append(entries.definition[index])
                inner.repetition.append(entries.repetition[index])
                continue
            }
            for element in 0..<range.count {
                inner.rows.append(Int32(truncatingIfNeeded: range.offset + element))
                inner.definition.append(entries.definition[index] + 1)
                inner.repetition.append(element == 0 ? entries.repetition[index] : level)
            }
        }
        return inner
    }
}
