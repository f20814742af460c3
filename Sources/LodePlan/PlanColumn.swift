/// A column of a plan: names end here, and numbers begin.

import LodeCore

/// Identifies a column within one statement, across all its nodes. Whoever computes a value gives it a fresh number.
package struct ColumnID: Hashable, Sendable, Comparable {
    package let number: Int

    package init(_ number: Int) { self.number = number }
    package static func < (l: ColumnID, r: ColumnID) -> Bool { l.number < r.number }

    /// Rules and checks keep many small sets of columns. The numbers are ours, so nobody can choose ones that collide, and a
    /// multiplication does what a keyed hash takes ten times as long for.
    package func _rawHashValue(seed: Int) -> Int {
        let mixed = UInt(bitPattern: number ^ seed) &* 0x9e37_79b9_7f4a_7c15
        return Int(bitPattern: mixed ^ mixed &>> 32)
    }
}

/// A column that a node produces. The name serves EXPLAIN and result headers only.
package struct PlanColumn: Hashable, Sendable {
    package var id: ColumnID
    package var name: String
    package var type: SQLType
    package var nullable: Bool

    package init(_ id: ColumnID, _ name: String, _ type: SQLType, nullable: Bool = true) {
        self.id = id
        self.name = name
        self.type = type
        self.nullable = nullable
    }

    /// The column as an expression.
    package var reference: BoundExpression { .column(id, type) }
}

/// Gives out column numbers for one statement.
package final class ColumnIDs {
    private var next: Int

    package init(startingAt next: Int = 0) { self.next = next }

    package func fresh() -> ColumnID {
        defer { next += 1 }
        return ColumnID(next)
    }
}
