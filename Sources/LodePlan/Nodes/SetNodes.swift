/// Set operations and common table expressions.

import LodeCore

/// UNION, INTERSECT and EXCEPT. Inputs have as many columns of the same types; they correspond by position.
package struct SetOperationNode: PlanNode {
    package enum Kind: Sendable, Hashable { case unionAll, union, intersect, intersectAll, except, exceptAll }

    package var kind: Kind
    /// Two; for the unions two or more.
    package var inputs: [LogicalPlan]
    package var columns: [PlanColumn]

    package init(kind: Kind, inputs: [LogicalPlan], columns: [PlanColumn]) {
        self.kind = kind
        self.inputs = inputs
        self.columns = columns
    }

    package var children: [LogicalPlan] { inputs }
    package var expressions: [BoundExpression] { [] }
    package func replacing(children: [LogicalPlan]) -> LogicalPlan {
        .setOperation(SetOperationNode(kind: kind, inputs: children, columns: columns))
    }
    package func replacing(expressions: [BoundExpression]) -> LogicalPlan { .setOperation(self) }
    package var title: String {
        switch kind {
        case .unionAll: "Union All"
        case .union: "Union"
        case .intersect: "Intersect"
        case .intersectAll: "Intersect All"
        case .except: "Except"
        case .exceptAll: "Except All"
        }
    }
    package var details: [String] { [] }
}

/// Computes a CTE once, for every `CTEScanNode` of its number in `body`.
package struct WithNode: PlanNode {
    package var cte: Int
    package var name: String
    package var definition: LogicalPlan
    package var body: LogicalPlan

    package init(cte: Int, name: String, definition: LogicalPlan, body: LogicalPlan) {
        self.cte = cte
        self.name = name
        self.definition = definition
        self.body = body
    }

    package var children: [LogicalPlan] { [definition, body] }
    package var columns: [PlanColumn] { body.columns }
    package var expressions: [BoundExpression] { [] }
    package func replacing(children: [LogicalPlan]) -> LogicalPlan {
        .with(WithNode(cte: cte, name: name, definition: children[0], body: children[1]))
    }
    package func replacing(expressions: [BoundExpression]) -> LogicalPlan { .with(self) }
    package var title: String { "CTE" }
    package var details: [String] { [name] }
}

/// WITH RECURSIVE: `anchor`, then `step` over the rows of the round before (read through `CTEScanNode`s of number
/// `cte`), until a round gives nothing new. The result has all rounds' rows.
package struct RecursiveNode: PlanNode {
    package var cte: Int
    package var name: String
    package var columns: [PlanColumn]
    package var anchor: LogicalPlan
    package var step: LogicalPlan
    /// UNION instead of UNION ALL: rows seen before are dropped.
    package var isDistinct: Bool

    package init(cte: Int, name: String, columns: [PlanColumn], anchor: LogicalPlan, step: LogicalPlan, isDistinct: Bool) {
        self.cte = cte
        self.name = name
        self.columns = columns
        self.anchor = anchor
        self.step = step
        self.isDistinct = isDistinct
    }

    package var children: [LogicalPlan] { [anchor, step] }
    package var expressions: [BoundExpression] { [] }
    package func replacing(children: [LogicalPlan]) -> LogicalPlan {
        .recursive(
            RecursiveNode(cte: cte, name: name, columns: columns, anchor: children[0], step: children[1], isDistinct: isDistinct))
    }
    package func replacing(expressions: [BoundExpression]) -> LogicalPlan { .recursive(self) }
    package var title: String { "Recursive CTE" }
    package var details: [String] { [name] }
}
